#include "lab/coverage.h"

#include <gmock/gmock.h>

namespace lab {
namespace {

RunResult run_with(const std::string& fault, std::uint64_t acted, std::uint64_t checked) {
  RunResult run;
  FaultRecord record;
  record.kind = fault;
  record.acted = acted;
  run.faults = {record};
  check::Invariant invariant;
  invariant.name = "one_leader_per_term";
  invariant.checked = checked;
  run.invariants = {invariant};
  run.checks = {{"lost at most 0", false, false, "3"}, {"latency_p99 at most 1 s", true, true, ""}};
  return run;
}

SuiteResult suite_of(std::vector<RunResult> runs) {
  SuiteResult suite;
  suite.cases.resize(1);
  suite.cases[0].pattern = "Star Topology";
  suite.cases[0].runs = std::move(runs);
  return suite;
}

TEST(Coverage, CountsACheckThatLookedWhileAFaultActed) {
  const Coverage made = coverage_of(suite_of({run_with("crash", 1, 5), run_with("crash", 2, 5)}));
  EXPECT_THAT(made.patterns, testing::ElementsAre("Star Topology"));
  EXPECT_THAT(made.checks, testing::ElementsAre("lost", "one_leader_per_term"));
  const auto& cell = made.cells.at({"Star Topology", "crash", "one_leader_per_term"});
  EXPECT_EQ(cell.runs, 2U);
  EXPECT_EQ(cell.failed, 0U);
  EXPECT_EQ(made.cells.at({"Star Topology", "crash", "lost"}).failed, 2U);
  EXPECT_EQ(made.cells.size(), 2U) << "objectives are no checks";
  EXPECT_EQ(made.possible(), made.faults.size() * 2);
}

TEST(Coverage, AFaultThatHitNothingOrACheckThatNeverLookedCoversNothing) {
  EXPECT_TRUE(coverage_of(suite_of({run_with("crash", 0, 5)})).cells.empty());
  const Coverage idle = coverage_of(suite_of({run_with("crash", 1, 0)}));
  EXPECT_FALSE(idle.cells.contains({"Star Topology", "crash", "one_leader_per_term"}));
}

TEST(Coverage, ACheckThatNoRunOfAPatternHasIsNoGapOfThatPattern) {
  SuiteResult suite = suite_of({run_with("crash", 1, 5)});
  suite.cases.push_back(suite.cases[0]);
  suite.cases[1].pattern = "Ring Topology";
  suite.cases[1].runs[0].checks = {{"restitch_time at most 5 s", false, true, "1 s"}};
  const Coverage made = coverage_of(suite);
  EXPECT_EQ(made.checks.size(), 3U);
  EXPECT_THAT(made.applies.at("Ring Topology"),
              testing::ElementsAre("one_leader_per_term", "restitch_time"));
  EXPECT_EQ(made.possible(), made.faults.size() * 4) << "two checks of each pattern";
  const Coverage idle = coverage_of(suite_of({run_with("crash", 1, 0)}));
  EXPECT_EQ(idle.possible(), idle.faults.size() * 2) << "one that never looked is a gap";
}

TEST(Coverage, ARunWithoutFaultsCoversNone) {
  RunResult run = run_with("crash", 1, 5);
  run.faults.clear();
  EXPECT_TRUE(coverage_of(suite_of({run}))
                  .cells.contains({"Star Topology", "none", "one_leader_per_term"}));
}

}  // namespace
}  // namespace lab
