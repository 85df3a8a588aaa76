// What a controller is told: which fleets of agents there should be, and by which policies they
// change.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/time.h"
#include "monitor/alert.h"
#include "rollout/rollout.h"
#include "sandbox/sandbox.h"
#include "scaling/config.h"
#include "swarm/admin.h"

namespace control {

// Agents of one kind and version: they run the same program in sandboxes of the same spec and
// declare the same. A pool (swarm/pools.h) has one or more fleets, and no fleet two pools. A fleet
// of pool 0 is that of the coordinators that never work, and has no name.
struct Fleet {
  std::string name;  // unique; new agents are named after it
  swarm::PoolId pool;
  std::string version;
  std::uint32_t size = 1;  // at the start, and whenever no policy says otherwise
  sandbox::SandboxSpec spec;
  std::set<std::string> capabilities;
  MUSTER_FIELDS(Fleet, name, pool, version, size, spec, capabilities)
};

// Who follows the decisions of a scaling policy. While a rollout is under way the decision counts
// for the fleet and its successor together: each side gets the part of it that the rollout says it
// must keep the capacity for, rounded up, so that neither policy undoes what the other does.
struct ScalingPlan {
  std::string fleet;
  scaling::Config rules;
  // Means of the tasks in the system are taken over these.
  core::Duration stable_window = core::seconds(60);
  core::Duration panic_window = core::seconds(6);
  core::Duration decide_every = core::seconds(2);
  std::string volatility_service;  // asked for a Reading before each decision; empty: none
  MUSTER_FIELDS(ScalingPlan, fleet, rules, stable_window, panic_window, decide_every,
                volatility_service)
};

// The answer of a volatility service.
struct Reading {
  scaling::Quantity value;
  MUSTER_FIELDS(Reading, value)
};

// The candidate's fleets are created when the rollout begins.
struct RolloutPlan {
  swarm::PoolId stable;
  swarm::PoolId candidate;
  rollout::Plan plan;
  core::Duration begins{};   // after the controller's first start
  bool whole_first = false;  // the candidate has its full size before it is given a task;
                             // otherwise what the plan's first step needs
  core::Duration decide_every = core::seconds(1);
  MUSTER_FIELDS(RolloutPlan, stable, candidate, plan, begins, whole_first, decide_every)
};

// Everybody who votes is replaced by a new sandbox of the same fleet that runs this version: the
// new ones join, and votes pass one at a time, as rollout::next_change() says
// (rollout/membership.h).
struct UpgradePlan {
  std::string version;
  core::Duration begins{};  // after the controller's first start
  MUSTER_FIELDS(UpgradePlan, version, begins)
};

struct ControllerConfig {
  swarm::GroupId group;
  std::string deployment;             // label of all its sandboxes
  std::vector<world::NodeId> voters;  // whom to ask for the leader
  std::vector<Fleet> fleets;
  std::uint32_t first_node = 1;  // agents that it creates are numbered from here
  std::optional<ScalingPlan> scaling;
  std::optional<RolloutPlan> rollout;
  std::optional<UpgradePlan> upgrade;
  core::Duration every = core::milliseconds(500);  // between two looks at the world
  // A member that does not get ready, or is suspected, for so long is replaced.
  core::Duration replace_after = core::seconds(10);
  core::Duration join_within = core::seconds(60);
  std::uint32_t start_capacity = 10;  // creates under way at a time
  monitor::MonitorConfig monitor;
  monitor::AlertRules alerts;
  MUSTER_FIELDS(ControllerConfig, group, deployment, voters, fleets, first_node, scaling, rollout,
                upgrade, every, replace_after, join_within, start_capacity, monitor, alerts)
};

// Labels of a sandbox: what a restarted controller recognises its own by.
inline constexpr const char* kDeploymentLabel = "deployment";
inline constexpr const char* kFleetLabel = "fleet";  // absent: a coordinator
inline constexpr const char* kNodeLabel = "node";
inline constexpr const char* kReplacesLabel = "replaces";  // a new coordinator: whose successor
inline constexpr const char* kVersionLabel = "version";    // a new coordinator: of its program

// The labels of the sandbox of a node. The token is the node: it can be created only once.
[[nodiscard]] sandbox::Labels labels_of(const ControllerConfig& config, const std::string& fleet,
                                        world::NodeId node);
[[nodiscard]] world::NodeId node_of(const sandbox::SandboxInfo& sandbox);      // 0: no valid label
[[nodiscard]] world::NodeId replaced_by(const sandbox::SandboxInfo& sandbox);  // 0: nobody
// Null: no such fleet.
[[nodiscard]] const Fleet* find_fleet(const ControllerConfig& config, std::string_view name);

}  // namespace control
