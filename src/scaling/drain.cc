#include "scaling/drain.h"

#include <algorithm>
#include <limits>
#include <tuple>

#include "core/check.h"

namespace scaling {
namespace {

// Work that is not known counts as the most there can be.
std::uint64_t work_of(const AgentLoad& load) {
  if (!load.assigned || (!load.starting && !load.in_flight)) {
    return std::numeric_limits<std::uint64_t>::max();
  }
  return std::uint64_t{*load.assigned} + load.in_flight.value_or(0);
}

void sort_keys(std::vector<AgentKey>& keys) {
  std::ranges::sort(keys);
  core::check(std::ranges::adjacent_find(keys) == keys.end(), "an agent is listed once");
}

}  // namespace

DrainPlan plan_drain(std::span<const AgentLoad> agents, std::uint32_t retire) {
  DrainPlan plan;
  std::vector<AgentLoad> serving;
  for (const AgentLoad& load : agents) {
    if (!load.draining) {
      serving.push_back(load);
    } else if (work_of(load) == 0) {
      plan.end.push_back(load.agent);
    }
  }
  std::ranges::sort(serving, [](const AgentLoad& a, const AgentLoad& b) {
    return std::tuple(!a.starting, work_of(a), b.agent) <
           std::tuple(!b.starting, work_of(b), a.agent);
  });
  const std::size_t chosen = std::min<std::size_t>(retire, serving.size());
  for (std::size_t i = 0; i < chosen; ++i) {
    plan.drain.push_back(serving[i].agent);
  }
  sort_keys(plan.drain);
  sort_keys(plan.end);
  return plan;
}

}  // namespace scaling
