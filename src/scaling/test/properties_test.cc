// What holds whatever the signals are.
#include <gtest/gtest.h>

#include "num/stream.h"
#include "pool.h"

namespace scaling {
namespace {

using core::seconds;

constexpr std::uint64_t kSeeds = 60;

std::uint32_t draw(num::Stream& stream, std::uint32_t low, std::uint32_t high) {
  return low + static_cast<std::uint32_t>(stream.below(high - low + 1));
}

Config random_config(num::Stream& stream) {
  Config config;
  config.least = draw(stream, 0, 4);
  config.most = config.least + draw(stream, 1, 20);
  config.stabilise_down = seconds(draw(stream, 0, 60));
  config.stabilise_up = seconds(draw(stream, 0, 10));
  config.cooldown_up = seconds(draw(stream, 0, 20));
  config.cooldown_down = seconds(draw(stream, 0, 60));
  config.up = {draw(stream, 1, 6), draw(stream, 0, 100), seconds(draw(stream, 1, 30))};
  config.down = {draw(stream, 1, 6), draw(stream, 0, 100), seconds(draw(stream, 1, 30))};
  config.metrics = {{"load", Unit::kTasks, {1'000, Unit::kTasks}}};
  if (stream.chance(num::Probability::percent(50))) {
    config.concurrency = ConcurrencyRule{};
  }
  if (stream.chance(num::Probability::percent(50))) {
    config.forecast = ForecastRule{};
  }
  return config;
}

Signals random_signals(num::Stream& stream, core::Time now, const Signals& before) {
  Signals signals;
  signals.now = now;
  signals.ready = draw(stream, 0, 20);
  signals.starting = draw(stream, 0, 5);
  signals.metrics = {
      metric("load", draw(stream, 0, signals.ready), draw(stream, 0, 30'000), Unit::kTasks)};
  if (stream.chance(num::Probability::percent(80))) {
    signals.stable = {draw(stream, 0, 40'000), draw(stream, 0, 40'000)};
    signals.panic = {draw(stream, 0, 40'000), draw(stream, 0, 40'000)};
  }
  signals.arrivals = before.arrivals.value_or(0) + stream.below(100);
  signals.service_time = core::milliseconds(draw(stream, 1, 2'000));
  if (stream.chance(num::Probability::percent(30))) {
    signals.start_capacity = draw(stream, 0, 4);
  }
  return signals;
}

TEST(ScalingProperties, BoundsCooldownAndBooksHoldUnderAnySignals) {
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    num::Stream stream(seed, 0, num::purpose_of("test.scaling"));
    const Config config = random_config(stream);
    Scaler scaler = make_scaler(config);
    Signals signals;
    std::optional<core::Time> changed;
    core::Time now{};
    for (int i = 0; i < 300; ++i) {
      now += core::milliseconds(draw(stream, 1, 4'000));
      signals = random_signals(stream, now, signals);
      const Decision decision = scaler.decide(signals);
      SCOPED_TRACE("seed " + std::to_string(seed) + ": " + decision.reason);
      ASSERT_GE(decision.desired, config.least);
      ASSERT_LE(decision.desired, config.most);
      const std::uint32_t there = signals.ready + signals.starting;
      ASSERT_EQ(decision.retire, there > decision.desired ? there - decision.desired : 0);
      ASSERT_TRUE(decision.create == 0 || decision.retire == 0);
      ASSERT_LE(there + decision.create, std::max(there, decision.desired));
      if (signals.start_capacity) {
        ASSERT_LE(decision.create, *signals.start_capacity);
      }
      // The first decision may have to bring the pool into its bounds.
      if (i > 0 && changed && decision.desired != decision.before) {
        ASSERT_GE(now - *changed,
                  decision.desired > decision.before ? config.cooldown_up : config.cooldown_down);
      }
      if (decision.desired != decision.before) {
        changed = now;
      }
    }
  }
}

TEST(ScalingProperties, ASizeThatShrinksWasTheGreatestRecommendationOfItsWindow) {
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    num::Stream stream(seed, 0, num::purpose_of("test.stabilisation"));
    Config config = prompt();
    config.metrics = {{"load", Unit::kTasks, {1'000, Unit::kTasks}}};
    config.tolerance = {0, 0};
    config.stabilise_down = seconds(30);
    Scaler scaler = make_scaler(config);
    std::vector<std::uint32_t> loads;
    Signals signals;
    signals.ready = 5;
    for (std::uint32_t second = 0; second < 200; ++second) {
      loads.push_back(draw(stream, 1, 10));
      signals.now = core::at(seconds(second));
      signals.metrics = {metric("load", signals.ready, loads.back() * 1'000, Unit::kTasks)};
      const Decision decision = scaler.decide(signals);
      const std::size_t from = loads.size() > 30 ? loads.size() - 30 : 0;
      const std::uint32_t most =
          *std::max_element(loads.begin() + static_cast<std::ptrdiff_t>(from), loads.end());
      ASSERT_GE(decision.desired, most);
      if (decision.desired < decision.before) {
        ASSERT_EQ(decision.desired, most);
      }
      signals.ready = decision.desired;
    }
  }
}

// Arrivals with Poisson noise around a constant rate: a pool that reached its size may correct it,
// but it does not go back and forth.
TEST(ScalingProperties, ASteadyTraceHasHardlyAReversal) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    num::Stream stream(seed, 0, num::purpose_of("test.steady"));
    Config config;
    config.most = 20;
    config.concurrency = ConcurrencyRule{};
    config.metrics = {{"utilisation", Unit::kFraction, {700, Unit::kFraction}}};
    Pool pool(config, 8);
    pool.run(seconds(3'600), [&](double) { return static_cast<double>(stream.poisson(10)); });
    EXPECT_LE(pool.reversals(), 2) << "seed " << seed;
    EXPECT_LT(pool.queue(), 5) << "seed " << seed;
  }
}

TEST(ScalingProperties, EqualSignalsGiveEqualDecisions) {
  num::Stream stream(3, 0, num::purpose_of("test.replay"));
  const Config config = random_config(stream);
  Scaler first = make_scaler(config);
  Scaler second = make_scaler(config);
  Signals signals;
  for (int i = 0; i < 100; ++i) {
    signals = random_signals(stream, core::at(seconds(i)), signals);
    ASSERT_EQ(first.decide(signals), second.decide(signals));
  }
  EXPECT_EQ(first, second);
}

}  // namespace
}  // namespace scaling
