// The trace: everything that happened, omniscient. Read by checks and reports, never by a node.
#pragma once

#include <cstdint>

#include "core/bytes.h"
#include "core/codec.h"
#include "core/time.h"
#include "world/node.h"

namespace world {

// 0x01xx Raft, 0x02xx swarm, 0x03xx venue, 0x04xx client, 0x05xx agent; below 0x0100 the drivers'
// own (records below).
using TraceKind = std::uint16_t;

// A trace payload names its kind: `static constexpr world::TraceKind kKind = 0x0301;` and itself:
// `static constexpr std::string_view kName = "venue.filled";`.
template <class T>
concept Traceable = core::HasFields<T> && requires {
  { T::kKind } -> std::convertible_to<TraceKind>;
  { T::kName } -> std::convertible_to<std::string_view>;
};

struct TraceRecord {
  TraceKind kind = 0;
  core::Bytes body;
  MUSTER_FIELDS(TraceRecord, kind, body)
};

template <Traceable T>
[[nodiscard]] TraceRecord make_trace(const T& payload) {
  return {T::kKind, core::encode(payload)};
}

// A record with when and where it happened. `node` is 0 for the driver itself.
struct TraceEntry {
  core::Time at;
  NodeId node;
  Incarnation incarnation;
  TraceRecord record;
  MUSTER_FIELDS(TraceEntry, at, node, incarnation, record)
};

// The payload if the entry is of kind T. A trace record that does not decode is a bug.
template <Traceable T>
[[nodiscard]] std::optional<T> as(const TraceEntry& entry) {
  if (entry.record.kind != T::kKind) {
    return std::nullopt;
  }
  auto decoded = core::decode<T>(entry.record.body);
  core::check(decoded.has_value(), "a trace record decodes as its kind");
  return std::move(*decoded);
}

// Receives entries in the order in which they happened. Not owned by the driver; must outlive the
// run.
class TraceSink {
 public:
  virtual ~TraceSink() = default;
  virtual void receive(const TraceEntry& entry) = 0;
};

// ---- Records made by the drivers ----

enum class HaltReason : std::uint8_t { kCrash, kOutOfMemory, kDiskFailed, kFinished };
constexpr HaltReason last_value(HaltReason) {
  return HaltReason::kFinished;
}
constexpr std::string_view name_of(HaltReason reason) {
  constexpr std::string_view kNames[] = {"crash", "out of memory", "disk failed", "finished"};
  return kNames[static_cast<std::size_t>(reason)];
}

struct NodeBooted {
  static constexpr TraceKind kKind = 0x0001;
  static constexpr std::string_view kName = "node.booted";
  std::uint32_t recovered_records = 0;
  MUSTER_FIELDS(NodeBooted, recovered_records)
};

struct NodeHalted {
  static constexpr TraceKind kKind = 0x0002;
  static constexpr std::string_view kName = "node.halted";
  HaltReason reason = HaltReason::kCrash;
  MUSTER_FIELDS(NodeHalted, reason)
};

struct NodePaused {
  static constexpr TraceKind kKind = 0x0003;
  static constexpr std::string_view kName = "node.paused";
  bool resumed = false;  // false: paused now, true: runs again
  MUSTER_FIELDS(NodePaused, resumed)
};

struct FaultStarted {
  static constexpr TraceKind kKind = 0x0004;
  static constexpr std::string_view kName = "fault.started";
  std::uint32_t fault = 0;  // index in the plan
  std::vector<NodeId> targets;
  MUSTER_FIELDS(FaultStarted, fault, targets)
};

struct FaultEnded {
  static constexpr TraceKind kKind = 0x0005;
  static constexpr std::string_view kName = "fault.ended";
  std::uint32_t fault = 0;
  std::uint64_t acted = 0;  // messages dropped, delayed, …; nodes halted; steps slowed
  MUSTER_FIELDS(FaultEnded, fault, acted)
};

// A message that never reaches its node. Deliveries are not traced: the fingerprint covers them,
// and a re-run of the window shows them.
enum class DropReason : std::uint8_t {
  kFault,      // the fault gate dropped it
  kNodeDown,   // the addressee is not running
  kInboxFull,  // the addressee's bounded queue is full
  kCorrupt,    // it does not decode at the receiver
  kNoLink,     // the sender has no link to the addressee
};
constexpr DropReason last_value(DropReason) {
  return DropReason::kNoLink;
}

struct MessageDropped {
  static constexpr TraceKind kKind = 0x0006;
  static constexpr std::string_view kName = "message.dropped";
  NodeId from;
  NodeId to;
  std::uint16_t type = 0;
  DropReason reason = DropReason::kFault;
  MUSTER_FIELDS(MessageDropped, from, to, type, reason)
};

}  // namespace world
