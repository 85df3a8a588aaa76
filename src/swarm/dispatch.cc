#include "swarm/dispatch.h"

#include <algorithm>
#include <tuple>
#include <utility>
#include <vector>

namespace swarm {

Dispatch::Dispatch(const DispatchConfig& config) : config_(config) {
  core::check(config.in_flight_limit > 0, "an agent takes at least one task at a time");
}

void Dispatch::add(world::NodeId agent, std::set<std::string> capabilities) {
  core::check(static_cast<bool>(agent), "an agent has a node");
  agents_[agent].capabilities = std::move(capabilities);
}

void Dispatch::remove(world::NodeId agent) {
  agents_.erase(agent);
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

Pick Dispatch::pick(const Requirement& requirement, num::Stream& random) {
  Class members = class_of(requirement.capability);
  bool used_fallback = false;
  const bool wanted =
      members.capable.empty() || (config_.policy == Policy::kSpecialised && !has_trusted(members));
  if (wanted) {
    if (Class other = fallback_of(requirement);
        !other.capable.empty() && (members.capable.empty() || has_trusted(other))) {
      members = std::move(other);
      used_fallback = true;
    }
  }
  if (members.capable.empty()) {
    return {PickOutcome::kNoneCapable, {}, false};
  }
  const world::NodeId chosen = choose(members, random);
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

std::map<world::NodeId, std::uint64_t> Dispatch::shares() const {
  std::map<world::NodeId, std::uint64_t> shares;
  for (const auto& [node, agent] : agents_) {
    shares[node] = agent.picks;
  }
  return shares;
}

Dispatch::Class Dispatch::class_of(const std::string& capability) const {
  Class members{capability, {}};
  for (const auto& [node, agent] : agents_) {
    if (capability.empty() || agent.capabilities.contains(capability)) {
      members.capable.push_back(node);
    }
  }
  return members;
}

Dispatch::Class Dispatch::fallback_of(const Requirement& requirement) const {
  Class members;
  if (!requirement.fallback.empty()) {
    members = class_of(requirement.fallback);
  }
  return members.capable.empty() && requirement.fallback_to_any ? class_of("") : members;
}

bool Dispatch::has_trusted(const Class& members) const {
  return std::ranges::any_of(members.capable,
                             [&](world::NodeId node) { return !agents_.at(node).suspected; });
}

std::vector<world::NodeId> Dispatch::open(const Class& members) const {
  std::vector<world::NodeId> nodes;
  for (const world::NodeId node : members.capable) {
    const Agent& agent = agents_.at(node);
    if (agent.ready && !agent.suspected && agent.in_flight < config_.in_flight_limit) {
      nodes.push_back(node);
    }
  }
  return nodes;
}

world::NodeId Dispatch::choose(const Class& members, num::Stream& random) {
  if (config_.policy == Policy::kRoundRobin) {
    return next_in_turn(members);
  }
  const std::vector<world::NodeId> candidates = open(members);
  if (candidates.empty()) {
    return {};
  }
  return config_.policy == Policy::kLeastLoaded ? least_loaded(candidates)
                                                : better_of_two(candidates, random);
}

world::NodeId Dispatch::next_in_turn(const Class& members) {
  const world::NodeId last = turns_[members.key];
  world::NodeId next;
  for (const world::NodeId node : members.capable) {
    const Agent& agent = agents_.at(node);
    if (!agent.ready || agent.suspected) {
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
