#include <algorithm>

#include "build.h"
#include "core/check.h"
#include "scenario/metrics.h"
#include "section.h"
#include "values.h"

namespace scenario {
namespace {

core::Result<void> check_run_name(const Tree& tree, std::string_view key, const std::string& path,
                                  const std::vector<std::string>& run_names, const Source& source) {
  const Tree* name = find(tree, key);
  if (name == nullptr ||
      std::find(run_names.begin(), run_names.end(), name->text) != run_names.end()) {
    return {};
  }
  return refuse(source, name->place, path + "." + std::string(key),
                "unknown run " + quote(name->text) + suggestion(name->text, run_names));
}

core::Result<Check> build_check(const Tree& tree, const std::string& path, const Source& source) {
  const Section section(&tree);
  const Metric* metric = find_metric(section.text("metric"));
  core::check(metric != nullptr, "a metric's name was validated before it is read");
  if (section.has("at_most") == section.has("at_least")) {
    return refuse(source, tree.place, path,
                  "needs exactly one of at_most and at_least; write two checks for a range");
  }
  if (section.has("of_run") && !section.has("of")) {
    return refuse(source, section.at("of_run")->place, path + ".of_run",
                  "stands without of; name the metric of that run, like of: goodput");
  }
  Check check;
  check.metric = metric->name;
  check.of = section.text("of");
  check.of_run = section.text("of_run");
  check.comparison = section.has("at_most") ? Comparison::kAtMost : Comparison::kAtLeast;
  const std::string key(name_of(check.comparison));
  const Tree& bound = *section.at(key);
  if (!check.of.empty() && find_metric(check.of)->unit != metric->unit) {
    return refuse(source, section.at("of")->place, path + ".of",
                  "compares " + check.metric + " with " + check.of +
                      ", which has another unit; name one with the same");
  }
  const Parsed<std::int64_t> value = check.of.empty()
                                         ? parse_bound_millionths(metric->unit, bound.text)
                                         : parse_percent_ppm(bound.text);
  if (!value) {
    return refuse(source, bound.place, path + "." + key, value.error());
  }
  if (*value < 0 && (metric->unit != Unit::kDollars || !check.of.empty())) {
    return refuse(source, bound.place, path + "." + key,
                  "is " + quote(bound.text) + ", and " + check.metric +
                      " is never negative; write a bound from 0 on");
  }
  check.bound_millionths = *value;
  return check;
}

core::Result<std::vector<Check>> build_list(const Section& checks, const std::string& list,
                                            const std::string& run,
                                            const std::vector<std::string>& run_names,
                                            const Source& source) {
  std::vector<Check> result;
  const std::span<const Tree> items = checks.list(list);
  for (std::size_t i = 0; i < items.size(); ++i) {
    const std::string path = "checks." + list + "[" + std::to_string(i) + "]";
    TRY_VOID(check_run_name(items[i], "run", path, run_names, source));
    TRY_VOID(check_run_name(items[i], "of_run", path, run_names, source));
    const Check check = TRY(build_check(items[i], path, source));
    const Tree* only = find(items[i], "run");
    if (only == nullptr || only->text == run) {
      result.push_back(check);
    }
  }
  return result;
}

}  // namespace

core::Result<Checks> build_checks(const Tree& tree, const std::string& run,
                                  const std::vector<std::string>& run_names, const Source& source) {
  const Section section = Section(&tree).section("checks");
  Checks checks;
  checks.requirements = TRY(build_list(section, "requirements", run, run_names, source));
  checks.objectives = TRY(build_list(section, "objectives", run, run_names, source));
  if (section.has("expect_spof")) {
    section.word("expect_spof", checks.expect_spof.emplace());
  }
  return checks;
}

}  // namespace scenario
