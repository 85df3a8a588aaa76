// Which of a member's timers belong to which of its components.
//
// The upper 16 bits of a timer id name the component, the lower 48 are the component's own.
#pragma once

#include <cstdint>

#include "core/check.h"
#include "world/event.h"

namespace swarm {

struct TimerRange {
  static constexpr unsigned kOwnBits = 48;

  std::uint16_t component = 0;

  // REQUIRES own < 2^48.
  [[nodiscard]] constexpr world::TimerId timer(std::uint64_t own) const {
    core::check(own < (1ULL << kOwnBits), "a component's timer fits its range");
    return world::TimerId((static_cast<std::uint64_t>(component) << kOwnBits) | own);
  }
  [[nodiscard]] constexpr bool contains(world::TimerId timer) const {
    return timer.value >> kOwnBits == component;
  }
  [[nodiscard]] static constexpr std::uint64_t own(world::TimerId timer) {
    return timer.value & ((1ULL << kOwnBits) - 1);
  }
};

inline constexpr TimerRange kLinkTimers{0x0002};
inline constexpr TimerRange kHeartbeatTimers{0x0003};
inline constexpr TimerRange kSwimTimers{0x0004};
inline constexpr TimerRange kJointTimers{0x0005};

}  // namespace swarm
