// From what should be and what is to what has to be done next: a pure function.
//
// Level-triggered: it looks at the whole state every time and remembers nothing, so it makes no
// difference whether an action was lost, done twice or done by somebody else. Every action it asks
// for is idempotent: a create by its token, a kill and a removal by nature, a pool by its revision,
// a route by its epoch.
#pragma once

#include <map>
#include <set>
#include <variant>
#include <vector>

#include "control/config.h"
#include "rollout/membership.h"

namespace control {

// An agent that the controller has decided on. It belongs to its fleet until it retires; a retiring
// one is drained, leaves the group and then loses its sandbox. The successor of a coordinator comes
// to vote; beside the one that it replaces it counts as no more than that one.
struct Instance {
  std::string fleet;
  bool retiring = false;
  world::NodeId replaces{};  // 0: nobody
  MUSTER_FIELDS(Instance, fleet, retiring, replaces)
};

struct Desired {
  std::map<std::string, std::uint32_t> sizes;  // by fleet
  std::map<world::NodeId, Instance> instances;
  std::map<swarm::PoolId, std::uint32_t> weights;  // empty: leave the route as it is
  std::uint32_t next_node = 1;                     // never used before
  bool upgrading = false;                          // the coordinators are to be new ones
  MUSTER_FIELDS(Desired, sizes, instances, weights, next_node, upgrading)
};

struct Observed {
  core::Time now;
  std::vector<sandbox::SandboxInfo> sandboxes;  // of this deployment
  std::optional<swarm::StatusAnswer> status;    // of the leader; none: it did not answer
  std::set<world::NodeId> creating;             // creates under way
  // Since when a member is not as it should be (not ready, suspected), as far as that is known.
  std::map<world::NodeId, core::Time> unwell_since;
};

// Where an agent stands.
enum class Standing : std::uint8_t {
  kWanted,    // decided on, no sandbox yet
  kStarting,  // its sandbox starts
  kPrepared,  // the sandbox runs, the program does not
  kBooted,    // the program runs, the group does not know it
  kJoined,    // a member, not ready
  kReady,
  kEnded,  // its program or its sandbox is gone
};
constexpr Standing last_value(Standing) {
  return Standing::kEnded;
}
[[nodiscard]] Standing standing_of(world::NodeId node, const Observed& observed);

struct CreateSandbox {
  world::NodeId node;
  std::string fleet;
  MUSTER_FIELDS(CreateSandbox, node, fleet)
};
struct StartProgram {
  sandbox::SandboxId sandbox;
  world::NodeId node;
  MUSTER_FIELDS(StartProgram, sandbox, node)
};
struct KillSandbox {
  sandbox::SandboxId sandbox;
  world::NodeId node;
  MUSTER_FIELDS(KillSandbox, sandbox, node)
};
struct Ask {
  swarm::AdminAction action;
  MUSTER_FIELDS(Ask, action)
};
using Action = std::variant<CreateSandbox, StartProgram, KillSandbox, Ask>;

struct Plan {
  Desired desired;  // to be durable before any action is taken
  std::vector<Action> actions;
  std::optional<rollout::NextChange> voters;  // how the upgrade goes on; none: nothing is known
};

// Adopts what runs and is not known, replaces what is gone, keeps fleets at their sizes, and brings
// group and provider in line. Ends a sandbox only when its node is no member. Without a leader's
// status it creates and starts, and ends nothing.
[[nodiscard]] Plan reconcile(const ControllerConfig& config, Desired desired,
                             const Observed& observed);

}  // namespace control
