#include "control/reconcile.h"

#include <algorithm>

#include "scaling/drain.h"

namespace control {
namespace {

const sandbox::SandboxInfo* sandbox_of(world::NodeId node, const Observed& observed) {
  const auto found = std::ranges::find_if(
      observed.sandboxes,
      [&](const sandbox::SandboxInfo& sandbox) { return node_of(sandbox) == node; });
  return found == observed.sandboxes.end() ? nullptr : &*found;
}

const swarm::MemberStatusReport* member_of(world::NodeId node, const Observed& observed) {
  if (!observed.status) {
    return nullptr;
  }
  const auto& members = observed.status->members;
  const auto found = std::ranges::find_if(
      members, [&](const swarm::MemberStatusReport& member) { return member.entry.node == node; });
  return found == members.end() ? nullptr : &*found;
}

const swarm::PoolStatus* pool_of(swarm::PoolId pool, const Observed& observed) {
  const auto& pools = observed.status->pools;
  const auto found = std::ranges::find_if(
      pools, [&](const swarm::PoolStatus& status) { return status.pool.id == pool; });
  return found == pools.end() ? nullptr : &*found;
}

std::map<swarm::PoolId, std::uint32_t> without_zeros(
    std::map<swarm::PoolId, std::uint32_t> weights) {
  std::erase_if(weights, [](const auto& entry) { return entry.second == 0; });
  return weights;
}

// One reconciliation; each step uses what the ones before have changed.
class Reconciler {
 public:
  Reconciler(const ControllerConfig& config, Desired desired, const Observed& observed)
      : config_(config), observed_(observed) {
    plan_.desired = std::move(desired);
  }

  Plan plan() {
    adopt();
    replace();
    if (observed_.status && plan_.desired.upgrading) {
      succeed();
    }
    for (const Fleet& fleet : config_.fleets) {
      resize(fleet);
    }
    if (observed_.status) {
      set_pools();
      set_route();
    }
    if (observed_.status && plan_.desired.upgrading) {
      change_voters();
    }
    serve_instances();
    serve_coordinators();
    return std::move(plan_);
  }

 private:
  [[nodiscard]] bool votes(world::NodeId node) const {
    const auto* member = member_of(node, observed_);
    return member != nullptr && member->entry.voter;
  }

  void adopt() {
    Desired& desired = plan_.desired;
    for (const sandbox::SandboxInfo& sandbox : observed_.sandboxes) {
      const world::NodeId node = node_of(sandbox);
      const std::string fleet(sandbox.label(kFleetLabel));
      if (!node || find_fleet(config_, fleet) == nullptr) {
        continue;
      }
      desired.instances.try_emplace(node, Instance{fleet, false, replaced_by(sandbox)});
      desired.next_node = std::max(desired.next_node, node.value + 1);
    }
  }

  // A voter's store is its vote: its program starts again where it is. Everybody else is replaced
  // by a new agent in a new sandbox.
  void replace() {
    if (!observed_.status) {
      return;
    }
    for (auto& [node, instance] : plan_.desired.instances) {
      const Standing standing = standing_of(node, observed_);
      const auto unwell = observed_.unwell_since.find(node);
      const core::Duration patience =
          standing == Standing::kJoined ? config_.replace_after : config_.join_within;
      const bool overdue =
          unwell != observed_.unwell_since.end() && observed_.now - unwell->second >= patience;
      if (!votes(node) && (standing == Standing::kEnded || overdue)) {
        instance.retiring = true;
      }
    }
  }

  // Everybody who votes gets a successor, and so does a successor that is given up. Who has one and
  // votes no longer retires.
  void succeed() {
    std::map<world::NodeId, std::string> wanted;  // whose, and in which fleet
    std::set<world::NodeId> there;
    for (const swarm::MemberStatusReport& member : observed_.status->members) {
      if (member.entry.voter) {
        wanted[member.entry.node] = fleet_of(member.entry);
      }
    }
    for (const auto& [node, instance] : plan_.desired.instances) {
      if (!instance.replaces) {
        continue;
      }
      wanted.erase(node);
      if (instance.retiring) {
        wanted[instance.replaces] = instance.fleet;
      } else {
        there.insert(instance.replaces);
      }
    }
    for (const auto& [old, fleet] : wanted) {
      if (there.insert(old).second) {
        plan_.desired.instances[world::NodeId(plan_.desired.next_node++)] = {fleet, false, old};
      }
    }
    for (auto& [node, instance] : plan_.desired.instances) {
      instance.retiring = instance.retiring || (there.contains(node) && !votes(node));
    }
  }

  [[nodiscard]] std::string fleet_of(const swarm::MemberEntry& member) const {
    const auto known = plan_.desired.instances.find(member.node);
    if (known != plan_.desired.instances.end()) {
      return known->second.fleet;
    }
    const auto fleet = std::ranges::find(config_.fleets, member.pool, &Fleet::pool);
    return fleet == config_.fleets.end() ? std::string() : fleet->name;
  }

  // Whether it counts as one of its fleet. A successor does once it is there instead of another.
  [[nodiscard]] bool counts(const Instance& instance) const {
    const auto old = plan_.desired.instances.find(instance.replaces);
    return !instance.retiring && (old == plan_.desired.instances.end() || old->second.retiring);
  }

  void resize(const Fleet& fleet) {
    const auto wanted = plan_.desired.sizes.find(fleet.name);
    if (wanted == plan_.desired.sizes.end()) {
      return;
    }
    std::vector<scaling::AgentLoad> removable;
    std::uint32_t size = 0;
    for (const auto& [node, instance] : plan_.desired.instances) {
      if (instance.fleet != fleet.name || !counts(instance)) {
        continue;
      }
      ++size;
      if (!votes(node) && !instance.replaces) {
        removable.push_back(load_of(node));
      }
    }
    for (; size < wanted->second; ++size) {
      const world::NodeId node(plan_.desired.next_node++);
      plan_.desired.instances[node] = Instance{fleet.name, false};
    }
    if (size > wanted->second && observed_.status) {
      for (const scaling::AgentKey agent :
           scaling::plan_drain(removable, size - wanted->second).drain) {
        plan_.desired.instances.at(world::NodeId(static_cast<std::uint32_t>(agent.value)))
            .retiring = true;
      }
    }
  }

  [[nodiscard]] scaling::AgentLoad load_of(world::NodeId node) const {
    scaling::AgentLoad load;
    load.agent = scaling::AgentKey(node.value);
    const Standing standing = standing_of(node, observed_);
    load.starting = standing != Standing::kReady && standing != Standing::kJoined;
    if (const auto* member = member_of(node, observed_)) {
      load.assigned = member->in_flight;
      load.in_flight = member->in_flight;
    }
    return load;
  }

  void ask(swarm::AdminAction action) { plan_.actions.push_back(Ask{std::move(action)}); }

  void set_pools() {
    std::map<swarm::PoolId, swarm::Pool> pools;
    for (const Fleet& fleet : config_.fleets) {
      if (!fleet.pool) {
        continue;
      }
      const auto size = plan_.desired.sizes.find(fleet.name);
      swarm::Pool& pool = pools[fleet.pool];
      pool.id = fleet.pool;
      pool.name = "version " + fleet.version;
      pool.version = fleet.version;
      pool.spec = fleet.spec.sandbox_template;
      pool.size += size == plan_.desired.sizes.end() ? 0 : size->second;
    }
    for (auto& [id, pool] : pools) {
      const swarm::PoolStatus* known = pool_of(id, observed_);
      if (known == nullptr) {
        if (pool.size > 0) {
          ask(swarm::SetPool{pool});
        }
        continue;
      }
      pool.revision = known->pool.revision;
      pool.waiting_limit = known->pool.waiting_limit;
      pool.fallback = known->pool.fallback;
      if (pool != known->pool) {
        ++pool.revision;
        ask(swarm::SetPool{pool});
      }
    }
  }

  void set_route() {
    const auto weights = without_zeros(plan_.desired.weights);
    const bool all_known = std::ranges::all_of(
        weights, [&](const auto& entry) { return pool_of(entry.first, observed_) != nullptr; });
    const swarm::Route& route = observed_.status->route;
    if (!weights.empty() && all_known && weights != without_zeros(route.weights)) {
      ask(swarm::SetRoute{swarm::Route{route.epoch + 1, weights}});
    }
  }

  // Votes pass from the old coordinators to the new ones, one change at a time.
  void change_voters() {
    std::vector<rollout::Voter> present;
    std::vector<rollout::Voter> healthy;
    std::vector<rollout::Voter> wanted;
    for (const swarm::MemberStatusReport& member : observed_.status->members) {
      const world::NodeId node = member.entry.node;
      if (member.entry.voter) {
        present.emplace_back(node.value);
      }
      if (member.caught_up && standing_of(node, observed_) == Standing::kReady) {
        healthy.emplace_back(node.value);
      }
    }
    for (const auto& [node, instance] : plan_.desired.instances) {
      if (instance.replaces && !instance.retiring) {
        wanted.emplace_back(node.value);
      }
    }
    const rollout::Voter leader(observed_.status->leader.value);
    auto next =
        rollout::next_change(present, healthy, wanted, leader, observed_.status->regrouping);
    if (!next) {
      return;
    }
    if (next->progress == rollout::Progress::kChange) {
      ask(swarm::SetVoter{world::NodeId(next->change.voter.value), next->change.add,
                          observed_.status->voters_epoch + 1});
    }
    plan_.voters = std::move(*next);
  }

  void serve_instances() {
    std::size_t creating = observed_.creating.size();
    std::erase_if(plan_.desired.instances,
                  [&](const auto& entry) { return serve(entry.first, entry.second, creating); });
  }

  // True when nothing is left of a retired one.
  bool serve(world::NodeId node, const Instance& instance, std::size_t& creating) {
    const Standing standing = standing_of(node, observed_);
    if (instance.retiring) {
      return observed_.status && retire(node);
    }
    const auto* sandbox = sandbox_of(node, observed_);
    if (standing == Standing::kWanted && !observed_.creating.contains(node) &&
        creating < config_.start_capacity) {
      ++creating;
      plan_.actions.push_back(CreateSandbox{node, instance.fleet});
    } else if (standing == Standing::kPrepared || (standing == Standing::kEnded && votes(node))) {
      if (sandbox != nullptr && !is_coordinator(*sandbox)) {
        plan_.actions.push_back(StartProgram{sandbox->id, node});
      }
    } else if (standing == Standing::kBooted && observed_.status) {
      const Fleet* fleet = find_fleet(config_, instance.fleet);
      if (!fleet->pool || pool_of(fleet->pool, observed_) != nullptr) {
        ask(swarm::AddMember{node, fleet->pool, world::Incarnation(1), fleet->capabilities,
                             fleet->name});
      }
    }
    return false;
  }

  bool retire(world::NodeId node) {
    if (const auto* member = member_of(node, observed_)) {
      ask(swarm::RemoveMember{node, member->entry.incarnation});
      return false;
    }
    if (const auto* sandbox = sandbox_of(node, observed_)) {
      plan_.actions.push_back(KillSandbox{sandbox->id, node});
      return false;
    }
    return !observed_.creating.contains(node);
  }

  // Its program starts again where it is whether or not anybody leads: a leader may need its vote.
  static bool is_coordinator(const sandbox::SandboxInfo& sandbox) {
    return sandbox.label(kFleetLabel).empty() || replaced_by(sandbox);
  }

  void serve_coordinators() {
    for (const sandbox::SandboxInfo& sandbox : observed_.sandboxes) {
      const world::NodeId node = node_of(sandbox);
      const bool ended = sandbox.state == sandbox::SandboxState::kRunning &&
                         sandbox.program != sandbox::ProgramState::kRunning;
      const auto known = plan_.desired.instances.find(node);
      const bool stays = known == plan_.desired.instances.end() || !known->second.retiring;
      if (is_coordinator(sandbox) && node && ended && stays) {
        plan_.actions.push_back(StartProgram{sandbox.id, node});
      }
    }
  }

  const ControllerConfig& config_;
  const Observed& observed_;
  Plan plan_;
};

}  // namespace

Standing standing_of(world::NodeId node, const Observed& observed) {
  const sandbox::SandboxInfo* sandbox = sandbox_of(node, observed);
  const swarm::MemberStatusReport* member = member_of(node, observed);
  if (sandbox == nullptr) {
    return member == nullptr ? Standing::kWanted : Standing::kEnded;
  }
  if (sandbox->state != sandbox::SandboxState::kRunning) {
    return Standing::kStarting;
  }
  switch (sandbox->program) {
    case sandbox::ProgramState::kNone:
      return Standing::kPrepared;
    case sandbox::ProgramState::kEnded:
    case sandbox::ProgramState::kOutOfMemory:
      return Standing::kEnded;
    case sandbox::ProgramState::kRunning:
      break;
  }
  if (member == nullptr) {
    return Standing::kBooted;
  }
  const bool ready = member->linked && !member->suspected && swarm::takes_work(member->state);
  return ready ? Standing::kReady : Standing::kJoined;
}

Plan reconcile(const ControllerConfig& config, Desired desired, const Observed& observed) {
  return Reconciler(config, std::move(desired), observed).plan();
}

}  // namespace control
