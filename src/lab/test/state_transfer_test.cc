#include "state_transfer.h"

#include <gtest/gtest.h>

#include "lab/run.h"
#include "scenario/load.h"

namespace lab {
namespace {

swarm::Ledger ledger_of(std::initializer_list<std::uint64_t> tasks) {
  swarm::Ledger ledger;
  for (const std::uint64_t id : tasks) {
    swarm::Task task;
    task.id = swarm::TaskId(id);
    ledger.apply(swarm::Command(swarm::Accept{task}));
  }
  return ledger;
}

TEST(StateOfTheNewSide, WhatOneHasAndTheOtherHasNotIsCounted) {
  EXPECT_EQ(entries_apart(ledger_of({1, 2}), ledger_of({1, 2})), 0U);
  EXPECT_GT(entries_apart(ledger_of({1, 2}), ledger_of({1})), 0U);
  EXPECT_GT(entries_apart(ledger_of({1}), ledger_of({1, 2})), 0U) << "more is different too";
}

TEST(StateOfTheNewSide, IsTheOldOnesAtEverySwitch) {
  const auto file = scenario::load(R"(
pattern: blue_green
duration: 50s
topology: {kind: star, standbys: 2}
sandbox: {cold_start: {p50: 500ms, p95: 1s}}
pools:
  - {name: blue, size: 3, strategy: momentum, version: 1}
  - {name: green, size: 3, strategy: momentum, version: 2}
workload: {rate: 40/s}
rollout: {kind: blue_green, begins: 3s, least_step: 5s, soak: 5s, quiet: 5s}
)",
                                   "test.yaml", {});
  ASSERT_TRUE(file.has_value()) << file.error().message;
  const auto result = run(*file, file->runs.front(), {});
  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(result->metrics.at("promoted"), 1);
  EXPECT_EQ(result->metrics.at("state_divergence"), 0);
  EXPECT_GE(result->metrics.at("state_transfers"), 12) << "three agents at 25, 50, 75 and 100 %";
  EXPECT_EQ(result->metrics.at("state_transfers_unseen"), 0);
}

}  // namespace
}  // namespace lab
