#include "figures.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "core/hash.h"
#include "lab/spof.h"
#include "markup.h"
#include "num/stream.h"
#include "stats/summary.h"
#include "stats/survival.h"

namespace report {
namespace {

constexpr std::size_t kResamples = 1'000;
constexpr std::array<std::string_view, 4> kTopologies = {"mesh", "hierarchical", "ring", "star"};

using Runs = std::vector<const lab::RunResult*>;

std::uint64_t schedule_of(const Runs& runs) {
  core::Hasher hasher;
  for (const lab::RunResult* run : runs) {
    hasher.word(run->schedule);
  }
  return hasher.value();
}

// The schedule that stands for it where that was run.
std::string_view name_of(Under under) {
  constexpr std::string_view kNames[] = {"S0",     "S1",     "S3",         "capacity",
                                         "S0-own", "S1-own", "scalability"};
  return kNames[static_cast<std::size_t>(under)];
}

// Runs under one schedule.
struct Scheduled {
  std::string schedule;
  Runs runs;
};

// The runs of an arm by what they were measured under; the short form of a schedule only where the
// schedule itself was not run.
struct ArmRuns {
  Runs all;
  std::map<std::string, Runs, std::less<>> by_schedule;

  [[nodiscard]] Scheduled under(Under what) const {
    const std::string name(name_of(what));
    for (const std::string& wanted : {name, name + "s"}) {
      if (const auto found = by_schedule.find(wanted); found != by_schedule.end()) {
        return {wanted, found->second};
      }
    }
    const auto unsaid = by_schedule.find("");
    const bool any = what == Under::kCalm || what == Under::kFaults;
    return any && unsaid != by_schedule.end() ? Scheduled{"", unsaid->second} : Scheduled();
  }
};

ArmRuns arm_runs(const Runs& runs) {
  ArmRuns made;
  made.all = runs;
  for (const lab::RunResult* run : runs) {
    made.by_schedule[run->schedule_name].push_back(run);
  }
  return made;
}

// `all`: one for each run that has the metric.
std::optional<Figure> figure(std::vector<double> all, const Scheduled& of,
                             std::string_view metric) {
  if (of.runs.empty()) {
    return {};
  }
  Figure made;
  made.schedule = of.schedule;
  made.without = of.runs.size() - all.size();
  made.infinite = std::erase_if(all, [](double value) { return !std::isfinite(value); });
  made.runs = all.size();
  const std::vector<double>& values = all;
  if (values.empty()) {
    return made;
  }
  if (values.size() >= lab::kSeedsToJudge) {
    made.estimate = stats::bootstrap(values.size(), stats::mean_of_runs(values),
                                     num::Stream(1, 0, num::purpose_of(metric)),
                                     {kResamples, stats::kConfidence});
    return made;
  }
  double sum = 0;
  for (const double value : values) {
    sum += value;
  }
  made.estimate = {sum / static_cast<double>(values.size()), {-HUGE_VAL, HUGE_VAL}};
  return made;
}

std::optional<double> value_of(const lab::RunResult& run, std::string_view metric) {
  const auto found = run.metrics.find(metric);
  const bool there = found != run.metrics.end() && !std::isnan(found->second);
  return there ? std::optional(found->second) : std::nullopt;
}

std::optional<Figure> estimate(const Scheduled& of, std::string_view metric) {
  std::vector<double> values;
  for (const lab::RunResult* run : of.runs) {
    if (const auto value = value_of(*run, metric)) {
      values.push_back(*value);
    }
  }
  return figure(std::move(values), of, metric);
}

// Of all orders together, with its bound as the interval; under all schedules that were run.
std::optional<Figure> safety_figure(const ArmRuns& runs) {
  const lab::Safety safety = lab::safety_of(runs.all);
  if (safety.orders == 0) {
    return {};
  }
  Figure made;
  for (const auto& [name, list] : runs.by_schedule) {
    made.schedule += (made.schedule.empty() ? "" : ", ") + name;
  }
  made.runs = safety.orders;
  made.estimate = {safety.per_million(), {0, safety.bound_per_million()}};
  return made;
}

// Each schedule that the runs name, with its hash; else one hash over the schedules of all.
std::string schedules_of(const ArmRuns& runs) {
  std::string text;
  for (const auto& [name, list] : runs.by_schedule) {
    text += text.empty() ? "" : ", ";
    text += name.empty() ? hex16(schedule_of(list)) : name + " " + hex16(list[0]->schedule);
  }
  return text;
}

std::string risk_of(const ArmRuns& runs) {
  const auto components = runs.by_schedule.find("S2");
  if (components != runs.by_schedule.end()) {
    return lab::spof_risk(components->second).text();
  }
  // Without S2 nothing was lost to see what happens: what the topology says of itself.
  const bool known = !runs.all.empty() && !runs.all[0]->spof.empty();
  return known ? runs.all[0]->spof + ", by topology" : "–";
}

PatternFigures figures(std::string name, std::string scenario, const ArmRuns& runs) {
  PatternFigures made;
  made.name = std::move(name);
  made.scenario = std::move(scenario);
  const Runs faulted = runs.under(Under::kFaults).runs;
  made.runs = faulted.empty() ? runs.all.size() : faulted.size();
  made.schedules = schedules_of(runs);
  made.spof = risk_of(runs);
  for (const lab::RunResult* run : runs.all) {
    made.prices = made.prices.empty() ? run->prices : made.prices;
    made.regions = made.regions.empty() ? run->regions : made.regions;
  }
  for (const FigureColumn& column : kFigureColumns) {
    made.values.push_back(column.metric == lab::kSafetyMetric
                              ? safety_figure(runs)
                              : estimate(runs.under(column.under), column.metric));
  }
  return made;
}

using Arms = std::vector<std::pair<std::string, Runs>>;

// In the order of the file.
Arms arms(const lab::CaseResult& result) {
  Arms found;
  for (const lab::RunResult& run : result.runs) {
    const std::string& name = run.arm.empty() ? run.run : run.arm;
    auto at = std::ranges::find(found, name, &Arms::value_type::first);
    if (at == found.end()) {
      at = found.insert(found.end(), {name, {}});
    }
    at->second.push_back(&run);
  }
  return found;
}

// An arm that is named as a pattern is called as the pattern.
std::string title_of(const std::string& arm) {
  for (int i = 0; i < static_cast<int>(scenario::Pattern::kSummary); ++i) {
    const auto pattern = static_cast<scenario::Pattern>(i);
    if (scenario::name_of(pattern) == arm) {
      return lab::pattern_title(pattern);
    }
  }
  return arm == "star_alone" ? "Star without standbys" : arm;
}

// What the arm has more than the base, over the seeds that both were run with under one schedule;
// infinite where one of them is.
std::optional<Figure> difference(const Scheduled& arm, const Scheduled& base,
                                 std::string_view metric) {
  if (arm.schedule != base.schedule) {
    return {};
  }
  std::map<std::uint64_t, double> of_base;
  for (const lab::RunResult* run : base.runs) {
    if (const auto value = value_of(*run, metric)) {
      of_base[run->seed] = *value;
    }
  }
  std::vector<double> values;
  for (const lab::RunResult* run : arm.runs) {
    const auto value = value_of(*run, metric);
    if (const auto other = of_base.find(run->seed); value && other != of_base.end()) {
      const bool finite = std::isfinite(*value) && std::isfinite(other->second);
      values.push_back(finite ? *value - other->second : HUGE_VAL);
    }
  }
  return figure(std::move(values), arm, metric);
}

std::vector<PatternFigures> differences(const Arms& list, const std::string& scenario) {
  std::vector<PatternFigures> made;
  const auto base = std::ranges::find(list, lab::kPolicyBase, &Arms::value_type::first);
  for (const auto& [name, runs] : list) {
    const bool policy = std::ranges::find(lab::kPolicies, name) != lab::kPolicies.end();
    if (base == list.end() || !policy) {
      continue;
    }
    const ArmRuns of_arm = arm_runs(runs);
    const ArmRuns of_base = arm_runs(base->second);
    PatternFigures& row = made.emplace_back();
    row.name = title_of(name) + " less " + title_of(std::string(lab::kPolicyBase));
    row.arm = name;
    row.scenario = scenario;
    row.runs = of_arm.under(Under::kFaults).runs.size();
    row.schedules = schedules_of(of_arm);
    for (const FigureColumn& column : kFigureColumns) {
      if (column.metric == lab::kSafetyMetric) {
        row.values.emplace_back();  // of bounds there is no difference
        continue;
      }
      row.values.push_back(
          difference(of_arm.under(column.under), of_base.under(column.under), column.metric));
    }
  }
  return made;
}

// Where the intervals of two neighbours meet, nothing says which is better.
std::string order_of(const std::vector<PatternFigures>& rows) {
  const auto column = static_cast<std::size_t>(
      std::ranges::find(kFigureColumns, "reliability", &FigureColumn::metric) -
      kFigureColumns.begin());
  std::vector<const PatternFigures*> topologies;
  for (const PatternFigures& row : rows) {
    const bool compared = row.values[column] && row.values[column]->runs > 0;
    if (compared && std::ranges::find(kTopologies, row.arm) != kTopologies.end()) {
      topologies.push_back(&row);
    }
  }
  std::ranges::stable_sort(topologies, std::ranges::greater(), [&](const PatternFigures* row) {
    return row->values[column]->estimate.value;
  });
  std::string text;
  for (std::size_t i = 0; i < topologies.size(); ++i) {
    if (i > 0) {
      const stats::Interval& above = topologies[i - 1]->values[column]->estimate.interval;
      const stats::Interval& below = topologies[i]->values[column]->estimate.interval;
      text += below.high < above.low ? " > " : " ≈ ";
    }
    text += topologies[i]->name;
  }
  if (topologies.size() < 2) {
    return {};
  }
  return (topologies[0]->runs < kRunsToPublish ? "observed, no ranking: " : "") + text;
}

// Of a column's figures, each once, in the order of the rows.
std::vector<std::string> schedules_of(const std::vector<PatternFigures>& rows, std::size_t column) {
  std::vector<std::string> found;
  for (const PatternFigures& row : rows) {
    const auto& figure = row.values[column];
    if (figure && std::ranges::find(found, figure->schedule) == found.end()) {
      found.push_back(figure->schedule);
    }
  }
  return found;
}

std::optional<double> median(std::vector<double> values) {
  return values.empty() ? std::nullopt : std::optional(stats::quantile_of(std::move(values), 0.5));
}

struct Times {
  std::vector<double> detect;
  std::vector<double> decide;
  std::vector<double> execute;
  std::vector<stats::Duration> total;
  std::uint64_t open = 0;
};

void add_fault(Times& times, const lab::FaultRecord& fault) {
  const lab::RecoverySplit split = lab::split_of(fault);
  const auto put = [](std::vector<double>& list, std::optional<core::Duration> duration) {
    if (duration) {
      list.push_back(core::to_seconds(*duration));
    }
  };
  put(times.detect, split.detect);
  put(times.decide, split.decide);
  put(times.execute, split.execute);
  if (split.total) {
    times.total.push_back({core::to_seconds(*split.total), true});
  } else {
    const double watched = core::to_seconds(*fault.watched_until - *fault.began);
    times.total.push_back({std::max(0.0, watched), false});
    ++times.open;
  }
}

}  // namespace

FigureTable table_of(const FigureColumn& column) {
  if (column.metric.starts_with("latency_home") || column.metric.starts_with("latency_remote")) {
    return FigureTable::kRegions;
  }
  switch (column.under) {
    case Under::kOwnCalm:
    case Under::kOwnFaults:
      return FigureTable::kOwnLoad;
    case Under::kSizes:
      return FigureTable::kSizes;
    default:
      return FigureTable::kSameLoad;
  }
}

std::string_view title_of(FigureTable table) {
  constexpr std::string_view kTitles[] = {"", "Latency at home and elsewhere",
                                          "At 60 % of each pattern's own capacity", "Scalability"};
  return kTitles[static_cast<std::size_t>(table)];
}

std::string_view meaning_of(FigureTable table) {
  constexpr std::string_view kMeanings[] = {
      "",
      "Of tasks done, by the region of the agent that did them. The client and the venue are at "
      "home, in the first region; what is done elsewhere crosses the distance for its assignment, "
      "its orders and its result.",
      "The rate is 60 % of the capacity that a bisection finds for the pattern and the seed; the "
      "faults are those of S1.",
      "Capacity, by bisection to 5 %, with 1, 2, 4, 8 and 10 agents (of a ring: in each stage), "
      "and "
      "its growth from 2 to 10. Gunther's Universal Scalability Law, C(n) = γ n / (1 + σ (n - 1) + "
      "κ n (n - 1)), is fitted to these by least squares of relative errors: σ is contention, "
      "below "
      "0 where capacity grows faster than the number of agents; κ is coherence, held at 0 or "
      "above; the misfit is the law's greatest deviation from a measured capacity. Who "
      "is too few for the standbys, voters or sub-leaders of the others goes without them, so the "
      "growth contains what these cost."};
  return kMeanings[static_cast<std::size_t>(table)];
}

std::vector<std::size_t> columns_of(FigureTable table, const std::vector<PatternFigures>& rows) {
  std::vector<std::size_t> columns;
  for (std::size_t i = 0; i < kFigureColumns.size(); ++i) {
    const bool known = std::ranges::any_of(rows, [&](const PatternFigures& row) {
      return row.values[i].has_value() && (table != FigureTable::kRegions || !row.regions.empty());
    });
    if (known && table_of(kFigureColumns[i]) == table) {
      columns.push_back(i);
    }
  }
  return columns;
}

std::string heading(const std::vector<PatternFigures>& rows, std::size_t column) {
  const FigureColumn& one = kFigureColumns[column];
  std::string names;
  for (const std::string& schedule : schedules_of(rows, column)) {
    if (!schedule.empty() && schedule != one.title && one.under != Under::kSizes) {
      names += (names.empty() ? "" : ", ") + schedule;
    }
  }
  return std::string(one.title) + (names.empty() ? "" : " (" + names + ")");
}

std::vector<Across> comparisons(const lab::SuiteResult& suite) {
  std::vector<Across> made;
  for (const lab::CaseResult& result : suite.cases) {
    if (result.pattern != kComparison || result.runs.empty()) {
      continue;
    }
    Across& one = made.emplace_back();
    one.title = result.case_name;
    one.same_load = true;
    const Arms list = arms(result);
    for (const auto& [name, runs] : list) {
      one.rows.push_back(figures(title_of(name), result.scenario, arm_runs(runs)));
      one.rows.back().arm = name;
    }
    one.differences = differences(list, result.scenario);
    one.order = order_of(one.rows);
  }
  return made;
}

Across across_patterns(const lab::SuiteResult& suite) {
  if (std::vector<Across> compared = comparisons(suite); !compared.empty()) {
    return std::move(compared.front());
  }
  Across made;
  for (const lab::CaseResult& result : suite.cases) {
    const bool known =
        std::ranges::find(made.rows, result.pattern, &PatternFigures::name) != made.rows.end();
    if (!known && !result.runs.empty()) {
      made.rows.push_back(
          figures(result.pattern, result.scenario, arm_runs(arms(result)[0].second)));
    }
  }
  return made;
}

std::string figure_text(const PatternFigures& row, std::size_t column) {
  const scenario::Metric* metric = scenario::find_metric(kFigureColumns[column].metric);
  const auto& figure = row.values[column];
  if (!figure || metric == nullptr) {
    return "–";
  }
  const std::uint64_t all = figure->runs + figure->infinite + figure->without;
  std::string lacking;
  const auto lacks = [&](std::uint64_t count, std::string_view what) {
    if (count > 0) {
      lacking += (lacking.empty() ? "" : ", ") + std::string(what) + " in " +
                 std::to_string(count) + " of " + std::to_string(all);
    }
  };
  lacks(figure->infinite, scenario::text_of_infinite(metric->name));
  lacks(figure->without, "none");
  if (figure->runs == 0) {
    return figure->infinite > 0 ? lacking : "–";
  }
  std::string value = with_unit(figure->estimate.value, metric->unit);
  const stats::Interval& interval = figure->estimate.interval;
  if (std::isfinite(interval.low) && std::isfinite(interval.high)) {
    value += " [" + with_unit(interval.low, metric->unit) + ", " +
             with_unit(interval.high, metric->unit) + "]";
  }
  return lacking.empty() ? value : lacking + ", else " + value;
}

std::string cell_text(const std::vector<PatternFigures>& rows, const PatternFigures& row,
                      std::size_t column) {
  const std::string text = figure_text(row, column);
  const auto& figure = row.values[column];
  const bool named = figure && !figure->schedule.empty() && schedules_of(rows, column).size() > 1;
  return named ? text + " (" + figure->schedule + ")" : text;
}

std::string runs_text(const PatternFigures& row) {
  return std::to_string(row.runs) + (row.runs < kRunsToPublish ? ", observed" : "");
}

std::vector<Recovery> recoveries(const lab::SuiteResult& suite, std::string_view pattern,
                                 const PatternFigures* row) {
  std::map<std::pair<std::string, std::string>, Times> kinds;  // by schedule and kind
  for (const lab::CaseResult& result : suite.cases) {
    if (result.pattern != pattern || (row != nullptr && result.scenario != row->scenario)) {
      continue;
    }
    for (const lab::RunResult& run : result.runs) {
      if (row != nullptr && run.arm != row->arm) {
        continue;
      }
      for (const lab::FaultRecord& fault : run.faults) {
        if (fault.began && fault.acted > 0 && fault.watched_until) {
          const bool of_leader = fault.on_leader && fault.targets.size() == 1;
          const std::string kind = fault.kind + (of_leader ? " of the leader" : "");
          add_fault(kinds[{run.schedule_name, kind}], fault);
        }
      }
    }
  }
  std::vector<Recovery> made;
  for (auto& [key, times] : kinds) {
    const auto curve = stats::kaplan_meier(times.total);
    made.push_back({key.second, key.first, times.total.size(), times.open,
                    median(std::move(times.detect)), median(std::move(times.decide)),
                    median(std::move(times.execute)), stats::survival_quantile(curve, 0.5)});
  }
  return made;
}

std::string mean_text(const lab::MetricEstimate* estimate, std::string_view metric) {
  const scenario::Metric* known = scenario::find_metric(metric);
  if (estimate == nullptr || known == nullptr) {
    return "–";
  }
  if (!std::isinf(estimate->value)) {
    return with_unit(estimate->value, known->unit);
  }
  const std::string text(scenario::text_of_infinite(metric));
  return estimate->infinite == estimate->n ? text
                                           : text + " in " + std::to_string(estimate->infinite) +
                                                 " of " + std::to_string(estimate->n);
}

std::string seconds_text(const std::optional<double>& seconds) {
  return seconds ? with_unit(*seconds, scenario::Unit::kSeconds) : "–";
}

std::string safety_text(const lab::Safety& safety) {
  if (safety.orders == 0) {
    return {};
  }
  return std::to_string(safety.violations) + " in " + std::to_string(safety.orders) +
         " orders, below " + with_unit(safety.bound_per_million(), scenario::Unit::kCount) +
         " in 10⁶ (95 %)";
}

lab::Safety safety_of_pattern(const lab::SuiteResult& suite, std::string_view pattern) {
  lab::Safety safety;
  for (const lab::CaseResult& result : suite.cases) {
    for (const lab::RunResult& run : result.runs) {
      safety += result.pattern == pattern ? lab::safety_of(run) : lab::Safety();
    }
  }
  return safety;
}

std::uint64_t schedule_hash(const lab::SuiteResult& suite) {
  Runs runs;
  for (const lab::CaseResult& result : suite.cases) {
    for (const lab::RunResult& run : result.runs) {
      runs.push_back(&run);
    }
  }
  return schedule_of(runs);
}

}  // namespace report
