#include "report/selection.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "report/record.h"

namespace report {
namespace {

constexpr std::string_view kLatest = "latest";
constexpr std::string_view kBuild = "build:";

std::optional<std::uint64_t> whole_number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool all = error == std::errc{} && end == text.data() + text.size();
  return all && !text.empty() ? std::optional(value) : std::nullopt;
}

// "2026-11-22", or the beginning of it down to "2026-".
bool is_date(std::string_view text) {
  return text.size() >= 5 && text[4] == '-' &&
         text.find_first_not_of("0123456789-T:Z") == std::string_view::npos;
}

std::string known(const std::vector<StoredSuite>& suites) {
  constexpr std::size_t kShown = 5;
  std::string text;
  for (std::size_t i = 0; i < std::min(kShown, suites.size()); ++i) {
    const StoredSuite& suite = suites[i];
    text += "\n  " + std::to_string(suite.id) + "  " + suite.stored_at + "  build:" + suite.build +
            "  " + suite.suite + ", " + std::to_string(suite.runs) + " runs";
  }
  return text.empty() ? "\n  nothing yet: run muster test" : text;
}

bool matches(const StoredSuite& suite, std::string_view selector) {
  if (selector.starts_with(kBuild)) {
    return selector.size() > kBuild.size() &&
           suite.build.starts_with(selector.substr(kBuild.size()));
  }
  return is_date(selector) && suite.stored_at.starts_with(selector);
}

}  // namespace

core::Result<std::vector<std::int64_t>> find_suites(const Store& store, std::string_view selector) {
  const std::vector<StoredSuite> suites = TRY(store.suites());
  std::vector<std::int64_t> found;
  const auto number = whole_number(selector);
  if (selector.starts_with(kLatest)) {
    const std::string_view back = selector.substr(kLatest.size());
    const auto steps = back.starts_with('~') ? whole_number(back.substr(1)) : std::nullopt;
    const std::size_t index = steps.value_or(back.empty() ? 0 : suites.size());
    if (index < suites.size()) {
      found.push_back(suites[index].id);
    }
  } else {
    for (const StoredSuite& suite : suites) {
      if (number ? static_cast<std::uint64_t>(suite.id) == *number : matches(suite, selector)) {
        found.push_back(suite.id);
      }
    }
  }
  if (found.empty()) {
    return core::fail(core::Code::kNotFound, "no stored suite is '" + std::string(selector) +
                                                 "'; name " + std::string(kSelectorHelp) +
                                                 "; the database has:" + known(suites));
  }
  return found;
}

core::Result<lab::RunSet> select_runs(const Store& store, std::string_view selector) {
  std::vector<std::int64_t> ids = TRY(find_suites(store, selector));
  std::ranges::sort(ids);
  lab::RunSet set;
  set.name = selector;
  for (const std::int64_t id : ids) {
    set.add(TRY(store.load(id)));
  }
  return set;
}

core::Result<lab::RunSet> runs_of_file(std::string_view text, std::string_view name) {
  const auto suite = suite_of_record(text);
  if (!suite) {
    return core::fail(core::Code::kInvalid, std::string(name) +
                                                ": is not what `muster report --json` writes (" +
                                                suite.error().message + ")");
  }
  lab::RunSet set;
  set.name = name;
  set.add(*suite);
  return set;
}

}  // namespace report
