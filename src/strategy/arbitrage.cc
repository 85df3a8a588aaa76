#include <algorithm>

#include "trading.h"

namespace strategy {
namespace {

// One way round: `sold` at its bid against `bought` at its ask.
struct Route {
  const Instrument* sold = nullptr;
  const Instrument* bought = nullptr;
  std::int64_t sold_shares = 0;  // of one lot
  std::int64_t bought_shares = 0;
};

bool quoted(const Route& route) {
  return route.sold->bid.ticks > 0 && route.bought->ask.ticks > 0;
}

// In millionths of what is bought. REQUIRES quoted(route).
std::int64_t gain_millionths(const Route& route) {
  const Wide received =
      static_cast<Wide>(route.sold_shares) * route.sold->bid.ticks * route.sold->tick.micros;
  const Wide paid =
      static_cast<Wide>(route.bought_shares) * route.bought->ask.ticks * route.bought->tick.micros;
  return clamp_to_64((received - paid) * kMillion / paid);
}

// How many lots fit into the order size and, for the first instrument, the position size.
std::int64_t lots(const Route& route, const Instrument& first, const Trading& trading) {
  const bool sells_first = route.sold == &first;
  const std::int64_t position = first.position.shares;
  const std::int64_t room = trading.position.shares + (sells_first ? position : -position);
  const std::int64_t first_shares = sells_first ? route.sold_shares : route.bought_shares;
  const std::int64_t larger = std::max(route.sold_shares, route.bought_shares);
  return std::max<std::int64_t>(0,
                                std::min(room / first_shares, trading.order_max.shares / larger));
}

}  // namespace

Decision decide_arbitrage(const Arbitrage& parameters, const Observation& observation) {
  const Trading& trading = parameters.trading;
  const Instrument& first = observation.instruments[0];
  const Instrument& second = observation.instruments[1];
  for (const Instrument* instrument : {&first, &second}) {
    if (newest_without_gap(instrument->window, observation.now, trading).empty()) {
      return hold(Reason::kTooFewPoints);
    }
  }
  std::optional<Route> best;
  for (const Route& route :
       {Route{&first, &second, parameters.first_shares, parameters.second_shares},
        Route{&second, &first, parameters.second_shares, parameters.first_shares}}) {
    if (quoted(route) && (!best || gain_millionths(route) > gain_millionths(*best))) {
      best = route;
    }
  }
  if (!best) {
    return hold(Reason::kNoQuote);
  }
  const std::int64_t gain = gain_millionths(*best);
  if (gain <= parameters.band_millionths) {
    return hold(Reason::kNoSignal, gain);
  }
  const std::int64_t count = lots(*best, first, trading);
  if (count == 0) {
    return hold(Reason::kOnTarget, gain);
  }
  const Order sell = {
      best->sold->symbol, market::Side::kSell, {count * best->sold_shares}, best->sold->bid};
  const Order buy = {
      best->bought->symbol, market::Side::kBuy, {count * best->bought_shares}, best->bought->ask};
  return {{sell, buy}, gain, Reason::kMispriced};
}

}  // namespace strategy
