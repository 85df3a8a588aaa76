#include "num/math.h"
#include "trading.h"

namespace strategy {
namespace {

// Returns are learnt in hundredths of a percent: numbers around 1 for prices that tick often.
constexpr double kBasisPoints = 1e4;

// A new instrument takes the place of the one with the least symbol when there are too many.
Learnt& learnt_of(market::SymbolId symbol, const ForecasterConfig& config, State& state) {
  const auto known = state.learnt.find(symbol);
  if (known != state.learnt.end()) {
    return known->second;
  }
  if (state.learnt.size() == kMaximumInstruments) {
    state.learnt.erase(state.learnt.begin());
  }
  return state.learnt.emplace(symbol, Learnt{Forecaster(config), core::Time::min()}).first->second;
}

// Takes up the points that came since the last decision.
void learn(Learnt& learnt, std::span<const PricePoint> points) {
  if (points.empty() || learnt.latest >= points.back().time) {
    return;
  }
  if (learnt.latest < points.front().time) {
    learnt.model.interrupt();
  }
  for (std::size_t i = 1; i < points.size(); ++i) {
    if (points[i].time > learnt.latest) {
      learnt.model.observe(kBasisPoints * num::log(static_cast<double>(points[i].mid.ticks) /
                                                   static_cast<double>(points[i - 1].mid.ticks)));
    }
  }
  learnt.latest = points.back().time;
}

}  // namespace

Decision decide_forecast(const Forecast& parameters, State& state, const Observation& observation) {
  const Trading& trading = parameters.trading;
  const Instrument& instrument = observation.instruments[0];
  const auto points = newest_without_gap(instrument.window, observation.now, trading);
  Learnt& learnt = learnt_of(instrument.symbol, parameters.model, state);
  if (learnt.latest > observation.now) {
    learnt.latest = core::Time::min();  // the clock started anew
  }
  learn(learnt, points);
  const std::optional<double> expected = learnt.model.forecast();
  const ForecastError& error = learnt.model.error();
  if (points.size() < trading.window_points || !expected || error.judged == 0) {
    return hold(Reason::kTooFewPoints);
  }
  const std::optional<std::int64_t> ratio = error.ratio_millionths();
  if (!ratio) {
    return hold(Reason::kNoVariation);
  }
  const double deviation = error.model_deviation();
  if (*ratio >= kMillion || !(deviation > 0)) {
    return move(instrument, {{0}, Reason::kNoEdge}, trading, 0);
  }
  const std::int64_t signal = to_millionths(*expected / deviation);
  const Thresholds thresholds = {parameters.entry_millionths, parameters.exit_millionths};
  const Target target = target_position(signal, thresholds, instrument.position, trading.position);
  return move(instrument, target, trading, signal);
}

ForecastError forecast_error(const State& state) {
  ForecastError sum;
  for (const auto& [symbol, learnt] : state.learnt) {
    const ForecastError& each = learnt.model.error();
    sum.judged += each.judged;
    sum.model_squares += each.model_squares;
    sum.naive_squares += each.naive_squares;
    sum.weight += each.weight;
  }
  return sum;
}

}  // namespace strategy
