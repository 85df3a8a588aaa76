// Strategies of two instruments: pairs and arbitrage.
#include <gtest/gtest.h>

#include "fixture.h"
#include "num/math.h"
#include "num/stream.h"

namespace strategy {
namespace {

Pairs pairs(std::uint32_t window_points) {
  Pairs parameters;
  parameters.trading.window_points = window_points;
  return parameters;
}

// x walks at random; y = 5,000 + 2 x + noise of three ticks.
class Cointegrated {
 public:
  explicit Cointegrated(Desk& desk) : desk_(desk) {}
  // `shock` is added to y.
  void tick(std::int64_t shock = 0) {
    x_ += static_cast<std::int64_t>(50 * stream_.normal());
    const auto noise = static_cast<std::int64_t>(3 * stream_.normal());
    desk_.tick({5'000 + 2 * x_ + noise + shock, x_});
  }

 private:
  Desk& desk_;
  num::Stream stream_{13, 0, num::purpose_of("cointegrated")};
  std::int64_t x_ = 100'000;
};

TEST(Pairs, TheSignalIsTheLastResidualOfTheLineInItsDeviations) {
  // y = 3.5 + 1.4 x fits (1, 6), (2, 5), (3, 7), (4, 10), all moved by 100, with residuals 1.1,
  // -1.3, -0.7 and 0.9, so the signal is 0.9 / sqrt(4.2 / 2).
  Desk desk(2);
  desk.tick({106, 101});
  desk.tick({105, 102});
  desk.tick({107, 103});
  desk.tick({110, 104});
  EXPECT_EQ(first_decision(pairs(4), desk.observation()).signal_millionths, 621'059);
}

TEST(Pairs, FindsThePlantedHedgeRatio) {
  Desk desk(2);
  Cointegrated prices(desk);
  for (int i = 0; i < 59; ++i) {
    prices.tick();
  }
  prices.tick(15);
  const Decision decision = first_decision(pairs(60), desk.observation());
  EXPECT_EQ(decision.reason, Reason::kEntry);
  EXPECT_GT(decision.signal_millionths, 2 * kMillion);
  // y is rich: sell 100 of it and buy two x for each.
  ASSERT_EQ(decision.legs.size(), 2U);
  EXPECT_EQ(decision.legs[0].side, market::Side::kSell);
  EXPECT_EQ(decision.legs[0].quantity.shares, 100);
  EXPECT_EQ(decision.legs[1].symbol, kSecond);
  EXPECT_EQ(decision.legs[1].side, market::Side::kBuy);
  EXPECT_EQ(decision.legs[1].quantity.shares, 100) << "the order size caps the hedge of 200";
}

TEST(Pairs, TheHedgeIsCompletedInLaterOrders) {
  Desk desk(2);
  Cointegrated prices(desk);
  for (int i = 0; i < 59; ++i) {
    prices.tick();
  }
  prices.tick(15);
  State state;
  for (int i = 0; i < 3; ++i) {
    desk.fill(decide(pairs(60), state, desk.observation()));
  }
  EXPECT_EQ(desk.instrument(kFirst).position.shares, -100);
  EXPECT_NEAR(static_cast<double>(desk.instrument(kSecond).position.shares), 200, 4);
  EXPECT_EQ(decide(pairs(60), state, desk.observation()).reason, Reason::kOnTarget);
}

TEST(Pairs, TheHedgeCountsWhatATickIsWorth) {
  Desk desk(2);
  desk.instrument(kSecond).tick = {40'000};  // four times the tick of the first
  Cointegrated prices(desk);
  for (int i = 0; i < 59; ++i) {
    prices.tick();
  }
  prices.tick(-15);
  const Decision decision = first_decision(pairs(60), desk.observation());
  ASSERT_EQ(decision.legs.size(), 2U);
  EXPECT_EQ(decision.legs[0].side, market::Side::kBuy);
  EXPECT_EQ(decision.legs[1].side, market::Side::kSell);
  EXPECT_NEAR(static_cast<double>(decision.legs[1].quantity.shares), 50, 1);
}

TEST(Pairs, TheSpreadIsClosedWhenItReturnsAndEarns) {
  Desk desk(2);
  Cointegrated prices(desk);
  for (int i = 0; i < 59; ++i) {
    prices.tick();
  }
  State state;
  Pairs parameters = pairs(60);
  parameters.trading.order_max = {1'000};
  prices.tick(18);
  desk.fill(decide(parameters, state, desk.observation()));
  EXPECT_EQ(desk.instrument(kFirst).position.shares, -100);
  for (int i = 0; i < 20 && desk.instrument(kFirst).position.shares != 0; ++i) {
    prices.tick();
    desk.fill(decide(parameters, state, desk.observation()));
  }
  EXPECT_EQ(desk.instrument(kFirst).position.shares, 0);
  EXPECT_EQ(desk.instrument(kSecond).position.shares, 0);
  EXPECT_GT(desk.observation().cash, desk.observation().capital);
}

TEST(Pairs, ASpreadBeyondTheStopIsClosed) {
  Desk desk(2);
  Cointegrated prices(desk);
  for (int i = 0; i < 59; ++i) {
    prices.tick();
  }
  prices.tick(10'000);
  desk.hold(kFirst, -100);
  desk.hold(kSecond, 200);
  const Decision decision = first_decision(pairs(60), desk.observation());
  EXPECT_EQ(decision.reason, Reason::kBroken);
  ASSERT_EQ(decision.legs.size(), 2U);
  EXPECT_EQ(decision.legs[0].side, market::Side::kBuy);
  EXPECT_EQ(decision.legs[1].side, market::Side::kSell);
}

TEST(Pairs, ALegLeftAloneIsClosed) {
  Desk desk(2);
  Cointegrated prices(desk);
  for (int i = 0; i < 60; ++i) {
    prices.tick();
  }
  desk.hold(kSecond, 80);
  const Decision decision = first_decision(pairs(60), desk.observation());
  ASSERT_EQ(decision.legs.size(), 1U);
  EXPECT_EQ(decision.legs[0].symbol, kSecond);
  EXPECT_EQ(decision.legs[0].quantity.shares, 80);
}

TEST(Pairs, OnlyTimesAtWhichBothHaveAPriceCount) {
  Desk desk(2);
  Cointegrated prices(desk);
  for (int i = 0; i < 60; ++i) {
    prices.tick();
  }
  auto& window = desk.instrument(kSecond).window;
  window.erase(window.begin() + 30);
  EXPECT_EQ(first_decision(pairs(60), desk.observation()).reason, Reason::kTooFewPoints);
  EXPECT_NE(first_decision(pairs(59), desk.observation()).reason, Reason::kTooFewPoints);
}

TEST(Pairs, APerfectLineAndAConstantCarryNoSignal) {
  Desk line(2);
  Desk constant(2);
  for (std::int64_t i = 0; i < 60; ++i) {
    line.tick({1'000 + 3 * i, 500 + i});
    constant.tick({1'000 + i % 7, 500});
  }
  EXPECT_EQ(first_decision(pairs(60), line.observation()).reason, Reason::kNoVariation);
  EXPECT_EQ(first_decision(pairs(60), constant.observation()).reason, Reason::kNoVariation);
}

TEST(Pairs, InstrumentsThatMoveAgainstEachOtherAreNotTraded) {
  Desk desk(2);
  for (std::int64_t i = 0; i < 60; ++i) {
    desk.tick({10'000 - i + i % 3, 10'000 + i});
  }
  const Decision decision = first_decision(pairs(60), desk.observation());
  EXPECT_EQ(decision.reason, Reason::kBroken);
  EXPECT_TRUE(decision.holds());
}

TEST(Pairs, WithoutAQuoteForOneLegNeitherIsSent) {
  Desk desk(2);
  Cointegrated prices(desk);
  for (int i = 0; i < 59; ++i) {
    prices.tick();
  }
  prices.tick(15);
  desk.instrument(kSecond).ask = {0};
  EXPECT_EQ(first_decision(pairs(60), desk.observation()).reason, Reason::kNoQuote);
}

// One share of the fund can be turned into two of its basket.
Arbitrage fund_and_basket() {
  Arbitrage parameters;
  parameters.first_shares = 1;
  parameters.second_shares = 2;
  parameters.band_millionths = 1'000;
  return parameters;
}

Desk fair_desk() {
  Desk desk(2);
  desk.tick({10'050, 4'950});
  desk.quote(kFirst, 10'000, 10'100);
  desk.quote(kSecond, 4'990, 5'010);
  return desk;
}

TEST(Arbitrage, FairQuotesGiveNoTrade) {
  Desk desk = fair_desk();
  const Decision decision = first_decision(fund_and_basket(), desk.observation());
  EXPECT_EQ(decision.reason, Reason::kNoSignal);
  // Selling at 10,000 what costs 10,020 in the basket: -0.2 %.
  EXPECT_EQ(decision.signal_millionths, -1'996);
}

TEST(Arbitrage, APlantedGainIsTakenFromTheRichSide) {
  Desk desk = fair_desk();
  desk.quote(kFirst, 10'120, 10'130);
  // Sold at 10,120 against 10,020: a gain of 100 / 10,020.
  const Decision decision = first_decision(fund_and_basket(), desk.observation());
  EXPECT_EQ(decision.reason, Reason::kMispriced);
  EXPECT_EQ(decision.signal_millionths, 9'980);
  const std::vector expected = {sell(kFirst, 50, 10'120), buy(kSecond, 100, 5'010)};
  EXPECT_EQ(decision.legs, expected);
  desk.fill(decision);
  EXPECT_EQ(desk.observation().cash.micros - desk.observation().capital.micros,
            50 * 100 * 10'000 /* shares, ticks, micros */);
}

TEST(Arbitrage, AndFromTheOtherSide) {
  Desk desk = fair_desk();
  desk.quote(kFirst, 9'900, 9'950);
  const Decision decision = first_decision(fund_and_basket(), desk.observation());
  // Bought at 9,950, the basket sold at 9,980.
  EXPECT_EQ(decision.signal_millionths, 3'015);
  const std::vector expected = {sell(kSecond, 100, 4'990), buy(kFirst, 50, 9'950)};
  EXPECT_EQ(decision.legs, expected);
}

TEST(Arbitrage, AGainInsideTheBandIsLeft) {
  Desk desk = fair_desk();
  desk.quote(kFirst, 10'030, 10'130);
  Arbitrage parameters = fund_and_basket();
  EXPECT_EQ(first_decision(parameters, desk.observation()).signal_millionths, 998);
  EXPECT_TRUE(first_decision(parameters, desk.observation()).holds());
  parameters.band_millionths = 997;
  EXPECT_FALSE(first_decision(parameters, desk.observation()).holds());
}

TEST(Arbitrage, StopsAtThePositionSizeAndUnwindsFromThere) {
  Desk desk = fair_desk();
  desk.quote(kFirst, 10'120, 10'130);
  State state;
  for (int i = 0; i < 2; ++i) {
    desk.fill(decide(fund_and_basket(), state, desk.observation()));
  }
  EXPECT_EQ(desk.instrument(kFirst).position.shares, -100);
  EXPECT_EQ(desk.instrument(kSecond).position.shares, 200);
  EXPECT_EQ(decide(fund_and_basket(), state, desk.observation()).reason, Reason::kOnTarget);
  desk.quote(kFirst, 9'900, 9'950);
  EXPECT_FALSE(decide(fund_and_basket(), state, desk.observation()).holds());
}

TEST(Arbitrage, OldQuotesAndMissingSidesAreNotTraded) {
  Desk desk = fair_desk();
  desk.quote(kFirst, 10'120, 10'130);
  desk.wait(core::minutes(1));
  EXPECT_EQ(first_decision(fund_and_basket(), desk.observation()).reason, Reason::kTooFewPoints);
  desk = fair_desk();
  desk.quote(kFirst, 0, 0);
  EXPECT_EQ(first_decision(fund_and_basket(), desk.observation()).reason, Reason::kNoQuote);
}

TEST(Arbitrage, TheLargestNumbersDoNotOverflow) {
  Desk desk(2);
  desk.tick({market::kMaximumTicks - 1, 2});
  desk.instrument(kFirst).tick = desk.instrument(kSecond).tick = {1'000'000'000'000};
  Arbitrage parameters;
  parameters.first_shares = parameters.second_shares = 4'000'000'000U;
  const Decision decision = first_decision(parameters, desk.observation());
  EXPECT_EQ(decision.reason, Reason::kOnTarget) << "one lot is larger than an order may be";
  EXPECT_GT(decision.signal_millionths, 0);
}

}  // namespace
}  // namespace strategy
