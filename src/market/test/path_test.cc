#include "market/path.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "market/volatility.h"
#include "num/math.h"

namespace market {
namespace {

using testing::Each;
using testing::SizeIs;

Bar bar(std::int64_t open, std::int64_t high, std::int64_t low, std::int64_t close) {
  return {{2020, 1, 1}, {open}, {high}, {low}, {close}, 0};
}

Date day(std::size_t index) {
  return {static_cast<std::int32_t>(1000 + index / 336),
          static_cast<std::uint8_t>(1 + index / 28 % 12),
          static_cast<std::uint8_t>(1 + index % 28)};
}

// Closes that follow a geometric random walk of known volatility per bar.
Series walk(std::size_t bars, std::uint64_t seed, double calm, double turbulent,
            std::size_t regime_bars) {
  num::Stream stream(seed, 0, num::purpose_of("test.walk"));
  Series series;
  series.provenance.file = "walk.csv";
  double price = 1'000'000;
  for (std::size_t i = 0; i < bars; ++i) {
    const double volatility = i / regime_bars % 2 == 0 ? calm : turbulent;
    const double next = price * num::exp(volatility * stream.normal());
    Bar made = bar(static_cast<std::int64_t>(price), 0, 0, static_cast<std::int64_t>(next));
    made.date = day(i);
    made.high = {std::max(made.open.ticks, made.close.ticks) + 100};
    made.low = {std::min(made.open.ticks, made.close.ticks) - 100};
    series.bars.push_back(made);
    price = next;
  }
  return series;
}

double correlation(const Series& a, const Series& b) {
  double ab = 0;
  double aa = 0;
  double bb = 0;
  for (std::size_t i = 1; i < a.bars.size(); ++i) {
    const auto move = [i](const Series& s) {
      return num::log(static_cast<double>(s.bars[i].close.ticks) /
                      static_cast<double>(s.bars[i - 1].close.ticks));
    };
    ab += move(a) * move(b);
    aa += move(a) * move(a);
    bb += move(b) * move(b);
  }
  return ab / num::sqrt(aa * bb);
}

TEST(Bridge, TouchesAllFourCornersAndNeverLeavesTheBar) {
  const std::vector<Bar> bars = {bar(100, 120, 90, 110),  bar(120, 120, 90, 90),
                                 bar(90, 120, 90, 120),   bar(100, 100, 100, 100),
                                 bar(100, 120, 100, 110), bar(110, 120, 90, 110)};
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    for (const Bar& corners : bars) {
      for (const std::uint32_t steps : {4U, 5U, 20U, 77U}) {
        const auto path = bridge(corners, steps, num::Stream(seed, 0, 0));
        ASSERT_THAT(path, SizeIs(steps));
        EXPECT_EQ(path.front(), corners.open);
        EXPECT_EQ(path.back(), corners.close);
        EXPECT_EQ(*std::max_element(path.begin(), path.end()), corners.high);
        EXPECT_EQ(*std::min_element(path.begin(), path.end()), corners.low);
      }
    }
  }
}

TEST(Bridge, IsAFunctionOfItsStream) {
  const Bar corners = bar(10'000, 10'400, 9'600, 10'100);
  const auto once = bridge(corners, 50, num::Stream(7, 1, 1));
  EXPECT_EQ(once, bridge(corners, 50, num::Stream(7, 1, 1)));
  EXPECT_NE(once, bridge(corners, 50, num::Stream(8, 1, 1)));
}

TEST(PricePath, GivesAnyStepAtAnyTimeAndHoldsTheLastClose) {
  const Series series = walk(30, 1, 0.02, 0.02, 1);
  PricePath path(series, 10, 5, 1);
  std::vector<Price> forward;
  for (std::uint64_t step = 0; step < path.steps(); ++step) {
    forward.push_back(path.price(step));
  }
  EXPECT_EQ(forward[0], series.bars[0].open);
  EXPECT_EQ(forward[9], series.bars[0].close);
  EXPECT_EQ(path.price(path.steps() + 1'000), series.bars.back().close);
  PricePath restarted(series, 10, 5, 1);
  EXPECT_EQ(restarted.price(137), forward[137]);
  EXPECT_EQ(restarted.price(3), forward[3]);
  PricePath other(series, 10, 5, 2);
  EXPECT_NE(other.price(137), forward[137]);
}

TEST(Volatility, IsAnnualisedByThePeriodOfTheBars) {
  EXPECT_DOUBLE_EQ(bars_per_year(core::hours(24)), 252);
  EXPECT_DOUBLE_EQ(bars_per_year(core::minutes(30)), 252 * 13);
  EXPECT_DOUBLE_EQ(bars_per_year(core::hours(24 * 7)), 365.25 / 7);
  const Series series = walk(4'000, 3, 0.02, 0.02, 1);
  EXPECT_NEAR(realised_volatility(series, core::hours(24)), 0.02 * num::sqrt(252), 0.01);
  EXPECT_EQ(realised_volatility(std::vector<Price>{{1}, {2}}, core::hours(24)), 0);
}

TEST(Fit, RecoversAKnownVolatility) {
  const Series base = walk(4'000, 3, 0.02, 0.02, 1);
  const auto model = fit(base);
  ASSERT_TRUE(model.has_value()) << model.error().message;
  const Series made = synthesise(base, *model, 0, 11, 1);
  const double known = 0.02 * num::sqrt(252);
  EXPECT_NEAR(realised_volatility(made, core::hours(24)), known, 0.05 * known);
}

TEST(Fit, KeepsTheVolatilityOfARealSeriesWithItsJumps) {
  std::ifstream in(std::string(MUSTER_SOURCE_DIR) + "/data/goog_daily.csv", std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  const auto goog = parse_series(text.str(), "goog_daily.csv");
  ASSERT_TRUE(goog.has_value()) << goog.error().message;
  const auto model = fit(*goog);
  ASSERT_TRUE(model.has_value()) << model.error().message;
  EXPECT_GT(model->jump_rate, 0);
  EXPECT_GT(model->turbulent_volatility, model->calm_volatility);
  const double real = realised_volatility(*goog, core::hours(24));
  double sum = 0;
  constexpr std::uint64_t kSeries = 20;
  for (std::uint64_t seed = 0; seed < kSeries; ++seed) {
    sum += realised_volatility(synthesise(*goog, *model, 50, seed, 1), core::hours(24));
  }
  EXPECT_NEAR(sum / static_cast<double>(kSeries), real, 0.05 * real);
}

TEST(Fit, RecoversTwoRegimes) {
  const auto model = fit(walk(4'000, 4, 0.01, 0.03, 250));
  ASSERT_TRUE(model.has_value()) << model.error().message;
  EXPECT_NEAR(model->calm_volatility, 0.01, 0.002);
  EXPECT_NEAR(model->turbulent_volatility, 0.03, 0.004);
  EXPECT_LT(model->leave_calm, 0.03);
  EXPECT_LT(model->leave_turbulent, 0.03);
}

TEST(Fit, RefusesTooFewBarsAndPricesThatStandStill) {
  EXPECT_FALSE(fit(walk(59, 4, 0.01, 0.03, 250)).has_value());
  EXPECT_FALSE(fit(walk(200, 4, 0, 0, 250)).has_value());
}

TEST(Synthesise, CorrelatesAsAskedAndNamesItsOrigin) {
  const Series base = walk(4'000, 5, 0.01, 0.02, 250);
  const auto model = fit(base);
  ASSERT_TRUE(model.has_value());
  for (const std::int32_t percent : {-60, 0, 80}) {
    const Series made = synthesise(base, *model, percent, 21, 1);
    EXPECT_NEAR(correlation(base, made), percent / 100.0, 0.06);
    EXPECT_EQ(made.provenance.text(), "synthetic(fit of walk.csv, 21)");
    for (const Bar& corners : made.bars) {
      ASSERT_LE(corners.low, std::min(corners.open, corners.close));
      ASSERT_GE(corners.high, std::max(corners.open, corners.close));
    }
  }
  EXPECT_EQ(synthesise(base, *model, 80, 21, 1), synthesise(base, *model, 80, 21, 1));
  EXPECT_NE(synthesise(base, *model, 80, 21, 1).bars, synthesise(base, *model, 80, 21, 2).bars);
}

TEST(SyntheticName, IsSynAndANumber) {
  EXPECT_TRUE(is_synthetic_name("SYN1"));
  EXPECT_TRUE(is_synthetic_name("SYN20"));
  for (const char* name : {"SYN", "SYN0", "SYN01", "GOOG", "SYNA", "syn1", "SYN1x"}) {
    EXPECT_FALSE(is_synthetic_name(name)) << name;
  }
}

}  // namespace
}  // namespace market
