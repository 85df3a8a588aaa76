// The figures of a suite by pattern, for the page and for Markdown: the columns of the comparison
// across patterns, and how long each kind of fault took to be dealt with.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lab/recommend.h"
#include "lab/safety.h"
#include "lab/suite.h"
#include "scenario/metrics.h"
#include "stats/bootstrap.h"

namespace report {

// Under what a column's numbers were measured.
enum class Under : std::uint8_t {
  kCalm,      // S0, or its short form S0s where S0 was not run
  kFaults,    // S1, or S1s
  kOverload,  // S3
  kCapacity,  // no fault, at the largest rate that is served well
  kOwnCalm,   // S0 at a share of that rate
  kOwnFaults,
  kSizes,  // the capacities of swarms of several sizes
};
struct FigureColumn {
  std::string_view title;
  std::string_view metric;
  Under under = Under::kFaults;
};
inline constexpr auto kFigureColumns =
    std::to_array<FigureColumn>({{"reliability", "reliability", Under::kFaults},
                                 {"reliability, overload", "reliability", Under::kOverload},
                                 {"success rate", "success_rate", Under::kFaults},
                                 {"latency mean", "latency_mean", Under::kCalm},
                                 {"min", "latency_min", Under::kCalm},
                                 {"max", "latency_max", Under::kCalm},
                                 {"p50", "latency_p50", Under::kCalm},
                                 {"p95", "latency_p95", Under::kCalm},
                                 {"p99", "latency_p99", Under::kCalm},
                                 {"p50, faults", "latency_p50", Under::kFaults},
                                 {"p99, faults", "latency_p99", Under::kFaults},
                                 {"jitter", "jitter", Under::kCalm},
                                 {"goodput", "goodput", Under::kCalm},
                                 {"throughput", "throughput", Under::kCalm},
                                 {"capacity", "capacity", Under::kCapacity},
                                 {"recovery", "recovery_time", Under::kFaults},
                                 {"recovery p95", "recovery_p95", Under::kFaults},
                                 {"detect", "recovery_detect", Under::kFaults},
                                 {"decide", "recovery_decide", Under::kFaults},
                                 {"execute", "recovery_execute", Under::kFaults},
                                 {"not within 30 s", "slow_recoveries", Under::kFaults},
                                 {"work lost", "degradation", Under::kFaults},
                                 {"unsafe in 10⁶ orders", lab::kSafetyMetric, Under::kFaults},
                                 {"cost of 1,000", "cost_per_1k", Under::kFaults},
                                 {"waste", "waste", Under::kFaults},
                                 {"messages per task", "messages_per_task", Under::kCalm},
                                 {"utilisation", "utilisation_mean", Under::kCalm},
                                 {"load max/min", "share_ratio", Under::kCalm},
                                 {"hub utilisation", "hub_utilisation", Under::kCalm},
                                 {"leader failover", "failover_time", Under::kFaults},
                                 {"links to a worker", "relay_hops_mean", Under::kCalm},
                                 {"delay of a link", "hop_delay_p50", Under::kCalm},
                                 {"agreement", "agreement_rate", Under::kCalm},
                                 {"ready", "readiness", Under::kCalm},
                                 {"connected", "connectivity", Under::kCalm},
                                 {"profit and loss", "profit_loss", Under::kCalm},
                                 {"rate", "own_rate", Under::kOwnFaults},
                                 {"reliability", "reliability", Under::kOwnFaults},
                                 {"goodput", "goodput", Under::kOwnFaults},
                                 {"p50, no faults", "latency_p50", Under::kOwnCalm},
                                 {"p99, no faults", "latency_p99", Under::kOwnCalm},
                                 {"p50, faults", "latency_p50", Under::kOwnFaults},
                                 {"p99, faults", "latency_p99", Under::kOwnFaults},
                                 {"recovery", "recovery_time", Under::kOwnFaults},
                                 {"recovery p95", "recovery_p95", Under::kOwnFaults},
                                 {"work lost", "degradation", Under::kOwnFaults},
                                 {"cost of 1,000", "cost_per_1k", Under::kOwnFaults},
                                 {"waste", "waste", Under::kOwnFaults},
                                 {"p50 at home", "latency_home_p50", Under::kCalm},
                                 {"p99 at home", "latency_home_p99", Under::kCalm},
                                 {"p50 elsewhere", "latency_remote_p50", Under::kCalm},
                                 {"p99 elsewhere", "latency_remote_p99", Under::kCalm},
                                 {"p50 at home, faults", "latency_home_p50", Under::kFaults},
                                 {"p99 at home, faults", "latency_home_p99", Under::kFaults},
                                 {"p50 elsewhere, faults", "latency_remote_p50", Under::kFaults},
                                 {"p99 elsewhere, faults", "latency_remote_p99", Under::kFaults},
                                 {"1 agent", "capacity_1", Under::kSizes},
                                 {"2", "capacity_2", Under::kSizes},
                                 {"4", "capacity_4", Under::kSizes},
                                 {"8", "capacity_8", Under::kSizes},
                                 {"10", "capacity_10", Under::kSizes},
                                 {"C(10)/C(2)", "scalability", Under::kSizes},
                                 {"USL σ", "usl_sigma", Under::kSizes},
                                 {"USL κ", "usl_kappa", Under::kSizes},
                                 {"misfit", "usl_misfit", Under::kSizes}});

struct Figure {
  std::string schedule;        // that its runs were under: "S1s"; empty: none of the standard ones
  stats::Estimate estimate;    // its interval only from lab::kSeedsToJudge runs on, else infinite
  std::uint64_t runs = 0;      // that it is the mean of
  std::uint64_t infinite = 0;  // in which what was due did not come: see scenario/metrics.h
  std::uint64_t without = 0;   // to which the metric does not apply
};

struct PatternFigures {
  std::string name;        // of the pattern, or of the variant of the comparison
  std::string arm;         // as the scenario has it; empty where it is no comparison
  std::string scenario;    // where they come from
  std::uint64_t runs = 0;  // under faults, or of all where nothing says under what
  std::string schedules;   // "S1 0123456789abcdef": each schedule with its hash
  std::string spof;
  std::string prices;                         // what cost was counted with
  std::string regions;                        // where they ran; empty: in one place
  std::vector<std::optional<Figure>> values;  // parallel to kFigureColumns
};

struct Across {
  std::string title;  // of a comparison: its case
  // All rows stand for the same load: the variants of one comparison. Else each pattern is shown by
  // its own first case, and rows must not be ranked.
  bool same_load = false;
  std::vector<PatternFigures> rows;
  // Of a comparison: policies less their base, seed by seed.
  std::vector<PatternFigures> differences;
  // The topologies by reliability under faults, "≈" where intervals meet; empty: not compared.
  std::string order;
};
// What "met for good" means where recoveries are shown.
inline constexpr std::string_view kRecoveryNote =
    "Met for good is: for 10 s without a break, under the short schedules S0s and S1s for 1 s.";
// Beside the prices that cost was counted with.
inline constexpr std::string_view kCostNote =
    "Cost is of vCPUs and memory for as long as sandboxes are held, warm, starting and failed ones "
    "included; creation and egress are not counted.";
// Published figures and rankings stand on so many runs of a cell; fewer are observed.
inline constexpr std::uint64_t kRunsToPublish = lab::kSeedsToRank;
// The pattern of cases whose variants are the patterns under one load.
inline constexpr std::string_view kComparison = "Performance Summary";

// The columns are printed in several tables.
enum class FigureTable : std::uint8_t { kSameLoad, kRegions, kOwnLoad, kSizes };
[[nodiscard]] FigureTable table_of(const FigureColumn& column);
// What its columns are; empty for the first.
[[nodiscard]] std::string_view title_of(FigureTable table);
[[nodiscard]] std::string_view meaning_of(FigureTable table);
// Those of its columns that a row has something in; indices into kFigureColumns.
[[nodiscard]] std::vector<std::size_t> columns_of(FigureTable table,
                                                  const std::vector<PatternFigures>& rows);

// The column's title with the schedule of its figures, "p99 (S0s)"; with all of them where the rows
// were run under several forms. Without, where the table or the column is called as the schedule.
[[nodiscard]] std::string heading(const std::vector<PatternFigures>& rows, std::size_t column);

// The cases that compare patterns under one load, in the suite's order.
[[nodiscard]] std::vector<Across> comparisons(const lab::SuiteResult& suite);
// The first of them; without one, each pattern by its own first case.
[[nodiscard]] Across across_patterns(const lab::SuiteResult& suite);

// The value as text with its interval where there is one, after the number of runs that have none
// or an infinite one: "never in 3 of 200, else 1.25 s". "–" where it does not exist.
[[nodiscard]] std::string figure_text(const PatternFigures& row, std::size_t column);
// The same as a cell below heading(): with its schedule where that names several.
[[nodiscard]] std::string cell_text(const std::vector<PatternFigures>& rows,
                                    const PatternFigures& row, std::size_t column);
// "12", or "12, observed" where these are too few to publish.
[[nodiscard]] std::string runs_text(const PatternFigures& row);

// One kind of fault over all runs of a pattern under one schedule. Times are medians over the
// faults that got so far; the total counts those not seen to recover as longer than they were
// watched (Kaplan and Meier).
struct Recovery {
  std::string kind;      // "crash", "crash of the leader"
  std::string schedule;  // of the runs; empty: none of the standard ones
  std::uint64_t faults = 0;
  std::uint64_t open = 0;  // not seen to recover
  std::optional<double> detect_s;
  std::optional<double> decide_s;
  std::optional<double> execute_s;
  std::optional<double> total_s;  // absent: more than half were not
};
// `row`: only the runs of this row of a comparison; null: all of the pattern.
[[nodiscard]] std::vector<Recovery> recoveries(const lab::SuiteResult& suite,
                                               std::string_view pattern,
                                               const PatternFigures* row = nullptr);
// "never in 3 of 20" where it is infinite; "–" for null.
[[nodiscard]] std::string mean_text(const lab::MetricEstimate* estimate, std::string_view metric);
[[nodiscard]] std::string seconds_text(const std::optional<double>& seconds);

// "0 in 12,345 orders, below 243 in 10⁶ (95 %)"; empty without orders.
[[nodiscard]] std::string safety_text(const lab::Safety& safety);
// Of all runs of the pattern's cases, whatever they were under.
[[nodiscard]] lab::Safety safety_of_pattern(const lab::SuiteResult& suite,
                                            std::string_view pattern);

// Of all runs of the suite.
[[nodiscard]] std::uint64_t schedule_hash(const lab::SuiteResult& suite);

}  // namespace report
