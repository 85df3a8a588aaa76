#include "num/math.h"
#include "trading.h"

namespace strategy {

Decision decide_momentum(const Momentum& parameters, const Observation& observation) {
  const Trading& trading = parameters.trading;
  const Instrument& instrument = observation.instruments[0];
  const auto points = newest_without_gap(instrument.window, observation.now, trading);
  if (points.size() < trading.window_points) {
    return hold(Reason::kTooFewPoints);
  }
  double total = 0;
  double squares = 0;
  for (std::size_t i = 1; i < points.size(); ++i) {
    const double change = num::log(static_cast<double>(points[i].mid.ticks) /
                                   static_cast<double>(points[i - 1].mid.ticks));
    total += change;
    squares += change * change;
  }
  if (squares == 0) {
    return hold(Reason::kNoVariation);
  }
  // The root mean square times sqrt(n) is the root of the sum of squares.
  const std::int64_t signal = to_millionths(total / num::sqrt(squares));
  const Thresholds thresholds = {parameters.entry_millionths, parameters.exit_millionths};
  const Target target = target_position(signal, thresholds, instrument.position, trading.position);
  return move(instrument, target, trading, signal);
}

}  // namespace strategy
