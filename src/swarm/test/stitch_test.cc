// The leader's care for a ring, told as stories of a stage that is lost.
#include "swarm/stitch.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "num/stream.h"

namespace swarm {
namespace {

constexpr world::NodeId kCollector{1};
constexpr world::NodeId kAnalyser{2};
constexpr world::NodeId kExecutor{3};
constexpr world::NodeId kSpare{4};
constexpr world::NodeId kOtherSpare{5};

class StitcherStory : public ::testing::Test {
 protected:
  StitcherStory() {
    stages = {{"collector", {"collect"}, {kCollector}, false},
              {"analyser", {"analyse", "approve"}, {kAnalyser}, true},
              {"executor", {"execute"}, {kExecutor}, false}};
    ring = ring_of(stages);
    known[kCollector] = well({"collect"});
    known[kAnalyser] = well({"analyse", "approve"});
    known[kExecutor] = well({"execute"});
  }
  static StageHealth well(std::set<std::string> capabilities) {
    return {true, false, false, std::move(capabilities)};
  }
  void add_spare(world::NodeId node = kSpare) { known[node] = well({"analyse", "approve"}); }
  void lose(world::NodeId node) { known[node].suspected = true; }
  void bring_back(world::NodeId node) { known[node].suspected = false; }
  // What is proposed is committed at once.
  std::optional<Ring> after(core::Duration pause) {
    now += pause;
    auto next = stitcher.decide(now, stages, ring, known);
    if (next) {
      EXPECT_EQ(next->epoch, ring.epoch + 1);
      ring = *next;
    }
    return next;
  }
  // The leader has looked, and looks again when a stage has had nobody for long enough.
  std::optional<Ring> after_a_while() {
    EXPECT_EQ(after({}), std::nullopt);
    return after(core::seconds(1));
  }

  std::vector<Stage> stages;
  Ring ring;
  std::map<world::NodeId, StageHealth> known;
  Stitcher stitcher{core::seconds(1)};
  core::Time now = core::at(core::seconds(10));
};

TEST_F(StitcherStory, LeavesARingAloneInWhichEverybodyServes) {
  add_spare();
  EXPECT_EQ(after_a_while(), std::nullopt);
  EXPECT_EQ(after(core::seconds(100)), std::nullopt);
}

TEST_F(StitcherStory, ASpareOfTheSameCapabilitiesStandsInAndTheOrderStaysAsDeclared) {
  add_spare();
  lose(kAnalyser);
  const auto next = after_a_while();
  ASSERT_TRUE(next);
  EXPECT_FALSE(next->stopped);
  EXPECT_EQ(next->stages,
            (std::vector<std::vector<world::NodeId>>{{kCollector}, {kSpare}, {kExecutor}}));
  EXPECT_EQ(after(core::seconds(5)), std::nullopt);
}

TEST_F(StitcherStory, AStageThatIsBackInTimeKeepsItsPlace) {
  add_spare();
  lose(kAnalyser);
  EXPECT_EQ(after({}), std::nullopt);
  EXPECT_EQ(after(core::milliseconds(999)), std::nullopt);
  bring_back(kAnalyser);
  EXPECT_EQ(after(core::milliseconds(1)), std::nullopt);
  lose(kAnalyser);  // and has its whole time again
  EXPECT_EQ(after(core::milliseconds(1)), std::nullopt);
  EXPECT_EQ(after(core::milliseconds(999)), std::nullopt);
}

TEST_F(StitcherStory, AStageThatTheOneBeforeCannotReachIsLost) {
  add_spare();
  known[kAnalyser].cut_off = true;
  ASSERT_TRUE(after_a_while());
  EXPECT_EQ(ring.stages[1], std::vector{kSpare});
}

TEST_F(StitcherStory, WithoutASpareTheRingStopsOpenlyAndRunsAgainWhenTheStageIsBack) {
  lose(kAnalyser);
  const auto stopped = after_a_while();
  ASSERT_TRUE(stopped);
  EXPECT_TRUE(stopped->stopped);
  EXPECT_EQ(stopped->broken, 1U);
  EXPECT_EQ(stopped->stages[1], std::vector{kAnalyser});
  EXPECT_EQ(after(core::seconds(10)), std::nullopt);
  bring_back(kAnalyser);
  const auto again = after(core::milliseconds(50));
  ASSERT_TRUE(again);
  EXPECT_FALSE(again->stopped);
}

TEST_F(StitcherStory, ASpareThatCannotDoAllOfTheStageIsNoSpareForIt) {
  known[kSpare] = well({"analyse", "collect", "execute"});
  lose(kAnalyser);
  ASSERT_TRUE(after_a_while());
  EXPECT_TRUE(ring.stopped);
}

TEST_F(StitcherStory, ASpareThatIsSuspectedOrNotReadyIsPassedOver) {
  add_spare();
  known[kSpare].ready = false;
  add_spare(kOtherSpare);
  lose(kAnalyser);
  ASSERT_TRUE(after_a_while());
  EXPECT_EQ(ring.stages[1], std::vector{kOtherSpare});
  lose(kOtherSpare);
  ASSERT_TRUE(after_a_while());
  EXPECT_TRUE(ring.stopped);
}

TEST_F(StitcherStory, AStoppedRingTakesASpareThatComesLater) {
  lose(kAnalyser);
  ASSERT_TRUE(after_a_while());
  ASSERT_TRUE(ring.stopped);
  add_spare();
  ASSERT_TRUE(after(core::milliseconds(50)));
  EXPECT_FALSE(ring.stopped);
  EXPECT_EQ(ring.stages[1], std::vector{kSpare});
}

TEST_F(StitcherStory, AStageOfTwoIsLostWithTheLastOfThem) {
  stages[1].nodes = {kAnalyser, kOtherSpare};
  ring = ring_of(stages);
  add_spare(kOtherSpare);
  add_spare();
  lose(kAnalyser);
  EXPECT_EQ(after_a_while(), std::nullopt);
  lose(kOtherSpare);
  ASSERT_TRUE(after_a_while());
  EXPECT_EQ(ring.stages[1], std::vector{kSpare});
}

TEST_F(StitcherStory, AnotherLeaderMeasuresTheTimeAnew) {
  add_spare();
  lose(kAnalyser);
  EXPECT_EQ(after({}), std::nullopt);
  stitcher.reset();
  EXPECT_EQ(after(core::seconds(1)), std::nullopt);
  EXPECT_TRUE(after(core::seconds(1)));
}

TEST_F(StitcherStory, WhateverIsLostAndComesBackNobodyDoesTwoStagesOrOneThatHeCannot) {
  num::Stream random(5, 0, 0);
  add_spare();
  add_spare(kOtherSpare);
  for (int i = 0; i < 3000; ++i) {
    auto member = known.begin();
    std::advance(member, random.below(known.size()));
    member->second.suspected = random.below(2) == 0;
    after(core::milliseconds(static_cast<std::int64_t>(random.below(700))));
    std::set<world::NodeId> used;
    for (std::size_t stage = 0; stage < stages.size(); ++stage) {
      for (const world::NodeId node : ring.stages[stage]) {
        EXPECT_TRUE(used.insert(node).second);
        EXPECT_TRUE(std::ranges::includes(known[node].capabilities, stages[stage].capabilities));
      }
    }
  }
  EXPECT_GT(ring.epoch, 10U);
}

}  // namespace
}  // namespace swarm
