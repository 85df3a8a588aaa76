#include "lab/safety.h"

#include <gmock/gmock.h>

#include "judge.h"
#include "scenario/metrics.h"

namespace lab {
namespace {

using testing::DoubleNear;
using testing::HasSubstr;

RunResult run_with(double orders, std::vector<check::Invariant> invariants) {
  RunResult run;
  run.metrics["orders"] = orders;
  run.invariants = std::move(invariants);
  return run;
}

check::Invariant invariant(std::string name, std::uint64_t violated) {
  check::Invariant made;
  made.name = std::move(name);
  made.checked = 10;
  made.violated = violated;
  return made;
}

TEST(SafetyOfOrders, NothingSeenInNOrdersIsBelowThreeInN) {
  const Safety safety = safety_of(run_with(30'000, {invariant("order_life", 0)}));
  EXPECT_EQ(safety.violations, 0U);
  EXPECT_EQ(safety.per_million(), 0.0);
  EXPECT_THAT(safety.bound_per_million(), DoubleNear(100, 0.5)) << "3 in 30,000";
}

TEST(SafetyOfOrders, CountsTheOrdersInvariantsAndDoubleWorkAndNoOthers) {
  RunResult run = run_with(1'000, {invariant("one_order_per_key", 2), invariant("order_life", 1),
                                   invariant("live_after_heal", 7)});
  run.account.duplicated = 1;
  const Safety safety = safety_of(run);
  EXPECT_EQ(safety.violations, 4U);
  EXPECT_DOUBLE_EQ(safety.per_million(), 4'000.0);
  EXPECT_GT(safety.bound_per_million(), 4'000.0);
}

TEST(SafetyOfOrders, RunsAddUpAndMoreOfThemSaySomethingSmaller) {
  const RunResult one = run_with(1'000, {});
  const std::vector<const RunResult*> ten(10, &one);
  EXPECT_EQ(safety_of(ten).orders, 10'000U);
  EXPECT_LT(safety_of(ten).bound_per_million(), safety_of(one).bound_per_million() / 9);
}

TEST(SafetyOfOrders, OneTaskCarriedOutTwiceFailsTheRunWhateverItRequires) {
  RunResult run = run_with(1'000, {invariant("order_life", 0)});
  run.account.duplicated = 1;
  judge_run(scenario::Scenario(), run);
  EXPECT_EQ(run.verdict, Verdict::kFail);
  EXPECT_THAT(run.reason, HasSubstr("carried out more than once"));
}

TEST(SafetyOfOrders, ItsMetricIsInTheCatalogue) {
  EXPECT_NE(scenario::find_metric(kSafetyMetric), nullptr);
}

}  // namespace
}  // namespace lab
