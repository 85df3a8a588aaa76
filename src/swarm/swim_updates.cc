// What members say about each other: precedence of updates, suspicion, refutation, gossip.
#include <algorithm>

#include "swarm/swim.h"
#include "swim_timers.h"

namespace swarm {

using swim_timers::Kind;

std::uint64_t Swim::first_version(world::Incarnation incarnation) {
  return static_cast<std::uint64_t>(incarnation.value) << 32U;
}

std::uint64_t Swim::own_version(const world::Context& context) const {
  return first_version(context.incarnation) + refutations_;
}

void Swim::apply(const std::vector<SwimUpdate>& updates, world::Context& context,
                 world::Effects& effects) {
  for (const SwimUpdate& update : updates) {
    apply(update, context, effects);
  }
}

// SWIM section 4.2: a newer version overrides; of equal versions faulty overrides suspect, suspect
// overrides alive. A newer version also overrides faulty, since nobody is removed here.
void Swim::apply(const SwimUpdate& update, world::Context& context, world::Effects& effects) {
  if (update.member == context.self) {
    return about_self(update, context, effects);
  }
  const auto found = peers_.find(update.member);
  if (found == peers_.end()) {
    return;
  }
  Peer& peer = found->second;
  const bool newer = update.version > peer.version;
  if (update.state == SwimState::kSuspect && update.version == peer.version &&
      peer.state == SwimState::kSuspect) {
    return confirm(peer, update, context, effects);
  }
  if (newer || (update.version == peer.version && update.state > peer.state)) {
    change(peer, update, context, effects);
    spread(update, effects);
  }
}

// LHA-Suspicion: each of the first k members that suspect on their own shortens the timeout, and is
// passed on so that others can do the same.
void Swim::confirm(Peer& peer, const SwimUpdate& update, world::Context& context,
                   world::Effects& effects) {
  const std::uint32_t expected = confirmations_of(update.member);
  const bool known = std::ranges::find(peer.suspecters, update.source) != peer.suspecters.end();
  if (known || peer.suspecters.size() > expected) {
    return;
  }
  peer.suspecters.push_back(update.source);
  wait_for_refutation(update.member, peer, context, effects);
  spread(update, effects);
}

void Swim::wait_for_refutation(world::NodeId member, const Peer& peer,
                               const world::Context& context, world::Effects& effects) const {
  const auto confirmations = static_cast<std::uint32_t>(peer.suspecters.size() - 1);
  const core::Duration whole = confirmations >= confirmations_of(member)
                                   ? shortest_suspicion(config_, group_size())
                                   : suspicion_timeout(config_, group_size(), confirmations);
  const core::Duration passed = context.now - peer.changed;
  effects.set_timer(swim_timers::of(Kind::kSuspicion, member.value),
                    std::max(core::Duration::zero(), whole - passed));
}

void Swim::end_suspicion(world::NodeId member, world::Context& context, world::Effects& effects) {
  const auto found = peers_.find(member);
  if (found == peers_.end() || found->second.state != SwimState::kSuspect) {
    return;
  }
  apply({member, SwimState::kFaulty, found->second.version, context.self}, context, effects);
}

void Swim::change(Peer& peer, const SwimUpdate& update, world::Context& context,
                  world::Effects& effects) {
  const SwimState before = peer.state;
  const bool same = before == update.state && before != SwimState::kSuspect;
  peer.version = update.version;
  if (same) {
    return;  // a newer version of what is known: nothing to act on
  }
  const core::Duration lasted = context.now - peer.changed;
  const std::size_t confirmations = peer.suspecters.empty() ? 0 : peer.suspecters.size() - 1;
  peer.state = update.state;
  peer.changed = context.now;
  peer.suspecters.clear();
  if (before == SwimState::kSuspect) {
    effects.cancel_timer(swim_timers::of(Kind::kSuspicion, update.member.value));
  }
  if (update.state == SwimState::kSuspect) {
    peer.suspecters.push_back(update.source);
    wait_for_refutation(update.member, peer, context, effects);
  }
  const bool faulty = update.state == SwimState::kFaulty;
  effects.trace(SwimChanged{update.member, update.state, update.version,
                            faulty ? static_cast<std::uint32_t>(confirmations) : 0});
  if (faulty) {
    effects.trace(Suspected{update.member, context.now - peer.last_heard});
  } else if (before == SwimState::kFaulty) {
    effects.trace(Trusted{update.member, lasted});
  }
}

// Only the member itself raises its version, and so contradicts what is said about it.
void Swim::about_self(const SwimUpdate& update, world::Context& context, world::Effects& effects) {
  const std::uint64_t own = own_version(context);
  if (update.state == SwimState::kAlive || update.version > own) {
    return;
  }
  if (update.version == own) {
    ++refutations_;
    worsen(1);
  }
  spread({context.self, SwimState::kAlive, own_version(context), context.self}, effects);
}

void Swim::spread(const SwimUpdate& update, world::Effects& effects) {
  rumours_[update.member] = Rumour{update, 0};
  if (!gossiping_) {
    gossiping_ = true;
    effects.set_timer(swim_timers::of(Kind::kGossip), config_.gossip_interval);
  }
}

void Swim::gossip(world::Context& context, world::Effects& effects) {
  for (const world::NodeId node :
       draw(config_.gossip_fanout, context.self, SwimState::kSuspect, context)) {
    if (!rumours_.empty()) {
      effects.send(node, SwimGossip{piggyback(node)});
    }
  }
  gossiping_ = !rumours_.empty();
  if (gossiping_) {
    effects.set_timer(swim_timers::of(Kind::kGossip), config_.gossip_interval);
  }
}

// The least told first, each a bounded number of times. Buddy System: a member that this node
// suspects is told so before anything else.
std::vector<SwimUpdate> Swim::piggyback(world::NodeId to) {
  std::vector<SwimUpdate> updates;
  const auto buddy = peers_.find(to);
  if (buddy != peers_.end() && buddy->second.state != SwimState::kAlive) {
    const Peer& peer = buddy->second;
    updates.push_back({to, peer.state, peer.version,
                       peer.suspecters.empty() ? world::NodeId{} : peer.suspecters.front()});
  }
  std::vector<std::pair<std::uint32_t, world::NodeId>> order;
  for (const auto& [member, rumour] : rumours_) {
    if (updates.empty() || member != to) {
      order.emplace_back(rumour.sent, member);
    }
  }
  std::ranges::sort(order);
  const std::uint32_t limit = retransmit_limit(config_, group_size());
  for (const auto& [sent, member] : order) {
    if (updates.size() >= config_.updates_per_message) {
      break;
    }
    Rumour& rumour = rumours_[member];
    updates.push_back(rumour.update);
    if (++rumour.sent >= limit) {
      rumours_.erase(member);
    }
  }
  return updates;
}

}  // namespace swarm
