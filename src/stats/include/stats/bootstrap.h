// The bootstrap over runs: what a number computed from many runs could as well have been.
//
// Tasks of one run share its seed and its faults, so runs are drawn, never tasks (patterns.md A16).
// Intervals are BCa: bias-corrected and accelerated, second-order accurate and safe for skewed
// statistics such as quantiles and ratios. Efron, "Better bootstrap confidence intervals", JASA 82
// (1987), with the acceleration from the jackknife (Efron and Tibshirani, 1993, equation 14.15).
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include "num/stream.h"
#include "stats/interval.h"

namespace stats {

// The number of interest, computed from the runs with these indices; an index may stand several
// times. It may be infinite but not NaN, and must not depend on the order.
using Statistic = std::function<double(std::span<const std::size_t> runs)>;

struct Estimate {
  double value = 0;  // the statistic of all runs
  Interval interval;
  bool operator==(const Estimate&) const = default;
};

inline constexpr std::size_t kResamples = 10'000;

struct BootstrapOptions {
  std::size_t resamples = kResamples;
  double confidence = kConfidence;
};

// Equal streams give equal intervals. For one run the interval is infinite on both sides: it shows
// nothing about others. REQUIRES at least one run.
Estimate bootstrap(std::size_t runs, const Statistic& statistic, num::Stream stream,
                   const BootstrapOptions& options = {});

// Statistics over runs. Each keeps a copy of what it needs.

// The mean of one value per run; infinite where one is.
Statistic mean_of_runs(std::vector<double> values);

// sum(numerators) / sum(denominators), such as reliability: correct / offered. Zero where the
// denominators are. REQUIRES equal sizes.
Statistic ratio_of_sums(std::vector<double> numerators, std::vector<double> denominators);

// The p-quantile (summary.h) of the values of all runs together, such as the p99 latency of all
// tasks. After a preparation in n log n a call costs about the number of runs times log n, not the
// number of values. REQUIRES at least one value in each run, and no NaN.
Statistic pooled_quantile(const std::vector<std::vector<double>>& values, double p);

}  // namespace stats
