// Which timers are the agent's own: the member has the upper 16 bits from 0x0000 to 0x000F.
#pragma once

#include "swarm/timer_range.h"

namespace agent {

inline constexpr swarm::TimerRange kSubscriptionTimers{0x0010};
// Own part: the task.
inline constexpr swarm::TimerRange kWorkTimers{0x0011};
inline constexpr swarm::TimerRange kOrderTimers{0x0012};
inline constexpr swarm::TimerRange kBeginTimers{0x0013};

}  // namespace agent
