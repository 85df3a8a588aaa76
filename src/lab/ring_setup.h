// A ring of a scenario as the parts of a deployment.
#pragma once

#include <vector>

#include "agent/agent.h"
#include "scenario/scenario.h"
#include "swarm/topology.h"

namespace lab {

// `agents`: of the pools, in order.
void declare_ring(const scenario::Scenario& scenario, const std::vector<world::NodeId>& agents,
                  swarm::TopologySpec& spec);
[[nodiscard]] swarm::PipelineConfig pipeline_config(const scenario::RingSpec& ring);
// Tasks that an entry may have in the ring at a time: its share of all links' credits, and as many
// of its own.
[[nodiscard]] std::uint32_t ring_in_flight(const scenario::Scenario& scenario);
[[nodiscard]] std::vector<agent::StageProgram> stage_programs(const scenario::RingSpec& ring);
// Of the slowest stage: what its cores and the credits of its links can do a second.
[[nodiscard]] double ring_capacity(const scenario::Scenario& scenario);

}  // namespace lab
