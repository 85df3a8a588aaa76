// From a scenario and a seed to nodes, programs and a fault plan: what a driver of any world boots.
//
// A deployment is a pure function of (scenario file, run, seed), so every process of a real run
// makes the same one for itself, and a replay makes it again. Members come first (the coordinator,
// relays, then the agents in pool order), then the venue, then the client. Where pools change while
// it runs the controller and the provider's janitor follow, and then spare nodes, which a provider
// boots when the controller wants a new agent.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/agent.h"
#include "control/config.h"
#include "core/result.h"
#include "load/client.h"
#include "sandbox_sim/provider.h"
#include "scenario/scenario.h"
#include "swarm/topology.h"
#include "venue/venue.h"
#include "world/fault.h"
#include "world/host.h"

namespace lab {

// The load and the scenario's clock begin so long after the nodes boot: time to elect a leader,
// prove links and see prices.
inline constexpr core::Duration kSettle = core::seconds(3);

// What people read and type: since the load began, as `at:` in a scenario. Before it: negative.
constexpr core::Duration since_load(core::Time at) {
  return at.time_since_epoch() - kSettle;
}

struct Node {
  world::NodeSpec spec;
  world::Program program;
  bool spare = false;  // not there at the start; hardware and program follow from its fleet
};

// What changes a deployment while it runs.
struct Changing {
  world::NodeId controller;
  world::NodeId janitor;
  control::ControllerConfig config;
  sandbox_sim::ProviderConfig provider;
  std::map<std::string, std::uint32_t> pool_of_fleet;  // index in Scenario::pools
  // What the volatility service says, bar by bar from the load's beginning; empty: there is none.
  std::vector<scaling::Quantity> volatility;
  core::Duration volatility_bar{};
};

struct Deployment {
  swarm::GroupId group{1};
  swarm::Topology topology;
  std::vector<Node> nodes;
  world::NodeId coordinator;          // by role; none in a mesh
  std::vector<world::NodeId> relays;  // in a graph: who only passes messages on
  std::vector<world::NodeId> agents;  // those of the pools
  world::NodeId venue;
  world::NodeId client;
  world::FaultPlan faults;
  std::vector<std::string> fault_names;  // as the scenario has them, one for each of the plan
  std::shared_ptr<const venue::VenueConfig> market;
  std::vector<agent::AgentConfig> agent_configs;  // of all members, in node order
  load::ClientConfig workload;
  std::optional<Changing> changing;
  double capacity_per_s =
      0;  // what the agents' CPUs and in-flight bounds can do for the stated service

  [[nodiscard]] const world::NodeSpec& spec(world::NodeId node) const;
  [[nodiscard]] std::string_view name(world::NodeId node) const;
  // 0 when there is no node of that name.
  [[nodiscard]] world::NodeId find(std::string_view name) const;
};

// What a spare node is when it becomes an agent of this pool; a coordinator is of none: Pool().
[[nodiscard]] world::NodeSpec spec_of_spare(const Deployment& deployment,
                                            const scenario::Scenario& scenario, world::NodeId node,
                                            const scenario::Pool& pool);
[[nodiscard]] world::Program program_of_spare(const Deployment& deployment,
                                              const scenario::Scenario& scenario,
                                              world::NodeId node, const scenario::Pool& pool);

// kInvalid: a data file that does not parse, a topology that cannot be, a market that cannot open.
[[nodiscard]] core::Result<Deployment> deploy(const scenario::ScenarioFile& file,
                                              const scenario::Scenario& scenario,
                                              std::uint64_t seed);

}  // namespace lab
