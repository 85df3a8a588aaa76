// What a market counts in. Integers only: a price is a number of ticks, an amount of money a number
// of micro-dollars, and neither ever passes through a floating-point number on its way into an
// account.
#pragma once

#include <compare>
#include <cstdint>
#include <string_view>

#include "core/fields.h"
#include "core/id.h"

namespace market {

using AccountId = core::Id<struct AccountIdTag, std::uint32_t>;
using SymbolId = core::Id<struct SymbolIdTag, std::uint16_t>;
// Assigned by the exchange, ascending from 1; never used twice.
using OrderId = core::Id<struct OrderIdTag, std::uint64_t>;

// A price in ticks of its symbol (SymbolConfig::tick says what a tick is worth). 0: no price.
struct Price {
  std::int64_t ticks = 0;
  constexpr auto operator<=>(const Price&) const = default;
  MUSTER_FIELDS(Price, ticks)
};

// Shares. Orders and fills are positive; a position may be negative (sold short).
struct Quantity {
  std::int64_t shares = 0;
  constexpr auto operator<=>(const Quantity&) const = default;
  MUSTER_FIELDS(Quantity, shares)
};

struct Money {
  std::int64_t micros = 0;  // millionths of a dollar
  constexpr auto operator<=>(const Money&) const = default;
  MUSTER_FIELDS(Money, micros)
};

inline constexpr std::int64_t kMicrosPerDollar = 1'000'000;

// The largest price and quantity that an order may name.
inline constexpr std::int64_t kMaximumTicks = 1'000'000'000;
inline constexpr std::int64_t kMaximumShares = 1'000'000'000;

// A whole number of dollars, for configurations and tests.
constexpr Money dollars(std::int64_t count) {
  return {count * kMicrosPerDollar};
}

enum class Side : std::uint8_t { kBuy, kSell };
constexpr Side last_value(Side) {
  return Side::kSell;
}
constexpr std::string_view name_of(Side side) {
  return side == Side::kBuy ? "buy" : "sell";
}
constexpr Side opposite(Side side) {
  return side == Side::kBuy ? Side::kSell : Side::kBuy;
}

enum class OrderType : std::uint8_t {
  kLimit,              // what cannot trade at once rests in the book
  kMarket,             // trades at once at any price that rests in the book; the rest is cancelled
  kImmediateOrCancel,  // trades at once within its limit; the rest is cancelled
  kFillOrKill,         // trades at once, whole and within its limit, or not at all
};
constexpr OrderType last_value(OrderType) {
  return OrderType::kFillOrKill;
}
constexpr std::string_view name_of(OrderType type) {
  constexpr std::string_view kNames[] = {"limit", "market", "immediate or cancel", "fill or kill"};
  return kNames[static_cast<std::size_t>(type)];
}

}  // namespace market
