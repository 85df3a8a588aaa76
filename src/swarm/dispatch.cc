#include "swarm/dispatch.h"

#include <algorithm>
#include <tuple>
#include <utility>
#include <vector>

namespace swarm {

Dispatch::Dispatch(const DispatchConfig& config) : config_(config) {
  core::check(config.in_flight_limit > 0, "an agent takes at least one task at a time");
}

void Dispatch::add(world::NodeId agent, std::set<std::string> capabilities, PoolId pool,
                   std::string arm) {
  core::check(static_cast<bool>(agent), "an agent has a node");
  Agent& added = agents_[agent];
  added.capabilities = std::move(capabilities);
  added.pool = pool;
  added.arm = std::move(arm);
  added.draining = false;
}

void Dispatch::remove(world::NodeId agent) {
  if (const auto found = agents_.find(agent); found != agents_.end()) {
    // Without a capability an agent still does tasks that need none.
    std::set<std::string>& declared = left_[found->second.pool];
    declared.insert("");
    declared.merge(found->second.capabilities);
    agents_.erase(found);
  }
}

void Dispatch::drain(world::NodeId agent) {
  if (const auto found = agents_.find(agent); found != agents_.end()) {
    found->second.draining = true;
  }
}

void Dispatch::set_ready(world::NodeId agent, bool ready) {
  if (const auto found = agents_.find(agent); found != agents_.end()) {
    found->second.ready = ready;
  }
}

void Dispatch::set_suspected(world::NodeId agent, bool suspected) {
  if (const auto found = agents_.find(agent); found != agents_.end()) {
    found->second.suspected = suspected;
  }
}

Pick Dispatch::pick(const Requirement& requirement, num::Stream& random, PoolId pool,
                    const Bandit* bandit) {
  Class members = class_of(requirement.capability, pool);
  bool used_fallback = false;
  const bool wanted =
      members.capable.empty() || (config_.policy == Policy::kSpecialised && !has_trusted(members));
  if (wanted) {
    if (Class other = fallback_of(requirement, pool);
        !other.capable.empty() && (members.capable.empty() || has_trusted(other))) {
      members = std::move(other);
      used_fallback = true;
    }
  }
  if (members.capable.empty()) {
    return {may_come(requirement, pool) ? PickOutcome::kSaturated : PickOutcome::kNoneCapable,
            {},
            false};
  }
  const world::NodeId chosen = choose(members, random, bandit);
  if (!chosen) {
    return {PickOutcome::kSaturated, {}, false};
  }
  Agent& agent = agents_.at(chosen);
  ++agent.in_flight;
  ++agent.picks;
  agent.last_pick = ++picks_;
  return {PickOutcome::kPicked, chosen, used_fallback};
}

void Dispatch::adopt(world::NodeId agent) {
  if (const auto found = agents_.find(agent); found != agents_.end()) {
    ++found->second.in_flight;
  }
}

void Dispatch::release(world::NodeId agent, bool well) {
  const auto found = agents_.find(agent);
  if (found == agents_.end()) {
    return;
  }
  core::check(found->second.in_flight > 0, "a task is released once");
  --found->second.in_flight;
  found->second.failures = well ? 0 : found->second.failures + 1;
}

std::uint32_t Dispatch::in_flight(world::NodeId agent) const {
  const auto found = agents_.find(agent);
  return found != agents_.end() ? found->second.in_flight : 0;
}

bool Dispatch::ready(world::NodeId agent) const {
  const auto found = agents_.find(agent);
  return found != agents_.end() && found->second.takes_work();
}

bool Dispatch::has_ready(PoolId pool) const {
  return std::ranges::any_of(agents_, [&](const auto& entry) {
    return entry.second.pool == pool && entry.second.takes_work();
  });
}

std::map<world::NodeId, std::uint64_t> Dispatch::shares() const {
  std::map<world::NodeId, std::uint64_t> shares;
  for (const auto& [node, agent] : agents_) {
    shares[node] = agent.picks;
  }
  return shares;
}

Dispatch::Class Dispatch::class_of(const std::string& capability, PoolId pool) const {
  Class members{capability, {}};
  if (pool) {
    members.key = std::to_string(pool.value) + '/' + capability;
  }
  for (const auto& [node, agent] : agents_) {
    if ((!pool || agent.pool == pool) &&
        (capability.empty() || agent.capabilities.contains(capability))) {
      members.capable.push_back(node);
    }
  }
  return members;
}

Dispatch::Class Dispatch::fallback_of(const Requirement& requirement, PoolId pool) const {
  Class members;
  if (!requirement.fallback.empty()) {
    members = class_of(requirement.fallback, pool);
  }
  return members.capable.empty() && requirement.fallback_to_any ? class_of("", pool) : members;
}

// Nobody declares it now. A pool that nobody has come to yet, or whose capable agents have left,
// may have one later.
bool Dispatch::may_come(const Requirement& requirement, PoolId pool) const {
  if (!pool) {
    return false;
  }
  const auto left = left_.find(pool);
  return left == left_.end() ? class_of("", pool).capable.empty()
                             : left->second.contains(requirement.capability);
}

bool Dispatch::has_trusted(const Class& members) const {
  return std::ranges::any_of(members.capable,
                             [&](world::NodeId node) { return !agents_.at(node).suspected; });
}

std::vector<world::NodeId> Dispatch::open(const Class& members) const {
  std::vector<world::NodeId> nodes;
  for (const world::NodeId node : members.capable) {
    const Agent& agent = agents_.at(node);
    if (agent.takes_work() && agent.in_flight < config_.in_flight_limit) {
      nodes.push_back(node);
    }
  }
  return nodes;
}

world::NodeId Dispatch::choose(const Class& members, num::Stream& random, const Bandit* bandit) {
  if (config_.policy == Policy::kRoundRobin) {
    return next_in_turn(members);
  }
  const std::vector<world::NodeId> candidates = open(members);
  if (candidates.empty()) {
    return {};
  }
  switch (config_.policy) {
    case Policy::kLeastLoaded:
      return least_loaded(candidates);
    case Policy::kAdaptive:
      core::check(bandit != nullptr, "who adapts knows what there is to adapt to");
      return of_best_arm(candidates, *bandit, random);
    default:
      return better_of_two(candidates, random);
  }
}

world::NodeId Dispatch::of_best_arm(const std::vector<world::NodeId>& candidates,
                                    const Bandit& bandit, num::Stream& random) const {
  std::map<std::string, std::vector<world::NodeId>> by_arm;
  for (const world::NodeId node : candidates) {
    by_arm[agents_.at(node).arm].push_back(node);
  }
  std::vector<std::string> arms;
  for (const auto& [arm, nodes] : by_arm) {
    arms.push_back(arm);
  }
  return least_loaded(by_arm.at(arms[bandit.choose(arms, random)]));
}

world::NodeId Dispatch::next_in_turn(const Class& members) {
  const world::NodeId last = turns_[members.key];
  world::NodeId next;
  for (const world::NodeId node : members.capable) {
    const Agent& agent = agents_.at(node);
    if (!agent.takes_work()) {
      continue;
    }
    // The first after the last one; the first of all when there is none after it.
    if (!next || (next <= last && node > last)) {
      next = node;
    }
  }
  if (!next || agents_.at(next).in_flight >= config_.in_flight_limit) {
    return {};
  }
  turns_[members.key] = next;
  return next;
}

world::NodeId Dispatch::least_loaded(const std::vector<world::NodeId>& candidates) const {
  return *std::ranges::min_element(candidates, {}, [&](world::NodeId node) {
    const Agent& agent = agents_.at(node);
    return std::tuple(agent.in_flight, agent.last_pick, node);
  });
}

world::NodeId Dispatch::better_of_two(const std::vector<world::NodeId>& candidates,
                                      num::Stream& random) const {
  const std::uint64_t first = random.below(candidates.size());
  if (candidates.size() == 1) {
    return candidates[first];
  }
  const std::uint64_t step = 1 + random.below(candidates.size() - 1);
  const world::NodeId one = candidates[first];
  const world::NodeId other = candidates[(first + step) % candidates.size()];
  const auto rank = [&](world::NodeId node) {
    const Agent& agent = agents_.at(node);
    return std::tuple(agent.failures, agent.in_flight, agent.last_pick, node);
  };
  return rank(one) < rank(other) ? one : other;
}

}  // namespace swarm
