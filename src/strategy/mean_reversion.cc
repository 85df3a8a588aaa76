#include "num/math.h"
#include "trading.h"

namespace strategy {

Decision decide_mean_reversion(const MeanReversion& parameters, const Observation& observation) {
  const Trading& trading = parameters.trading;
  const Instrument& instrument = observation.instruments[0];
  const auto points = newest_without_gap(instrument.window, observation.now, trading);
  if (points.size() < trading.window_points) {
    return hold(Reason::kTooFewPoints);
  }
  // Sums of whole ticks are exact.
  const auto count = static_cast<double>(points.size());
  std::int64_t sum = 0;
  for (const PricePoint& point : points) {
    sum += point.mid.ticks;
  }
  const double mean = static_cast<double>(sum) / count;
  double squares = 0;
  for (const PricePoint& point : points) {
    const double distance = static_cast<double>(point.mid.ticks) - mean;
    squares += distance * distance;
  }
  if (squares == 0) {
    return hold(Reason::kNoVariation);
  }
  const double deviation = num::sqrt(squares / (count - 1));
  const std::int64_t signal =
      to_millionths((static_cast<double>(points.back().mid.ticks) - mean) / deviation);
  const Thresholds thresholds = {parameters.entry_millionths, parameters.exit_millionths};
  const Target target = target_position(-signal, thresholds, instrument.position, trading.position);
  return move(instrument, target, trading, signal);
}

}  // namespace strategy
