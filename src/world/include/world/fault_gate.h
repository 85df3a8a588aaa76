// The fault gate: what active faults do to messages and clocks. Both drivers pass every message and
// every clock reading through one, so a plan means the same in the simulator and in real sandboxes.
//
// The driver decides when a fault begins and ends and whom it hits; the gate decides what then
// happens to each message. It is a value with no clock of its own: `now` is always the run's true
// time. Every fault draws from streams of its own, one per directed link, named by what the fault
// is and not by its place in the plan: leaving a fault out of the plan changes no other fault's
// draws.
//
// Losses may come in bursts: Gilbert's model ("Capacity of a burst-noise channel", Bell System
// Technical Journal 39, 1960) with all lost in the bad state and nothing in the good one. After a
// loss the link's next message is lost with p + r (1 - p), after none with p - r p: in the long run
// the stated p are lost, and neighbours correlate by the stated r. In netem's words this is
// `loss gemodel p(1-r) (1-p)(1-r)`; its older blend of uniform draws loses fewer than it states.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "core/time.h"
#include "world/fault.h"

namespace world {

using FaultIndex = std::uint32_t;  // a fault's place in its plan

[[nodiscard]] bool is_link_fault(FaultKind kind);
[[nodiscard]] bool is_clock_fault(FaultKind kind);

// What happens to one message. When it is dropped or held the rest has no meaning.
struct Verdict {
  std::optional<FaultIndex> dropped_by;
  std::optional<FaultIndex> held_by;  // keep it until that fault ends, then ask blocked() again
  core::Duration extra_delay{};
  bool may_be_overtaken = false;  // free of the link's first-in-first-out order
  // Each entry is one more copy, so much later than the first and free of the link's order.
  std::vector<core::Duration> copies;
  // The bit of the wire form to flip. The driver calls count() once a decoder has refused it.
  std::optional<std::uint64_t> corrupt_bit;
  FaultIndex corrupted_by = 0;
};

// How far a node's clocks are from the truth.
struct ClockError {
  core::Duration monotonic{};
  core::Duration wall{};
};

class FaultGate {
 public:
  FaultGate() = default;
  FaultGate(std::uint64_t seed, FaultPlan plan);

  [[nodiscard]] const FaultPlan& plan() const { return plan_; }
  // Names the fault for random streams: equal in every plan that contains it.
  [[nodiscard]] std::uint64_t identity(FaultIndex fault) const;

  // REQUIRES: link or clock fault, not active (begin) or active (end). A clock step stays when its
  // fault has ended.
  void begin(FaultIndex fault, std::vector<NodeId> targets, core::Time now);
  void end(FaultIndex fault, core::Time now);

  // Judges one message of `wire_bytes` at the moment it is sent.
  [[nodiscard]] Verdict judge(NodeId from, NodeId to, std::size_t wire_bytes, core::Time now);
  // For a message that was held and whose fault ended: sets dropped_by or held_by if another
  // partition or clog is in its way.
  [[nodiscard]] Verdict blocked(NodeId from, NodeId to);

  // The clock error of a node at this reading; counts for every fault that causes it.
  [[nodiscard]] ClockError read_clock(NodeId node, core::Time now);
  // The same without counting, for observers.
  [[nodiscard]] ClockError clock_error(NodeId node, core::Time now) const;
  // True time that passes while the node's monotonic clock advances by `local`, if its drift stays
  // as it is. Call again when a drift fault begins or ends. REQUIRES: local >= 0.
  [[nodiscard]] core::Duration true_span(NodeId node, core::Duration local) const;

  // Whoever carries out a fault counts here what it did.
  void count(FaultIndex fault, std::uint64_t times = 1) { acted_.at(fault) += times; }
  [[nodiscard]] std::uint64_t acted(FaultIndex fault) const { return acted_.at(fault); }

 private:
  struct Link {
    num::Stream stream;
    core::Time busy_until{};     // of a bandwidth fault
    std::optional<bool> struck;  // the message before; absent: there was none
  };
  struct Active {
    FaultIndex index = 0;
    std::vector<NodeId> targets;  // ascending
    std::vector<NodeId> peers;    // ascending
    std::map<std::pair<NodeId, NodeId>, Link> links;
  };
  struct Clock {
    core::Time since{};  // of the errors below
    ClockError error;    // at `since`
    std::int64_t drift_per_million = 0;
    std::vector<FaultIndex> causes;  // that count when the clock is read
  };

  [[nodiscard]] bool matches(const Active& active, NodeId from, NodeId to) const;
  [[nodiscard]] Link& link_of(Active& active, NodeId from, NodeId to);
  void apply(Active& active, NodeId from, NodeId to, std::size_t wire_bytes, core::Time now,
             Verdict& verdict, std::vector<FaultIndex>& hits);
  void change_clock(const Fault& fault, FaultIndex index, NodeId node, core::Time now, bool begins);

  std::uint64_t seed_ = 0;
  FaultPlan plan_;
  std::vector<std::uint64_t> identities_;
  std::vector<std::uint64_t> acted_;
  std::vector<Active> links_;   // active link faults in plan order
  std::vector<Active> clocks_;  // active clock faults in plan order
  std::map<NodeId, Clock> clock_of_;
};

}  // namespace world
