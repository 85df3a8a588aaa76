// The forecast of a rate, and agents that are there when the load is.
#include <gmock/gmock.h>

#include "num/stream.h"
#include "pool.h"

namespace scaling {
namespace {

using core::seconds;
using testing::HasSubstr;

ForecastRule seasonal(std::uint32_t bins) {
  ForecastRule rule;
  rule.season_bins = bins;
  return rule;
}

// Twelve seconds calm, eight seconds busy.
double square(std::uint64_t second) {
  return second % 20 < 12 ? 4.0 : 16.0;
}

TEST(Forecast, OfAConstantIsTheConstant) {
  Forecaster forecaster{ForecastRule{}};
  for (int i = 0; i < 100; ++i) {
    forecaster.observe(7.0);
  }
  EXPECT_DOUBLE_EQ(forecaster.expected(1), 7.0);
  EXPECT_DOUBLE_EQ(forecaster.upper(30), 7.0);
  EXPECT_EQ(forecaster.mean_error(), 0);
}

TEST(Forecast, ItsRelativeErrorIsOfTheBinsInWhichSomethingCame) {
  Forecaster forecaster{ForecastRule{}};
  for (int i = 0; i < 50; ++i) {
    forecaster.observe(10.0);
  }
  const auto before = static_cast<double>(forecaster.judged_relative());
  EXPECT_EQ(forecaster.mean_relative_error(), 0);
  forecaster.observe(0);
  EXPECT_EQ(static_cast<double>(forecaster.judged_relative()), before) << "a share of nothing";
  const double expected = forecaster.expected(1);
  forecaster.observe(20);
  EXPECT_NEAR(forecaster.mean_relative_error(), (20 - expected) / 20 / (before + 1), 1e-12);
  EXPECT_NEAR(forecaster.mean_naive_relative_error(), 1 / (before + 1), 1e-12);
}

TEST(Forecast, FollowsALineAndFlattensFarAhead) {
  Forecaster forecaster{ForecastRule{}};
  for (int i = 0; i < 200; ++i) {
    forecaster.observe(10.0 + i);
  }
  EXPECT_NEAR(forecaster.expected(1), 210, 3);
  EXPECT_NEAR(forecaster.expected(5), 214, 4);
  EXPECT_LT(forecaster.expected(100), 240) << "a trend does not last for ever";
}

TEST(Forecast, LearnsASeasonAndBeatsTheNaiveOne) {
  Forecaster forecaster(seasonal(20));
  num::Stream noise(7, 0, num::purpose_of("test.forecast"));
  for (std::uint64_t i = 0; i < 400; ++i) {
    forecaster.observe(square(i) + noise.unit());
  }
  EXPECT_NEAR(forecaster.expected(5), 4.5, 1.0);
  EXPECT_NEAR(forecaster.expected(13), 16.5, 1.0);
  EXPECT_LT(forecaster.mean_error(), forecaster.mean_naive_error());
}

TEST(Forecast, CoversItsQuantile) {
  Forecaster forecaster{ForecastRule{}};
  num::Stream arrivals(11, 0, num::purpose_of("test.forecast"));
  int covered = 0;
  constexpr int kBins = 2'000;
  for (int i = 0; i < kBins; ++i) {
    const auto rate = static_cast<double>(arrivals.poisson(50));
    covered += forecaster.ready() && rate <= forecaster.upper(1) ? 1 : 0;
    forecaster.observe(rate);
  }
  EXPECT_NEAR(covered / double{kBins}, 0.9, 0.03);
}

TEST(Forecast, IsNeverBelowZero) {
  Forecaster forecaster{ForecastRule{}};
  for (int i = 50; i >= 0; --i) {
    forecaster.observe(i);
  }
  EXPECT_GE(forecaster.expected(50), 0);
}

// With a lead of the cold start, agents are ready before the busy time; by load alone they are
// late.
TEST(Forecast, StartsAgentsBeforeTheLoadComes) {
  Config config;
  config.forecast = seasonal(20);
  config.stabilise_down = core::Duration{};
  config.up = {100, 100, seconds(1)};
  Pool pool(config, 6);
  pool.every = seconds(1);
  pool.cold_start = seconds(4);
  const auto rate = [](double second) { return square(static_cast<std::uint64_t>(second)); };
  pool.run(seconds(400), rate);
  double waiting = 0;
  for (int i = 0; i < 60; ++i) {
    pool.run(seconds(1), rate);
    waiting = std::max(waiting, pool.queue());
  }
  EXPECT_LT(waiting, 1.0);
  EXPECT_THAT(pool.decisions().back().reason, HasSubstr("cold start p95 4 s"));

  Config by_load;
  by_load.metrics = {{"utilisation", Unit::kFraction, {700, Unit::kFraction}}};
  by_load.stabilise_down = core::Duration{};
  by_load.up = config.up;
  Pool late(by_load, 6);
  late.every = seconds(1);
  late.cold_start = seconds(4);
  late.run(seconds(400), rate);
  double waiting_late = 0;
  for (int i = 0; i < 60; ++i) {
    late.run(seconds(1), rate);
    waiting_late = std::max(waiting_late, late.queue());
  }
  EXPECT_GT(waiting_late, 4.0);
}

TEST(Forecast, LooksAheadByTheMeasuredColdStart) {
  Config config;
  config.forecast = ForecastRule{};
  Pool pool(config, 4);
  pool.cold_start = seconds(45);
  pool.run(seconds(20), 2.0);
  EXPECT_THAT(pool.decisions().back().reason, HasSubstr("within 46 s (cold start p95 45 s)"));
  Scaler scaler = pool.scaler();
  Signals unmeasured = pool.signals();
  unmeasured.now += seconds(2);
  unmeasured.cold_start_p95.reset();
  EXPECT_THAT(scaler.decide(unmeasured).reason, HasSubstr("cold start p95 10 s, assumed"));
}

TEST(Forecast, WithoutArrivalsDoesNotShrink) {
  Config config = prompt();
  config.forecast = ForecastRule{};
  Pool pool(config, 4);
  pool.run(seconds(20), 5.0);
  Scaler scaler = pool.scaler();
  const std::uint32_t size = pool.size();
  Signals blind = pool.signals();
  blind.now += seconds(60);
  blind.arrivals.reset();
  const Decision decision = scaler.decide(blind);
  EXPECT_EQ(decision.desired, size);
  EXPECT_EQ(decision.rule, Rule::kMissing);
}

}  // namespace
}  // namespace scaling
