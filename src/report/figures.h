// The figures of a suite by pattern, for the page and for Markdown: the columns of the comparison
// across patterns, and how long each kind of fault took to be dealt with.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lab/suite.h"
#include "scenario/metrics.h"
#include "stats/bootstrap.h"

namespace report {

struct FigureColumn {
  std::string_view title;
  std::string_view metric;
};
inline constexpr auto kFigureColumns =
    std::to_array<FigureColumn>({{"reliability", "reliability"},
                                 {"success rate", "success_rate"},
                                 {"latency mean", "latency_mean"},
                                 {"p50", "latency_p50"},
                                 {"p99", "latency_p99"},
                                 {"jitter", "jitter"},
                                 {"goodput", "goodput"},
                                 {"recovery", "recovery_time"},
                                 {"work lost", "degradation"},
                                 {"messages per task", "messages_per_task"},
                                 {"utilisation", "utilisation_mean"},
                                 {"load max/min", "share_ratio"},
                                 {"profit and loss", "profit_loss"}});

struct PatternFigures {
  std::string name;      // of the pattern, or of the variant of the comparison
  std::string scenario;  // where they come from
  std::uint64_t runs = 0;
  std::uint64_t schedule = 0;  // a hash over the fault schedules of these runs
  std::string spof;
  // Parallel to kFigureColumns; intervals only from lab::kSeedsToJudge runs on, else infinite.
  std::vector<std::optional<stats::Estimate>> values;
};

struct Across {
  // All rows stand for the same load: the variants of one comparison. Else each pattern is shown by
  // its own first case, and rows must not be ranked.
  bool same_load = false;
  std::vector<PatternFigures> rows;
};
[[nodiscard]] Across across_patterns(const lab::SuiteResult& suite);

// The value as text with its interval where there is one; "–" where it does not exist.
[[nodiscard]] std::string figure_text(const PatternFigures& row, std::size_t column);

// One kind of fault over all runs of a pattern. Times are medians over the faults that got so far;
// the total counts those that never did as longer than they were watched (Kaplan and Meier).
struct Recovery {
  std::string kind;
  std::uint64_t faults = 0;
  std::uint64_t open = 0;  // never dealt with before the run's end
  std::optional<double> detect_s;
  std::optional<double> decide_s;
  std::optional<double> execute_s;
  std::optional<double> total_s;  // absent: more than half were not
};
[[nodiscard]] std::vector<Recovery> recoveries(const lab::SuiteResult& suite,
                                               std::string_view pattern);
[[nodiscard]] std::string seconds_text(const std::optional<double>& seconds);

// Of all runs of the suite.
[[nodiscard]] std::uint64_t schedule_hash(const lab::SuiteResult& suite);

}  // namespace report
