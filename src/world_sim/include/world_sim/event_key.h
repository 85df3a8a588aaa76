// The total order of everything that happens in a simulation.
#pragma once

#include <compare>
#include <cstdint>

#include "core/codec.h"
#include "core/time.h"

namespace world_sim {

// At equal times events happen in this order: the plan's faults first, so that a fault "at 5 s"
// hits what happens at 5 s; then what a node began before (boots, CPU time, disk), then what others
// sent it, then its timers, so that a message that arrives exactly at a timeout is in time.
enum class EventClass : std::uint8_t { kFault, kBoot, kCpu, kDisk, kService, kMessage, kTimer };
constexpr EventClass last_value(EventClass) {
  return EventClass::kTimer;
}

// `source` is whoever caused the event (the sender of a message, the owner of a timer, the index of
// a fault) and `sequence` is that source's own count. No number is shared between sources, so the
// key of an event does not depend on what unrelated nodes do.
struct EventKey {
  core::Time at;
  EventClass event_class = EventClass::kFault;
  std::uint32_t source = 0;
  std::uint64_t sequence = 0;
  auto operator<=>(const EventKey&) const = default;
  MUSTER_FIELDS(EventKey, at, event_class, source, sequence)
};

}  // namespace world_sim
