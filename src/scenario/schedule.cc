#include "scenario/schedule.h"

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
  } else if (schedule == Schedule::kCapacity) {
    plan.clean = core::seconds(120);
    plan.fault = plan.observe = core::Duration{};
  }
  if (has_slots(schedule)) {
    plan.slots = standard_slots(divisor);
  }
  if (schedule == Schedule::kS3) {
    plan.load_ppm = 2 * kMillion;
  }
  return plan;
}

bool has_slots(Schedule schedule) {
  return schedule == Schedule::kS1 || schedule == Schedule::kS1s || schedule == Schedule::kS3;
}

}  // namespace scenario
