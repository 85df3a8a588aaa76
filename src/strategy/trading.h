// What the strategies share: which data may be used, how a signal becomes a target position, and
// how a target position becomes an order.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include <vector>

#include "strategy/observation.h"
#include "strategy/strategy.h"

namespace strategy {

// Products of a price, a quantity and a tick pass 64 bits.
__extension__ using Wide = __int128;

// The value, or the end of the 64-bit range that it passed.
std::int64_t clamp_to_64(Wide value);

// Whether the first `count` instruments can be computed with: present, distinct symbols, windows
// bounded and ascending up to now, prices, ticks and positions in range, bid not above ask.
bool consistent(const Observation& observation, std::size_t count);

// The newest points of which no two neighbours, nor the last and now, are further apart than
// gap_max; at most window_points. REQUIRES a consistent window.
std::span<const PricePoint> newest_without_gap(std::span<const PricePoint> window, core::Time now,
                                               const Trading& trading);

// Mids in ticks at the newest times at which all of the first `count` instruments have a point, one
// list for each, oldest first; as many times as newest_without_gap() leaves. REQUIRES a consistent
// observation.
std::vector<std::vector<double>> common_mids(const Observation& observation, std::size_t count,
                                             const Trading& trading);

// Whether a position is within a tenth of what is wanted: a hedge or a weight is left alone until
// then, or it would trade at every tick.
bool close_enough(market::Quantity present, market::Quantity wanted);

// Rounded half away from zero; clamped to +-1e15. REQUIRES not NaN.
std::int64_t to_millionths(double signal);

Decision hold(Reason reason, std::int64_t signal_millionths = 0);

struct Thresholds {
  std::int64_t entry_millionths = 0;
  std::int64_t exit_millionths = 0;
};

struct Target {
  market::Quantity position;
  Reason reason = Reason::kNoSignal;
};

// `desire` is the signal with the sign of the position it asks for. At or beyond entry: the full
// size; within exit, or with a sign against the present position: flat; else as it is.
Target target_position(std::int64_t desire_millionths, Thresholds thresholds,
                       market::Quantity present, market::Quantity size);

// The order that brings the instrument towards the position, priced to trade at once; none when it
// is there. REQUIRES has_quote() for the direction.
std::optional<Order> order_towards(const Instrument& instrument, market::Quantity position,
                                   const Trading& trading);
// Whether the side of the book exists that an order towards the position would trade with.
bool has_quote(const Instrument& instrument, market::Quantity position);

// The decision to move one instrument to its target.
Decision move(const Instrument& instrument, Target target, const Trading& trading,
              std::int64_t signal_millionths);

// One function for each kind. REQUIRES an observation that is consistent for the kind.
Decision decide_momentum(const Momentum& parameters, const Observation& observation);
Decision decide_mean_reversion(const MeanReversion& parameters, const Observation& observation);
Decision decide_pairs(const Pairs& parameters, const Observation& observation);
Decision decide_arbitrage(const Arbitrage& parameters, const Observation& observation);
Decision decide_risk(const Risk& parameters, const Observation& observation);
Decision decide_forecast(const Forecast& parameters, State& state, const Observation& observation);
Decision decide_portfolio(const Portfolio& parameters, const Observation& observation);

}  // namespace strategy
