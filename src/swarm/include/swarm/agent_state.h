// The states of an agent and the ways between them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace swarm {

enum class AgentState : std::uint8_t { kInitialising, kReady, kBusy, kError, kOffline };
constexpr AgentState last_value(AgentState) {
  return AgentState::kOffline;
}
constexpr std::string_view name_of(AgentState state) {
  constexpr std::string_view kNames[] = {"initialising", "ready", "busy", "error", "offline"};
  return kNames[static_cast<std::size_t>(state)];
}

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
