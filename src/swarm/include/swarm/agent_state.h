// The states of an agent and the ways between them.
#pragma once

#include "world/telemetry.h"

namespace swarm {

// The values are part of telemetry.
using world::AgentState;
using world::name_of;

// Whether an agent may go from one state to the other; staying is no transition. An agent starts as
// initialising, works only when ready, and comes back from an error or from being offline only
// through initialising. This binds the agent itself: an observer who samples may miss states
// between.
[[nodiscard]] constexpr bool may_become(AgentState from, AgentState to) {
  switch (from) {
    case AgentState::kInitialising:
      return to == AgentState::kReady || to == AgentState::kError || to == AgentState::kOffline;
    case AgentState::kReady:
      return to == AgentState::kBusy || to == AgentState::kError || to == AgentState::kOffline;
    case AgentState::kBusy:
      return to == AgentState::kReady || to == AgentState::kError || to == AgentState::kOffline;
    case AgentState::kError:
      return to == AgentState::kInitialising || to == AgentState::kOffline;
    case AgentState::kOffline:
      return to == AgentState::kInitialising;
  }
  return false;
}

// Whether an agent in this state takes work: a busy one queues it.
[[nodiscard]] constexpr bool takes_work(AgentState state) {
  return state == AgentState::kReady || state == AgentState::kBusy;
}

}  // namespace swarm
