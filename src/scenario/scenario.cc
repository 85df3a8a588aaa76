#include "scenario/scenario.h"

#include <algorithm>

#include "core/check.h"
#include "core/codec.h"
#include "scenario/schedule.h"

namespace scenario {

const Scenario* find_run(const ScenarioFile& file, std::string_view run) {
  for (const Scenario& scenario : file.runs) {
    if (scenario.run == run) {
      return &scenario;
    }
  }
  return nullptr;
}

bool is_changing(const Scenario& scenario) {
  return scenario.scaling || scenario.rollout || scenario.upgrade ||
         scenario.sandbox.provisioning.replace;
}

bool is_founding(const Scenario& scenario, const Pool& pool) {
  return !scenario.rollout || pool.version != scenario.rollout->version;
}

// The new version of a pool that is scaled is scaled with it.
std::uint32_t most_agents(const Scenario& scenario) {
  std::uint32_t most = 0;
  for (const Pool& pool : scenario.pools) {
    const bool scaled =
        scenario.scaling && (pool.name == scenario.scaling->pool || !is_founding(scenario, pool));
    most += scaled ? std::max(scenario.scaling->max, pool.size) : pool.size;
  }
  return most;
}

std::uint32_t agent_count(const Scenario& scenario) {
  std::uint32_t count = 0;
  for (const Pool& pool : scenario.pools) {
    count += is_founding(scenario, pool) ? pool.size : 0;
  }
  return count;
}

std::vector<std::string> agent_names(const Scenario& scenario) {
  std::vector<std::string> names;
  for (const Pool& pool : scenario.pools) {
    for (std::uint32_t i = 1; is_founding(scenario, pool) && i <= pool.size; ++i) {
      names.push_back(pool.name + "-" + std::to_string(i));
    }
  }
  return names;
}

std::string_view coordinator_name(TopologyKind kind) {
  switch (kind) {
    case TopologyKind::kMesh:
    case TopologyKind::kRing:
      return "";
    case TopologyKind::kHierarchical:
    case TopologyKind::kCustom:
      return "leader";
    case TopologyKind::kStar:
      return "hub";
  }
  return "";
}

std::uint32_t sub_leaders(std::uint32_t workers, std::uint32_t fan_out) {
  core::check(fan_out >= 2, "a tree branches");
  std::uint32_t count = 0;
  for (std::uint32_t below = workers; below > fan_out;) {
    below = below / fan_out + (below % fan_out == 0 ? 0 : 1);
    count += below;
  }
  return count;
}

std::vector<std::string> relay_names(const Scenario& scenario) {
  const Topology& topology = scenario.topology;
  if (topology.graph) {
    return topology.graph->relays;
  }
  std::vector<std::string> names;
  if (topology.fan_out > 0) {
    const std::uint32_t agents = most_agents(scenario);
    const std::uint32_t workers = agents - std::min(agents, topology.standbys);
    for (std::uint32_t i = 1; i <= sub_leaders(workers, topology.fan_out); ++i) {
      names.push_back("sub-leader-" + std::to_string(i));
    }
  }
  return names;
}

std::vector<std::string> member_names(const Scenario& scenario) {
  std::vector<std::string> names = relay_names(scenario);
  if (const std::string_view first = coordinator_name(scenario.topology.kind); !first.empty()) {
    names.insert(names.begin(), std::string(first));
  }
  const std::vector<std::string> agents = agent_names(scenario);
  names.insert(names.end(), agents.begin(), agents.end());
  return names;
}

TopologyKind topology_of(Pattern pattern) {
  switch (pattern) {
    case Pattern::kMesh:
      return TopologyKind::kMesh;
    case Pattern::kHierarchical:
      return TopologyKind::kHierarchical;
    case Pattern::kRing:
      return TopologyKind::kRing;
    case Pattern::kCustom:
      return TopologyKind::kCustom;
    case Pattern::kStar:
    case Pattern::kAutoScaling:
    case Pattern::kMultiStrategy:
    case Pattern::kBlueGreen:
    case Pattern::kCanary:
    case Pattern::kSummary:
      break;
  }
  return TopologyKind::kStar;
}

std::vector<std::string> voter_names(const Scenario& scenario) {
  if (scenario.topology.ring) {
    std::vector<std::string> names;
    for (const Stage& stage : scenario.topology.ring->stages) {
      names.push_back(stage.pool + "-1");
    }
    names.resize(std::min<std::size_t>(names.size(), scenario.topology.voters));
    return names;
  }
  std::vector<std::string> names =
      scenario.topology.graph ? scenario.topology.graph->candidates : agent_names(scenario);
  if (const std::string_view first = coordinator_name(scenario.topology.kind); !first.empty()) {
    names.insert(names.begin(), std::string(first));
  }
  names.resize(std::min<std::size_t>(names.size(), scenario.topology.voters));
  return names;
}

const Region& region_of(const Regions& regions, std::string_view node) {
  core::check(!regions.places.empty(), "there is a region");
  for (const Region& region : regions.places) {
    if (std::ranges::find(region.members, node) != region.members.end()) {
      return region;
    }
  }
  return regions.places.front();
}

std::uint64_t schedule_digest(const Scenario& scenario) {
  if (scenario.schedule != Schedule::kNone) {
    return core::digest(plan_of(scenario.schedule));
  }
  core::Hasher hasher;
  hasher.word(core::digest(scenario.duration));
  hasher.word(core::digest(scenario.budget.drain));
  hasher.word(core::digest(scenario.faults));
  return hasher.value();
}

}  // namespace scenario
