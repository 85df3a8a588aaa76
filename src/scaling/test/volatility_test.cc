// The size follows the volatility, in stated units.
#include <gmock/gmock.h>

#include "pool.h"

namespace scaling {
namespace {

using core::seconds;
using testing::HasSubstr;

constexpr Unit kPoints = Unit::kVolatilityPercentAYear;

Quantity points(std::int64_t value) {
  return {value * 1'000, kPoints};
}

// From 2 agents at 15 points to 10 at 35; back from 30 to 10.
Config by_volatility() {
  Config config = prompt();
  config.least = 2;
  config.volatility = VolatilityRule{kPoints, points(15), points(35), points(10), points(30)};
  return config;
}

std::vector<std::uint32_t> sizes(const Config& config, const std::vector<std::int64_t>& series) {
  Scaler scaler = make_scaler(config);
  std::vector<std::uint32_t> result;
  Signals signals;
  signals.ready = 2;
  for (const std::int64_t value : series) {
    signals.now += seconds(1);
    signals.volatility = points(value);
    const Decision decision = scaler.decide(signals);
    signals.ready = decision.desired;
    result.push_back(decision.desired);
  }
  return result;
}

TEST(Volatility, IsLinearBetweenItsThresholds) {
  EXPECT_THAT(sizes(by_volatility(), {5, 15, 20, 25, 35, 80}),
              testing::ElementsAre(2, 2, 4, 6, 10, 10));
}

TEST(Volatility, ShrinksAtThresholdsOfItsOwn) {
  EXPECT_THAT(sizes(by_volatility(), {35, 31, 28, 20, 12, 9}),
              testing::ElementsAre(10, 10, 10, 6, 3, 2));
  // Up and down between the thresholds: nothing moves.
  EXPECT_THAT(sizes(by_volatility(), {25, 22, 25, 21, 25}), testing::ElementsAre(6, 6, 6, 6, 6));
}

TEST(Volatility, RefusesThresholdsInAnotherUnit) {
  Config config = by_volatility();
  config.volatility->grow_high.unit = Unit::kVolatilityFractionAYear;
  const auto refused = Scaler::make(config);
  ASSERT_FALSE(refused.has_value());
  EXPECT_THAT(refused.error().message,
              HasSubstr("volatility is measured in volatility_percent_a_year but its target is in "
                        "volatility_fraction_a_year"));
}

TEST(Volatility, InAnotherUnitIsMissing) {
  Scaler scaler = make_scaler(by_volatility());
  Signals signals;
  signals.ready = 5;
  signals.volatility = Quantity{250, Unit::kVolatilityFractionAYear};
  const Decision decision = scaler.decide(signals);
  EXPECT_EQ(decision.desired, 5);
  EXPECT_EQ(decision.rule, Rule::kMissing);
  EXPECT_THAT(decision.reason, HasSubstr("instead of volatility_percent_a_year"));
}

TEST(Composition, TheGreatestRecommendationCounts) {
  Config config = by_volatility();
  config.metrics = {{"utilisation", Unit::kFraction, {500, Unit::kFraction}}};
  config.stabilise_down = seconds(60);
  Scaler scaler = make_scaler(config);
  Signals signals;
  signals.ready = 4;
  signals.volatility = points(30);
  signals.metrics = {metric("utilisation", 4, 1'000)};
  Decision decision = scaler.decide(signals);
  EXPECT_EQ(decision.by_metric, 2);
  EXPECT_EQ(decision.by_volatility, 8);
  EXPECT_EQ(decision.desired, 8);
  EXPECT_EQ(decision.rule, Rule::kVolatility);
  signals.now += seconds(1);
  signals.ready = 8;
  signals.metrics = {metric("utilisation", 8, 4'500)};
  decision = scaler.decide(signals);
  EXPECT_EQ(decision.by_metric, 9);
  EXPECT_EQ(decision.rule, Rule::kMetric);
  EXPECT_EQ(decision.desired, 9);
  // A calm market is no reason to shrink before the window is over.
  signals.now += seconds(30);
  signals.ready = 9;
  signals.volatility = points(5);
  signals.metrics = {metric("utilisation", 9, 500)};
  EXPECT_EQ(scaler.decide(signals).rule, Rule::kStabilisation);
}

}  // namespace
}  // namespace scaling
