#include "swarm/links.h"

#include <algorithm>

namespace swarm {

Links::Links(const LinksConfig& config) : config_(config) {
  core::check(config.retry > core::Duration::zero() && config.keepalive >= config.retry &&
                  config.silence > config.keepalive,
              "silence > keepalive >= retry > 0");
}

void Links::declare(const std::vector<world::NodeId>& peers, world::Context& context,
                    world::Effects& effects) {
  for (auto& [node, peer] : peers_) {
    if (peer.state == LinkState::kNone || std::ranges::find(peers, node) != peers.end()) {
      continue;
    }
    if (peer.state == LinkState::kProven) {
      lose(node, peer, LinkLoss::kWithdrawn, effects);
    }
    peer.state = LinkState::kNone;
    effects.cancel_timer(kLinkTimers.timer(node.value));
  }
  for (const world::NodeId node : peers) {
    core::check(node && node != context.self, "a link leads to another node");
    Peer& peer = peers_[node];
    if (peer.state == LinkState::kNone) {
      peer.state = LinkState::kGreeting;
      greet(node, peer, context, effects);
    }
  }
}

void Links::expect(world::NodeId node, world::Incarnation incarnation, world::Context& context,
                   world::Effects& effects) {
  Peer& peer = peers_[node];
  if (incarnation <= peer.seen) {
    return;
  }
  const bool was_proven = peer.state == LinkState::kProven;
  if (was_proven) {
    lose(node, peer, LinkLoss::kRestarted, effects);
  }
  peer.seen = incarnation;
  if (was_proven) {
    greet(node, peer, context, effects);
  }
}

bool Links::heard(const world::Message& message, world::Context& context, world::Effects& effects) {
  const world::NodeId node = message.from;
  Peer& peer = peers_[node];
  if (message.incarnation < peer.seen) {
    refuse(node, LinkRefusal::kStaleIncarnation, effects);
    return false;
  }
  peer.last_heard = context.now;
  if (message.incarnation > peer.seen) {
    const bool was_proven = peer.state == LinkState::kProven;
    if (was_proven) {
      lose(node, peer, LinkLoss::kRestarted, effects);
    }
    peer.seen = message.incarnation;
    if (was_proven) {
      greet(node, peer, context, effects);
    }
  }
  // A peer that speaks again after a long pause need not wait for the next repetition. The nonce
  // stays: a new one would void the answer that may be on its way, and between places whose round
  // trip is longer than the time between messages, every answer.
  if (peer.state == LinkState::kGreeting && peer.pause > config_.retry) {
    peer.pause = config_.retry;
    send_hello(node, peer, context, effects);
    effects.set_timer(kLinkTimers.timer(node.value), peer.pause);
  }
  return true;
}

void Links::receive(const world::Message& message, world::Context& context,
                    world::Effects& effects) {
  core::check(owns(message.type), "a message of a link handshake");
  if (message.type == Hello::kType) {
    hello(message, context, effects);
  } else {
    acknowledged(message, effects);
  }
}

void Links::hello(const world::Message& message, world::Context& context, world::Effects& effects) {
  const auto greeting = world::payload<Hello>(message);
  if (!greeting) {
    return refuse(message.from, LinkRefusal::kMalformed, effects);
  }
  if (greeting->group != config_.group) {
    return refuse(message.from, LinkRefusal::kWrongGroup, effects);
  }
  if (greeting->topology != config_.topology) {
    return refuse(message.from, LinkRefusal::kWrongTopology, effects);
  }
  if (greeting->incarnation != message.incarnation) {
    return refuse(message.from, LinkRefusal::kForgedIncarnation, effects);
  }
  effects.send(message.from, HelloAck{greeting->nonce, context.incarnation});
}

void Links::acknowledged(const world::Message& message, world::Effects& effects) {
  const world::NodeId node = message.from;
  const auto ack = world::payload<HelloAck>(message);
  if (!ack) {
    return refuse(node, LinkRefusal::kMalformed, effects);
  }
  if (ack->incarnation != message.incarnation) {
    return refuse(node, LinkRefusal::kForgedIncarnation, effects);
  }
  Peer& peer = peers_[node];
  if (peer.nonce == 0 || ack->nonce != peer.nonce) {
    return refuse(node, LinkRefusal::kWrongNonce, effects);
  }
  if (peer.state == LinkState::kNone) {
    return;  // withdrawn while the acknowledgement was on its way
  }
  peer.awaiting = false;
  if (peer.state == LinkState::kGreeting) {
    peer.state = LinkState::kProven;
    effects.trace(LinkProven{node, peer.seen});
    effects.set_timer(kLinkTimers.timer(node.value), config_.keepalive);
  }
}

void Links::timer(world::TimerId timer, world::Context& context, world::Effects& effects) {
  core::check(owns(timer), "a timer of a link");
  const world::NodeId node(static_cast<std::uint32_t>(TimerRange::own(timer)));
  const auto found = peers_.find(node);
  if (found == peers_.end() || found->second.state == LinkState::kNone) {
    return;
  }
  Peer& peer = found->second;
  if (peer.state == LinkState::kProven) {
    return check_proven(node, peer, context, effects);
  }
  send_hello(node, peer, context, effects);
  peer.pause = std::min(peer.pause * 2, config_.silence);
  effects.set_timer(timer, peer.pause);
}

void Links::check_proven(world::NodeId node, Peer& peer, world::Context& context,
                         world::Effects& effects) {
  const world::TimerId timer = kLinkTimers.timer(node.value);
  const core::Duration quiet = context.now - peer.last_heard;
  if (quiet < config_.keepalive) {
    peer.awaiting = false;
    effects.set_timer(timer, config_.keepalive - quiet);
    return;
  }
  if (quiet >= config_.silence) {
    lose(node, peer, LinkLoss::kSilence, effects);
    greet(node, peer, context, effects);
    return;
  }
  if (!peer.awaiting) {
    greet(node, peer, context, effects);
  } else {
    send_hello(node, peer, context, effects);
    peer.pause *= 2;
  }
  effects.set_timer(timer, std::min(peer.pause, config_.silence - quiet));
}

void Links::greet(world::NodeId node, Peer& peer, world::Context& context,
                  world::Effects& effects) {
  peer.nonce = std::max<std::uint64_t>(context.random.next(), 1);
  peer.awaiting = true;
  peer.pause = config_.retry;
  send_hello(node, peer, context, effects);
  effects.set_timer(kLinkTimers.timer(node.value), peer.pause);
}

void Links::send_hello(world::NodeId node, const Peer& peer, const world::Context& context,
                       world::Effects& effects) const {
  effects.send(node, Hello{config_.group, context.incarnation, peer.nonce, config_.topology});
}

void Links::lose(world::NodeId node, Peer& peer, LinkLoss loss, world::Effects& effects) {
  peer.state = LinkState::kGreeting;
  effects.trace(LinkLost{node, peer.seen, loss});
}

void Links::refuse(world::NodeId node, LinkRefusal refusal, world::Effects& effects) {
  ++refused_[static_cast<std::size_t>(refusal)];
  effects.trace(LinkRefused{node, refusal});
}

LinkState Links::state(world::NodeId peer) const {
  const auto found = peers_.find(peer);
  return found != peers_.end() ? found->second.state : LinkState::kNone;
}

world::Incarnation Links::incarnation(world::NodeId peer) const {
  const auto found = peers_.find(peer);
  return found != peers_.end() ? found->second.seen : world::Incarnation{};
}

std::vector<world::NodeId> Links::declared_peers() const {
  std::vector<world::NodeId> nodes;
  for (const auto& [node, peer] : peers_) {
    if (peer.state != LinkState::kNone) {
      nodes.push_back(node);
    }
  }
  return nodes;
}

std::vector<world::NodeId> Links::proven_peers() const {
  std::vector<world::NodeId> nodes;
  for (const auto& [node, peer] : peers_) {
    if (peer.state == LinkState::kProven) {
      nodes.push_back(node);
    }
  }
  return nodes;
}

}  // namespace swarm
