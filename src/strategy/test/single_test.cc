// Strategies of one instrument: momentum and mean reversion.
#include <gtest/gtest.h>

#include "fixture.h"
#include "num/math.h"
#include "num/stream.h"

namespace strategy {
namespace {

Momentum momentum(std::uint32_t window_points) {
  Momentum parameters;
  parameters.trading.window_points = window_points;
  return parameters;
}

MeanReversion mean_reversion(std::uint32_t window_points) {
  MeanReversion parameters;
  parameters.trading.window_points = window_points;
  return parameters;
}

TEST(Momentum, AStraightTrendGivesTheRootOfItsLength) {
  // Prices that double each second: ten equal log returns, signal sqrt(10) = 3.162278.
  Desk desk;
  for (int i = 0; i <= 10; ++i) {
    desk.tick({std::int64_t{1000} << i});
  }
  const Decision decision = first_decision(momentum(11), desk.observation());
  EXPECT_EQ(decision.signal_millionths, 3'162'278);
  EXPECT_EQ(decision.reason, Reason::kEntry);
  EXPECT_EQ(decision.legs, std::vector{buy(kFirst, 100, 1'024'001)});
}

TEST(Momentum, AFallingTrendIsSold) {
  Desk desk;
  for (int i = 10; i >= 0; --i) {
    desk.tick({std::int64_t{1000} << i});
  }
  const Decision decision = first_decision(momentum(11), desk.observation());
  EXPECT_EQ(decision.signal_millionths, -3'162'278);
  EXPECT_EQ(decision.legs, std::vector{sell(kFirst, 100, 999)});
}

TEST(Momentum, ThereAndBackIsNoTrendAndClosesThePosition) {
  Desk desk;
  for (const std::int64_t price : {10'000, 11'000, 12'000, 11'000, 10'000}) {
    desk.tick({price});
  }
  EXPECT_EQ(first_decision(momentum(5), desk.observation()).reason, Reason::kNoSignal);
  desk.hold(kFirst, 70);
  const Decision decision = first_decision(momentum(5), desk.observation());
  EXPECT_EQ(decision.signal_millionths, 0);
  EXPECT_EQ(decision.reason, Reason::kExit);
  EXPECT_EQ(decision.legs, std::vector{sell(kFirst, 70, 9'999)});
}

TEST(Momentum, AWeakTrendKeepsAPositionOfItsSignAndClosesTheOther) {
  // Up 1 %, up 1 %, down 1 %: signal about 1 / sqrt(3), between exit and entry.
  Desk desk;
  for (const std::int64_t price : {100'000, 101'000, 102'010, 101'000}) {
    desk.tick({price});
  }
  desk.hold(kFirst, 100);
  const Decision kept = first_decision(momentum(4), desk.observation());
  EXPECT_NEAR(static_cast<double>(kept.signal_millionths), 577'350, 3'000);
  EXPECT_TRUE(kept.holds());
  desk.hold(kFirst, -100);
  EXPECT_EQ(first_decision(momentum(4), desk.observation()).legs,
            std::vector{buy(kFirst, 100, 101'001)});
}

TEST(Momentum, NoiseRarelyLooksLikeATrend) {
  // The signal of a random walk is about standard normal: beyond 2 in 4.6 % of independent windows.
  num::Stream stream(11, 0, num::purpose_of("walk"));
  int entries = 0;
  constexpr int kWindows = 2'000;
  for (int window = 0; window < kWindows; ++window) {
    Desk desk;
    double price = 1e6;
    for (int i = 0; i < 31; ++i) {
      price *= num::exp(0.001 * stream.normal());
      desk.tick({static_cast<std::int64_t>(price)});
    }
    entries += first_decision(momentum(31), desk.observation()).holds() ? 0 : 1;
  }
  EXPECT_NEAR(entries, 0.0455 * kWindows, 30);
}

TEST(MeanReversion, TheSignalIsTheDistanceInStandardDeviations) {
  // Nine prices at 100 and one at 110: the mean is 101, the squares add up to 9 * 1 + 81 = 90, so
  // the deviation is sqrt(90 / 9) and the signal 9 / sqrt(10).
  Desk desk;
  for (int i = 0; i < 9; ++i) {
    desk.tick({100});
  }
  desk.tick({110});
  const Decision decision = first_decision(mean_reversion(10), desk.observation());
  EXPECT_EQ(decision.signal_millionths, 2'846'050);
  EXPECT_EQ(decision.reason, Reason::kEntry);
  EXPECT_EQ(decision.legs, std::vector{sell(kFirst, 100, 109)});
}

TEST(MeanReversion, ADipIsBoughtAndSoldAtTheMean) {
  Desk desk;
  State state;
  const MeanReversion parameters = mean_reversion(10);
  for (int i = 0; i < 9; ++i) {
    desk.tick({i % 2 == 0 ? 1'001 : 999});
    EXPECT_TRUE(decide(parameters, state, desk.observation()).holds());
  }
  desk.tick({980});
  const Decision entry = decide(parameters, state, desk.observation());
  EXPECT_EQ(entry.legs, std::vector{buy(kFirst, 100, 981)});
  desk.fill(entry);
  EXPECT_EQ(decide(parameters, state, desk.observation()).reason, Reason::kOnTarget);
  desk.tick({998});
  const Decision exit = decide(parameters, state, desk.observation());
  EXPECT_EQ(exit.reason, Reason::kExit);
  EXPECT_EQ(exit.legs, std::vector{sell(kFirst, 100, 997)});
  desk.fill(exit);
  EXPECT_GT(desk.observation().cash, desk.observation().capital);
}

TEST(MeanReversion, EarnsOnNoiseAroundAMeanAndKeepsItsPositionSmall) {
  num::Stream stream(12, 0, num::purpose_of("noise"));
  Desk desk;
  State state;
  MeanReversion parameters = mean_reversion(30);
  parameters.entry_millionths = 3 * kMillion / 2;
  for (int i = 0; i < 2'000; ++i) {
    desk.tick({10'000 + static_cast<std::int64_t>(20 * stream.normal())});
    desk.fill(decide(parameters, state, desk.observation()));
    const std::int64_t shares = desk.instrument(kFirst).position.shares;
    EXPECT_TRUE(shares >= -100 && shares <= 100);
  }
  EXPECT_GT(state.orders, 100U);
  EXPECT_EQ(state.decisions, 2'000U);
  // About 20 ticks of a cent on 100 shares, some hundred times.
  EXPECT_GT(*equity(desk.observation()),
            market::Money{desk.observation().capital.micros + market::dollars(1'000).micros});
}

TEST(Trading, LargeOrdersAreSplitAndPricedWithTheSlack) {
  Desk desk;
  for (int i = 0; i <= 10; ++i) {
    desk.tick({std::int64_t{1000} << i});
  }
  Momentum parameters = momentum(11);
  parameters.trading.position = {250};
  parameters.trading.slack_ticks = 5;
  State state;
  for (const std::int64_t expected : {100, 100, 50}) {
    const Decision decision = decide(parameters, state, desk.observation());
    EXPECT_EQ(decision.legs, std::vector{buy(kFirst, expected, 1'024'006)});
    desk.fill(decision);
  }
  EXPECT_TRUE(decide(parameters, state, desk.observation()).holds());
}

TEST(Trading, AfterAnOrderTheStrategyCools) {
  Desk desk;
  for (int i = 0; i <= 10; ++i) {
    desk.tick({std::int64_t{1000} << i});
  }
  Momentum parameters = momentum(11);
  parameters.trading.cooldown = core::seconds(3);
  State state;
  EXPECT_FALSE(decide(parameters, state, desk.observation()).holds());
  desk.wait(core::seconds(2));
  EXPECT_EQ(decide(parameters, state, desk.observation()).reason, Reason::kCooling);
  desk.wait(core::seconds(1));
  EXPECT_FALSE(decide(parameters, state, desk.observation()).holds());
  EXPECT_EQ(state.orders, 2U);
  EXPECT_EQ(state.decisions, 3U);
}

}  // namespace
}  // namespace strategy
