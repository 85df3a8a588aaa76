// From telemetry to what policies may know. Numbers that did not arrive stay absent.
#pragma once

#include <deque>
#include <optional>
#include <vector>

#include "control/reconcile.h"
#include "monitor/view.h"
#include "rollout/sides.h"
#include "scaling/signals.h"

namespace control {

inline constexpr std::size_t kColdStartsKept = 64;

// The tasks in a pool's system over the last while, as the leader saw them second by second.
class LoadHistory {
 public:
  // Takes the view's last whole second once.
  void learn(const monitor::View& view, const std::vector<swarm::PoolId>& pools);
  // Means over the seconds in [now - length, now) that were reported on; none: no number.
  [[nodiscard]] scaling::WindowLoad mean(core::Time now, core::Duration length) const;

 private:
  struct Second {
    std::int64_t number = 0;
    std::uint64_t concurrency_milli = 0;
    std::uint64_t queue_milli = 0;
    MUSTER_FIELDS(Second, number, concurrency_milli, queue_milli)
  };
  std::deque<Second> seconds_;

 public:
  MUSTER_FIELDS(LoadHistory, seconds_)
};

// How many agents of these fleets stand how.
struct Census {
  std::uint32_t ready = 0;
  std::uint32_t starting = 0;
  std::uint32_t draining = 0;
  MUSTER_FIELDS(Census, ready, starting, draining)
};
[[nodiscard]] Census count(const std::set<std::string>& fleets, const Desired& desired,
                           const Observed& observed);

// The 95th percentile; none without any.
[[nodiscard]] std::optional<core::Duration> percentile95(std::vector<core::Duration> times);

// Everything but volatility, cold start and start capacity, which telemetry does not tell.
[[nodiscard]] scaling::Signals signals_for(const ScalingPlan& plan,
                                           const std::vector<swarm::PoolId>& pools,
                                           const Census& census, const monitor::View& view,
                                           const LoadHistory& load);

// Of telemetry since this controller started; none while there is none.
[[nodiscard]] std::optional<rollout::Counts> counts_of(const monitor::View& view,
                                                       swarm::PoolId pool,
                                                       std::optional<core::Duration> slow_from);
// `reference`: the other side, whose agents tell what one can serve while these have not served.
[[nodiscard]] rollout::Side side_of(const monitor::View& view, swarm::PoolId pool,
                                    swarm::PoolId reference,
                                    std::optional<core::Duration> slow_from,
                                    const std::optional<swarm::StatusAnswer>& status);

}  // namespace control
