// Intervals against published numbers.
#include "stats/interval.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace stats {
namespace {

void expect_percent(const Interval& interval, double low, double high) {
  EXPECT_NEAR(interval.low * 100, low, 0.05);
  EXPECT_NEAR(interval.high * 100, high, 0.05);
}

TEST(Proportions, ClopperPearsonGivesThePublishedNumbers) {
  expect_percent(clopper_pearson(98, 100), 93.0, 99.8);
  expect_percent(clopper_pearson(980, 1000), 96.9, 98.8);
  EXPECT_NEAR(clopper_pearson(98, 100).low, 0.9296161, 1e-6);
  EXPECT_NEAR(clopper_pearson(98, 100).high, 0.9975686, 1e-6);
}

TEST(Proportions, WilsonFollowsItsFormula) {
  EXPECT_NEAR(wilson(98, 100).low, 0.92999, 1e-5);
  EXPECT_NEAR(wilson(98, 100).high, 0.99450, 1e-5);
}

TEST(Proportions, StayWithinZeroAndOne) {
  for (const std::uint64_t trials : {1U, 7U, 1000U}) {
    for (const auto method : {wilson, clopper_pearson}) {
      EXPECT_EQ(method(0, trials, kConfidence).low, 0);
      EXPECT_EQ(method(trials, trials, kConfidence).high, 1);
      EXPECT_LT(method(0, trials, kConfidence).high, 1);
      EXPECT_GT(method(trials, trials, kConfidence).low, 0);
    }
  }
}

TEST(Proportions, AreMirrored) {
  for (std::uint64_t successes = 0; successes <= 20; ++successes) {
    for (const auto method : {wilson, clopper_pearson}) {
      EXPECT_NEAR(method(successes, 20, 0.9).low, 1 - method(20 - successes, 20, 0.9).high, 1e-12);
    }
  }
}

// What "95 %" promises: whatever the true rate is, at least 95 % of the samples give an interval
// that contains it. The chances of all samples of 30 are added up exactly.
TEST(Proportions, ClopperPearsonCoversAtLeastAsOftenAsStated) {
  constexpr std::uint64_t kTrials = 30;
  for (double truth = 0.02; truth < 1; truth += 0.02) {
    double covered = 0;
    for (std::uint64_t k = 0; k <= kTrials; ++k) {
      const auto n = static_cast<double>(kTrials);
      const auto x = static_cast<double>(k);
      const double chance =
          std::exp(std::lgamma(n + 1) - std::lgamma(x + 1) - std::lgamma(n - x + 1) +
                   x * std::log(truth) + (n - x) * std::log(1 - truth));
      const Interval interval = clopper_pearson(k, kTrials);
      covered += interval.low <= truth && truth <= interval.high ? chance : 0;
    }
    EXPECT_GE(covered, 0.95) << truth;
  }
}

TEST(Proportions, NoFailureInNBoundsTheRateByAboutThreeOverN) {
  EXPECT_NEAR(upper_bound(0, 100), 1 - std::pow(0.05, 0.01), 1e-9);
  EXPECT_NEAR(upper_bound(0, 1'000'000) * 1e6, 3.0, 0.01);
  EXPECT_EQ(upper_bound(5, 5), 1);
}

TEST(Means, HaveStudentsInterval) {
  const Mean result = mean(std::vector<double>{1, 2, 3, 4, 5});
  EXPECT_EQ(result.value, 3);
  EXPECT_NEAR(result.interval.low, 1.03676, 1e-5);
  EXPECT_NEAR(result.interval.high, 4.96324, 1e-5);
}

TEST(Means, OfOneValueSayNothingAboutOthers) {
  const Mean result = mean(std::vector<double>{7});
  EXPECT_EQ(result.value, 7);
  EXPECT_TRUE(std::isinf(result.interval.low) && result.interval.low < 0);
  EXPECT_TRUE(std::isinf(result.interval.high) && result.interval.high > 0);
}

}  // namespace
}  // namespace stats
