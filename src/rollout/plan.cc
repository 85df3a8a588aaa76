#include "rollout/rollout.h"
#include "text.h"

namespace rollout {
namespace {

core::Result<void> refuse(std::string message) {
  return core::fail(core::Code::kInvalid, "rollout: " + std::move(message));
}

}  // namespace

Plan blue_green() {
  Plan plan;
  plan.steps = {0, 2'500, 5'000, 7'500, kWhole};
  plan.rules.errors = {500, 3'000};
  plan.rules.slow = {100, 2'000};
  return plan;
}

Plan canary() {
  Plan plan;
  plan.steps = {0, 500, 2'500, 5'000, kWhole};
  return plan;
}

core::Result<void> validate(const Plan& plan) {
  if (plan.steps.empty() || plan.steps.back() != kWhole) {
    return refuse("the steps must end at 10,000, all of the traffic");
  }
  for (std::size_t i = 1; i < plan.steps.size(); ++i) {
    if (plan.steps[i - 1] >= plan.steps[i]) {
      return refuse("the steps must ascend: " + percent_text(plan.steps[i]) + " follows " +
                    percent_text(plan.steps[i - 1]));
    }
  }
  TRY_VOID(validate(plan.rules));
  for (const core::Duration time : {plan.inconclusive_after, plan.missing_after, plan.quiet}) {
    if (time <= core::Duration{}) {
      return refuse("inconclusive_after, missing_after and quiet must be above 0");
    }
  }
  for (const core::Duration time : {plan.least_step, plan.soak, plan.abort_within}) {
    if (time < core::Duration{}) {
      return refuse("least_step, soak and abort_within must not be below 0");
    }
  }
  if (plan.abort_headroom_permille == 0 || plan.abort_headroom_permille > 1'000 ||
      plan.blind_step == 0) {
    return refuse("a roll-back needs headroom of 1 to 1,000 permille and a blind step above 0");
  }
  return {};
}

std::string_view name_of(Phase phase) {
  switch (phase) {
    case Phase::kShifting:
      return "shifting";
    case Phase::kSettling:
      return "settling";
    case Phase::kPromoted:
      return "promoted";
    case Phase::kRollingBack:
      return "rolling back";
    case Phase::kRolledBack:
      return "rolled back";
  }
  return "unknown";
}

std::string_view name_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::kContinue:
      return "continue";
    case Verdict::kPromote:
      return "promote";
    case Verdict::kRollBack:
      return "roll back";
    case Verdict::kHold:
      return "hold";
  }
  return "unknown";
}

}  // namespace rollout
