#include <algorithm>

#include "rules.h"
#include "values.h"

namespace scenario {
namespace {

core::Result<void> check_scaling(const Scenario& scenario, const Tree& tree, const Source& source) {
  const Scaling& scaling = *scenario.scaling;
  const auto complain = [&](const std::string& key, std::string_view message) {
    const std::string path = "scaling." + key;
    return refuse(source, place_of(tree, path), path, message);
  };
  const auto pool = std::ranges::find(scenario.pools, scaling.pool, &Pool::name);
  if (pool == scenario.pools.end()) {
    std::vector<std::string> names;
    for (const Pool& known : scenario.pools) {
      names.push_back(known.name);
    }
    return complain("pool",
                    "no pool is named " + quote(scaling.pool) + suggestion(scaling.pool, names));
  }
  if (scaling.min > scaling.max) {
    return complain("min", "is " + std::to_string(scaling.min) + ", above max " +
                               std::to_string(scaling.max) + "; swap them");
  }
  if (pool->size < scaling.min || pool->size > scaling.max) {
    return complain("min", "and max do not include the pool's size " + std::to_string(pool->size) +
                               "; begin within the bounds");
  }
  if (scaling.volatility && scaling.volatility->low_points >= scaling.volatility->high_points) {
    return complain("volatility.low", "is not below high; write ascending thresholds");
  }
  return {};
}

core::Result<void> check_rollout(const Scenario& scenario, const Tree& tree, const Source& source) {
  const Rollout& rollout = *scenario.rollout;
  const auto complain = [&](const std::string& key, std::string_view message) {
    const std::string path = "rollout." + key;
    return refuse(source, place_of(tree, path), path, message);
  };
  const auto of_candidate = std::ranges::count(scenario.pools, rollout.version, &Pool::version);
  if (of_candidate == 0) {
    return complain("version", "no pool has version " + std::to_string(rollout.version) +
                                   "; give the new pools that version");
  }
  if (static_cast<std::size_t>(of_candidate) == scenario.pools.size()) {
    return complain("version", "all pools have that version; the old one needs pools too");
  }
  for (std::size_t i = 0; i < rollout.steps_ppm.size(); ++i) {
    if (i > 0 && rollout.steps_ppm[i] <= rollout.steps_ppm[i - 1]) {
      return complain("steps", "do not ascend; each must be above the one before");
    }
  }
  if (!rollout.steps_ppm.empty() && rollout.steps_ppm.back() != kMillion) {
    return complain("steps", "do not end at 100%; the last step gives everything");
  }
  return {};
}

core::Result<void> check_upgrade(const Scenario& scenario, const Tree& tree, const Source& source) {
  if (scenario.topology.kind != TopologyKind::kMesh) {
    return {};
  }
  return refuse(source, place_of(tree, "upgrade"), "upgrade",
                "replaces coordinators, and a mesh has none: any of its agents may lead; write a "
                "rollout instead, or take hierarchical or star");
}

core::Result<void> check_load(const Scenario& scenario, const Tree& tree, const Source& source) {
  const Workload& workload = scenario.workload;
  const auto complain = [&](const std::string& path, std::string_view message) {
    return refuse(source, place_of(tree, path), path, message);
  };
  if (workload.follows && !workload.steps.empty()) {
    return complain("workload.follows", "contradicts steps; keep one of the two");
  }
  for (std::size_t i = 1; i < workload.steps.size(); ++i) {
    if (workload.steps[i].at <= workload.steps[i - 1].at) {
      return complain("workload.steps[" + std::to_string(i) + "].at",
                      "is not after the step before; write them in order");
    }
  }
  return {};
}

}  // namespace

core::Result<void> apply_policy_rules(const Scenario& scenario, const Tree& tree,
                                      const Source& source) {
  const Provisioning& provisioning = scenario.sandbox.provisioning;
  if (provisioning.cold_start_p95 < provisioning.cold_start_p50) {
    const std::string path = "sandbox.cold_start";
    return refuse(source, place_of(tree, path), path,
                  "has a p95 below its p50; write the greater one as p95");
  }
  TRY_VOID(check_load(scenario, tree, source));
  if (scenario.scaling) {
    TRY_VOID(check_scaling(scenario, tree, source));
  }
  if (scenario.rollout) {
    TRY_VOID(check_rollout(scenario, tree, source));
  }
  if (scenario.upgrade) {
    TRY_VOID(check_upgrade(scenario, tree, source));
  }
  return {};
}

}  // namespace scenario
