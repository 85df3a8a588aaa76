// Messages: from a sender's effect to the receiver's inbox.
#include <utility>

#include "core/check.h"
#include "engine.h"

namespace world_sim {
namespace {

constexpr std::uint64_t kLatencyPurpose = num::purpose_of("world_sim.network_jitter");
constexpr std::uint64_t kMessagesPerCodecSample = 64;

const LinkOptions& options_between(const NetworkOptions& network, const world::NodeSpec& a,
                                   const world::NodeSpec& b) {
  if (a.id == b.id || (!a.hardware.host.empty() && a.hardware.host == b.hardware.host)) {
    return network.same_host;
  }
  if (a.zone == b.zone) {
    return network.same_zone;
  }
  const auto distance = network.between.find(zone_pair(a.zone, b.zone));
  return distance == network.between.end() ? network.between_zones : distance->second;
}

}  // namespace

void Engine::send(Node& from, world::Message message) {
  core::check(message.type != 0 && message.type <= world::kLargestMessageType,
              "a message has a type that the wire allows");
  core::check(message.body.size() <= world::kMaximumBodyBytes, "a message body is at most 1 MiB");
  message.from = from.spec.id;
  message.incarnation = from.incarnation;
  ++from.statistics.messages_sent;
  const Node* to = find(message.to);
  if (to == nullptr) {
    return drop(message, world::DropReason::kNoLink);
  }
  if (from.statistics.messages_sent % kMessagesPerCodecSample == 0) {
    const auto decoded = world::decode_wire(world::encode_wire(message));
    core::check(decoded.has_value() && *decoded == message, "a message survives its wire form");
  }
  Link& link = link_between(from, *to);
  const std::size_t size = world::wire_size(message);
  const core::Time arrival = link.transit(size, now_);
  const world::Verdict verdict = gate_.judge(message.from, message.to, size, now_);
  if (verdict.dropped_by) {
    return drop(message, world::DropReason::kFault);
  }
  if (verdict.held_by) {
    faults_[*verdict.held_by].held.push_back({std::move(message), arrival});
    return;
  }
  depart(from, link, std::move(message), arrival + verdict.extra_delay, verdict);
}

void Engine::depart(Node& from, Link& link, world::Message message, core::Time arrival,
                    const world::Verdict& verdict) {
  const core::Time first = verdict.may_be_overtaken ? arrival : link.in_order(arrival);
  Scheduled scheduled;
  scheduled.kind = Scheduled::Kind::kArrival;
  scheduled.node = message.to;
  scheduled.sent = now_;
  for (const core::Duration lag : verdict.copies) {
    Scheduled copy = scheduled;
    copy.event = world::Received{message};
    schedule(from, EventClass::kMessage, first + lag, std::move(copy));
  }
  if (verdict.corrupt_bit) {
    scheduled.kind = Scheduled::Kind::kCorruptArrival;
    scheduled.token = *verdict.corrupt_bit;
    scheduled.fault = verdict.corrupted_by;
  }
  scheduled.event = world::Received{std::move(message)};
  schedule(from, EventClass::kMessage, first, std::move(scheduled));
}

void Engine::release_held(world::FaultIndex fault) {
  std::vector<FaultState::Held> held = std::exchange(faults_[fault].held, {});
  for (FaultState::Held& waiting : held) {
    const world::Verdict verdict = gate_.blocked(waiting.message.from, waiting.message.to);
    if (verdict.dropped_by) {
      drop(waiting.message, world::DropReason::kFault);
    } else if (verdict.held_by) {
      faults_[*verdict.held_by].held.push_back(std::move(waiting));
    } else {
      Node& from = at(waiting.message.from);
      Link& link = link_between(from, at(waiting.message.to));
      const core::Time arrival = std::max(now_, waiting.arrival);
      depart(from, link, std::move(waiting.message), arrival, verdict);
    }
  }
}

void Engine::arrive(Node& to, const EventKey& key, Scheduled& scheduled) {
  world::Message& message = std::get<world::Received>(scheduled.event).message;
  if (!to.running()) {
    return drop(message, world::DropReason::kNodeDown);
  }
  if (scheduled.kind == Scheduled::Kind::kCorruptArrival) {
    core::Bytes wire = world::encode_wire(message);
    wire[scheduled.token / 8] ^= static_cast<core::Byte>(1U << (scheduled.token % 8));
    core::check(!world::decode_wire(wire).has_value(), "a flipped bit is refused by the decoder");
    gate_.count(scheduled.fault);
    ++to.statistics.messages_refused;
    return drop(message, world::DropReason::kCorrupt);
  }
  Link& link = link_between(at(message.from), to);
  if (message.incarnation < link.newest_incarnation) {
    ++to.statistics.messages_refused;
    return drop(message, world::DropReason::kNoLink);
  }
  link.newest_incarnation = message.incarnation;
  if (to.inbox.size() >= to.spec.hardware.inbox_limit) {
    ++to.statistics.messages_refused;
    ++to.statistics.inbox_dropped;
    return drop(message, world::DropReason::kInboxFull);
  }
  ++to.statistics.messages_delivered;
  if (observed()) {
    options_.observer->on_delivery(scheduled.sent, now_, message);
  }
  enqueue(to, key, std::move(scheduled.event));
}

Link& Engine::link_between(Node& from, const Node& to) {
  if (Link* known = from.links.find(to.spec.id)) {
    return *known;
  }
  const std::uint64_t name =
      (static_cast<std::uint64_t>(from.spec.id.value) << 32U) | to.spec.id.value;
  Link link;
  link.to = to.spec.id;
  link.options = &options_between(options_.network, from.spec, to.spec);
  link.jitter = num::Stream(options_.seed, name, kLatencyPurpose);
  return from.links.add(std::move(link));
}

void Engine::drop(const world::Message& message, world::DropReason reason) {
  const Node& from = at(message.from);
  emit_for(from, world::MessageDropped{message.from, message.to, message.type, reason});
}

}  // namespace world_sim
