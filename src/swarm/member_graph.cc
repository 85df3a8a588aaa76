// A member of a graph: its messages go over declared links, and it passes on those of others.
#include <algorithm>

#include "swarm/member.h"

namespace swarm {
namespace {

// What is about a link itself goes over that link or not at all.
bool is_about_links(world::MessageType type) {
  return Links::owns(type) || Routes::owns(type);
}

}  // namespace

bool Member::reaches(world::NodeId member) const {
  return routes_ ? bool(routes_->next_hop(member)) : links_.proven(member);
}

// Over others everybody reaches everybody, so SWIM need not know the links of a graph.
void Member::link_swim(world::NodeId leader) {
  if (swim_ && !routes_) {
    swim_->set_links(topology_, leader);
  }
}

// As the ledger has it; until it has this member, with those that greeted it.
Topology Member::topology_now() const {
  Topology now = current_topology(config_.topology, ledger_.directory());
  if (ledger_.ring()) {
    now = now.stitched(*ledger_.ring());
  }
  if (!hosts_.empty()) {
    now.members.push_back({config_.self, MemberRole::kWorker, false});
    std::ranges::sort(now.members, {}, &TopologyMember::node);
    for (const world::NodeId host : hosts_) {
      now.links.push_back({std::min(host, config_.self), std::max(host, config_.self)});
    }
    std::ranges::sort(now.links);
  }
  return now;
}

// Whether a member may speak to this one directly.
bool Member::is_neighbour(const world::Message& message, world::Context& context,
                          world::Effects& effects) {
  if (!routes_ || routes_->is_neighbour(message.from)) {
    return true;
  }
  const bool placed = ledger_.directory().find(config_.self) != nullptr;
  if (placed || message.type != Hello::kType || !topology_.passes_on(message.from)) {
    return false;
  }
  hosts_.insert(message.from);
  topology_ = topology_now();
  routes_->follow_topology(topology_);
  links_.declare(topology_.peers(config_.self, {}), context, effects);
  return true;
}

void Member::relayed(const world::Message& message, world::Context& context,
                     world::Effects& effects) {
  if (message.type != Relayed::kType) {
    return routes_->receive(message, effects);
  }
  auto envelope = world::payload<Relayed>(message);
  if (!envelope) {
    return;
  }
  if (envelope->destination != config_.self) {
    ++envelope->hops;
    if (auto onward = routes_->forward(std::move(*envelope), message.term)) {
      effects.send(std::move(*onward));
    }
    return;
  }
  const world::NodeId origin = envelope->origin;
  const bool known = topology_.find(origin) != nullptr && origin != config_.self;
  if (!known || is_about_links(envelope->type) ||
      envelope->incarnation < links_.incarnation(origin)) {
    return;
  }
  links_.expect(origin, envelope->incarnation, context, effects);
  detector_.heard(origin, context, effects);
  if (envelope->type == Assignment::kType || envelope->type == AttemptResult::kType) {
    effects.trace(TaskRelayed{origin, envelope->type, envelope->hops});
  }
  handle({origin, config_.self, envelope->incarnation, envelope->type, envelope->flags,
          message.term, envelope->key, std::move(envelope->body)},
         context, effects);
}

// What no way leads to is lost, as on any link that is down.
void Member::send_over_links(const world::Context& context, world::Effects& effects) const {
  for (world::Effect& effect : effects.take()) {
    auto* sent = std::get_if<world::Send>(&effect);
    const bool direct = sent == nullptr || sent->message.to == context.self ||
                        topology_.find(sent->message.to) == nullptr ||
                        is_about_links(sent->message.type) ||
                        routes_->next_hop(sent->message.to) == sent->message.to;
    if (direct) {
      effects.put(std::move(effect));
      continue;
    }
    world::Message& inner = sent->message;
    Relayed envelope{context.self, context.incarnation, inner.to, inner.type,
                     inner.flags,  inner.key,           1,        std::move(inner.body)};
    if (auto onward = routes_->forward(std::move(envelope), inner.term)) {
      effects.put(world::Send{std::move(*onward)});
    }
  }
}

}  // namespace swarm
