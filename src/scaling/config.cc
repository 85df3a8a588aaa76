#include "scaling/config.h"

#include "core/text.h"

namespace scaling {
namespace {

constexpr std::uint32_t kMostAgents = 100'000;
constexpr std::int64_t kMostThousandths = 1'000'000'000;
constexpr std::uint32_t kMostSeasonBins = 10'000;
constexpr core::Duration kLongest = core::hours(24 * 7);

core::Result<void> refuse(std::string message) {
  return core::fail(core::Code::kInvalid, "scaling: " + std::move(message));
}

core::Result<void> same_unit(std::string_view what, Unit measured, const Quantity& target) {
  if (measured != target.unit) {
    return refuse(std::string(what) + " is measured in " + std::string(name_of(measured)) +
                  " but its target is in " + std::string(name_of(target.unit)) +
                  "; state both in one unit");
  }
  return {};
}

core::Result<void> in_time(std::string_view what, core::Duration value, bool may_be_zero) {
  const bool positive = may_be_zero ? value >= core::Duration{} : value > core::Duration{};
  if (!positive || value > kLongest) {
    return refuse(std::string(what) + " is " + core::seconds_text(value) + "; it must be " +
                  (may_be_zero ? "at least 0" : "above 0") + " and at most a week");
  }
  return {};
}

core::Result<void> share(std::string_view what, std::uint32_t permille, std::uint32_t least,
                         std::uint32_t most) {
  if (permille < least || permille > most) {
    return refuse(std::string(what) + " is " + std::to_string(permille) + " permille; it must be " +
                  std::to_string(least) + " to " + std::to_string(most));
  }
  return {};
}

core::Result<void> validate(const MetricRule& rule) {
  TRY_VOID(same_unit("metric " + rule.name, rule.unit, rule.target));
  if (rule.target.thousandths <= 0 || rule.target.thousandths > kMostThousandths) {
    return refuse("metric " + rule.name + " has the target " + text_of(rule.target) +
                  "; it must be above 0 and at most a million");
  }
  return {};
}

core::Result<void> validate(const ConcurrencyRule& rule) {
  if (rule.tasks_per_agent_milli == 0 ||
      rule.tasks_per_agent_milli > static_cast<std::uint64_t>(kMostThousandths)) {
    return refuse("an agent must take more than 0 and at most a million tasks at a time");
  }
  TRY_VOID(share("the concurrency target", rule.target_permille, 1, 1'000));
  TRY_VOID(share("the panic threshold", rule.panic_permille, 1'001, 100'000));
  TRY_VOID(in_time("the stable window", rule.stable_window, false));
  TRY_VOID(in_time("the panic window", rule.panic_window, false));
  TRY_VOID(in_time("the backlog horizon", rule.backlog_horizon, false));
  if (rule.panic_window > rule.stable_window) {
    return refuse("the panic window (" + core::seconds_text(rule.panic_window) +
                  ") is longer than the stable window (" + core::seconds_text(rule.stable_window) +
                  ")");
  }
  if (rule.fastest_growth < 2 || rule.fastest_shrink < 2 || rule.fastest_growth > kMostAgents) {
    return refuse("the fastest growth and the fastest shrink must be at least 2");
  }
  return {};
}

core::Result<void> validate(const ForecastRule& rule) {
  TRY_VOID(in_time("the forecast bin", rule.bin, false));
  TRY_VOID(in_time("the assumed cold start", rule.assumed_cold_start, true));
  TRY_VOID(share("the level weight", rule.level_permille, 1, 1'000));
  TRY_VOID(share("the level weight with a season", rule.seasonal_level_permille, 1, 1'000));
  TRY_VOID(share("the trend weight", rule.trend_permille, 0, 1'000));
  TRY_VOID(share("the season weight", rule.season_permille, 0, 1'000));
  TRY_VOID(share("the damping", rule.damping_permille, 0, 1'000));
  TRY_VOID(share("the forecast quantile", rule.quantile_permille, 500, 999));
  TRY_VOID(share("the utilisation target", rule.utilisation_permille, 1, 1'000));
  if (rule.season_bins == 1 || rule.season_bins > kMostSeasonBins) {
    return refuse("a season has 2 to " + std::to_string(kMostSeasonBins) + " bins, or 0 for none");
  }
  return {};
}

core::Result<void> validate(const VolatilityRule& rule) {
  TRY_VOID(same_unit("volatility", rule.unit, rule.grow_low));
  TRY_VOID(same_unit("volatility", rule.unit, rule.grow_high));
  TRY_VOID(same_unit("volatility", rule.unit, rule.shrink_low));
  TRY_VOID(same_unit("volatility", rule.unit, rule.shrink_high));
  if (rule.unit != Unit::kVolatilityFractionAYear && rule.unit != Unit::kVolatilityPercentAYear &&
      rule.unit != Unit::kVolatilityFractionABar) {
    return refuse("volatility is not measured in " + std::string(name_of(rule.unit)));
  }
  for (const auto* pair : {&rule.grow_high, &rule.shrink_high}) {
    const Quantity& low = pair == &rule.grow_high ? rule.grow_low : rule.shrink_low;
    if (low.thousandths < 0 || low.thousandths >= pair->thousandths ||
        pair->thousandths > kMostThousandths) {
      return refuse("the volatility thresholds " + text_of(low) + " and " + text_of(*pair) +
                    " must ascend from 0");
    }
  }
  if (rule.shrink_low.thousandths > rule.grow_low.thousandths ||
      rule.shrink_high.thousandths > rule.grow_high.thousandths) {
    return refuse("the volatility thresholds for shrinking must not be above those for growing");
  }
  return {};
}

core::Result<void> validate(std::string_view what, const Pace& pace, bool grows) {
  TRY_VOID(in_time(std::string(what) + " period", pace.period, false));
  if (pace.agents > kMostAgents || pace.percent > 100'000) {
    return refuse(std::string(what) + " is beyond any pool");
  }
  if (pace.agents == 0 && (grows || pace.percent == 0)) {
    return refuse(std::string(what) + " would never move: let it be at least one agent a period");
  }
  return {};
}

}  // namespace

core::Result<void> validate(const Config& config) {
  if (config.most == 0 || config.least > config.most || config.most > kMostAgents) {
    return refuse("the bounds " + std::to_string(config.least) + " to " +
                  std::to_string(config.most) + " must ascend, end above 0 and at most at " +
                  std::to_string(kMostAgents));
  }
  if (config.metrics.empty() && !config.concurrency && !config.forecast && !config.volatility) {
    return refuse("there is no rule: name a metric, concurrency, forecast or volatility");
  }
  for (const MetricRule& rule : config.metrics) {
    TRY_VOID(validate(rule));
  }
  if (config.concurrency) {
    TRY_VOID(validate(*config.concurrency));
  }
  if (config.forecast) {
    TRY_VOID(validate(*config.forecast));
  }
  if (config.volatility) {
    TRY_VOID(validate(*config.volatility));
  }
  TRY_VOID(share("the tolerance up", config.tolerance.up_permille, 0, 1'000));
  TRY_VOID(share("the tolerance down", config.tolerance.down_permille, 0, 999));
  TRY_VOID(in_time("stabilise_up", config.stabilise_up, true));
  TRY_VOID(in_time("stabilise_down", config.stabilise_down, true));
  TRY_VOID(in_time("cooldown_up", config.cooldown_up, true));
  TRY_VOID(in_time("cooldown_down", config.cooldown_down, true));
  TRY_VOID(validate("the pace up", config.up, true));
  TRY_VOID(validate("the pace down", config.down, false));
  TRY_VOID(validate("the pace out of a panic", config.exit, false));
  return {};
}

}  // namespace scaling
