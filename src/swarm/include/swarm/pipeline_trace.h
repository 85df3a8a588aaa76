// What a pipeline did with its items, for checks and reports.
#pragma once

#include <string_view>

#include "swarm/breaker.h"
#include "swarm/pipeline_item.h"
#include "swarm/ring.h"
#include "world/trace.h"

namespace swarm {

// An item left for the next stage on a credit; one that is repeated is not said again, one that
// goes to another node, or again after the link began anew, is.
struct ItemSent {
  static constexpr world::TraceKind kKind = 0x0270;
  static constexpr std::string_view kName = "item.sent";
  TaskId task;
  Attempt attempt = 0;
  ItemEntry entry;
  world::NodeId to;
  LinkEpoch epoch = 0;
  LinkSequence sequence = 0;
  MUSTER_FIELDS(ItemSent, task, attempt, entry, to, epoch, sequence)
};

// A stage has it. From nobody: it entered the pipeline here.
struct ItemTaken {
  static constexpr world::TraceKind kKind = 0x0271;
  static constexpr std::string_view kName = "item.taken";
  TaskId task;
  Attempt attempt = 0;
  ItemEntry entry;
  world::NodeId from;
  LinkEpoch epoch = 0;
  LinkSequence sequence = 0;
  std::uint32_t stage = 0;
  MUSTER_FIELDS(ItemTaken, task, attempt, entry, from, epoch, sequence, stage)
};

// The credit that an item came on is free again.
struct CreditReturned {
  static constexpr world::TraceKind kKind = 0x0272;
  static constexpr std::string_view kName = "item.credit";
  world::NodeId from;
  LinkEpoch epoch = 0;
  LinkSequence sequence = 0;
  MUSTER_FIELDS(CreditReturned, from, epoch, sequence)
};

// The stage that approves has looked at it.
struct ItemStamped {
  static constexpr world::TraceKind kKind = 0x0273;
  static constexpr std::string_view kName = "item.stamped";
  TaskId task;
  Attempt attempt = 0;
  bool approved = false;
  std::uint64_t payload_digest = 0;
  MUSTER_FIELDS(ItemStamped, task, attempt, approved, payload_digest)
};

// The last stage lets it be carried out, or does not because the stamp is missing or not good.
struct ItemExecuted {
  static constexpr world::TraceKind kKind = 0x0274;
  static constexpr std::string_view kName = "item.executed";
  TaskId task;
  Attempt attempt = 0;
  ItemEntry entry;
  bool stamp_good = true;
  MUSTER_FIELDS(ItemExecuted, task, attempt, entry, stamp_good)
};

// A stage let go of what it held: it is out of the ring, or the ring is stopped behind it.
struct ItemsDropped {
  static constexpr world::TraceKind kKind = 0x0275;
  static constexpr std::string_view kName = "item.dropped";
  std::uint64_t items = 0;
  MUSTER_FIELDS(ItemsDropped, items)
};

struct BreakerChanged {
  static constexpr world::TraceKind kKind = 0x0276;
  static constexpr std::string_view kName = "breaker";
  world::NodeId peer;
  BreakerState from = BreakerState::kClosed;
  BreakerState to = BreakerState::kClosed;
  std::uint32_t calls = 0;
  std::uint32_t failures = 0;
  core::Time at{};  // on the node's own clock; the trace is later by what its step waits for
  MUSTER_FIELDS(BreakerChanged, peer, from, to, calls, failures, at)
};

// A call that goes through while the breaker is half-open.
struct BreakerProbed {
  static constexpr world::TraceKind kKind = 0x0277;
  static constexpr std::string_view kName = "breaker.probe";
  world::NodeId peer;
  MUSTER_FIELDS(BreakerProbed, peer)
};

// The link to that stage is given up; its breaker with it.
struct PipelineLinkEnded {
  static constexpr world::TraceKind kKind = 0x0278;
  static constexpr std::string_view kName = "pipeline.link_ended";
  world::NodeId peer;
  std::uint64_t recalled = 0;  // items that were with it and go to whoever stands in
  MUSTER_FIELDS(PipelineLinkEnded, peer, recalled)
};

// Made by every replica when it applies a ring of the next epoch.
struct RingChanged {
  static constexpr world::TraceKind kKind = 0x0279;
  static constexpr std::string_view kName = "ring.changed";
  Ring ring;
  MUSTER_FIELDS(RingChanged, ring)
};

}  // namespace swarm
