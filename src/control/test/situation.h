// A deployment as a controller sees it, made up for tests of the reconciler.
#pragma once

#include "control/reconcile.h"

namespace control {

inline Fleet fleet(std::string name, std::uint32_t size, swarm::PoolId pool = swarm::PoolId(1)) {
  Fleet made;
  made.name = std::move(name);
  made.pool = pool;
  made.version = std::to_string(pool.value);
  made.size = size;
  made.capabilities = {"momentum"};
  return made;
}

inline ControllerConfig configuration() {
  ControllerConfig config;
  config.deployment = "test";
  config.voters = {world::NodeId(1)};
  config.fleets = {fleet("spoke", 3)};
  config.first_node = 10;
  return config;
}

// What is there: agents of fleet `spoke` in pool 1, ready unless a test says otherwise.
struct Situation {
  Situation() {
    observed.now = core::at(core::seconds(100));
    observed.status.emplace();
    observed.status->leads = true;
    observed.status->route.weights[swarm::PoolId(1)] = swarm::kWholeRoute;
    swarm::PoolStatus pool;
    pool.pool.id = swarm::PoolId(1);
    pool.pool.name = "version 1";
    pool.pool.version = "1";
    pool.pool.spec = "base";
    pool.pool.size = 3;
    observed.status->pools.push_back(pool);
    desired.sizes["spoke"] = 3;
    desired.next_node = 10;
  }

  void sandbox(std::uint32_t node, sandbox::ProgramState program = sandbox::ProgramState::kRunning,
               const std::string& of = "spoke") {
    sandbox::SandboxInfo info;
    info.id = sandbox::SandboxId(100 + node);
    info.spec.metadata = labels_of(configuration(), of, world::NodeId(node));
    info.state = sandbox::SandboxState::kRunning;
    info.program = program;
    observed.sandboxes.push_back(info);
  }
  swarm::MemberStatusReport& member(std::uint32_t node) {
    swarm::MemberStatusReport report;
    report.entry.node = world::NodeId(node);
    report.entry.pool = swarm::PoolId(1);
    report.entry.incarnation = world::Incarnation(1);
    report.state = swarm::AgentState::kReady;
    report.linked = true;
    observed.status->members.push_back(report);
    return observed.status->members.back();
  }
  // A ready agent that the controller knows.
  swarm::MemberStatusReport& agent(std::uint32_t node) {
    desired.instances[world::NodeId(node)] = {"spoke", false};
    sandbox(node);
    return member(node);
  }

  Plan plan(const ControllerConfig& config = configuration()) const {
    return reconcile(config, desired, observed);
  }

  Desired desired;
  Observed observed;
};

template <class T>
std::vector<T> only(const Plan& plan) {
  std::vector<T> found;
  for (const Action& action : plan.actions) {
    if (const T* chosen = std::get_if<T>(&action)) {
      found.push_back(*chosen);
    }
  }
  return found;
}

template <class T>
std::vector<T> asked(const Plan& plan) {
  std::vector<T> found;
  for (const Ask& ask : only<Ask>(plan)) {
    if (const T* chosen = std::get_if<T>(&ask.action)) {
      found.push_back(*chosen);
    }
  }
  return found;
}

}  // namespace control
