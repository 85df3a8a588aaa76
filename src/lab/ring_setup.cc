#include "ring_setup.h"

#include <algorithm>

namespace lab {
namespace {

const scenario::Pool& pool_of(const scenario::Scenario& scenario, const std::string& name) {
  const auto found = std::ranges::find(scenario.pools, name, &scenario::Pool::name);
  core::check(found != scenario.pools.end(), "the loader knows every pool of a stage");
  return *found;
}

std::int64_t share_ppm(core::Duration part, core::Duration whole) {
  return whole > core::Duration{} ? part.count() * scenario::kMillion / whole.count() : 0;
}

bool has(const scenario::Stage& stage, scenario::Duty duty) {
  return std::ranges::find(stage.duties, duty) != stage.duties.end();
}

}  // namespace

void declare_ring(const scenario::Scenario& scenario, const std::vector<world::NodeId>& agents,
                  swarm::TopologySpec& spec) {
  std::map<std::string, std::vector<world::NodeId>> nodes;
  std::size_t next = 0;
  for (const scenario::Pool& pool : scenario.pools) {
    for (std::uint32_t i = 0; i < pool.size; ++i) {
      const world::NodeId node = agents.at(next++);
      nodes[pool.name].push_back(node);
      spec.capabilities[node] = {pool.capabilities.begin(), pool.capabilities.end()};
    }
  }
  for (const scenario::Stage& stage : scenario.topology.ring->stages) {
    swarm::Stage& made = spec.stages.emplace_back();
    made.name = stage.pool;
    made.nodes = nodes[stage.pool];
    made.approves = has(stage, scenario::Duty::kApprove);
    for (const scenario::Duty duty : stage.duties) {
      made.capabilities.emplace(name_of(duty));
    }
  }
}

swarm::PipelineConfig pipeline_config(const scenario::RingSpec& ring) {
  swarm::PipelineConfig config;
  config.credits = ring.credits;
  config.ordered = ring.ordered;
  config.stitch_after = ring.stitch_after;
  config.breaker.window = ring.breaker.window;
  config.breaker.min_calls = ring.breaker.min_calls;
  config.breaker.failure_percent = static_cast<std::uint32_t>(
      std::max<std::int64_t>(1, ring.breaker.failures_ppm * 100 / scenario::kMillion));
  config.breaker.deadline = ring.breaker.deadline;
  config.breaker.open_for = ring.breaker.open_for;
  config.breaker.probes = ring.breaker.probes;
  return config;
}

std::uint32_t ring_in_flight(const scenario::Scenario& scenario) {
  const scenario::RingSpec& ring = *scenario.topology.ring;
  const std::uint32_t entries = pool_of(scenario, ring.stages.front().pool).size;
  std::uint32_t links = entries;  // the entry's own share is that of one link to each
  for (std::size_t i = 1; i < ring.stages.size(); ++i) {
    links += pool_of(scenario, ring.stages[i - 1].pool).size *
             pool_of(scenario, ring.stages[i].pool).size;
  }
  return ring.credits * links / entries;
}

std::vector<agent::StageProgram> stage_programs(const scenario::RingSpec& ring) {
  core::Duration cpu{};
  core::Duration wait{};
  for (const scenario::Stage& stage : ring.stages) {
    cpu += stage.cpu;
    wait += stage.wait;
  }
  std::vector<agent::StageProgram> programs;
  for (const scenario::Stage& stage : ring.stages) {
    programs.push_back({has(stage, scenario::Duty::kCollect), has(stage, scenario::Duty::kAnalyse),
                        has(stage, scenario::Duty::kApprove), has(stage, scenario::Duty::kExecute),
                        share_ppm(stage.cpu, cpu), share_ppm(stage.wait, wait)});
  }
  return programs;
}

double ring_capacity(const scenario::Scenario& scenario) {
  const scenario::RingSpec& ring = *scenario.topology.ring;
  double least = 1e9;
  std::uint32_t senders = 1;
  for (const scenario::Stage& stage : ring.stages) {
    const scenario::Pool& pool = pool_of(scenario, stage.pool);
    const double speed = static_cast<double>(scenario.sandbox.speed_ppm) / scenario::kMillion *
                         (static_cast<double>(pool.speed_ppm) / scenario::kMillion);
    const double cpu = core::to_seconds(stage.cpu) / speed;
    const double whole = cpu + core::to_seconds(stage.wait);
    const double by_cpu = cpu > 0 ? scenario.sandbox.vcpu / cpu : 1e9;
    const double by_credit = whole > 0 ? senders * ring.credits / whole : 1e9;
    least = std::min(least, pool.size * std::min(by_cpu, by_credit));
    senders = pool.size;
  }
  return least;
}

}  // namespace lab
