// Probing: who is asked when, and what silence leads to. What members say about each other is in
// swim_updates.cc.
#include "swarm/swim.h"

#include <algorithm>
#include <span>

#include "swim_timers.h"

namespace swarm {

using swim_timers::Kind;

Swim::Swim(const SwimConfig& config) : config_(config) {
  core::check(config.probe_timeout > core::Duration::zero() &&
                  2 * config.probe_timeout <= config.probe_interval,
              "the probe timeout leaves time for indirect probes");
  core::check(config.gossip_interval > core::Duration::zero(), "gossip takes time");
  core::check(config.indirect_probes > 0 && config.gossip_fanout > 0 &&
                  config.retransmit_multiplier > 0 && config.suspicion_multiplier >= 2 &&
                  config.suspicion_maximum > 0 && config.health_limit > 0 &&
                  config.updates_per_message > 0,
              "the counts of the protocol are above zero");
}

void Swim::start(const std::vector<world::NodeId>& members, world::Context& context,
                 world::Effects& effects) {
  peers_.clear();
  self_ = context.self;
  set_members(members, context, effects);
  // Not in step with everybody else.
  effects.set_timer(swim_timers::of(Kind::kProbe),
                    context.random.uniform(core::Duration::zero(), config_.probe_interval));
  // Whoever knew an earlier boot of this node hears that it is back.
  spread({context.self, SwimState::kAlive, own_version(context), context.self}, effects);
}

void Swim::set_members(const std::vector<world::NodeId>& members, world::Context& context,
                       world::Effects& effects) {
  const auto gone = [&](world::NodeId node) {
    return std::ranges::find(members, node) == members.end();
  };
  for (const auto& [node, peer] : peers_) {
    if (gone(node) && peer.state == SwimState::kSuspect) {
      effects.cancel_timer(swim_timers::of(Kind::kSuspicion, node.value));
    }
  }
  std::erase_if(peers_, [&](const auto& entry) { return gone(entry.first); });
  std::erase_if(round_, gone);
  std::erase_if(rumours_, [&](const auto& entry) {
    return entry.first != context.self && gone(entry.first);
  });
  for (const world::NodeId node : members) {
    if (node == context.self || peers_.contains(node)) {
      continue;
    }
    Peer& peer = peers_[node];
    peer.last_heard = context.now;
    peer.changed = context.now;
    const std::uint64_t place = context.random.below(round_.size() + 1);
    round_.insert(round_.begin() + static_cast<std::ptrdiff_t>(place), node);
  }
}

void Swim::set_links(const Topology& topology, world::NodeId leader) {
  topology_ = topology;
  leader_ = leader;
  if (probe_ && !linked(self_, probe_->target)) {
    probe_.reset();  // no answer can come, and nobody is to blame for that
  }
}

bool Swim::linked(world::NodeId one, world::NodeId other) const {
  return !topology_ || topology_->may_send(one, other, leader_);
}

std::uint32_t Swim::confirmations_of(world::NodeId member) const {
  std::size_t probers = linked(self_, member) ? 1 : 0;
  for (const auto& [node, peer] : peers_) {
    probers += node != member && linked(node, member) ? 1U : 0U;
  }
  return expected_confirmations(config_, probers + 1);
}

core::Duration Swim::scaled(core::Duration duration) const {
  return duration * (health_ + 1);
}

void Swim::worsen(std::uint32_t by) {
  health_ = std::min(health_ + by, config_.health_limit - 1);
}

void Swim::improve() {
  health_ -= health_ > 0 ? 1U : 0U;
}

void Swim::timer(world::TimerId timer, world::Context& context, world::Effects& effects) {
  core::check(owns(timer), "a timer of SWIM");
  switch (swim_timers::kind_of(timer)) {
    case Kind::kProbe:
      finish_probe(context, effects);
      begin_probe(context, effects);
      return;
    case Kind::kIndirect:
      probe_indirectly(context, effects);
      return;
    case Kind::kGossip:
      gossip(context, effects);
      return;
    case Kind::kSuspicion:
      end_suspicion(world::NodeId(swim_timers::what_of(timer)), context, effects);
      return;
    case Kind::kRelay:
      give_up_relay(swim_timers::what_of(timer), effects);
      return;
  }
}

// SWIM section 4.3: the targets of one round are a random order of all members, so that the time
// until a member is probed again is bounded.
void Swim::begin_probe(world::Context& context, world::Effects& effects) {
  effects.set_timer(swim_timers::of(Kind::kProbe), scaled(config_.probe_interval));
  const auto out_of_reach = [&](world::NodeId node) { return !linked(self_, node); };
  std::erase_if(round_, out_of_reach);
  if (round_.empty()) {
    for (const auto& [node, peer] : peers_) {
      round_.push_back(node);
    }
    std::erase_if(round_, out_of_reach);
    context.random.shuffle(std::span(round_));
  }
  if (round_.empty()) {
    return;
  }
  const world::NodeId target = round_.back();
  round_.pop_back();
  probe_ = Probe{target, ++sequence_, false, {}, {}};
  effects.send(target, SwimPing{probe_->sequence, piggyback(target)});
  effects.set_timer(swim_timers::of(Kind::kIndirect), scaled(config_.probe_timeout));
}

void Swim::probe_indirectly(world::Context& context, world::Effects& effects) {
  if (!probe_ || probe_->acknowledged || state(probe_->target) == SwimState::kFaulty) {
    return;
  }
  probe_->relays = draw(config_.indirect_probes, probe_->target, SwimState::kAlive, context);
  for (const world::NodeId relay : probe_->relays) {
    effects.send(relay, SwimPingRequest{probe_->sequence, probe_->target, piggyback(relay)});
  }
}

// LHA-Probe: relays that say that they get no answer either show that this node hears well; relays
// that say nothing show the opposite.
void Swim::finish_probe(world::Context& context, world::Effects& effects) {
  if (!probe_) {
    return;
  }
  const Probe probe = *std::exchange(probe_, std::nullopt);
  const auto found = peers_.find(probe.target);
  if (probe.acknowledged || found == peers_.end() || found->second.state == SwimState::kFaulty) {
    return;
  }
  worsen(probe.relays.empty()
             ? 1
             : static_cast<std::uint32_t>(probe.relays.size() - probe.nacked.size()));
  apply({probe.target, SwimState::kSuspect, found->second.version, context.self}, context, effects);
}

void Swim::receive(const world::Message& message, world::Context& context,
                   world::Effects& effects) {
  core::check(owns(message.type), "a message of SWIM");
  const auto sender = peers_.find(message.from);
  if (sender == peers_.end()) {
    return;
  }
  sender->second.last_heard = context.now;
  // A boot is news about the member even before it says so itself.
  apply({message.from, SwimState::kAlive, first_version(message.incarnation), message.from},
        context, effects);
  switch (message.type) {
    case SwimPing::kType:
      if (const auto ping = world::payload<SwimPing>(message)) {
        apply(ping->updates, context, effects);
        effects.send(message.from, SwimAck{ping->sequence, piggyback(message.from)});
      }
      return;
    case SwimPingRequest::kType:
      if (const auto request = world::payload<SwimPingRequest>(message)) {
        apply(request->updates, context, effects);
        relay(message.from, *request, effects);
      }
      return;
    case SwimAck::kType:
      if (const auto ack = world::payload<SwimAck>(message)) {
        apply(ack->updates, context, effects);
        acknowledged(message.from, *ack, effects);
      }
      return;
    case SwimNack::kType:
      if (const auto nack = world::payload<SwimNack>(message)) {
        refused(message.from, *nack);
      }
      return;
    default:
      if (const auto heard = world::payload<SwimGossip>(message)) {
        apply(heard->updates, context, effects);
      }
      return;
  }
}

void Swim::acknowledged(world::NodeId from, const SwimAck& ack, world::Effects& effects) {
  if (probe_ && probe_->sequence == ack.sequence) {
    const bool relayed = std::ranges::find(probe_->relays, from) != probe_->relays.end();
    if ((from == probe_->target || relayed) && !probe_->acknowledged) {
      probe_->acknowledged = true;
      improve();
    }
    return;
  }
  const auto found = relays_.find(ack.sequence);
  if (found != relays_.end() && found->second.target == from) {
    const Relay& relay = found->second;
    effects.send(relay.origin, SwimAck{relay.origin_sequence, piggyback(relay.origin)});
    effects.cancel_timer(swim_timers::of(Kind::kRelay, ack.sequence));
    relays_.erase(found);
  }
}

void Swim::refused(world::NodeId from, const SwimNack& nack) {
  if (!probe_ || probe_->sequence != nack.sequence) {
    return;
  }
  const bool asked = std::ranges::find(probe_->relays, from) != probe_->relays.end();
  const bool known = std::ranges::find(probe_->nacked, from) != probe_->nacked.end();
  if (asked && !known) {
    probe_->nacked.push_back(from);
  }
}

void Swim::relay(world::NodeId origin, const SwimPingRequest& request, world::Effects& effects) {
  if (!peers_.contains(request.target) || !linked(self_, request.target)) {
    return;
  }
  relays_[++sequence_] = Relay{origin, request.sequence, request.target, false};
  effects.send(request.target, SwimPing{sequence_, piggyback(request.target)});
  // Lifeguard: the nack leaves at 80 % of the timeout, to arrive before the origin's probe ends.
  effects.set_timer(swim_timers::of(Kind::kRelay, sequence_), config_.probe_timeout * 4 / 5);
}

void Swim::give_up_relay(std::uint32_t sequence, world::Effects& effects) {
  const auto found = relays_.find(sequence);
  if (found == relays_.end()) {
    return;
  }
  if (found->second.nacked) {
    relays_.erase(found);
    return;
  }
  // An answer that comes late may still be in time for an origin whose own timeouts are long.
  found->second.nacked = true;
  effects.send(found->second.origin, SwimNack{found->second.origin_sequence});
  effects.set_timer(swim_timers::of(Kind::kRelay, sequence), config_.probe_interval);
}

std::vector<world::NodeId> Swim::draw(std::uint32_t count, world::NodeId except, SwimState worst,
                                      world::Context& context) const {
  std::vector<world::NodeId> nodes;
  for (const auto& [node, peer] : peers_) {
    if (node != except && peer.state <= worst && linked(self_, node) &&
        (except == self_ || linked(node, except))) {
      nodes.push_back(node);
    }
  }
  const std::size_t wanted = std::min<std::size_t>(count, nodes.size());
  for (std::size_t i = 0; i < wanted; ++i) {
    std::swap(nodes[i], nodes[i + context.random.below(nodes.size() - i)]);
  }
  nodes.resize(wanted);
  return nodes;
}

bool Swim::suspected(world::NodeId member) const {
  return state(member) == SwimState::kFaulty;
}

std::vector<world::NodeId> Swim::suspects() const {
  std::vector<world::NodeId> nodes;
  for (const auto& [node, peer] : peers_) {
    if (peer.state == SwimState::kFaulty) {
      nodes.push_back(node);
    }
  }
  return nodes;
}

std::optional<SwimState> Swim::state(world::NodeId member) const {
  const auto found = peers_.find(member);
  return found != peers_.end() ? std::optional(found->second.state) : std::nullopt;
}

}  // namespace swarm
