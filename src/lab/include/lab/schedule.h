// The standard schedules (scenario/schedule.h) laid over a scenario.
#pragma once

#include <cstdint>

#include "core/result.h"
#include "scenario/scenario.h"

namespace lab {

// With the faults of its schedule in this seed's order, and this seed's halves; as it is where the
// schedule has no slots. To do it twice changes nothing.
[[nodiscard]] scenario::Scenario with_schedule(const scenario::Scenario& scenario,
                                               std::uint64_t seed);

// Every run under S2 becomes one run for each component that the deployment has, named
// RUN.COMPONENT: "node-hub" is killed, the disk of "store-hub" fails, nothing passes "link-hub-a-1"
// any more, "region-eu" is cut off. Members, the stores of voters, the controller where there is
// one, every region and every link. The venue and the client are the environment, not the
// deployment. A run under `scalability` that has no one size is left out. kInvalid: a run cannot be
// deployed.
[[nodiscard]] core::Result<void> enumerate_components(scenario::ScenarioFile& file);

}  // namespace lab
