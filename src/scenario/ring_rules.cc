#include <algorithm>
#include <set>

#include "rules.h"
#include "scenario/load.h"
#include "values.h"

namespace scenario {
namespace {

constexpr std::string_view kRingKeys[] = {"stages",  "spares",       "credits",
                                          "ordered", "stitch_after", "breaker"};

std::string stage_path(std::size_t index) {
  return "topology.stages[" + std::to_string(index) + "]";
}

const Pool* find_pool(const Scenario& scenario, const std::string& name) {
  const auto found = std::ranges::find(scenario.pools, name, &Pool::name);
  return found == scenario.pools.end() ? nullptr : &*found;
}

bool declares(const Pool& pool, const Stage& stage) {
  return std::ranges::all_of(stage.duties, [&](Duty duty) {
    return std::ranges::find(pool.capabilities, name_of(duty)) != pool.capabilities.end();
  });
}

core::Result<const Pool*> known_pool(const Scenario& scenario, const std::string& name,
                                     const std::string& path, const Desk& desk) {
  if (const Pool* pool = find_pool(scenario, name)) {
    return pool;
  }
  std::vector<std::string> names;
  for (const Pool& pool : scenario.pools) {
    names.push_back(pool.name);
  }
  return desk.complain(path, "no pool is named " + quote(name) + suggestion(name, names));
}

core::Result<void> check_stage_pools(const Scenario& scenario, const Desk& desk) {
  const RingSpec& ring = *scenario.topology.ring;
  std::set<std::string> used;
  for (std::size_t i = 0; i < ring.stages.size(); ++i) {
    const Stage& stage = ring.stages[i];
    const std::string path = stage_path(i) + ".pool";
    const Pool* pool = TRY(known_pool(scenario, stage.pool, path, desk));
    if (pool->size == 0) {
      return desk.complain(path, "the stage has no agent, since pool " + quote(stage.pool) +
                                     " has size 0; give it a size of at least 1");
    }
    if (!used.insert(stage.pool).second) {
      return desk.complain(path, "pool " + quote(stage.pool) +
                                     " does another stage already; each stage needs its own");
    }
    if (!declares(*pool, stage)) {
      return desk.complain(path, "pool " + quote(stage.pool) +
                                     " does not declare all that the stage does; add the words to "
                                     "its capabilities");
    }
    if (ring.ordered && pool->size > 1) {
      return desk.complain("topology.ordered",
                           "cannot be kept over a stage with " + std::to_string(pool->size) +
                               " agents; give each stage one agent or write ordered: false");
    }
  }
  return {};
}

core::Result<void> check_spares(const Scenario& scenario, const Desk& desk) {
  const RingSpec& ring = *scenario.topology.ring;
  for (std::size_t i = 0; i < ring.spares.size(); ++i) {
    const std::string path = "topology.spares[" + std::to_string(i) + "]";
    const Pool* pool = TRY(known_pool(scenario, ring.spares[i], path, desk));
    if (std::ranges::find(ring.stages, pool->name, &Stage::pool) != ring.stages.end()) {
      return desk.complain(path, "pool " + quote(pool->name) + " does a stage; a spare does none");
    }
    if (std::ranges::none_of(ring.stages,
                             [&](const Stage& stage) { return declares(*pool, stage); })) {
      return desk.complain(path, "pool " + quote(pool->name) +
                                     " can stand in for no stage; let its capabilities name all "
                                     "that some stage does");
    }
  }
  for (std::size_t i = 0; i < scenario.pools.size(); ++i) {
    const std::string& name = scenario.pools[i].name;
    if (std::ranges::find(ring.stages, name, &Stage::pool) == ring.stages.end() &&
        std::ranges::find(ring.spares, name) == ring.spares.end()) {
      return desk.complain("pools[" + std::to_string(i) + "]",
                           quote(name) +
                               " is in no stage of the ring and is no spare; add it to "
                               "topology.spares or take it away");
    }
  }
  return {};
}

core::Result<void> check_duties(const RingSpec& ring, const Desk& desk) {
  std::vector<Duty> all;
  for (const Stage& stage : ring.stages) {
    all.insert(all.end(), stage.duties.begin(), stage.duties.end());
  }
  const std::vector<Duty> wanted{Duty::kCollect, Duty::kAnalyse, Duty::kApprove, Duty::kExecute};
  if (all != wanted) {
    return desk.complain("topology.stages",
                         "must do collect, analyse, approve and execute, each once and in this "
                         "order; let their does say so");
  }
  if (ring.stages.back().duties.size() != 1) {
    return desk.complain(stage_path(ring.stages.size() - 1) + ".does",
                         "executes what it approves itself; let the stage before it approve");
  }
  return {};
}

// Who does a stage changes by stitching alone; nothing may grow, shrink or replace a stage.
core::Result<void> check_no_policies(const Scenario& scenario, const Desk& desk) {
  if (scenario.scaling) {
    return desk.complain("scaling",
                         "does not work over a ring, whose stages keep the agents that they are "
                         "declared with; give the slow stage's pool a greater size, or take mesh, "
                         "hierarchical or star");
  }
  if (scenario.rollout) {
    return desk.complain("rollout",
                         "does not work over a ring, since every task passes every stage and no "
                         "part of them can go to a new version; take mesh, hierarchical or star");
  }
  if (scenario.upgrade) {
    return desk.complain("upgrade",
                         "does not work over a ring, whose voters are stages that keep the agents "
                         "that they are declared with; take hierarchical or star");
  }
  return {};
}

}  // namespace

core::Result<void> apply_ring_rules(const Scenario& scenario, const Tree& tree,
                                    const Source& source) {
  const Desk desk{.tree = tree, .source = source};
  if (!scenario.topology.ring) {
    for (const std::string_view key : kRingKeys) {
      const std::string path = "topology." + std::string(key);
      if (place_of(tree, path) != place_of(tree, "topology")) {
        return desk.complain(path, "means nothing in a " +
                                       std::string(name_of(scenario.topology.kind)) +
                                       ", only in a ring; take it away");
      }
    }
    return {};
  }
  const RingSpec& ring = *scenario.topology.ring;
  if (ring.stages.size() < 3) {
    return desk.complain("topology.stages", "are " + std::to_string(ring.stages.size()) +
                                                "; a ring needs at least three, since three of "
                                                "them vote");
  }
  TRY_VOID(check_no_policies(scenario, desk));
  TRY_VOID(check_duties(ring, desk));
  TRY_VOID(check_stage_pools(scenario, desk));
  TRY_VOID(check_spares(scenario, desk));
  for (const char* path : {"workload.service.cpu", "workload.service.wait"}) {
    if (place_of(tree, path) != place_of(tree, "workload.service")) {
      return desk.complain(path,
                           "means nothing in a ring, where each stage says its own work; write "
                           "it there");
    }
  }
  for (std::size_t i = 0; i < scenario.workload.classes.size(); ++i) {
    if (!scenario.workload.classes[i].capabilities.empty()) {
      return desk.complain("workload.classes[" + std::to_string(i) + "].requires",
                           "means nothing in a ring, where every task passes every stage; take it "
                           "away");
    }
  }
  return {};
}

}  // namespace scenario
