// Observations that no honest agent makes, and names and parameters that no careful user writes.
#include <gtest/gtest.h>

#include <limits>

#include "core/codec.h"
#include "fixture.h"
#include "num/stream.h"

namespace strategy {
namespace {

constexpr Kind kKinds[] = {Kind::kMomentum, Kind::kMeanReversion, Kind::kPairs,    Kind::kArbitrage,
                           Kind::kRisk,     Kind::kForecast,      Kind::kPortfolio};
constexpr Kind kTrading[] = {Kind::kMomentum,  Kind::kMeanReversion, Kind::kPairs,
                             Kind::kArbitrage, Kind::kForecast,      Kind::kPortfolio};

Decision decision_of(Kind kind, const Observation& observation) {
  return first_decision(default_parameters(kind), observation);
}

TEST(Hostile, NothingObservedIsNothingToDo) {
  for (const Kind kind : kTrading) {
    EXPECT_EQ(decision_of(kind, Observation{}).reason, Reason::kBadObservation);
    Desk empty(2);
    EXPECT_EQ(decision_of(kind, empty.observation()).reason, Reason::kTooFewPoints);
  }
  EXPECT_TRUE(decision_of(Kind::kRisk, Observation{}).holds());
}

TEST(Hostile, ConstantPricesCarryNoSignal) {
  Desk desk(2);
  for (int i = 0; i < 100; ++i) {
    desk.tick({5'000, 5'000});
  }
  for (const Kind kind : {Kind::kMomentum, Kind::kMeanReversion, Kind::kPairs}) {
    EXPECT_EQ(decision_of(kind, desk.observation()).reason, Reason::kNoVariation);
  }
  EXPECT_EQ(decision_of(Kind::kPortfolio, desk.observation()).reason, Reason::kNoVariation);
  EXPECT_EQ(decision_of(Kind::kArbitrage, desk.observation()).reason, Reason::kNoSignal);
}

TEST(Hostile, HistoryBeforeAGapIsNotUsed) {
  Desk desk(2);
  for (std::int64_t i = 0; i < 100; ++i) {
    desk.tick({5'000 + i * i, 5'000 + i});
  }
  EXPECT_FALSE(decision_of(Kind::kMomentum, desk.observation()).holds());
  desk.wait(core::seconds(31));
  EXPECT_EQ(decision_of(Kind::kMomentum, desk.observation()).reason, Reason::kTooFewPoints);
  for (std::int64_t i = 0; i < 59; ++i) {
    desk.tick({9'000 + 100 * i, 9'000});
    EXPECT_EQ(decision_of(Kind::kMomentum, desk.observation()).reason, Reason::kTooFewPoints);
  }
  desk.tick({20'000, 9'000});
  EXPECT_FALSE(decision_of(Kind::kMomentum, desk.observation()).holds());
}

TEST(Hostile, ContradictionsAreHeldNotComputed) {
  Desk sound(2);
  for (std::int64_t i = 0; i < 100; ++i) {
    sound.tick({5'000 + i, 5'000 + i % 5});
  }
  const std::vector<void (*)(Instrument&)> defects = {
      [](Instrument& i) { i.window[50].mid = {0}; },
      [](Instrument& i) { i.window[50].mid = {-7}; },
      [](Instrument& i) { i.window[50].mid = {std::numeric_limits<std::int64_t>::max()}; },
      [](Instrument& i) { std::swap(i.window[3], i.window[4]); },
      [](Instrument& i) { i.window[4].time = i.window[3].time; },
      [](Instrument& i) { i.window.back().time += core::seconds(1); },
      [](Instrument& i) { i.window.front().time = core::Time::min(); },
      [](Instrument& i) { i.window.resize(kMaximumWindow + 1); },
      [](Instrument& i) { i.bid = {-1}; },
      [](Instrument& i) { i.ask = {market::kMaximumTicks + 1}; },
      [](Instrument& i) { i.bid = {i.ask.ticks + 1}; },
      [](Instrument& i) { i.tick = {0}; },
      [](Instrument& i) { i.position = {std::numeric_limits<std::int64_t>::min()}; },
      [](Instrument& i) { i.symbol = kSecond; },
  };
  for (std::size_t i = 0; i < defects.size(); ++i) {
    Desk desk = sound;
    defects[i](desk.instrument(kFirst));
    for (const Kind kind : kKinds) {
      const bool one_of_two =
          i + 1 == defects.size() && instruments_needed(kind) == 1 && kind != Kind::kRisk;
      const Decision decision = decision_of(kind, desk.observation());
      EXPECT_EQ(decision.reason == Reason::kBadObservation, !one_of_two)
          << "defect " << i << ", " << name_of(kind);
    }
  }
}

TEST(Hostile, RandomObservationsNeverGiveAMalformedOrder) {
  num::Stream stream(21, 0, num::purpose_of("hostile"));
  int orders = 0;
  core::Hasher hasher;
  for (int round = 0; round < 3'000; ++round) {
    Desk desk(2);
    const std::uint64_t range = std::uint64_t{1} << stream.below(30);
    for (int i = 0; i < 70; ++i) {
      const auto price = [&] { return static_cast<std::int64_t>(1 + stream.below(range)); };
      desk.tick({price(), price()});
    }
    for (const market::SymbolId symbol : {kFirst, kSecond}) {
      desk.hold(symbol, static_cast<std::int64_t>(stream.below(2'000)) - 1'000);
    }
    for (const Kind kind : kKinds) {
      const Decision decision = decision_of(kind, desk.observation());
      EXPECT_EQ(core::decode<Decision>(core::encode(decision)).value(), decision);
      hasher.word(core::digest(decision));
      for (const Order& order : decision.legs) {
        ++orders;
        EXPECT_GT(order.quantity.shares, 0);
        EXPECT_GT(order.limit.ticks, 0);
        EXPECT_NE(find(desk.observation(), order.symbol), nullptr);
      }
    }
  }
  EXPECT_GT(orders, 1'000);
  // The same decisions at every optimisation level and on every processor.
  EXPECT_EQ(hasher.value(), 16635904625293182354U);
}

TEST(Hostile, EqualObservationsGiveEqualDecisions) {
  Desk desk(2);
  num::Stream stream(22, 0, num::purpose_of("hostile"));
  for (int i = 0; i < 80; ++i) {
    const auto common = static_cast<std::int64_t>(100 * stream.normal());
    desk.tick({10'000 + 2 * common + static_cast<std::int64_t>(stream.below(9)), 8'000 + common});
  }
  const auto copy = core::decode<Observation>(core::encode(desk.observation())).value();
  for (const Kind kind : kKinds) {
    EXPECT_EQ(decision_of(kind, desk.observation()), decision_of(kind, copy));
  }
}

TEST(Window, KeepsTheNewestPointsInOrder) {
  Instrument instrument;
  const auto at = [](int second) { return core::at(core::seconds(second)); };
  EXPECT_TRUE(append_point(instrument, {at(1), {10}}, 3));
  EXPECT_TRUE(append_point(instrument, {at(2), {20}}, 3));
  EXPECT_TRUE(append_point(instrument, {at(2), {21}}, 3)) << "replaces";
  EXPECT_FALSE(append_point(instrument, {at(1), {11}}, 3)) << "came too late";
  EXPECT_TRUE(append_point(instrument, {at(3), {30}}, 3));
  EXPECT_TRUE(append_point(instrument, {at(4), {40}}, 3));
  const std::vector<PricePoint> expected = {{at(2), {21}}, {at(3), {30}}, {at(4), {40}}};
  EXPECT_EQ(instrument.window, expected);
  EXPECT_TRUE(append_point(instrument, {at(5), {50}}, 1));
  EXPECT_EQ(instrument.window.size(), 1U);
  EXPECT_DEATH(append_point(instrument, {at(6), {60}}, 0), "between 1 and 1,024");
}

TEST(Equity, AddsCashAndPositionsAtTheirMids) {
  Desk desk(2);
  desk.tick({10'000, 20'000});
  desk.observation().cash = market::dollars(5);
  desk.hold(kFirst, 10);
  desk.hold(kSecond, -3);
  EXPECT_EQ(equity(desk.observation()), market::dollars(5 + 1'000 - 600));
  desk.hold(kFirst, std::numeric_limits<std::int64_t>::max());
  desk.instrument(kFirst).tick = {std::numeric_limits<std::int64_t>::max()};
  EXPECT_GT(equity(desk.observation())->micros, std::int64_t{1} << 62) << "clamped, not wrapped";
}

TEST(Names, KindsAreNamedAndFoundByName) {
  for (const Kind kind : kKinds) {
    EXPECT_EQ(kind_of(name_of(kind)).value(), kind);
    EXPECT_EQ(kind_of(default_parameters(kind)), kind);
    EXPECT_TRUE(validate(default_parameters(kind)).has_value());
  }
  const auto unknown = kind_of("astrology");
  ASSERT_FALSE(unknown.has_value());
  EXPECT_NE(unknown.error().message.find("mean_reversion"), std::string::npos);
  for (int i = 0; i <= static_cast<int>(last_value(Reason{})); ++i) {
    EXPECT_FALSE(name_of(static_cast<Reason>(i)).empty());
  }
  for (int i = 0; i <= static_cast<int>(last_value(Verdict{})); ++i) {
    EXPECT_FALSE(name_of(static_cast<Verdict>(i)).empty());
  }
}

TEST(Parameters, NumbersThatCannotWorkAreRefusedByName) {
  const auto message = [](const Parameters& parameters) {
    const auto result = validate(parameters);
    return result ? std::string("accepted") : result.error().message;
  };
  Momentum momentum;
  momentum.trading.window_points = 3;
  EXPECT_NE(message(momentum).find("window_points"), std::string::npos);
  momentum = {};
  momentum.trading.order_max = {0};
  EXPECT_NE(message(momentum).find("order_max"), std::string::npos);
  momentum = {};
  momentum.exit_millionths = momentum.entry_millionths;
  EXPECT_NE(message(momentum).find("exit_millionths"), std::string::npos);
  Pairs pairs;
  pairs.stop_millionths = pairs.entry_millionths;
  EXPECT_NE(message(pairs).find("stop_millionths"), std::string::npos);
  Arbitrage arbitrage;
  arbitrage.second_shares = 0;
  EXPECT_NE(message(arbitrage).find("second_shares"), std::string::npos);
  Risk risk;
  risk.limits.loss_max = {0};
  EXPECT_NE(message(risk).find("loss_max"), std::string::npos);
  State state;
  EXPECT_DEATH((void)decide(arbitrage, state, Observation{}), "valid parameters");
}

TEST(Parameters, AreValuesThatTravel) {
  for (const Kind kind : kKinds) {
    const Parameters parameters = default_parameters(kind);
    EXPECT_EQ(core::decode<Parameters>(core::encode(parameters)).value(), parameters);
  }
}

}  // namespace
}  // namespace strategy
