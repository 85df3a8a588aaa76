#include "swarm/routes.h"

#include <algorithm>
#include <utility>

namespace swarm {
namespace {

constexpr world::TimerId kDigestTimer = kRouteTimers.timer(1);
constexpr std::uint32_t kLinkCost = 2;
constexpr std::uint32_t kStandInCost = 3;

std::pair<std::uint32_t, std::uint64_t> age(const LinkStatement& statement) {
  return {statement.incarnation.value, statement.sequence};
}

}  // namespace

Routes::Routes(const Topology& topology, world::NodeId self, core::Duration tick)
    : self_(self), tick_(tick) {
  core::check(topology.is_graph() && tick > core::Duration{}, "routes are of a graph");
  follow_topology(topology);
}

void Routes::follow_topology(const Topology& topology) {
  costs_ = {{self_, {}}};
  passing_.clear();
  for (const TopologyMember& member : topology.members) {
    costs_[member.node];
    if (topology.passes_on(member.node)) {
      passing_.insert(member.node);
    }
  }
  for (const Link& link : topology.links) {
    const bool stands_in = std::ranges::binary_search(topology.stand_ins, link);
    const std::uint32_t cost = stands_in ? kStandInCost : kLinkCost;
    costs_[link.low][link.high] = cost;
    costs_[link.high][link.low] = cost;
  }
  std::erase_if(statements_, [&](const auto& stated) { return !costs_.contains(stated.first); });
  find_ways();
}

void Routes::start(world::Effects& effects) {
  effects.set_timer(kDigestTimer, tick_);
}

void Routes::timer(world::Effects& effects) {
  const LinkDigest digest{core::digest(statements_)};
  for (const world::NodeId neighbour : proven_) {
    effects.send(neighbour, digest);
  }
  effects.set_timer(kDigestTimer, tick_);
}

void Routes::follow(const std::vector<world::NodeId>& proven, const world::Context& context,
                    world::Effects& effects) {
  if (proven == proven_) {
    return;
  }
  proven_ = proven;
  LinkStatement& own = statements_[self_];
  own.node = self_;
  own.incarnation = context.incarnation;
  ++own.sequence;
  own.neighbours = proven;
  find_ways();
  tell({{own}}, {}, effects);
}

void Routes::receive(const world::Message& message, world::Effects& effects) {
  if (message.type == LinkDigest::kType) {
    const auto digest = world::payload<LinkDigest>(message);
    if (digest && digest->known != core::digest(statements_)) {
      LinkNews all;
      for (const auto& [node, statement] : statements_) {
        all.statements.push_back(statement);
      }
      effects.send(message.from, all);
    }
    return;
  }
  const auto news = world::payload<LinkNews>(message);
  if (message.type != LinkNews::kType || !news) {
    return;
  }
  LinkNews fresh;
  for (const LinkStatement& statement : news->statements) {
    const auto known = statements_.find(statement.node);
    const bool newer = known == statements_.end() || age(known->second) < age(statement);
    if (newer && statement.node != self_ && costs_.contains(statement.node)) {
      statements_[statement.node] = statement;
      fresh.statements.push_back(statement);
    }
  }
  if (!fresh.statements.empty()) {
    find_ways();
    tell(fresh, message.from, effects);
  }
}

void Routes::tell(const LinkNews& news, world::NodeId except, world::Effects& effects) const {
  for (const world::NodeId neighbour : proven_) {
    if (neighbour != except) {
      effects.send(neighbour, news);
    }
  }
}

bool Routes::states(world::NodeId node, world::NodeId neighbour) const {
  const auto statement = statements_.find(node);
  return statement != statements_.end() &&
         std::ranges::find(statement->second.neighbours, neighbour) !=
             statement->second.neighbours.end();
}

// Dijkstra (1959): the nearest node that is not settled is settled next, of equals the first.
void Routes::find_ways() {
  ways_.clear();
  std::set<std::pair<std::uint32_t, world::NodeId>> open{{0, self_}};
  std::map<world::NodeId, Way> nearest{{self_, {}}};
  while (!open.empty()) {
    const auto [cost, node] = *open.begin();
    open.erase(open.begin());
    const Way way = nearest.at(node);
    ways_[node] = way;
    if (node != self_ && !passing_.contains(node)) {
      continue;
    }
    for (const auto& [next, step] : costs_.at(node)) {
      if (ways_.contains(next) || !states(node, next) || !states(next, node)) {
        continue;
      }
      const auto known = nearest.find(next);
      if (known != nearest.end() && known->second.cost <= cost + step) {
        continue;
      }
      if (known != nearest.end()) {
        open.erase({known->second.cost, next});
      }
      nearest[next] = {node == self_ ? next : way.first, cost + step, way.links + 1};
      open.insert({cost + step, next});
    }
  }
}

world::NodeId Routes::next_hop(world::NodeId to) const {
  const auto way = ways_.find(to);
  return way == ways_.end() ? world::NodeId{} : way->second.first;
}

std::uint32_t Routes::distance(world::NodeId to) const {
  const auto way = ways_.find(to);
  return way == ways_.end() ? 0 : way->second.links;
}

std::optional<world::Message> Routes::forward(Relayed envelope, std::uint64_t term) const {
  const world::NodeId next = next_hop(envelope.destination);
  if (!next || envelope.hops > costs_.size()) {
    return std::nullopt;
  }
  return world::make_message(next, envelope, term);
}

}  // namespace swarm
