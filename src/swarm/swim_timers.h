// The timers of the SWIM component: the kind above the low 40 bits, which hold a node or a
// sequence.
#pragma once

#include <cstdint>

#include "swarm/timer_range.h"

namespace swarm::swim_timers {

enum class Kind : std::uint8_t { kProbe, kIndirect, kGossip, kSuspicion, kRelay };

inline constexpr unsigned kKindShift = 40;

[[nodiscard]] constexpr world::TimerId of(Kind kind, std::uint32_t what = 0) {
  return kSwimTimers.timer((static_cast<std::uint64_t>(kind) << kKindShift) | what);
}
[[nodiscard]] constexpr Kind kind_of(world::TimerId timer) {
  return static_cast<Kind>(TimerRange::own(timer) >> kKindShift);
}
[[nodiscard]] constexpr std::uint32_t what_of(world::TimerId timer) {
  return static_cast<std::uint32_t>(TimerRange::own(timer));
}

}  // namespace swarm::swim_timers
