// From a scenario's scaling, rollout and sandboxes to what controller and provider are told.
#pragma once

#include "lab/deployment.h"

namespace lab {

// How many agents may be created beside the founders: generous, and the same in every process.
[[nodiscard]] std::uint32_t spare_nodes(const scenario::Scenario& scenario);
// Of the nth of them, from 1.
[[nodiscard]] std::string spare_name(std::uint32_t nth);
// The capability that stands for several: a class that requires them requires that one.
[[nodiscard]] std::string compound(std::vector<std::string> capabilities);
// What the agents of a pool declare.
[[nodiscard]] std::set<std::string> capabilities_of(const scenario::Scenario& scenario,
                                                    const scenario::Pool& pool);
// The swarm's pool of a version.
[[nodiscard]] swarm::PoolId pool_of_version(std::uint32_t version);
// The pools of the start, who is in them, and the route: all to the first version.
[[nodiscard]] swarm::Founding founding_of(const Deployment& deployment,
                                          const scenario::Scenario& scenario);

// Fills in config, provider and volatility of `deployment.changing`, whose nodes are set. kInvalid:
// a series that does not parse, rules that contradict each other.
[[nodiscard]] core::Result<void> set_up_changes(Deployment& deployment,
                                                const scenario::ScenarioFile& file,
                                                const scenario::Scenario& scenario,
                                                std::uint64_t seed);

// The rates that follow from `workload.steps` or `workload.follows`; first the one at the start.
[[nodiscard]] core::Result<std::vector<load::RateStep>> rates_of(const scenario::ScenarioFile& file,
                                                                 const scenario::Scenario& scenario,
                                                                 std::uint64_t seed);

}  // namespace lab
