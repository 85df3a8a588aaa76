// How many tasks a comparison needs.
#include "rollout/power.h"

#include <gtest/gtest.h>

namespace rollout {
namespace {

// One-sided 5 %, power 80 %, tasks on each side; values worked out by hand from the formula.
TEST(Power, TasksForKnownEffects) {
  EXPECT_EQ(tasks_for_power({200, 1'000}, 50, 800), 108);
  EXPECT_EQ(tasks_for_power({500, 1'500}, 50, 800), 111);
  EXPECT_EQ(tasks_for_power({200, 500}, 50, 800), 463);
  EXPECT_EQ(tasks_for_power({500, 3'000}, 50, 800), 28);
}

TEST(Power, AndTasksAgree) {
  for (const std::uint64_t ratio : {250U, 1'000U, 3'000U, 19'000U}) {
    const Effect effect{200, 1'000};
    const std::uint64_t tasks = tasks_for_power(effect, 10, 800, ratio);
    EXPECT_GE(power_of(effect, 10, tasks * ratio / 1'000, tasks), 795U) << ratio;
    EXPECT_LT(power_of(effect, 10, (tasks - 3) * ratio / 1'000, tasks - 3), 800U) << ratio;
  }
}

TEST(Power, ManyStableTasksHelpTheCandidate) {
  EXPECT_LT(tasks_for_power({200, 1'000}, 50, 800, 19'000), 108);
  EXPECT_GT(tasks_for_power({200, 1'000}, 50, 800, 250), 108);
}

TEST(Power, IsNoneWithoutTasks) {
  EXPECT_EQ(power_of({200, 1'000}, 50, 0, 100), 0);
  EXPECT_EQ(power_of({200, 1'000}, 50, 100, 0), 0);
  EXPECT_EQ(power_of({200, 1'000}, 50, 1'000'000, 1'000'000), 1'000);
}

}  // namespace
}  // namespace rollout
