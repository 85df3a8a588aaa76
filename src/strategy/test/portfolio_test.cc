// The optimiser against answers that can be worked out by hand, and against every corner of the
// problem; the strategy against a desk.
#include "strategy/portfolio.h"

#include <gtest/gtest.h>

#include "fixture.h"
#include "num/math.h"
#include "num/stream.h"

namespace strategy {
namespace {

PortfolioProblem two_assets(double first, double second, double covariance = 0) {
  return {{first, second}, num::Matrix(2, 2, {0.04, covariance, covariance, 0.09}), 1, 1};
}

std::vector<double> solved(const PortfolioProblem& problem) {
  const auto weights = optimise(problem);
  EXPECT_TRUE(weights.has_value()) << (weights ? "" : weights.error().message);
  return weights ? *weights : std::vector<double>(problem.expected.size(), -1);
}

void expect_weights(const PortfolioProblem& problem, const std::vector<double>& expected) {
  const std::vector<double> weights = solved(problem);
  ASSERT_EQ(weights.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_NEAR(weights[i], expected[i], 1e-9) << "asset " << i;
  }
}

TEST(Portfolio, WithoutALimitInTheWayItIsTheReturnOverTheVariance) {
  expect_weights(two_assets(0.01, 0.009), {0.25, 0.1});
  PortfolioProblem timid = two_assets(0.01, 0.009);
  timid.aversion = 2;
  expect_weights(timid, {0.125, 0.05});
}

TEST(Portfolio, WhatIsExpectedToFallIsNotHeld) {
  expect_weights(two_assets(-0.01, 0.009), {0, 0.1});
  expect_weights(two_assets(-0.01, -0.02), {0, 0});
  expect_weights(two_assets(0, 0), {0, 0});
}

TEST(Portfolio, ScarceCapitalGoesWhereTheLastBitEarnsMost) {
  // Equal marginal value under w1 + w2 = 1: 0.1 - 0.04 w1 = 0.1 - 0.09 w2, so w1 = 9 / 13.
  expect_weights(two_assets(0.1, 0.1), {9.0 / 13, 4.0 / 13});
  // 0.05 - 0.04 w1 = 0.1 - 0.09 (1 - w1) has the solution 0.04 / 0.13.
  expect_weights(two_assets(0.05, 0.1), {0.04 / 0.13, 0.09 / 0.13});
  // The second is so much better that all goes there: 0.5 - 0.09 > 0.1.
  expect_weights(two_assets(0.1, 0.5), {0, 1});
}

TEST(Portfolio, TheCapHolds) {
  PortfolioProblem capped = two_assets(0.1, 0.5);
  capped.cap = 0.6;
  expect_weights(capped, {0.4, 0.6});
  capped.cap = 0.3;
  expect_weights(capped, {0.3, 0.3});
  // Both at a cap that together is all there is.
  capped.cap = 0.5;
  expect_weights(capped, {0.5, 0.5});
}

TEST(Portfolio, AHedgeIsHeldAlthoughItEarnsNothing) {
  // Without the second asset 0.5 of the first would be best. With V^-1 m for m = (0.02, 0) and a
  // covariance of -0.03: determinant 0.0027, weights 0.02 * (0.09, 0.03) / 0.0027.
  expect_weights(two_assets(0.02, 0, -0.03), {2.0 / 3, 2.0 / 9});
  // With a positive covariance a short position would hedge, and there is none.
  expect_weights(two_assets(0.02, 0, 0.03), {0.5, 0});
}

TEST(Portfolio, EqualAssetsShareEqually) {
  PortfolioProblem problem;
  problem.expected.assign(16, 1.0);
  problem.covariance = num::Matrix::identity(16);
  problem.aversion = 1;
  expect_weights(problem, std::vector<double>(16, 1.0 / 16));
}

// The conditions of Karush, Kuhn and Tucker, which only the optimum of a strictly convex problem
// meets.
void expect_optimal(const PortfolioProblem& problem, const std::vector<double>& weights) {
  constexpr double kNear = 1e-9;
  const std::vector<double> risks = num::multiply(problem.covariance, weights);
  double sum = 0;
  double price = 0;
  std::vector<double> gradient;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    EXPECT_GE(weights[i], 0);
    EXPECT_LE(weights[i], problem.cap);
    sum += weights[i];
    gradient.push_back(problem.expected[i] - problem.aversion * risks[i]);
    if (weights[i] > kNear && weights[i] < problem.cap - kNear) {
      price = gradient[i];
    }
  }
  EXPECT_LE(sum, 1 + kNear);
  double lowest = 0;  // that the price of capital may be
  double highest = 1e9;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    if (weights[i] < problem.cap - kNear) {
      lowest = std::max(lowest, gradient[i]);
    }
    if (weights[i] > kNear) {
      highest = std::min(highest, gradient[i]);
    }
  }
  EXPECT_LE(lowest, highest + kNear) << "capital is worth more elsewhere";
  EXPECT_GE(price, -kNear);
  if (sum < 1 - kNear) {
    EXPECT_NEAR(lowest, 0, kNear) << "cash is left that something could use";
  }
}

TEST(Portfolio, RandomProblemsMeetTheConditionsOfTheOptimum) {
  num::Stream stream(41, 0, num::purpose_of("portfolio"));
  for (int round = 0; round < 500; ++round) {
    const std::size_t count = 1 + stream.below(12);
    num::Matrix factors(count + 2, count);
    for (std::size_t i = 0; i < factors.rows(); ++i) {
      for (std::size_t j = 0; j < count; ++j) {
        factors.at(i, j) = 0.1 * stream.normal();
      }
    }
    PortfolioProblem problem;
    problem.covariance = num::multiply(num::transpose(factors), factors);
    for (std::size_t i = 0; i < count; ++i) {
      problem.expected.push_back(0.02 * stream.normal());
      problem.covariance.at(i, i) += 1e-4;
    }
    problem.aversion = 0.1 + 3 * stream.unit();
    problem.cap = 0.1 + stream.unit();
    const std::vector<double> weights = solved(problem);
    expect_optimal(problem, weights);
    // No random feasible portfolio is worth more.
    std::vector<double> other;
    for (std::size_t i = 0; i < count; ++i) {
      other.push_back(std::min(problem.cap, stream.unit() / static_cast<double>(count)));
    }
    EXPECT_GE(utility(problem, weights), utility(problem, other) - 1e-12);
  }
}

TEST(Portfolio, ProblemsWithoutAnAnswerAreRefused) {
  const auto message = [](const PortfolioProblem& problem) {
    const auto result = optimise(problem);
    return result ? std::string("accepted") : result.error().message;
  };
  PortfolioProblem singular = two_assets(0.1, 0.1, 0.06);
  EXPECT_NE(message(singular).find("positive definite"), std::string::npos);
  PortfolioProblem shapes = two_assets(0.1, 0.1);
  shapes.expected.push_back(0.2);
  EXPECT_NE(message(shapes).find("row and a column"), std::string::npos);
  PortfolioProblem reckless = two_assets(0.1, 0.1);
  reckless.aversion = 0;
  EXPECT_NE(message(reckless).find("aversion"), std::string::npos);
  PortfolioProblem nothing = two_assets(0.1, 0.1);
  nothing.cap = 0;
  EXPECT_NE(message(nothing).find("cap"), std::string::npos);
  PortfolioProblem infinite = two_assets(1e308 * 10, 0.1);
  EXPECT_NE(message(infinite).find("finite"), std::string::npos);
}

TEST(Portfolio, MomentsAreTheSampleOnesAndTheCovarianceShrinks) {
  const num::Matrix returns(3, 2, {1, 2, 2, 2, 3, 5});
  const Moments plain = estimate(returns, 0);
  EXPECT_EQ(plain.means, (std::vector<double>{2, 3}));
  EXPECT_NEAR(plain.covariance.at(0, 0), 1, 1e-15);
  EXPECT_NEAR(plain.covariance.at(1, 1), 3, 1e-15);
  EXPECT_NEAR(plain.covariance.at(0, 1), 1.5, 1e-15);
  const Moments shrunk = estimate(returns, 0.5);
  EXPECT_NEAR(shrunk.covariance.at(1, 0), 0.75, 1e-15);
  EXPECT_NEAR(shrunk.covariance.at(1, 1), 3, 1e-15);
}

Portfolio four_points() {
  Portfolio parameters;
  parameters.trading.window_points = 4;
  parameters.trading.position = {10'000};
  parameters.trading.order_max = {10'000};
  return parameters;
}

TEST(PortfolioStrategy, BuysWhatRoseAndSellsWhatFell) {
  Desk desk(2);
  desk.tick({100'000, 50'000});
  desk.tick({101'000, 49'600});
  desk.tick({101'900, 49'000});
  desk.tick({103'000, 48'800});
  desk.hold(kSecond, 30);
  // The cap of half of 100,000 dollars pays for 48 shares at 1,030 dollars.
  const Decision decision = first_decision(four_points(), desk.observation());
  EXPECT_EQ(decision.reason, Reason::kRebalance);
  EXPECT_EQ(decision.legs, (std::vector{sell(kSecond, 30, 48'799), buy(kFirst, 48, 103'001)}));
  EXPECT_EQ(decision.signal_millionths, kMillion / 2);
  desk.fill(decision);
  EXPECT_EQ(first_decision(four_points(), desk.observation()).reason, Reason::kOnTarget);
}

TEST(PortfolioStrategy, PricesThatDoNotMoveHaveNoOptimum) {
  Desk desk(2);
  for (int i = 0; i < 4; ++i) {
    desk.tick({100'000, 50'000});
  }
  EXPECT_EQ(first_decision(four_points(), desk.observation()).reason, Reason::kNoVariation);
}

TEST(PortfolioStrategy, OnlyTimesThatAllInstrumentsHaveCount) {
  Desk desk(2);
  for (std::int64_t i = 0; i < 6; ++i) {
    desk.tick({100'000 + 100 * i * i, 50'000 + 70 * i});
  }
  desk.instrument(kSecond).window.erase(desk.instrument(kSecond).window.begin() + 2,
                                        desk.instrument(kSecond).window.begin() + 5);
  EXPECT_EQ(first_decision(four_points(), desk.observation()).reason, Reason::kTooFewPoints);
}

TEST(PortfolioStrategy, AMissingQuoteLeavesTheOthersAlone) {
  Desk desk(2);
  desk.tick({100'000, 50'000});
  desk.tick({101'000, 50'400});
  desk.tick({101'900, 51'000});
  desk.tick({103'000, 51'200});
  desk.quote(kFirst, 102'999, 0);
  const Decision decision = first_decision(four_points(), desk.observation());
  ASSERT_EQ(decision.legs.size(), 1U);
  EXPECT_EQ(decision.legs[0].symbol, kSecond);
}

}  // namespace
}  // namespace strategy
