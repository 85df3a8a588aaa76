#include "trading.h"

namespace strategy {
namespace {

// The position that the limits leave.
market::Quantity allowed_position(market::Quantity present, const Limits& limits, bool close_all) {
  if (close_all) {
    return {0};
  }
  const std::int64_t most = limits.position_max.shares;
  return {present.shares > most ? most : present.shares < -most ? -most : present.shares};
}

}  // namespace

Decision decide_risk(const Risk& parameters, const Observation& observation) {
  const Limits& limits = parameters.limits;
  const std::optional<market::Money> worth = equity(observation);
  if (!worth) {
    return hold(Reason::kTooFewPoints);
  }
  const Wide loss = static_cast<Wide>(observation.capital.micros) - worth->micros;
  const bool close_all = loss >= limits.loss_max.micros;
  Decision decision = hold(close_all ? Reason::kLossLimit : Reason::kNoSignal,
                           clamp_to_64(loss * kMillion / limits.loss_max.micros));
  Trading trading;
  trading.order_max = limits.order_max;
  bool missing = false;
  for (const Instrument& instrument : observation.instruments) {
    const market::Quantity position = allowed_position(instrument.position, limits, close_all);
    if (!has_quote(instrument, position)) {
      missing = true;
    } else if (const auto order = order_towards(instrument, position, trading)) {
      decision.legs.push_back(*order);
    }
  }
  if (decision.holds() && missing) {
    decision.reason = Reason::kNoQuote;
  } else if (!decision.holds() && !close_all) {
    decision.reason = Reason::kOverLimit;
  }
  return decision;
}

}  // namespace strategy
