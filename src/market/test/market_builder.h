// A small market for tests: two symbols, three traders and a maker.
#pragma once

#include <gtest/gtest.h>

#include "market/exchange.h"

namespace market {

inline constexpr SymbolId kGoog{1};
inline constexpr SymbolId kSyn{2};
inline constexpr AccountId kAnna{1};
inline constexpr AccountId kBert{2};
inline constexpr AccountId kCora{3};
inline constexpr AccountId kMaker{9};

inline AccountConfig trader(AccountId id) {
  AccountConfig account;
  account.id = id;
  account.cash = dollars(1'000'000);
  account.position_limit = Quantity{1'000};
  account.loss_limit = dollars(50'000);
  return account;
}

inline ExchangeConfig small_market() {
  ExchangeConfig config;
  config.symbols = {{kGoog, "GOOG", Money{10'000}, Price{10'000}},
                    {kSyn, "SYN1", Money{10'000}, Price{5'000}}};
  config.accounts = {trader(kAnna), trader(kBert), trader(kCora)};
  AccountConfig maker;
  maker.id = kMaker;
  maker.cash = dollars(100'000'000);
  maker.positions = {{kGoog, {100'000}}, {kSyn, {100'000}}};
  config.accounts.push_back(maker);
  config.fee_basis_points = 1;
  return config;
}

inline Exchange open_exchange(const ExchangeConfig& config = small_market()) {
  auto made = Exchange::create(config);
  EXPECT_TRUE(made.has_value()) << (made ? "" : made.error().message);
  return made.value_or(Exchange{});
}

inline NewOrder order(AccountId account, Side side, std::int64_t shares, std::int64_t ticks,
                      OrderType type = OrderType::kLimit) {
  NewOrder made;
  made.account = account;
  made.symbol = kGoog;
  made.side = side;
  made.type = type;
  made.quantity = {shares};
  made.limit = {ticks};
  return made;
}

inline Authority authority(std::uint64_t task, std::uint64_t term = 1, std::uint32_t attempt = 1,
                           Leg leg = 0) {
  return {GroupId(1), term, TaskId(task), attempt, leg};
}

inline NewOrder with(NewOrder made, const Authority& by) {
  made.authority = by;
  return made;
}

// The events of one kind, in order.
template <class Event>
std::vector<Event> only(const std::vector<ExchangeEvent>& events) {
  std::vector<Event> found;
  for (const ExchangeEvent& event : events) {
    if (const auto* match = std::get_if<Event>(&event)) {
      found.push_back(*match);
    }
  }
  return found;
}

inline RejectReason refused(const std::vector<ExchangeEvent>& events) {
  const auto rejected = only<Rejected>(events);
  return rejected.empty() ? RejectReason::kNone : rejected.front().reason;
}

// The id that the exchange gave to the order accepted within `events`.
inline OrderId accepted(const std::vector<ExchangeEvent>& events) {
  const auto found = only<Accepted>(events);
  EXPECT_EQ(found.size(), 1U);
  return found.empty() ? OrderId{} : found.front().order;
}

}  // namespace market
