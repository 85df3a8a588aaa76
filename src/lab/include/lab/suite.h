// Cases over runs and seeds: what `test` does.
//
// A case is one scenario file: its variants ("runs") are run for every seed, and the case passes
// when every run does, when every requirement that compares variants holds for every seed, and,
// from 20 seeds on, when every objective is met with an interval to show for it: one that spans the
// bound leaves the case inconclusive. Fewer seeds leave objectives "observed".
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "lab/run.h"
#include "scenario/scenario.h"

namespace lab {

inline constexpr std::uint64_t kSeedsToJudge = 20;

struct Case {
  std::string path;  // as the user would name it in a command
  scenario::ScenarioFile file;
  std::string found_as{};   // what stands for it in the names of its runs; empty: its name
  std::uint64_t seeds = 0;  // so many of it; 0: SuiteOptions::seeds
};

// Over the seeds of one variant.
struct MetricEstimate {
  double value = 0;              // the mean; infinite where that is so in one run
  std::optional<double> ci_low;  // from kSeedsToJudge values on
  std::optional<double> ci_high;
  std::uint64_t n = 0;
  std::uint64_t infinite = 0;  // of these; see scenario/metrics.h
};

using Estimates = std::map<std::string, MetricEstimate, std::less<>>;

// What one variant of a case came to, over its seeds.
struct VariantResult {
  std::string run;  // its name; empty: the case has one variant
  Verdict verdict = Verdict::kInconclusive;
  check::Account account;  // summed
  Estimates metrics;
  std::string spof;  // "None", "Critical": by structure
  std::vector<std::string> spof_nodes;
};

struct CaseResult {
  std::string pattern;  // "Mesh Topology"
  std::string case_name;
  std::string scenario;
  std::string path;
  std::string description;
  Verdict verdict = Verdict::kInconclusive;
  std::string reason;
  std::uint64_t fingerprint = 0;  // of all its runs
  double virtual_s = 0;
  double wall_s = 0;
  std::vector<RunResult> runs;      // by seed, then variant
  std::vector<CheckResult> checks;  // that compare variants, or judge objectives over seeds
  Estimates metrics;                // of the first variant
  check::Account account;           // summed over runs
};

struct SuiteResult {
  std::string suite;
  std::string build;  // of the program; may be empty
  std::string world = "sim";
  std::uint64_t seed = 1;   // the first
  std::uint64_t seeds = 1;  // of the case with most
  std::uint64_t fingerprint = 0;
  double wall_s = 0;
  Verdict verdict = Verdict::kInconclusive;
  bool interrupted = false;
  std::vector<CaseResult> cases;
};

struct SuiteOptions {
  std::string suite = "built-in";
  std::string build;  // of the program, for the names of runs; empty: names without it
  std::uint64_t seed = 1;
  std::uint64_t seeds = 1;
  // Calls body(0) … body(count - 1), in any order and possibly at the same time.
  std::function<void(std::size_t count, const std::function<void(std::size_t)>& body)> for_each;
  std::function<double()> clock_s;  // seconds since any origin, for wall times alone
  std::function<bool()> interrupted;
  // One more run is over; called as for_each calls its body, so possibly at the same time.
  std::function<void(std::size_t done, std::size_t total, const RunResult& latest)> progress;
  // Stops a single run after so many seconds of wall time; 0: never.
  double timeout_s = 0;
  // Whose runs keep their charts and latencies; none: the first seed's.
  std::optional<std::uint64_t> drawn_seed{};
};

// In the order of the first seed's runs.
[[nodiscard]] std::vector<VariantResult> variants_of(const CaseResult& result);

// What came of the tasks of each variant, by its name, over its seeds; in the order of the first
// seed's runs.
[[nodiscard]] std::vector<std::pair<std::string, check::Account>> accounts_of(
    const CaseResult& result);

// The share of all offered tasks of all runs that were done within their deadline; none where no
// task was offered.
[[nodiscard]] std::optional<double> reliability_of(const CaseResult& result);

[[nodiscard]] std::string pattern_title(scenario::Pattern pattern);

// The case judged over these runs, wherever they come from: what run_suite() says of runs that it
// made itself. A requirement that compares two variants is left out where no seed has a run of
// both. REQUIRES: `runs` ascend by seed, and each is of a variant of `source`.
[[nodiscard]] CaseResult conclude_case(const Case& source, std::vector<RunResult> runs);

// Verdict and fingerprint of the whole, from those of its cases. An interrupted suite passes never.
void conclude_suite(SuiteResult& suite);

// kInvalid: a scenario cannot be deployed; the message names it.
[[nodiscard]] core::Result<SuiteResult> run_suite(const std::vector<Case>& cases,
                                                  const SuiteOptions& options);

}  // namespace lab
