// The fault plan: an explicit list of what goes wrong, made before the run so that it prints,
// edits, shrinks and replays.
//
// A fault begins at a time or on cue (the nth trace record of a kind) and lasts for a duration. It
// counts as acted only where it hits: a message dropped, a process halted, a step slowed. A planned
// fault that did not act makes the run worthless and fails it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/codec.h"
#include "num/stream.h"
#include "world/node.h"
#include "world/trace.h"

namespace world {

enum class FaultKind : std::uint8_t {
  kCrash,        // processes end at once; they boot again when the fault ends (duration 0: never)
  kHang,         // SIGSTOP, SIGCONT at the end: messages queue up, clocks go on
  kSlowCpu,      // speed becomes `permille` of what it was
  kCpuSpike,     // `amount` busy loops compete for the node's cores
  kMemoryLeak,   // memory grows by `permille` of the limit each second, to the out-of-memory kill
  kLoss,         // a message is lost with `probability`
  kDelay,        // messages take `delay` plus or minus `jitter` longer
  kDuplicate,    // a message arrives twice with `probability`
  kReorder,      // a message is held back up to `jitter` with `probability`, others overtake it
  kCorrupt,      // one bit flips with `probability`; the receiver's decoder must refuse it
  kBandwidth,    // a link carries `amount` bytes a second
  kPartition,    // nothing passes between targets and peers (peers empty: all others)
  kClog,         // messages wait until the fault ends, then all arrive
  kDiskError,    // persists fail: the node halts
  kDiskFull,     // persists beyond the bytes now used fail: the node halts
  kDiskSlow,     // a persist takes `delay` longer
  kClockOffset,  // wall time differs by `delay` while the fault lasts
  kClockDrift,   // wall and timer clocks run `amount` parts per million fast (signed)
  kClockStep,    // wall time jumps by `delay` (may be negative) and stays
};
constexpr FaultKind last_value(FaultKind) {
  return FaultKind::kClockStep;
}
[[nodiscard]] std::string_view name_of(FaultKind kind);

// What a crash does to records whose persist was in flight.
enum class UnsyncedWrites : std::uint8_t { kLose, kKeep, kTear };
constexpr UnsyncedWrites last_value(UnsyncedWrites) {
  return UnsyncedWrites::kTear;
}

struct Trigger {
  core::Time not_before;  // the fault begins at this time …
  TraceKind on = 0;       // … or, when set, at the nth record of this kind after that time
  std::uint32_t nth = 1;
  MUSTER_FIELDS(Trigger, not_before, on, nth)
};

// Whom it hits: named nodes, or a role resolved when the fault begins ("leader", "worker", …), or
// the node that made the trigger's record. While nobody plays the role, the fault waits for up to
// five seconds for who does next.
struct Target {
  std::vector<NodeId> nodes;
  std::string role;         // used when `nodes` is empty
  bool of_trigger = false;  // the node of the triggering record; used before the other two
  MUSTER_FIELDS(Target, nodes, role, of_trigger)
};

struct Fault {
  FaultKind kind = FaultKind::kCrash;
  Trigger trigger;
  core::Duration duration{};
  Target target;
  std::vector<NodeId> peers;  // link faults: the other ends; empty: everybody else
  bool one_way = false;       // link faults: only messages from targets to peers
  num::Probability probability;
  num::Probability correlation;  // loss: of neighbouring messages of a link; fault_gate.h
  core::Duration delay{};
  core::Duration jitter{};
  std::int64_t amount = 0;
  std::uint32_t permille = 0;
  UnsyncedWrites unsynced = UnsyncedWrites::kLose;
  MUSTER_FIELDS(Fault, kind, trigger, duration, target, peers, one_way, probability, correlation,
                delay, jitter, amount, permille, unsynced)
};

using FaultPlan = std::vector<Fault>;

}  // namespace world
