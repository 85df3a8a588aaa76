// Trading strategies: observation in, decision out.
//
// decide() is a pure function of its three arguments. It never fails: an observation that it cannot
// use gives a decision to hold, with the reason. All strategies think in a target position that the
// signal asks for, and order the difference to the present one; asking twice with an unchanged
// observation therefore gives the same decision, not twice the position. `cooldown` covers the time
// in which fills are still under way. What a forecast learns lies in the state; a point teaches
// once, however often it is observed.
#pragma once

#include <cstdint>
#include <map>
#include <string_view>
#include <variant>

#include "core/result.h"
#include "core/time.h"
#include "strategy/forecaster.h"
#include "strategy/observation.h"
#include "strategy/risk.h"

namespace strategy {

enum class Kind : std::uint8_t {
  kMomentum,
  kMeanReversion,
  kPairs,
  kArbitrage,
  kRisk,
  kForecast,
  kPortfolio,
};
constexpr Kind last_value(Kind) {
  return Kind::kPortfolio;
}
// "momentum", "mean_reversion", "pairs", "arbitrage", "risk", "forecast", "portfolio".
[[nodiscard]] std::string_view name_of(Kind kind);
[[nodiscard]] core::Result<Kind> kind_of(std::string_view name);

// What every trading strategy shares.
struct Trading {
  std::uint32_t window_points = 60;            // latest points used; fewer give kTooFewPoints
  core::Duration gap_max = core::seconds(30);  // points before a longer silence are not used
  core::Duration cooldown = core::seconds(0);  // between two orders of one strategy
  market::Quantity position{100};              // size of the target position, of either sign
  market::Quantity order_max{100};             // an order is never larger; the next goes on
  std::int64_t slack_ticks = 0;                // how far a limit may go beyond the best quote
  MUSTER_FIELDS(Trading, window_points, gap_max, cooldown, position, order_max, slack_ticks)
};

// Follows the first instrument. Signal: the log return over the window divided by the root mean
// square of its n single returns times sqrt(n), as in Moskowitz, Ooi and Pedersen, "Time series
// momentum", Journal of Financial Economics 104 (2012). A random walk gives about a standard
// normal, a straight trend sqrt(n), which is the largest value there is. Long above entry, short
// below -entry, closed inside exit, else unchanged.
struct Momentum {
  Trading trading;
  std::int64_t entry_millionths = 2 * kMillion;
  std::int64_t exit_millionths = kMillion / 2;
  MUSTER_FIELDS(Momentum, trading, entry_millionths, exit_millionths)
};

// Expects the first instrument to return to its mean. Signal: the distance of the last price from
// the mean of the window in its standard deviations (n - 1), known as Bollinger bands (Bollinger,
// "Bollinger on Bollinger Bands", 2001). Short above entry, long below -entry, closed inside exit.
struct MeanReversion {
  Trading trading;
  std::int64_t entry_millionths = 2 * kMillion;
  std::int64_t exit_millionths = kMillion / 2;
  MUSTER_FIELDS(MeanReversion, trading, entry_millionths, exit_millionths)
};

// Trades the spread between the first instrument y and the second x, at times at which both have a
// point. The hedge ratio is the slope of the least-squares line of y over x (Engle and Granger,
// "Co-integration and error correction", Econometrica 55, 1987); the signal is the last residual in
// standard deviations of the residuals (n - 2); entry and exit follow Gatev, Goetzmann and
// Rouwenhorst, "Pairs trading", Review of Financial Studies 19 (2006). A position of q in y is
// hedged with -slope * q in x (in equal ticks). Closed inside exit and beyond stop, where the
// relation is taken for broken. A slope that is not positive gives no trade.
struct Pairs {
  Trading trading;
  std::int64_t entry_millionths = 2 * kMillion;
  std::int64_t exit_millionths = kMillion / 2;
  std::int64_t stop_millionths = 6 * kMillion;
  MUSTER_FIELDS(Pairs, trading, entry_millionths, exit_millionths, stop_millionths)
};

// Trades two equivalent amounts against each other: first_shares of the first instrument can be
// turned into second_shares of the second (a fund and its basket, two listings of one share). What
// counts is the executable prices, as in Budish, Cramton and Shim, "The high-frequency trading arms
// race", Quarterly Journal of Economics 130 (2015): selling one amount at its bid and buying the
// other at its ask must bring more than the band. The signal is that gain before costs, in
// millionths of what is bought. Sells first. Integer arithmetic throughout; the window is used only
// to refuse stale or contradictory data.
struct Arbitrage {
  Trading trading;  // position: of the first instrument; window_points and slack_ticks are not used
  std::uint32_t first_shares = 1;
  std::uint32_t second_shares = 1;
  std::int64_t band_millionths = 1'000;  // fees and the least gain worth the risk of one leg alone
  MUSTER_FIELDS(Arbitrage, trading, first_shares, second_shares, band_millionths)
};

// Trades nothing by itself: it cuts positions beyond limits.position_max back to it, and closes all
// of them when the loss limit is reached. Legs are as large as limits.order_max allows. The signal
// is the loss in millionths of loss_max.
struct Risk {
  Limits limits;
  core::Duration cooldown = core::seconds(0);
  MUSTER_FIELDS(Risk, limits, cooldown)
};

// Trades the first instrument on what its next return is expected to be. Signal: the forecast of a
// model that learns log returns from point to point (forecaster.h), in standard deviations of its
// own out-of-sample error. Long above entry, short below -entry, closed inside exit. Nothing is
// held while the model is no better than the naive forecast.
struct Forecast {
  Trading trading;  // window_points: how far back points are taken up that came between decisions
  ForecasterConfig model;
  std::int64_t entry_millionths = kMillion / 4;
  std::int64_t exit_millionths = kMillion / 20;
  MUSTER_FIELDS(Forecast, trading, model, entry_millionths, exit_millionths)
};

// Holds all observed instruments, long only, in the proportions that are best for the means and the
// covariance of their log returns over the window (portfolio.h), at times at which all have a
// point. Sells first, so that it can pay for what it buys; an instrument whose position is off by a
// tenth or less stays as it is. The signal is the share of the budget that is invested.
struct Portfolio {
  Trading trading;  // position: the most of one instrument, whatever the budget allows
  market::Money budget = market::dollars(100'000);
  std::int64_t aversion_millionths = 100 * kMillion;  // to the variance of returns between points
  std::int64_t cap_millionths = kMillion / 2;         // of the budget, in one instrument
  std::int64_t shrinkage_millionths = kMillion / 5;   // of the covariance to its diagonal
  MUSTER_FIELDS(Portfolio, trading, budget, aversion_millionths, cap_millionths,
                shrinkage_millionths)
};

// One alternative for each Kind, in its order.
using Parameters =
    std::variant<Momentum, MeanReversion, Pairs, Arbitrage, Risk, Forecast, Portfolio>;

[[nodiscard]] Kind kind_of(const Parameters& parameters);
[[nodiscard]] Parameters default_parameters(Kind kind);
// How many instruments decide() needs, of those in the observation the first ones; risk and
// portfolio use all that there are.
[[nodiscard]] std::size_t instruments_needed(Kind kind);
// Says what is wrong with a number that a scenario gave.
[[nodiscard]] core::Result<void> validate(const Parameters& parameters);

// What a forecast strategy knows of one instrument.
struct Learnt {
  Forecaster model;
  core::Time latest;  // of the points that it has taken up
  MUSTER_FIELDS(Learnt, model, latest)
};

// What a strategy remembers between decisions.
struct State {
  std::uint64_t decisions = 0;
  std::uint64_t orders = 0;                     // decisions that ordered
  core::Time last_order;                        // meaningful when orders > 0
  std::map<market::SymbolId, Learnt> learnt{};  // at most kMaximumInstruments
  MUSTER_FIELDS(State, decisions, orders, last_order, learnt)
};

// Errors of the forecasts of all instruments together; nothing judged when the strategy does not
// forecast.
[[nodiscard]] ForecastError forecast_error(const State& state);

// REQUIRES validate(parameters).
[[nodiscard]] Decision decide(const Parameters& parameters, State& state,
                              const Observation& observation);

}  // namespace strategy
