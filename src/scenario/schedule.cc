#include "scenario/schedule.h"

#include <algorithm>

#include "core/check.h"

namespace scenario {
namespace {

constexpr std::int64_t kStandardSlots = 9;

Fault on(FaultKind kind, TargetKind target) {
  Fault fault;
  fault.kind = kind;
  fault.target.kind = target;
  return fault;
}

// A leak reaches the limit halfway through its slot's fault, so a short one leaks as much faster.
std::vector<Fault> standard_slots(std::int64_t divisor) {
  std::vector<Fault> slots = {on(FaultKind::kCpuSpike, TargetKind::kWorker),
                              on(FaultKind::kMemoryLeak, TargetKind::kWorker),
                              on(FaultKind::kLoss, TargetKind::kAll),
                              on(FaultKind::kDelay, TargetKind::kAll),
                              on(FaultKind::kPartition, TargetKind::kNode),
                              on(FaultKind::kIsolate, TargetKind::kLeader),
                              on(FaultKind::kCrash, TargetKind::kWorker),
                              on(FaultKind::kHang, TargetKind::kWorker),
                              on(FaultKind::kCrash, TargetKind::kLeader)};
  slots[1].load_ppm = kMillion / 10 * divisor;
  slots[2].probability_ppm = kMillion / 5;
  slots[2].correlation_ppm = 3 * kMillion / 4;
  slots[3].mean = core::milliseconds(50);
  slots[3].jitter = core::milliseconds(10);
  slots[5].members_only = true;
  return slots;
}

bool is_short(Schedule schedule) {
  return schedule == Schedule::kS0s || schedule == Schedule::kS1s;
}

}  // namespace

core::Duration SchedulePlan::duration() const {
  switch (name) {
    case Schedule::kS2:
    case Schedule::kCapacity:
    case Schedule::kScalability:
      return warm_up + slot();
    default:
      return warm_up + kStandardSlots * slot();
  }
}

SchedulePlan plan_of(Schedule schedule) {
  core::check(schedule != Schedule::kNone, "a schedule has a plan");
  SchedulePlan plan;
  plan.name = schedule;
  const std::int64_t divisor = is_short(schedule) ? 10 : 1;
  plan.warm_up = core::seconds(60) / divisor;
  plan.clean = core::seconds(10) / divisor;
  plan.fault = core::seconds(20) / divisor;
  plan.observe = core::seconds(30) / divisor;
  if (schedule == Schedule::kS2) {
    plan.fault = core::seconds(120);
    plan.observe = core::Duration{};
  } else if (schedule == Schedule::kCapacity || schedule == Schedule::kScalability) {
    plan.clean = core::seconds(120);
    plan.fault = plan.observe = core::Duration{};
  }
  if (has_slots(schedule)) {
    plan.slots = standard_slots(divisor);
  }
  if (schedule == Schedule::kS3) {
    plan.load_ppm = 2 * kMillion;
  }
  if (schedule == Schedule::kS0Own || schedule == Schedule::kS1Own) {
    plan.own_load_ppm = 6 * kMillion / 10;
  }
  if (schedule == Schedule::kScalability) {
    plan.sizes = {1, 2, 4, 8, 10};
  }
  return plan;
}

bool has_slots(Schedule schedule) {
  return schedule == Schedule::kS1 || schedule == Schedule::kS1s || schedule == Schedule::kS3 ||
         schedule == Schedule::kS1Own;
}

void put_under(Schedule schedule, Scenario& scenario) {
  const SchedulePlan plan = plan_of(schedule);
  scenario.schedule = schedule;
  scenario.duration = plan.duration();
  scenario.warm_up = plan.warm_up;
  const auto loaded = [&plan](std::int64_t rate) { return rate * plan.load_ppm / kMillion; };
  scenario.workload.rate_millitasks_per_s = loaded(scenario.workload.rate_millitasks_per_s);
  for (RateStep& step : scenario.workload.steps) {
    step.rate_millitasks_per_s = loaded(step.rate_millitasks_per_s);
  }
}

bool is_sizable(const Scenario& scenario) {
  const bool one_number = scenario.topology.ring.has_value() || scenario.pools.size() == 1;
  return one_number && !scenario.topology.graph && !scenario.scaling && !scenario.rollout &&
         !scenario.regions && !scenario.dispatch.joint;
}

Scenario resized(const Scenario& scenario, std::uint32_t agents) {
  core::check(is_sizable(scenario) && agents > 0, "only what has a size is given another");
  Scenario made = scenario;
  if (const auto& ring = made.topology.ring) {
    for (const Stage& stage : ring->stages) {
      std::ranges::find(made.pools, stage.pool, &Pool::name)->size = agents;
    }
    return made;
  }
  made.pools.front().size = agents;
  Topology& topology = made.topology;
  topology.standbys = topology.standbys < agents ? topology.standbys : 0;
  // The leader has few enough itself.
  topology.fan_out = agents - topology.standbys > topology.fan_out ? topology.fan_out : 0;
  topology.voters = topology.kind == TopologyKind::kMesh
                        ? std::min(topology.voters, agents - (agents % 2 == 0 ? 1 : 0))
                        : 1 + topology.standbys;
  return made;
}

}  // namespace scenario
