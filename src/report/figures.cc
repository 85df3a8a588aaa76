#include "figures.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "core/hash.h"
#include "markup.h"
#include "num/stream.h"
#include "stats/summary.h"
#include "stats/survival.h"

namespace report {
namespace {

constexpr std::size_t kResamples = 1'000;
// The case whose variants are the patterns under one load.
constexpr std::string_view kComparison = "Performance Summary";

using Runs = std::vector<const lab::RunResult*>;

std::uint64_t schedule_of(const Runs& runs) {
  core::Hasher hasher;
  for (const lab::RunResult* run : runs) {
    hasher.word(run->schedule);
  }
  return hasher.value();
}

std::optional<stats::Estimate> estimate(const Runs& runs, std::string_view metric) {
  std::vector<double> values;
  for (const lab::RunResult* run : runs) {
    const auto found = run->metrics.find(metric);
    if (found != run->metrics.end() && std::isfinite(found->second)) {
      values.push_back(found->second);
    }
  }
  if (values.empty()) {
    return {};
  }
  const auto mean = stats::mean_of_runs(values);
  if (values.size() < lab::kSeedsToJudge) {
    double sum = 0;
    for (const double value : values) {
      sum += value;
    }
    return stats::Estimate{sum / static_cast<double>(values.size()), {-HUGE_VAL, HUGE_VAL}};
  }
  return stats::bootstrap(values.size(), mean, num::Stream(1, 0, num::purpose_of(metric)),
                          {kResamples, stats::kConfidence});
}

PatternFigures figures(std::string name, std::string scenario, const Runs& runs) {
  PatternFigures made;
  made.name = std::move(name);
  made.scenario = std::move(scenario);
  made.runs = runs.size();
  made.schedule = schedule_of(runs);
  made.spof = runs.empty() || runs[0]->spof.empty() ? "–" : runs[0]->spof;
  for (const FigureColumn& column : kFigureColumns) {
    made.values.push_back(estimate(runs, column.metric));
  }
  return made;
}

// Of each variant in the order of the file.
std::vector<std::pair<std::string, Runs>> variants(const lab::CaseResult& result) {
  std::vector<std::pair<std::string, Runs>> found;
  for (const lab::RunResult& run : result.runs) {
    auto at = std::ranges::find(found, run.run, &std::pair<std::string, Runs>::first);
    if (at == found.end()) {
      at = found.insert(found.end(), {run.run, {}});
    }
    at->second.push_back(&run);
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

void add_fault(Times& times, const lab::FaultRecord& fault, double end_s) {
  // A record that does not add up must not stop a report.
  const auto between = [](core::Time from, core::Time to) {
    return std::max(0.0, core::to_seconds(to - from));
  };
  if (fault.detected) {
    times.detect.push_back(between(*fault.began, *fault.detected));
  }
  if (fault.detected && fault.decided) {
    times.decide.push_back(between(*fault.detected, *fault.decided));
  }
  if (fault.decided && fault.executed) {
    times.execute.push_back(between(*fault.decided, *fault.executed));
  }
  if (fault.executed) {
    times.total.push_back({between(*fault.began, *fault.executed), true});
  } else {
    const double watched = end_s - core::to_seconds(fault.began->time_since_epoch());
    times.total.push_back({std::max(0.0, watched), false});
    ++times.open;
  }
}

}  // namespace

Across across_patterns(const lab::SuiteResult& suite) {
  Across made;
  for (const lab::CaseResult& result : suite.cases) {
    if (result.pattern == kComparison && !result.runs.empty()) {
      made.same_load = true;
      for (const auto& [name, runs] : variants(result)) {
        made.rows.push_back(figures(name, result.scenario, runs));
      }
      return made;
    }
  }
  for (const lab::CaseResult& result : suite.cases) {
    const bool known =
        std::ranges::find(made.rows, result.pattern, &PatternFigures::name) != made.rows.end();
    if (!known && !result.runs.empty()) {
      made.rows.push_back(figures(result.pattern, result.scenario, variants(result)[0].second));
    }
  }
  return made;
}

std::string figure_text(const PatternFigures& row, std::size_t column) {
  const scenario::Metric* metric = scenario::find_metric(kFigureColumns[column].metric);
  const auto& estimate = row.values[column];
  if (!estimate || metric == nullptr) {
    return "–";
  }
  const std::string value = with_unit(estimate->value, metric->unit);
  const stats::Interval& interval = estimate->interval;
  if (!std::isfinite(interval.low) || !std::isfinite(interval.high)) {
    return value;
  }
  return value + " [" + with_unit(interval.low, metric->unit) + ", " +
         with_unit(interval.high, metric->unit) + "]";
}

std::vector<Recovery> recoveries(const lab::SuiteResult& suite, std::string_view pattern) {
  std::map<std::string, Times> kinds;
  for (const lab::CaseResult& result : suite.cases) {
    if (result.pattern != pattern) {
      continue;
    }
    for (const lab::RunResult& run : result.runs) {
      for (const lab::FaultRecord& fault : run.faults) {
        if (fault.began && fault.acted > 0) {
          add_fault(kinds[fault.kind], fault, run.virtual_s);
        }
      }
    }
  }
  std::vector<Recovery> made;
  for (auto& [kind, times] : kinds) {
    const auto curve = stats::kaplan_meier(times.total);
    made.push_back({kind, times.total.size(), times.open, median(std::move(times.detect)),
                    median(std::move(times.decide)), median(std::move(times.execute)),
                    stats::survival_quantile(curve, 0.5)});
  }
  return made;
}

std::string seconds_text(const std::optional<double>& seconds) {
  return seconds ? with_unit(*seconds, scenario::Unit::kSeconds) : "–";
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
