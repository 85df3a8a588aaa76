// Two sets of runs, metric by metric: is B worse than A?
//
// Runs are compared within a cell (scenario and variant). Where both sets have the same seeds under
// the same fault schedule, the runs are pairs. A metric is worse, or better, when three things hold
// (patterns.md A18): its p-value stays below 5 % after Holm's correction over all metrics of all
// cells; the interval of its difference lies wholly on one side; and it lies wholly outside the
// noise band, which is what random halves of A differ by among themselves. A requirement that one
// run decides needs no statistics: a seed that passed in A and fails in B is a regression.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lab/run_set.h"
#include "stats/bootstrap.h"

namespace lab {

enum class Change : std::uint8_t { kSame, kBetter, kWorse, kTooFew };
constexpr Change last_value(Change) {
  return Change::kTooFew;
}
// "same", "better", "worse", "too few runs"
std::string_view name_of(Change change);

struct Difference {
  std::string cell;  // Cell::name()
  std::string metric;
  std::size_t runs_a = 0;
  std::size_t runs_b = 0;
  bool paired = false;
  double a = 0;  // the mean; the median where a value is infinite
  double b = 0;
  double difference = 0;  // b - a
  stats::Interval interval;
  double noise = 0;          // half the width of the band
  double superiority = 0.5;  // chance that a run of A has more than one of B: what decides which
                             // way it went where a value is infinite, and medians need not move
  double p = 1;
  double p_corrected = 1;
  Change change = Change::kSame;
};

struct NewFailure {
  std::string run;  // of B
  std::string reason;
};

struct CompareOptions {
  std::vector<std::string> metrics;  // empty: default_metrics()
  std::size_t fewest_runs = kSeedsToJudge;
  double alpha = 0.05;
};

struct Comparison {
  std::vector<Difference> differences;  // by cell, then in the catalogue's order
  std::vector<NewFailure> new_failures;
  std::vector<std::string> only_a;  // cells that the other set lacks
  std::vector<std::string> only_b;
  // kFail: a regression; kInconclusive: nothing to compare, or too few runs of some cell.
  Verdict verdict = Verdict::kInconclusive;
  std::string reason;
};

// Those of the catalogue that say how good a deployment is, and not what was asked of it.
std::vector<std::string> default_metrics();

// kInvalid: a metric that the catalogue does not have.
core::Result<Comparison> compare(const RunSet& a, const RunSet& b,
                                 const CompareOptions& options = {});

}  // namespace lab
