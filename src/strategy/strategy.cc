#include "strategy/strategy.h"

#include <algorithm>
#include <array>
#include <string>
#include <type_traits>

#include "core/check.h"
#include "trading.h"

namespace strategy {
namespace {

constexpr std::array<std::string_view, 7> kKindNames = {
    "momentum", "mean_reversion", "pairs", "arbitrage", "risk", "forecast", "portfolio"};
static_assert(std::variant_size_v<Parameters> == kKindNames.size());

// A line through fewer points leaves no residual to speak of.
constexpr std::uint32_t kLeastWindowPoints = 4;

// Turns a broken rule into the error that names it.
core::Result<void> require(bool holds, std::string_view rule) {
  if (!holds) {
    return core::fail(core::Code::kInvalid, "strategy parameters: " + std::string(rule));
  }
  return {};
}

core::Result<void> validate(const Trading& trading) {
  TRY_VOID(require(
      trading.window_points >= kLeastWindowPoints && trading.window_points <= kMaximumWindow,
      "window_points must lie between 4 and 1,024"));
  TRY_VOID(require(trading.gap_max > core::Duration(0), "gap_max must be positive"));
  TRY_VOID(require(trading.cooldown >= core::Duration(0), "cooldown must not be negative"));
  TRY_VOID(require(trading.position.shares > 0 && trading.position.shares <= kMaximumPosition,
                   "position must lie between 1 and 10^12 shares"));
  TRY_VOID(
      require(trading.order_max.shares > 0 && trading.order_max.shares <= market::kMaximumShares,
              "order_max must lie between 1 and 10^9 shares"));
  return require(trading.slack_ticks >= 0 && trading.slack_ticks <= market::kMaximumTicks,
                 "slack_ticks must lie between 0 and 10^9");
}

core::Result<void> validate(std::int64_t entry_millionths, std::int64_t exit_millionths) {
  return require(0 <= exit_millionths && exit_millionths < entry_millionths,
                 "exit_millionths must be at least 0 and below entry_millionths");
}

core::Result<void> validate(const Portfolio& portfolio) {
  TRY_VOID(require(portfolio.budget.micros > 0, "budget must be positive"));
  TRY_VOID(require(portfolio.aversion_millionths > 0, "aversion_millionths must be positive"));
  TRY_VOID(require(portfolio.cap_millionths > 0 && portfolio.cap_millionths <= kMillion,
                   "cap_millionths must lie between 1 and 1,000,000"));
  return require(portfolio.shrinkage_millionths >= 0 && portfolio.shrinkage_millionths <= kMillion,
                 "shrinkage_millionths must lie between 0 and 1,000,000");
}

core::Duration cooldown_of(const Parameters& parameters) {
  return std::visit(
      [](const auto& chosen) {
        if constexpr (std::is_same_v<std::decay_t<decltype(chosen)>, Risk>) {
          return chosen.cooldown;
        } else {
          return chosen.trading.cooldown;
        }
      },
      parameters);
}

Decision dispatch(const Parameters& parameters, State& state, const Observation& observation) {
  switch (kind_of(parameters)) {
    case Kind::kMomentum:
      return decide_momentum(std::get<Momentum>(parameters), observation);
    case Kind::kMeanReversion:
      return decide_mean_reversion(std::get<MeanReversion>(parameters), observation);
    case Kind::kPairs:
      return decide_pairs(std::get<Pairs>(parameters), observation);
    case Kind::kArbitrage:
      return decide_arbitrage(std::get<Arbitrage>(parameters), observation);
    case Kind::kRisk:
      return decide_risk(std::get<Risk>(parameters), observation);
    case Kind::kForecast:
      return decide_forecast(std::get<Forecast>(parameters), state, observation);
    case Kind::kPortfolio:
      return decide_portfolio(std::get<Portfolio>(parameters), observation);
  }
  core::check_failed("a strategy has one of the known kinds", std::source_location::current());
}

}  // namespace

std::string_view name_of(Kind kind) {
  return kKindNames.at(static_cast<std::size_t>(kind));
}

core::Result<Kind> kind_of(std::string_view name) {
  for (std::size_t i = 0; i < kKindNames.size(); ++i) {
    if (kKindNames[i] == name) {
      return static_cast<Kind>(i);
    }
  }
  return core::fail(core::Code::kInvalid,
                    "there is no strategy '" + std::string(name) +
                        "': use momentum, mean_reversion, pairs, arbitrage, risk, forecast or "
                        "portfolio");
}

Kind kind_of(const Parameters& parameters) {
  return static_cast<Kind>(parameters.index());
}

Parameters default_parameters(Kind kind) {
  switch (kind) {
    case Kind::kMomentum:
      return Momentum{};
    case Kind::kMeanReversion:
      return MeanReversion{};
    case Kind::kPairs:
      return Pairs{};
    case Kind::kArbitrage:
      return Arbitrage{};
    case Kind::kRisk:
      return Risk{};
    case Kind::kForecast:
      return Forecast{};
    case Kind::kPortfolio:
      return Portfolio{};
  }
  core::check_failed("a strategy has one of the known kinds", std::source_location::current());
}

std::size_t instruments_needed(Kind kind) {
  const bool two = kind == Kind::kPairs || kind == Kind::kArbitrage || kind == Kind::kPortfolio;
  return two ? 2 : 1;
}

core::Result<void> validate(const Parameters& parameters) {
  if (const auto* momentum = std::get_if<Momentum>(&parameters)) {
    TRY_VOID(validate(momentum->trading));
    return validate(momentum->entry_millionths, momentum->exit_millionths);
  }
  if (const auto* reversion = std::get_if<MeanReversion>(&parameters)) {
    TRY_VOID(validate(reversion->trading));
    return validate(reversion->entry_millionths, reversion->exit_millionths);
  }
  if (const auto* pairs = std::get_if<Pairs>(&parameters)) {
    TRY_VOID(validate(pairs->trading));
    TRY_VOID(validate(pairs->entry_millionths, pairs->exit_millionths));
    return require(pairs->stop_millionths > pairs->entry_millionths,
                   "stop_millionths must be above entry_millionths");
  }
  if (const auto* arbitrage = std::get_if<Arbitrage>(&parameters)) {
    TRY_VOID(validate(arbitrage->trading));
    TRY_VOID(require(arbitrage->first_shares > 0 && arbitrage->second_shares > 0,
                     "first_shares and second_shares must be positive"));
    return require(arbitrage->band_millionths >= 0, "band_millionths must not be negative");
  }
  if (const auto* forecast = std::get_if<Forecast>(&parameters)) {
    TRY_VOID(validate(forecast->trading));
    TRY_VOID(validate(forecast->model));
    return validate(forecast->entry_millionths, forecast->exit_millionths);
  }
  if (const auto* portfolio = std::get_if<Portfolio>(&parameters)) {
    TRY_VOID(validate(portfolio->trading));
    return validate(*portfolio);
  }
  const Risk& risk = std::get<Risk>(parameters);
  TRY_VOID(require(risk.cooldown >= core::Duration(0), "cooldown must not be negative"));
  return validate(risk.limits);
}

Decision decide(const Parameters& parameters, State& state, const Observation& observation) {
  core::check(validate(parameters).has_value(), "a strategy runs with valid parameters");
  const Kind kind = kind_of(parameters);
  const bool all = kind == Kind::kRisk || kind == Kind::kPortfolio;
  const std::size_t count = std::max(all ? observation.instruments.size() : 0,
                                     kind == Kind::kRisk ? 0 : instruments_needed(kind));
  ++state.decisions;
  if (!consistent(observation, count)) {
    return hold(Reason::kBadObservation);
  }
  Decision decision = dispatch(parameters, state, observation);
  if (decision.holds()) {
    return decision;
  }
  // A time before the last order is that of a clock that started anew: it ends the cooling.
  const bool cooling = state.orders > 0 && observation.now >= state.last_order &&
                       observation.now - state.last_order < cooldown_of(parameters);
  if (cooling) {
    return hold(Reason::kCooling, decision.signal_millionths);
  }
  ++state.orders;
  state.last_order = observation.now;
  return decision;
}

}  // namespace strategy
