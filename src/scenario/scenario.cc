#include "scenario/scenario.h"

#include "core/codec.h"

namespace scenario {

const Scenario* find_run(const ScenarioFile& file, std::string_view run) {
  for (const Scenario& scenario : file.runs) {
    if (scenario.run == run) {
      return &scenario;
    }
  }
  return nullptr;
}

std::uint32_t agent_count(const Scenario& scenario) {
  std::uint32_t count = 0;
  for (const Pool& pool : scenario.pools) {
    count += pool.size;
  }
  return count;
}

std::vector<std::string> agent_names(const Scenario& scenario) {
  std::vector<std::string> names;
  for (const Pool& pool : scenario.pools) {
    for (std::uint32_t i = 1; i <= pool.size; ++i) {
      names.push_back(pool.name + "-" + std::to_string(i));
    }
  }
  return names;
}

std::string_view coordinator_name(TopologyKind kind) {
  switch (kind) {
    case TopologyKind::kMesh:
      return "";
    case TopologyKind::kHierarchical:
      return "leader";
    case TopologyKind::kStar:
      return "hub";
  }
  return "";
}

std::uint64_t schedule_digest(const Scenario& scenario) {
  core::Hasher hasher;
  hasher.word(core::digest(scenario.duration));
  hasher.word(core::digest(scenario.budget.drain));
  hasher.word(core::digest(scenario.faults));
  return hasher.value();
}

}  // namespace scenario
