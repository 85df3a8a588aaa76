// What a strategy sees and what it answers: plain values, so that a decision can be replayed,
// compared, voted on and approved by somebody else.
//
// Prices and amounts are the market's integers. Floating point stays inside the signals; it enters
// no Decision.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "core/codec.h"
#include "core/time.h"
#include "market/types.h"

namespace strategy {

inline constexpr std::size_t kMaximumWindow = 1'024;
inline constexpr std::size_t kMaximumInstruments = 16;
// Larger positions are taken for a defect of the observation.
inline constexpr std::int64_t kMaximumPosition = 1'000'000'000'000;
// Signals are stored in millionths: 2.0 standard deviations are 2'000'000.
inline constexpr std::int64_t kMillion = 1'000'000;

// `time` is when the observer learned the price, by its own monotonic clock: staleness and gaps are
// then what the observer lived through, whatever the venue's clock does. Ticks that overtook each
// other are told apart by their sequence numbers before they come here.
struct PricePoint {
  core::Time time;
  market::Price mid;
  MUSTER_FIELDS(PricePoint, time, mid)
};

// One symbol as its observer knows it.
struct Instrument {
  market::SymbolId symbol;
  market::Money tick{10'000};      // what one tick of one share is worth
  std::vector<PricePoint> window;  // oldest first, times ascending, at most kMaximumWindow
  market::Price bid;               // best; 0 when that side of the book is empty
  market::Price ask;
  market::Quantity position;  // own; negative when sold short
  MUSTER_FIELDS(Instrument, symbol, tick, window, bid, ask, position)
};

struct Observation {
  core::Time now;  // by the clock of the points
  std::vector<Instrument> instruments;
  market::Money cash;     // own
  market::Money capital;  // what cash and positions were worth at the start: losses count from it
  MUSTER_FIELDS(Observation, now, instruments, cash, capital)
};

// Appends a point and drops the oldest beyond `window_points`. A point at the time of the last one
// replaces it; an earlier one is ignored and gives false. REQUIRES 0 < window_points <=
// kMaximumWindow.
bool append_point(Instrument& instrument, PricePoint point, std::size_t window_points);

// The instrument of a symbol, or nullptr.
[[nodiscard]] const Instrument* find(const Observation& observation, market::SymbolId symbol);

// Cash and positions at the last mids; none when a position is held for which there is no price.
[[nodiscard]] std::optional<market::Money> equity(const Observation& observation);

// Why a decision is what it is.
enum class Reason : std::uint8_t {
  kNoSignal,        // the signal lies inside the thresholds
  kEntry,           // the signal passed the entry threshold
  kExit,            // the signal fell back: the position is closed
  kOnTarget,        // the position already is what the signal asks for
  kBroken,          // the spread ran beyond the stop: the relation is taken for gone
  kMispriced,       // more than the band between equivalent amounts
  kRebalance,       // positions are off the portfolio's weights
  kNoEdge,          // the forecast is no better than the naive one
  kOverLimit,       // a position beyond its limit is cut back
  kLossLimit,       // the loss limit is reached: everything is closed
  kCooling,         // the last order is too recent
  kTooFewPoints,    // not enough history since the last gap
  kNoVariation,     // prices that do not move carry no signal
  kNoQuote,         // the side of the book that the order needs is empty
  kBadObservation,  // the observation contradicts itself: times, prices or symbols
};
constexpr Reason last_value(Reason) {
  return Reason::kBadObservation;
}
[[nodiscard]] std::string_view name_of(Reason reason);

struct Order {
  market::SymbolId symbol;
  market::Side side = market::Side::kBuy;
  market::Quantity quantity;  // positive
  market::Price limit;        // positive
  MUSTER_FIELDS(Order, symbol, side, quantity, limit)
};

// To hold (no legs), or orders that belong together, in the order in which to send them.
struct Decision {
  std::vector<Order> legs;  // at most kMaximumInstruments
  std::int64_t signal_millionths = 0;
  Reason reason = Reason::kNoSignal;

  [[nodiscard]] bool holds() const { return legs.empty(); }
  MUSTER_FIELDS(Decision, legs, signal_millionths, reason)
};

}  // namespace strategy
