// The portfolio strategy: from an observation to the optimiser's problem, and from weights to
// orders.
#include <algorithm>

#include "num/math.h"
#include "strategy/portfolio.h"
#include "trading.h"

namespace strategy {
namespace {

num::Matrix log_returns(const std::vector<std::vector<double>>& mids) {
  num::Matrix returns(mids.front().size() - 1, mids.size());
  for (std::size_t column = 0; column < mids.size(); ++column) {
    for (std::size_t row = 0; row < returns.rows(); ++row) {
      returns.at(row, column) = num::log(mids[column][row + 1] / mids[column][row]);
    }
  }
  return returns;
}

// Whole shares that the weight of the budget pays for at the last mid.
market::Quantity position_of(double weight, const Portfolio& parameters,
                             const Instrument& instrument) {
  const double price = static_cast<double>(instrument.window.back().mid.ticks) *
                       static_cast<double>(instrument.tick.micros);
  const double shares = weight * static_cast<double>(parameters.budget.micros) / price;
  const auto most = static_cast<double>(parameters.trading.position.shares);
  return {static_cast<std::int64_t>(std::min(shares, most))};
}

Decision towards(const std::vector<market::Quantity>& positions, const Observation& observation,
                 const Trading& trading, std::int64_t signal) {
  std::vector<Order> buys;
  Decision decision = hold(Reason::kOnTarget, signal);
  bool missing = false;
  for (std::size_t i = 0; i < positions.size(); ++i) {
    const Instrument& instrument = observation.instruments[i];
    if (close_enough(instrument.position, positions[i])) {
      continue;
    }
    if (!has_quote(instrument, positions[i])) {
      missing = true;
      continue;
    }
    const Order order = *order_towards(instrument, positions[i], trading);
    (order.side == market::Side::kSell ? decision.legs : buys).push_back(order);
  }
  decision.legs.insert(decision.legs.end(), buys.begin(), buys.end());
  if (!decision.holds()) {
    decision.reason = Reason::kRebalance;
  } else if (missing) {
    decision.reason = Reason::kNoQuote;
  }
  return decision;
}

}  // namespace

Decision decide_portfolio(const Portfolio& parameters, const Observation& observation) {
  const Trading& trading = parameters.trading;
  const std::size_t count = observation.instruments.size();
  const std::vector<std::vector<double>> mids = common_mids(observation, count, trading);
  if (mids.front().size() < trading.window_points) {
    return hold(Reason::kTooFewPoints);
  }
  const auto share = [](std::int64_t millionths) { return static_cast<double>(millionths) / 1e6; };
  const Moments moments = estimate(log_returns(mids), share(parameters.shrinkage_millionths));
  PortfolioProblem problem;
  problem.expected = moments.means;
  problem.covariance = moments.covariance;
  problem.aversion = share(parameters.aversion_millionths);
  problem.cap = share(parameters.cap_millionths);
  // An instrument that does not move, or two that move as one without shrinkage, have no optimum.
  const auto weights = optimise(problem);
  if (!weights) {
    return hold(Reason::kNoVariation);
  }
  double invested = 0;
  std::vector<market::Quantity> positions;
  for (std::size_t i = 0; i < count; ++i) {
    invested += (*weights)[i];
    positions.push_back(position_of((*weights)[i], parameters, observation.instruments[i]));
  }
  return towards(positions, observation, trading, to_millionths(invested));
}

}  // namespace strategy
