#include "swarm/detector.h"

#include <algorithm>

namespace swarm {
namespace {

constexpr std::uint64_t kTick = 0;

}  // namespace

void answer_heartbeat(const world::Message& message, const MemberReport& report,
                      world::Effects& effects) {
  const auto heartbeat = world::payload<Heartbeat>(message);
  if (heartbeat) {
    effects.send(message.from, HeartbeatAck{heartbeat->sequence, report}, message.term);
  }
}

Detector::Detector(const DetectorConfig& config) : config_(config) {
  core::check(config.interval > core::Duration::zero() && config.silence >= 2 * config.interval,
              "silence is at least two intervals");
}

void Detector::lead(Term term, const std::vector<world::NodeId>& members, world::Context& context,
                    world::Effects& effects) {
  core::check(term > 0, "a leader has a term");
  term_ = term;
  sequence_ = 0;
  watched_.clear();
  watch(members, context);
  last_tick_ = context.now - config_.interval;
  timer(kHeartbeatTimers.timer(kTick), context, effects);
}

void Detector::watch(const std::vector<world::NodeId>& members, const world::Context& context) {
  core::check(leading(), "only a leader watches");
  std::erase_if(watched_, [&](const auto& entry) {
    return std::ranges::find(members, entry.first) == members.end();
  });
  for (const world::NodeId member : members) {
    if (member != context.self && !watched_.contains(member)) {
      watched_[member].last_heard = context.now;
    }
  }
}

void Detector::stop(world::Effects& effects) {
  if (leading()) {
    effects.cancel_timer(kHeartbeatTimers.timer(kTick));
  }
  term_ = 0;
  watched_.clear();
}

void Detector::receive(const world::Message& message, world::Context& context,
                       world::Effects& effects) {
  core::check(message.type == HeartbeatAck::kType, "a heartbeat's acknowledgement");
  const auto found = watched_.find(message.from);
  const auto ack = world::payload<HeartbeatAck>(message);
  if (!leading() || message.term != term_ || found == watched_.end() || !ack) {
    return;
  }
  heard(message.from, context, effects);
  if (ack->sequence > found->second.reported && ack->sequence <= sequence_) {
    found->second.reported = ack->sequence;
    found->second.report = ack->report;
  }
}

void Detector::heard(world::NodeId member, world::Context& context, world::Effects& effects) {
  const auto found = watched_.find(member);
  if (found == watched_.end()) {
    return;
  }
  Watched& watched = found->second;
  watched.last_heard = context.now;
  if (watched.suspected) {
    watched.suspected = false;
    effects.trace(Trusted{member, context.now - watched.suspected_since});
  }
}

void Detector::timer(world::TimerId timer, world::Context& context, world::Effects& effects) {
  core::check(owns(timer), "a timer of the heartbeats");
  if (!leading()) {
    return;
  }
  // A leader that did not run heard nothing either: that silence is its own.
  const core::Duration late = context.now - last_tick_ - config_.interval;
  const core::Duration own_silence = late >= config_.interval ? late : core::Duration::zero();
  last_tick_ = context.now;
  ++sequence_;
  for (auto& [member, watched] : watched_) {
    watched.last_heard = std::min(watched.last_heard + own_silence, context.now);
    const core::Duration silence = context.now - watched.last_heard;
    if (!watched.suspected && silence >= config_.silence) {
      watched.suspected = true;
      watched.suspected_since = context.now;
      effects.trace(Suspected{member, silence});
    }
    effects.send(member, Heartbeat{sequence_}, term_);
  }
  effects.set_timer(timer, config_.interval);
}

bool Detector::suspected(world::NodeId member) const {
  const auto found = watched_.find(member);
  return found != watched_.end() && found->second.suspected;
}

std::vector<world::NodeId> Detector::suspects() const {
  std::vector<world::NodeId> nodes;
  for (const auto& [member, watched] : watched_) {
    if (watched.suspected) {
      nodes.push_back(member);
    }
  }
  return nodes;
}

std::optional<MemberReport> Detector::report(world::NodeId member) const {
  const auto found = watched_.find(member);
  if (found == watched_.end() || found->second.reported == 0) {
    return std::nullopt;
  }
  return found->second.report;
}

AgentState Detector::observed(world::NodeId member) const {
  if (suspected(member)) {
    return AgentState::kOffline;
  }
  const auto known = report(member);
  return known ? known->state : AgentState::kInitialising;
}

}  // namespace swarm
