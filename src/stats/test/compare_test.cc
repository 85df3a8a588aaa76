// Mann-Whitney and Holm against published numbers.
#include "stats/compare.h"

#include <gtest/gtest.h>

#include <limits>

namespace stats {
namespace {

// Hollander and Wolfe, "Nonparametric statistical methods" (1973), p. 69: W = 35, one-sided p
// 0.1272.
TEST(MannWhitneyTest, GivesThePublishedNumbers) {
  const std::vector<double> a{0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46};
  const std::vector<double> b{1.15, 0.88, 0.90, 0.74, 1.21};
  const MannWhitney result = mann_whitney(a, b);
  EXPECT_EQ(result.u, 35);
  EXPECT_EQ(result.superiority, 0.7);
  EXPECT_TRUE(result.exact);
  EXPECT_NEAR(result.p_two_sided, 2 * 0.1272, 5e-5);
  EXPECT_NEAR(mann_whitney(b, a).p_two_sided, result.p_two_sided, 1e-12);
}

TEST(MannWhitneyTest, CannotBeSignificantBelowFourPerSide) {
  const auto apart = [](std::size_t n) {
    std::vector<double> a;
    std::vector<double> b;
    for (std::size_t i = 0; i < n; ++i) {
      a.push_back(static_cast<double>(i));
      b.push_back(static_cast<double>(i) + 100);
    }
    return mann_whitney(a, b).p_two_sided;
  };
  EXPECT_NEAR(apart(3), 0.1, 1e-12);
  EXPECT_NEAR(apart(4), 0.029, 0.0005);
}

// All values equal but one: 1 of 4 ways to place it on a side of its own is as extreme on either
// side.
TEST(MannWhitneyTest, IsExactWithTiesToo) {
  const MannWhitney result = mann_whitney(std::vector<double>{1, 1}, std::vector<double>{1, 2});
  EXPECT_TRUE(result.exact);
  EXPECT_EQ(result.u, 1);
  EXPECT_EQ(result.p_two_sided, 1);
  const MannWhitney same = mann_whitney(std::vector<double>{5, 5, 5}, std::vector<double>{5, 5});
  EXPECT_EQ(same.p_two_sided, 1);
  EXPECT_EQ(same.superiority, 0.5);
}

// (5 5 | 1 1 1): of the 10 ways to pick two ranks only this one is as far from the mean.
TEST(MannWhitneyTest, CountsTiedWays) {
  const MannWhitney result = mann_whitney(std::vector<double>{5, 5}, std::vector<double>{1, 1, 1});
  EXPECT_NEAR(result.p_two_sided, 0.1, 1e-12);
}

TEST(MannWhitneyTest, RanksFailedTasksLast) {
  const double infinity = std::numeric_limits<double>::infinity();
  const MannWhitney result = mann_whitney(std::vector<double>{infinity, infinity, infinity},
                                          std::vector<double>{1, 2, 1e300});
  EXPECT_EQ(result.u, 9);
  EXPECT_NEAR(result.p_two_sided, 0.1, 1e-12);
}

// U = 300 of 900 without ties: z = (150 - 0.5) / sqrt(900 x 61 / 12) = 2.2103.
TEST(MannWhitneyTest, IsNormalForLargeSamples) {
  std::vector<double> a;
  std::vector<double> b;
  for (int i = 0; i < 30; ++i) {
    a.push_back(2 * i);
    b.push_back(2 * i + 11);
  }
  const MannWhitney result = mann_whitney(a, b);
  EXPECT_FALSE(result.exact);
  EXPECT_EQ(result.u, 300);
  EXPECT_NEAR(result.p_two_sided, 0.0271, 5e-5);
}

TEST(MannWhitneyTest, TheTwoWaysAgreeWhereTheyMeet) {
  std::vector<double> a;
  std::vector<double> b;
  for (int i = 0; i < 25; ++i) {
    a.push_back(2 * i);
    b.push_back(2 * i + 15);
  }
  const double exact = mann_whitney(a, b).p_two_sided;
  a.push_back(50);
  b.push_back(65);
  const double normal = mann_whitney(a, b).p_two_sided;
  EXPECT_NEAR(exact, normal, 0.01);
}

TEST(Holm, AdjustsStepByStep) {
  const std::vector<double> adjusted = holm(std::vector<double>{0.01, 0.04, 0.03, 0.005});
  const std::vector<double> expected{0.03, 0.06, 0.06, 0.02};
  ASSERT_EQ(adjusted.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_NEAR(adjusted[i], expected[i], 1e-12);
  }
}

TEST(Holm, StaysAtMostOne) {
  EXPECT_EQ(holm(std::vector<double>{0.9, 0.6}), (std::vector<double>{1, 1}));
  EXPECT_TRUE(holm({}).empty());
}

}  // namespace
}  // namespace stats
