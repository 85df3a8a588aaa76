// Which agents a smaller pool does without, and which of them may end: a pure function.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/fields.h"
#include "core/id.h"

namespace scaling {

using AgentKey = core::Id<struct AgentKeyTag, std::uint64_t>;

struct AgentLoad {
  AgentKey agent;
  bool starting = false;  // created and not yet ready
  bool draining = false;  // chosen before; the dispatcher confirmed that it assigns nothing to it
  // Tasks assigned and not finished, by the dispatcher and by the agent itself. None: not known,
  // which is not the same as idle.
  std::optional<std::uint32_t> assigned;
  std::optional<std::uint32_t> in_flight;
  MUSTER_FIELDS(AgentLoad, agent, starting, draining, assigned, in_flight)
};

struct DrainPlan {
  std::vector<AgentKey> drain;  // assign nothing more to these, ascending
  std::vector<AgentKey> end;    // drained: these may be ended, ascending
  MUSTER_FIELDS(DrainPlan, drain, end)
};

// Chooses `retire` agents that are not draining yet: first those that are starting, then those with
// the least work, unknown work last; ties go to the youngest (greatest) key. An agent ends only if
// it drains and both sides know that it has nothing left; one that never was ready has no side of
// its own to ask. REQUIRES keys that differ.
[[nodiscard]] DrainPlan plan_drain(std::span<const AgentLoad> agents, std::uint32_t retire);

}  // namespace scaling
