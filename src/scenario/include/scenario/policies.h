// What changes a deployment while it runs, and what the load does meanwhile: sandboxes that start,
// scaling, rollouts, versions with defects, load that is not constant.
//
// Part of a Scenario (scenario.h), with the same units.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/fields.h"
#include "core/time.h"

namespace scenario {

enum class RolloutKind : std::uint8_t { kBlueGreen, kCanary };
constexpr RolloutKind last_value(RolloutKind) {
  return RolloutKind::kCanary;
}
// What an inconclusive step comes to in the end.
enum class Inconclusive : std::uint8_t { kHold, kRollBack };
constexpr Inconclusive last_value(Inconclusive) {
  return Inconclusive::kRollBack;
}
std::string_view name_of(RolloutKind kind);
std::string_view name_of(Inconclusive what);

// How sandboxes come to be while the deployment runs. Those of the start are there already.
struct Provisioning {
  bool replace = false;  // a controller replaces agents that are gone, also where nothing else asks
                         // for a controller
  core::Duration cold_start_p50 = core::milliseconds(1500);
  core::Duration cold_start_p95 = core::seconds(3);
  std::uint32_t warm = 0;  // kept ready; claimed first
  std::int64_t start_failure_ppm = 0;
  std::uint32_t concurrent_starts = 10;
  std::uint32_t most = 100;  // sandboxes at a time
  core::Duration lifetime = core::hours(1);
  MUSTER_FIELDS(Provisioning, replace, cold_start_p50, cold_start_p95, warm, start_failure_ppm,
                concurrent_starts, most, lifetime)
};

// What is wrong with a version of an agent's program.
struct Defect {
  std::int64_t fail_ppm = 0;          // of its tasks
  std::uint32_t fail_from = 1;        // only while it has at least so many tasks in hand
  std::int64_t slow_ppm = 1'000'000;  // of the declared service time
  std::int64_t drift_ppm = 0;         // by so much more after every 100 tasks
  MUSTER_FIELDS(Defect, fail_ppm, fail_from, slow_ppm, drift_ppm)
};

// From a moment on, another rate.
struct RateStep {
  core::Duration at{};
  std::int64_t rate_millitasks_per_s = 0;
  MUSTER_FIELDS(RateStep, at, rate_millitasks_per_s)
};
// The rate follows a series: base + per_point x value, `lag` later, each bar with its own noise.
struct Follows {
  std::string series;  // a key of ScenarioFile::series
  std::uint64_t series_digest = 0;
  core::Duration bar_lasts = core::seconds(2);
  core::Duration lag{};
  std::int64_t base_millitasks_per_s = 0;
  std::int64_t per_point_millitasks_per_s = 1'000;
  std::int64_t above_points = 0;  // only what the series is above this counts
  std::int64_t noise_ppm = 0;     // standard deviation, as a share of the rate
  MUSTER_FIELDS(Follows, series, series_digest, bar_lasts, lag, base_millitasks_per_s,
                per_point_millitasks_per_s, above_points, noise_ppm)
};

struct ConcurrencyRule {
  std::uint32_t per_agent = 4;        // tasks that an agent can have at a time
  std::int64_t target_ppm = 700'000;  // of them
  core::Duration stable_window = core::seconds(60);
  core::Duration panic_window = core::seconds(6);
  std::int64_t panic_ppm = 2'000'000;  // of the ready agents
  MUSTER_FIELDS(ConcurrencyRule, per_agent, target_ppm, stable_window, panic_window, panic_ppm)
};
struct ForecastRule {
  core::Duration bin = core::seconds(1);
  core::Duration season{};  // 0: none; cut to whole bins
  std::int64_t quantile_ppm = 900'000;
  std::int64_t utilisation_ppm = 700'000;
  MUSTER_FIELDS(ForecastRule, bin, season, quantile_ppm, utilisation_ppm)
};
// From `min` agents at `low` index points to `max` at `high`; it shrinks `hysteresis` lower.
struct VolatilityRule {
  std::string series;  // quoted in percent a year, as the VIX is
  std::uint64_t series_digest = 0;
  core::Duration bar_lasts = core::seconds(2);
  bool shuffled = false;  // the same bars in another order: what it is worth to know nothing
  std::int64_t low_points = 15;
  std::int64_t high_points = 40;
  std::int64_t hysteresis_points = 1;
  MUSTER_FIELDS(VolatilityRule, series, series_digest, bar_lasts, shuffled, low_points, high_points,
                hysteresis_points)
};

struct Scaling {
  std::string pool;  // the first pool
  std::uint32_t min = 1;
  std::uint32_t max = 10;
  std::optional<std::int64_t> utilisation_ppm;  // target of the agents' CPUs
  std::optional<ConcurrencyRule> concurrency;   // where no other rule is declared
  std::optional<ForecastRule> forecast;
  std::optional<VolatilityRule> volatility;
  core::Duration stabilise_up{};
  core::Duration stabilise_down = core::seconds(300);
  core::Duration cooldown_up{};
  core::Duration cooldown_down{};
  core::Duration pace_period = core::seconds(15);
  core::Duration decide_every = core::seconds(2);
  MUSTER_FIELDS(Scaling, pool, min, max, utilisation_ppm, concurrency, forecast, volatility,
                stabilise_up, stabilise_down, cooldown_up, cooldown_down, pace_period, decide_every)
};

// The pools of `version` take over from the others.
struct Rollout {
  std::uint32_t version = 2;
  RolloutKind kind = RolloutKind::kBlueGreen;
  core::Duration begins = core::seconds(10);
  std::vector<std::int64_t> steps_ppm;  // the candidate's share; empty: the kind's
  core::Duration least_step = core::seconds(10);
  core::Duration soak = core::seconds(10);
  core::Duration quiet = core::seconds(10);
  core::Duration inconclusive_after = core::minutes(10);
  Inconclusive on_inconclusive = Inconclusive::kHold;
  std::int64_t bad_error_ppm = 0;  // errors that must not pass unnoticed; 0: the kind's
  MUSTER_FIELDS(Rollout, version, kind, begins, steps_ppm, least_step, soak, quiet,
                inconclusive_after, on_inconclusive, bad_error_ppm)
};

// New coordinators of `version` take over from all that vote, one at a time.
struct Upgrade {
  std::uint32_t version = 2;
  core::Duration begins = core::seconds(10);
  MUSTER_FIELDS(Upgrade, version, begins)
};

}  // namespace scenario
