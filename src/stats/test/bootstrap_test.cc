// The bootstrap against a textbook's example and against slower ways to the same number.
#include "stats/bootstrap.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "stats/summary.h"

namespace stats {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

num::Stream stream(std::uint64_t seed) {
  return {seed, 1, num::purpose_of("bootstrap.test")};
}

// Efron and Tibshirani, "An introduction to the bootstrap" (1993), table 14.1: the variance of
// these 26 values is 171.5, with the 90 % BCa interval (115.8, 259.6); the plain percentile
// interval would be (100.8, 233.9).
TEST(Bootstrap, GivesTheTextbooksInterval) {
  const std::vector<double> values{48, 36, 20, 29, 42, 42, 20, 42, 22, 41, 45, 14, 6,
                                   0,  33, 28, 34, 4,  32, 24, 47, 41, 24, 26, 30, 41};
  const Statistic variance = [&](std::span<const std::size_t> runs) {
    const auto n = static_cast<double>(runs.size());
    double sum = 0;
    double squares = 0;
    for (const std::size_t run : runs) {
      sum += values[run];
      squares += values[run] * values[run];
    }
    return squares / n - sum / n * (sum / n);
  };
  const Estimate estimate =
      bootstrap(values.size(), variance, stream(1), {.resamples = kResamples, .confidence = 0.9});
  EXPECT_NEAR(estimate.value, 171.5, 0.05);
  EXPECT_NEAR(estimate.interval.low, 115.8, 4);
  EXPECT_NEAR(estimate.interval.high, 259.6, 6);
}

TEST(Bootstrap, IsAFunctionOfItsStream) {
  const Statistic statistic = mean_of_runs({1, 5, 2, 8, 3, 3, 9});
  EXPECT_EQ(bootstrap(7, statistic, stream(1)), bootstrap(7, statistic, stream(1)));
  EXPECT_NE(bootstrap(7, statistic, stream(1), {.resamples = 100, .confidence = 0.95}),
            bootstrap(7, statistic, stream(2), {.resamples = 100, .confidence = 0.95}));
}

TEST(Bootstrap, OfOneRunSaysNothingAboutOthers) {
  const Estimate estimate = bootstrap(1, mean_of_runs({4}), stream(1));
  EXPECT_EQ(estimate, (Estimate{4, {-kInfinity, kInfinity}}));
}

TEST(Bootstrap, OfEqualRunsIsAPoint) {
  const Estimate estimate = bootstrap(5, mean_of_runs({4, 4, 4, 4, 4}), stream(1));
  EXPECT_EQ(estimate, (Estimate{4, {4, 4}}));
}

TEST(Bootstrap, MeansComeCloseToStudentsInterval) {
  std::vector<double> values;
  num::Stream draws = stream(7);
  for (int i = 0; i < 100; ++i) {
    values.push_back(draws.normal());
  }
  const Mean student = mean(values);
  const Estimate estimate = bootstrap(values.size(), mean_of_runs(values), stream(1));
  EXPECT_NEAR(estimate.value, student.value, 1e-12);
  EXPECT_NEAR(estimate.interval.low, student.interval.low, 0.03);
  EXPECT_NEAR(estimate.interval.high, student.interval.high, 0.03);
}

// How often the interval of 20 skewed values contains the true mean: not far below 95 %.
TEST(Bootstrap, CoversAboutAsOftenAsStated) {
  num::Stream draws = stream(3);
  constexpr int kSamples = 400;
  int covered = 0;
  for (int sample = 0; sample < kSamples; ++sample) {
    std::vector<double> values;
    for (int i = 0; i < 20; ++i) {
      values.push_back(draws.gamma(4));
    }
    const Estimate estimate =
        bootstrap(values.size(), mean_of_runs(values), stream(static_cast<std::uint64_t>(sample)),
                  {.resamples = 1'000, .confidence = 0.95});
    covered += estimate.interval.low <= 4 && 4 <= estimate.interval.high ? 1 : 0;
  }
  EXPECT_GE(covered, kSamples * 88 / 100);
  EXPECT_LE(covered, kSamples * 98 / 100);
}

TEST(Bootstrap, RatiosWeighRunsByTheirSize) {
  const Estimate estimate = bootstrap(3, ratio_of_sums({90, 10, 10}, {100, 10, 10}), stream(1));
  EXPECT_NEAR(estimate.value, 110.0 / 120, 1e-12);
  EXPECT_EQ(ratio_of_sums({0}, {0})(std::vector<std::size_t>{0}), 0);
}

TEST(PooledQuantile, EqualsTheQuantileOfAllValuesTogether) {
  num::Stream draws = stream(11);
  std::vector<std::vector<double>> runs(9);
  for (std::vector<double>& run : runs) {
    const std::uint64_t size = 1 + draws.below(40);
    for (std::uint64_t i = 0; i < size; ++i) {
      run.push_back(draws.below(50) == 0 ? kInfinity : static_cast<double>(draws.below(100)));
    }
  }
  for (const double p : {0.0, 0.5, 0.95, 0.99, 1.0}) {
    const Statistic statistic = pooled_quantile(runs, p);
    for (int round = 0; round < 50; ++round) {
      std::vector<std::size_t> drawn;
      std::vector<double> all;
      for (std::size_t i = 0; i < runs.size(); ++i) {
        drawn.push_back(draws.below(runs.size()));
        all.insert(all.end(), runs[drawn.back()].begin(), runs[drawn.back()].end());
      }
      EXPECT_EQ(statistic(drawn), quantile_of(all, p));
    }
  }
}

// Half of the runs lost 3 % of their tasks: some draws of runs have a p99, others have none.
TEST(PooledQuantile, MayBeInfiniteInTheInterval) {
  std::vector<std::vector<double>> runs(10, std::vector<double>(100, 0.2));
  for (std::size_t run = 0; run < 3; ++run) {
    std::fill_n(runs[run].begin(), 3, kInfinity);
  }
  const Estimate estimate = bootstrap(runs.size(), pooled_quantile(runs, 0.99), stream(1));
  EXPECT_EQ(estimate.value, 0.2);
  EXPECT_EQ(estimate.interval, (Interval{0.2, kInfinity}));
}

}  // namespace
}  // namespace stats
