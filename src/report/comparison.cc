#include "report/comparison.h"

#include <algorithm>
#include <cmath>
#include <ranges>

#include "json_value.h"
#include "markup.h"
#include "report/table.h"
#include "scenario/metrics.h"
#include "stats/summary.h"

namespace report {
namespace {

std::string in_unit(const lab::Difference& one, double value) {
  if (std::isinf(value)) {
    return value > 0 ? "none" : "-inf";
  }
  return with_unit(value, scenario::find_metric(one.metric)->unit);
}

std::string signed_text(const lab::Difference& one, double value) {
  return (value > 0 ? "+" : "") + in_unit(one, value);
}

std::string relative(const lab::Difference& one) {
  if (!std::isfinite(one.difference) || one.a == 0) {
    return "";
  }
  const double percent = 100 * one.difference / std::abs(one.a);
  return (percent > 0 ? "+" : "") + stats::short_text(std::round(percent * 100) / 100) + " %";
}

std::vector<std::string> row(const lab::Difference& one) {
  const bool finite = std::isfinite(one.interval.low) && std::isfinite(one.interval.high);
  return {one.cell,
          one.metric,
          in_unit(one, one.a),
          in_unit(one, one.b),
          signed_text(one, one.difference),
          relative(one),
          finite ? "[" + signed_text(one, one.interval.low) + ", " +
                       signed_text(one, one.interval.high) + "]"
                 : "",
          "±" + in_unit(one, one.noise),
          stats::short_text(one.p_corrected),
          std::to_string(one.runs_a) + (one.paired ? " pairs" : "/" + std::to_string(one.runs_b)),
          std::string(name_of(one.change))};
}

std::string describe(const lab::RunSet& set) {
  std::string text = set.name + " (" + std::to_string(set.size()) + " runs";
  for (const std::string& build : set.builds) {
    text += ", build " + build;
  }
  return text + ")";
}

Json set_object(const lab::RunSet& set) {
  return {{"name", set.name}, {"builds", set.builds}, {"runs", set.size()}};
}

}  // namespace

std::string comparison_text(const lab::Comparison& comparison, const lab::RunSet& a,
                            const lab::RunSet& b, bool all) {
  std::string text = "A  " + describe(a) + "\nB  " + describe(b) + "\n\n";
  Table table({"scenario", "metric", "A", "B", "B - A", "", "95 % interval", "noise of A",
               "p (Holm)", "runs", ""});
  std::size_t same = 0;
  for (const lab::Difference& one : comparison.differences) {
    const bool shown = all || one.change == lab::Change::kBetter ||
                       one.change == lab::Change::kWorse ||
                       (one.change == lab::Change::kTooFew && one.difference != 0);
    same += shown ? 0U : 1U;
    if (shown) {
      table.add(row(one));
    }
  }
  text += table.text();
  if (same > 0) {
    text += std::to_string(same) + " metrics are not distinguishable (--all shows them)\n";
  }
  constexpr std::size_t kTold = 5;
  for (const lab::NewFailure& failure : comparison.new_failures | std::views::take(kTold)) {
    text += "fails in B and passed in A: " + failure.run + ": " + failure.reason + "\n";
  }
  if (comparison.new_failures.size() > kTold) {
    text += "and " + std::to_string(comparison.new_failures.size() - kTold) +
            " more runs that passed in A fail in B (--json lists them)\n";
  }
  for (const auto& [cells, name] :
       {std::pair{&comparison.only_a, "A"}, {&comparison.only_b, "B"}}) {
    for (const std::string& cell : *cells) {
      text += "only in " + std::string(name) + ": " + cell + "\n";
    }
  }
  const bool regression = comparison.verdict == lab::Verdict::kFail;
  return text + (regression ? "regression" : std::string(name_of(comparison.verdict))) + ": " +
         comparison.reason + "\n";
}

std::string comparison_json(const lab::Comparison& comparison, const lab::RunSet& a,
                            const lab::RunSet& b) {
  Json differences = Json::array();
  for (const lab::Difference& one : comparison.differences) {
    differences.push_back({{"cell", one.cell},
                           {"metric", one.metric},
                           {"a", finite(one.a)},
                           {"b", finite(one.b)},
                           {"difference", finite(one.difference)},
                           {"low", finite(one.interval.low)},
                           {"high", finite(one.interval.high)},
                           {"noise", finite(one.noise)},
                           {"p", one.p},
                           {"p_corrected", one.p_corrected},
                           {"runs_a", one.runs_a},
                           {"runs_b", one.runs_b},
                           {"paired", one.paired},
                           {"change", name_of(one.change)}});
  }
  Json failures = Json::array();
  for (const lab::NewFailure& failure : comparison.new_failures) {
    failures.push_back({{"run", failure.run}, {"reason", failure.reason}});
  }
  const Json object = {{"a", set_object(a)},
                       {"b", set_object(b)},
                       {"verdict", lab::name_of(comparison.verdict)},
                       {"reason", comparison.reason},
                       {"differences", std::move(differences)},
                       {"new_failures", std::move(failures)},
                       {"only_in_a", comparison.only_a},
                       {"only_in_b", comparison.only_b}};
  return object.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace report
