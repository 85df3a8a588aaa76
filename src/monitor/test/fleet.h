// A small fleet in the simulated world, with telemetry over its links: a dispatcher that offers
// tasks to workers and a controller that folds what arrives to a view each second.
//
// The load has a season: a third of each minute is busier. The labels are the faults of the plan.
#pragma once

#include <vector>

#include "monitor/score.h"
#include "monitor/view.h"
#include "world/fault.h"

namespace monitor {

inline constexpr std::uint32_t kFleetWorkers = 4;
inline constexpr std::uint32_t kFleetSeason = 60;  // seconds

[[nodiscard]] constexpr world::NodeId worker_node(std::uint32_t index) {
  return world::NodeId(2 + index);
}

struct FleetRun {
  std::vector<View> views;  // one a second
  std::vector<Label> labels;
  core::Time end;
};

// REQUIRES: faults have fixed times and durations, and do not overlap.
[[nodiscard]] FleetRun run_fleet(std::uint64_t seed, const world::FaultPlan& faults,
                                 core::Duration lasts);

}  // namespace monitor
