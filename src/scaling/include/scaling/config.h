// The rules of a pool's size. Each rule recommends a size; the largest recommendation counts.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"
#include "core/time.h"
#include "scaling/unit.h"

namespace scaling {

// How far a recommendation may be from the present size before it counts, per direction.
struct Tolerance {
  std::uint32_t up_permille = 100;
  std::uint32_t down_permille = 100;
  MUSTER_FIELDS(Tolerance, up_permille, down_permille)
};

// Size so that the mean of a metric over the agents is at its target. Algorithm of the Kubernetes
// horizontal pod autoscaler (pkg/controller/podautoscaler/replica_calculator.go): size =
// ceil(sum / target). Agents without the metric count as being at the target when scaling down and
// as idle when scaling up; where that turns the direction, the size stays. One difference: an agent
// that is still starting counts as being at the target when scaling down (there it is left out, and
// a scale-up would be undone before it is ready).
struct MetricRule {
  std::string name;             // as in Signals::metrics
  Unit unit = Unit::kFraction;  // in which the metric is measured
  Quantity target;              // per agent; its unit must be that one
  MUSTER_FIELDS(MetricRule, name, unit, target)
};

// Size so that each agent has `tasks_per_agent_milli` x `target_permille` tasks in the system.
// Algorithm of the Knative pod autoscaler (knative/serving pkg/autoscaler/scaling/autoscaler.go): a
// slow window decides, unless a fast one asks for `panic_permille` of the ready agents or more;
// then the size only grows, until a whole stable window has passed below that threshold. What a
// panic left behind is reduced in steps (`exit`), never at once.
//
// Starting takes time: tasks that only wait for agents which are already starting are no reason for
// more. Where arrivals, service time and queue are known, a window counts what arrives (rate x
// service time) and its backlog only as far as that must be worked off within `backlog_horizon`.
struct ConcurrencyRule {
  std::uint64_t tasks_per_agent_milli = 1'000;
  std::uint32_t target_permille = 700;
  core::Duration stable_window = core::seconds(60);
  core::Duration panic_window = core::seconds(6);
  std::uint32_t panic_permille = 2'000;
  std::uint32_t fastest_growth = 1'000;  // a recommendation is at most this many times the ready
  std::uint32_t fastest_shrink = 2;      // and at least the ready divided by this, rounded down
  core::Duration backlog_horizon = core::seconds(30);
  MUSTER_FIELDS(ConcurrencyRule, tasks_per_agent_milli, target_permille, stable_window,
                panic_window, panic_permille, fastest_growth, fastest_shrink, backlog_horizon)
};

// Size for what will arrive when an agent that is created now is ready: ceil(forecast quantile x
// service time / utilisation target). The lead is the measured 95th percentile of the cold start
// plus one bin; `assumed_cold_start` until one is measured. See forecaster.h.
struct ForecastRule {
  core::Duration bin = core::seconds(1);
  std::uint32_t season_bins = 0;  // 0: no season
  std::uint32_t level_permille = 300;
  // The same where a season is known. A busy time that begins a little before or after its bin is
  // no news of the level, and would be taken for it.
  std::uint32_t seasonal_level_permille = 100;
  std::uint32_t trend_permille = 100;
  std::uint32_t season_permille = 200;
  std::uint32_t damping_permille = 950;
  std::uint32_t quantile_permille = 900;
  std::uint32_t utilisation_permille = 700;
  core::Duration assumed_cold_start = core::seconds(10);
  MUSTER_FIELDS(ForecastRule, bin, season_bins, level_permille, seasonal_level_permille,
                trend_permille, season_permille, damping_permille, quantile_permille,
                utilisation_permille, assumed_cold_start)
};

// From least at `low` to most at `high`, linear between. Growing uses one pair of thresholds,
// shrinking another that is not above it: between the two nothing changes.
struct VolatilityRule {
  Unit unit = Unit::kVolatilityPercentAYear;  // in which the volatility is measured
  Quantity grow_low;
  Quantity grow_high;
  Quantity shrink_low;
  Quantity shrink_high;
  MUSTER_FIELDS(VolatilityRule, unit, grow_low, grow_high, shrink_low, shrink_high)
};

// At most max(agents, percent of the size at the start of the period) within any period.
struct Pace {
  std::uint32_t agents = 4;
  std::uint32_t percent = 100;
  core::Duration period = core::seconds(15);
  MUSTER_FIELDS(Pace, agents, percent, period)
};

struct Config {
  // Hard: the size is never outside, whatever else holds.
  std::uint32_t least = 1;
  std::uint32_t most = 10;
  std::vector<MetricRule> metrics;
  std::optional<ConcurrencyRule> concurrency;
  std::optional<ForecastRule> forecast;
  std::optional<VolatilityRule> volatility;
  Tolerance tolerance;
  // The size follows the least recommendation of the last `stabilise_up`, and the greatest of the
  // last `stabilise_down`. Until a whole window has been seen, the size found at the start counts
  // as a recommendation: a restart never shrinks a pool for lack of memory.
  core::Duration stabilise_up{};
  core::Duration stabilise_down = core::seconds(300);
  // For this long after any change of the size, N to M whatever N and M are, it does not grow
  // (shrink) again. Not even in a panic.
  core::Duration cooldown_up{};
  core::Duration cooldown_down{};
  Pace up;
  Pace down{0, 100, core::seconds(15)};
  Pace exit{1, 10, core::seconds(15)};  // instead of `down` after a panic until its size is reached
  MUSTER_FIELDS(Config, least, most, metrics, concurrency, forecast, volatility, tolerance,
                stabilise_up, stabilise_down, cooldown_up, cooldown_down, up, down, exit)
};

// Refuses: bounds that cross or are zero at the top, no rule at all, a target that is not positive
// or whose unit is not the metric's, thresholds that cross, shares out of range, windows that are
// not positive where they must be, a pace that never moves.
[[nodiscard]] core::Result<void> validate(const Config& config);

}  // namespace scaling
