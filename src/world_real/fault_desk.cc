#include "fault_desk.h"

#include <algorithm>
#include <utility>

#include "core/check.h"

namespace world_real {
namespace {

// Where the header's body size stands (message.h).
constexpr std::size_t kSizeBegin = 32;
constexpr std::size_t kSizeEnd = 36;

}  // namespace

FaultDesk::FaultDesk(std::uint64_t seed, world::FaultPlan plan, world::NodeId self,
                     std::size_t limit, Doors doors)
    : gate_(seed, std::move(plan)), self_(self), limit_(limit), doors_(std::move(doors)) {}

void FaultDesk::start() {
  const world::FaultPlan& plan = gate_.plan();
  for (world::FaultIndex i = 0; i < plan.size(); ++i) {
    const world::Fault& fault = plan[i];
    const bool ours = world::is_link_fault(fault.kind) || world::is_clock_fault(fault.kind);
    if (!ours || fault.trigger.on != 0 || fault.target.nodes.empty()) {
      continue;
    }
    const core::Time begins = fault.trigger.not_before;
    doors_.schedule(begins, [this, i] { begin(i, gate_.plan()[i].target.nodes); });
    if (fault.duration > core::Duration::zero()) {
      doors_.schedule(begins + fault.duration, [this, i] { end(i); });
    }
  }
}

void FaultDesk::finish() {
  while (!active_.empty()) {
    end(active_.begin()->first);
  }
}

void FaultDesk::begin(world::FaultIndex fault, const std::vector<world::NodeId>& targets) {
  core::check(fault < gate_.plan().size(), "a fault that begins is in the plan");
  const bool is_clock = world::is_clock_fault(gate_.plan()[fault].kind);
  core::check(is_clock || world::is_link_fault(gate_.plan()[fault].kind),
              "the driver begins link and clock faults only");
  if (!active_.emplace(fault, is_clock).second) {
    return;
  }
  gate_.begin(fault, targets, doors_.now());
  doors_.trace(world::make_trace(world::FaultStarted{fault, targets}));
  if (is_clock) {
    doors_.clock_changed();
  }
}

void FaultDesk::end(world::FaultIndex fault) {
  const auto active = active_.extract(fault);
  if (active.empty()) {
    return;
  }
  gate_.end(fault, doors_.now());
  doors_.trace(world::make_trace(world::FaultEnded{fault, gate_.acted(fault)}));
  if (active.mapped()) {
    doors_.clock_changed();
  }
  auto released = held_.extract(fault);
  if (released.empty()) {
    return;
  }
  for (Network::Outgoing& outgoing : released.mapped()) {
    --kept_;
    const world::Verdict verdict = gate_.blocked(self_, outgoing.to);
    if (verdict.dropped_by) {
      drop(outgoing, world::DropReason::kFault);
    } else if (verdict.held_by) {
      hold(std::move(outgoing), *verdict.held_by);
    } else {
      doors_.send(std::move(outgoing));
    }
  }
}

void FaultDesk::send(Network::Outgoing outgoing) {
  if (active_.empty() && kept_ == 0) {
    return doors_.send(std::move(outgoing));
  }
  const core::Time now = doors_.now();
  const world::Verdict verdict = gate_.judge(self_, outgoing.to, outgoing.wire.size(), now);
  if (verdict.dropped_by) {
    return drop(outgoing, world::DropReason::kFault);
  }
  if (verdict.held_by) {
    return hold(std::move(outgoing), *verdict.held_by);
  }
  if (verdict.corrupt_bit && !damage(outgoing, verdict)) {
    return drop(outgoing, world::DropReason::kCorrupt);
  }
  core::Time due = now + verdict.extra_delay;
  if (!verdict.may_be_overtaken) {
    core::Time& last = last_due_[outgoing.to];
    due = std::max(due, last);
    last = due;
  }
  for (const core::Duration later : verdict.copies) {
    keep_until(due + later, outgoing);
  }
  keep_until(due, std::move(outgoing));
}

// Flips the bit. False if the result cannot be sent: with another size the receiver would take the
// next messages for the rest of this one, which a fault of one message must not do.
bool FaultDesk::damage(Network::Outgoing& outgoing, const world::Verdict& verdict) {
  const std::uint64_t bit = *verdict.corrupt_bit;
  const std::size_t place = bit / 8;
  core::check(place < outgoing.wire.size(), "the bit to flip is one of the message's");
  outgoing.wire[place] =
      static_cast<core::Byte>(outgoing.wire[place] ^ (core::Byte{1} << (bit % 8)));
  core::check(!world::decode_wire(outgoing.wire), "a decoder refuses every flipped bit");
  gate_.count(verdict.corrupted_by);
  return place < kSizeBegin || place >= kSizeEnd;
}

void FaultDesk::keep_until(core::Time due, Network::Outgoing outgoing) {
  // While others are kept back even what is due goes through the schedule, so that it stays behind
  // them.
  if (kept_ == 0 && due <= doors_.now()) {
    return doors_.send(std::move(outgoing));
  }
  if (kept_ >= limit_) {
    return drop(outgoing, world::DropReason::kInboxFull);
  }
  ++kept_;
  doors_.schedule(due, [this, kept = std::move(outgoing)] {
    --kept_;
    doors_.send(kept);
  });
}

void FaultDesk::hold(Network::Outgoing outgoing, world::FaultIndex fault) {
  if (kept_ >= limit_) {
    return drop(outgoing, world::DropReason::kInboxFull);
  }
  ++kept_;
  held_[fault].push_back(std::move(outgoing));
}

void FaultDesk::drop(const Network::Outgoing& outgoing, world::DropReason reason) {
  doors_.drop({self_, outgoing.to, outgoing.type, reason});
}

}  // namespace world_real
