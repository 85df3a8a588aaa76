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

TEST(Forecast, IsJudgedAtTheDistanceAtWhichItIsUsed) {
  Forecaster forecaster{ForecastRule{}};
  for (int i = 0; i < 10; ++i) {
    forecaster.observe(10.0 + i);
  }
  const double expected = forecaster.expected(3);
  forecaster.keep(3);
  forecaster.keep(1);
  forecaster.observe(100);
  forecaster.observe(5);
  EXPECT_EQ(forecaster.judged_kept(), 0U) << "the second of a bin counts for nothing";
  forecaster.observe(40);
  EXPECT_EQ(forecaster.judged_kept(), 1U);
  EXPECT_EQ(forecaster.bins_ahead(), 3U);
  EXPECT_DOUBLE_EQ(forecaster.mean_kept_error(), (40 - expected) / 40);
  EXPECT_DOUBLE_EQ(forecaster.mean_naive_kept_error(), (40.0 - 19.0) / 40);
}

TEST(Forecast, IsNotJudgedByABinInWhichNothingCame) {
  Forecaster forecaster{ForecastRule{}};
  for (int i = 0; i < 10; ++i) {
    forecaster.observe(10.0);
  }
  forecaster.keep(1);
  forecaster.observe(0);
  EXPECT_EQ(forecaster.judged_kept(), 0U) << "a share of nothing";
  forecaster.keep(2);
  forecaster.observe(0);
  forecaster.observe(20);
  EXPECT_EQ(forecaster.judged_kept(), 1U);
  EXPECT_DOUBLE_EQ(forecaster.mean_naive_kept_error(), 1.0);
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

TEST(Forecast, TakesABusyTimeThatBeginsABinLateForNoNewLevel) {
  Forecaster forecaster(seasonal(20));
  for (std::uint64_t i = 0; i < 200; ++i) {
    forecaster.observe(square(i));
  }
  for (std::uint64_t i = 0; i <= 20; ++i) {
    forecaster.observe(i == 12 ? 4.0 : square(i));
  }
  EXPECT_NEAR(forecaster.expected(6), 4.0, 1.5);
  EXPECT_NEAR(forecaster.expected(14), 16.0, 1.5);
}

TEST(Forecast, SoonForgetsThatTheFirstSeasonBeganBeforeTheLoad) {
  Forecaster forecaster(seasonal(20));
  for (std::uint64_t i = 0; i < 80; ++i) {
    forecaster.observe(i < 4 ? 0.0 : square(i + 12));
  }
  EXPECT_GT(forecaster.expected(2), 11.0) << "it is busy then, as it was in three seasons of four";
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
