#include <vector>

#include "num/linear.h"
#include "num/math.h"
#include "trading.h"

namespace strategy {
namespace {

// Residuals of whole ticks that are smaller than this are rounding errors of a perfect fit.
constexpr double kLeastDeviationTicks = 1e-6;

struct Spread {
  double slope = 0;      // ticks of y for each tick of x
  double deviation = 0;  // of the residuals, in ticks
  double last = 0;       // residual now
};

double mean_of(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) {
    sum += value;
  }
  return sum / static_cast<double>(values.size());
}

// None when x does not move or y is a linear function of it.
std::optional<Spread> fit(const std::vector<double>& y, const std::vector<double>& x) {
  const std::size_t count = y.size();
  // Taking the mean of x away makes the two columns orthogonal.
  const double x_mean = mean_of(x);
  num::Matrix design(count, 2);
  for (std::size_t i = 0; i < count; ++i) {
    design.at(i, 0) = 1;
    design.at(i, 1) = x[i] - x_mean;
  }
  const auto line = num::least_squares(design, y);
  if (!line) {
    return std::nullopt;
  }
  Spread spread;
  double squares = 0;
  for (std::size_t i = 0; i < count; ++i) {
    spread.last = y[i] - ((*line)[0] + (*line)[1] * design.at(i, 1));
    squares += spread.last * spread.last;
  }
  spread.slope = (*line)[1];
  spread.deviation = num::sqrt(squares / static_cast<double>(count - 2));
  if (!(spread.deviation > kLeastDeviationTicks)) {
    return std::nullopt;
  }
  return spread;
}

// The position in x whose value moves against `shares` of y by as much.
market::Quantity hedge_of(std::int64_t shares, const Spread& spread, const Instrument& y,
                          const Instrument& x) {
  const double ratio =
      spread.slope * static_cast<double>(y.tick.micros) / static_cast<double>(x.tick.micros);
  const double exact = -ratio * static_cast<double>(shares);
  constexpr auto kLimit = static_cast<double>(kMaximumPosition);
  const double bounded = exact > kLimit ? kLimit : exact < -kLimit ? -kLimit : exact;
  return {static_cast<std::int64_t>(bounded + (bounded < 0 ? -0.5 : 0.5))};
}

Decision move_both(const Instrument& y, Target target, const Instrument& x, market::Quantity hedge,
                   const Trading& trading, std::int64_t signal) {
  if (close_enough(x.position, hedge)) {
    hedge = x.position;
  }
  if (target.position == y.position && hedge == x.position) {
    const bool entered = target.reason == Reason::kEntry;
    return hold(entered ? Reason::kOnTarget : target.reason, signal);
  }
  // One leg alone would be a bet on the market, so a missing quote stops both.
  if (!has_quote(y, target.position) || !has_quote(x, hedge)) {
    return hold(Reason::kNoQuote, signal);
  }
  Decision decision = hold(target.reason, signal);
  for (const auto& order :
       {order_towards(y, target.position, trading), order_towards(x, hedge, trading)}) {
    if (order) {
      decision.legs.push_back(*order);
    }
  }
  return decision;
}

}  // namespace

Decision decide_pairs(const Pairs& parameters, const Observation& observation) {
  const Trading& trading = parameters.trading;
  const Instrument& y = observation.instruments[0];
  const Instrument& x = observation.instruments[1];
  const std::vector<std::vector<double>> mids = common_mids(observation, 2, trading);
  if (mids[0].size() < trading.window_points) {
    return hold(Reason::kTooFewPoints);
  }
  const std::optional<Spread> spread = fit(mids[0], mids[1]);
  if (!spread) {
    return hold(Reason::kNoVariation);
  }
  const std::int64_t signal = to_millionths(spread->last / spread->deviation);
  const bool stopped =
      signal >= parameters.stop_millionths || signal <= -parameters.stop_millionths;
  if (stopped || spread->slope <= 0) {
    return move_both(y, {{0}, Reason::kBroken}, x, {0}, trading, signal);
  }
  const Thresholds thresholds = {parameters.entry_millionths, parameters.exit_millionths};
  const Target target = target_position(-signal, thresholds, y.position, trading.position);
  const market::Quantity hedge = hedge_of(target.position.shares, *spread, y, x);
  return move_both(y, target, x, hedge, trading, signal);
}

}  // namespace strategy
