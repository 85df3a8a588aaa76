// Observations made the way an agent makes them: tick by tick.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <utility>
#include <vector>

#include "strategy/strategy.h"

namespace strategy {

inline constexpr market::SymbolId kFirst{1};
inline constexpr market::SymbolId kSecond{2};

class Desk {
 public:
  explicit Desk(std::size_t instruments = 1) {
    observation_.instruments.resize(instruments);
    for (std::size_t i = 0; i < instruments; ++i) {
      observation_.instruments[i].symbol = market::SymbolId(static_cast<std::uint16_t>(i + 1));
    }
    observation_.cash = observation_.capital = market::dollars(1'000'000);
  }

  // One second passes and every instrument has a new mid, quoted a tick to both sides.
  void tick(std::initializer_list<std::int64_t> mids) {
    observation_.now += core::seconds(1);
    std::size_t i = 0;
    for (const std::int64_t mid : mids) {
      Instrument& instrument = observation_.instruments.at(i++);
      append_point(instrument, {observation_.now, {mid}}, kMaximumWindow);
      quote(instrument.symbol, mid - 1, mid + 1);
    }
  }
  void wait(core::Duration duration) { observation_.now += duration; }
  void quote(market::SymbolId symbol, std::int64_t bid, std::int64_t ask) {
    instrument(symbol).bid = {bid};
    instrument(symbol).ask = {ask};
  }
  void hold(market::SymbolId symbol, std::int64_t shares) {
    instrument(symbol).position = {shares};
  }
  // All legs are filled at their limits.
  void fill(const Decision& decision) {
    for (const Order& order : decision.legs) {
      Instrument& traded = instrument(order.symbol);
      const std::int64_t shares =
          order.side == market::Side::kBuy ? order.quantity.shares : -order.quantity.shares;
      traded.position.shares += shares;
      observation_.cash.micros -= shares * order.limit.ticks * traded.tick.micros;
    }
  }

  Instrument& instrument(market::SymbolId symbol) {
    return observation_.instruments.at(symbol.value - 1U);
  }
  Observation& observation() { return observation_; }

 private:
  Observation observation_;
};

inline Order buy(market::SymbolId symbol, std::int64_t shares, std::int64_t limit) {
  return {symbol, market::Side::kBuy, {shares}, {limit}};
}
inline Order sell(market::SymbolId symbol, std::int64_t shares, std::int64_t limit) {
  return {symbol, market::Side::kSell, {shares}, {limit}};
}

// The decision of a strategy that has decided nothing before.
inline Decision first_decision(const Parameters& parameters, const Observation& observation) {
  State state;
  return decide(parameters, state, observation);
}

}  // namespace strategy
