// A new version takes over in quarters, or is taken back.
#include <gmock/gmock.h>

#include "core/codec.h"
#include "traffic.h"

namespace rollout {
namespace {

using core::seconds;
using testing::ElementsAre;
using testing::HasSubstr;

TEST(BlueGreen, AGoodVersionTakesOverInQuarters) {
  Traffic traffic(blue_green(), always(200, 100), always(200, 100));
  const Decision end = traffic.run(seconds(600));
  EXPECT_THAT(traffic.weights(), ElementsAre(2'500, 5'000, 7'500, 10'000));
  EXPECT_EQ(end.phase, Phase::kPromoted);
  EXPECT_EQ(end.verdict, Verdict::kPromote);
  EXPECT_EQ(end.may_remove, Version::kStable);
  EXPECT_EQ(end.weights, Weights::with_candidate(kWhole));
  EXPECT_EQ(end.exposed, traffic.candidate_done());
  for (const Decision& decision : traffic.decisions()) {
    EXPECT_EQ(decision.weights.stable + decision.weights.candidate, kWhole);
    EXPECT_FALSE(decision.reason.empty());
    if (decision.phase != Phase::kPromoted) {
      EXPECT_EQ(decision.may_remove, Version::kNone);
      EXPECT_EQ(decision.stable_capacity_parts, kWhole) << "the way back stays open";
    }
  }
}

TEST(BlueGreen, TheOldVersionStaysUntilNothingReachesItForTenSeconds) {
  Traffic traffic(blue_green(), always(0, 0), always(0, 0));
  traffic.run(seconds(600));
  ASSERT_EQ(traffic.last().phase, Phase::kPromoted);
  const core::Time all_new = traffic.first(Phase::kSettling).at;
  EXPECT_GE(traffic.last().at - all_new, seconds(10));

  // The route table says 100 %, but some member still sends a tenth the old way.
  Traffic stuck(blue_green(), always(0, 0), always(0, 0));
  stuck.run_until(Phase::kSettling);
  stuck.stuck_at = Weights::with_candidate(9'000);
  for (int i = 0; i < 120; ++i) {
    EXPECT_EQ(stuck.second().may_remove, Version::kNone);
  }
  EXPECT_THAT(stuck.last().reason,
              HasSubstr("the share of the old version has not been 0 for 10 s"));
  stuck.stuck_at.reset();
  const core::Time freed = stuck.now();
  stuck.run(seconds(60));
  EXPECT_EQ(stuck.last().phase, Phase::kPromoted);
  EXPECT_GE(stuck.last().at - freed, seconds(10));
}

TEST(BlueGreen, ASpikeOfErrorsTakesItBack) {
  Traffic traffic(blue_green(), always(200, 100), always(3'000, 100));
  const Decision end = traffic.run(seconds(600));
  EXPECT_EQ(end.phase, Phase::kRolledBack);
  EXPECT_EQ(end.verdict, Verdict::kRollBack);
  EXPECT_EQ(end.may_remove, Version::kCandidate);
  EXPECT_EQ(end.weights, Weights{});
  EXPECT_THAT(traffic.weights(), ElementsAre(2'500, 0)) << "found at the first step";
  EXPECT_LT(end.exposed, 250);
  EXPECT_THAT(traffic.first(Phase::kRollingBack).reason, HasSubstr("worse at 25 %: errors"));
  EXPECT_EQ(end.exposed, traffic.candidate_done());
}

TEST(BlueGreen, AVersionThatTurnsBadAtTheEndIsTakenBackFromTheEnd) {
  Traffic traffic(blue_green(), always(100, 100), always(100, 100));
  traffic.run_until(Phase::kSettling);
  traffic.change_candidate(always(4'000, 100));
  const Decision end = traffic.run(seconds(60));
  EXPECT_EQ(end.phase, Phase::kRolledBack);
  EXPECT_THAT(traffic.first(Phase::kRollingBack).reason, HasSubstr("worse at 100 %"));
}

// What an agent does beside other work is slower, in either version.
Behaviour slow_when_busy(const std::uint32_t& tasks_a_second) {
  return {[](double, std::uint32_t) { return 0U; },
          [&tasks_a_second](double, std::uint32_t weight) {
            return weight * tasks_a_second > 25 * kWhole ? 1'000U : 0U;
          }};
}

TEST(BlueGreen, ALoadThatRisesIsNotTheNewVersionsFault) {
  for (const bool known : {true, false}) {
    std::uint32_t rate = 20;
    Traffic traffic(blue_green(), slow_when_busy(rate), slow_when_busy(rate));
    traffic.agents = known ? std::optional(4U) : std::nullopt;
    traffic.run_until(Phase::kSettling);
    traffic.tasks_a_second = rate = 40;
    const Decision end = traffic.run(seconds(600));
    EXPECT_EQ(end.phase, known ? Phase::kPromoted : Phase::kRolledBack)
        << "without a number of agents nobody can tell: " << end.reason;
    if (known) {
      EXPECT_THAT(traffic.weights(), ElementsAre(0, 2'500, 5'000, 7'500, 10'000)) << "a baseline";
    }
  }
}

TEST(BlueGreen, ASlowVersionIsTakenBackThoughTheLoadRises) {
  std::uint32_t rate = 20;
  Traffic traffic(blue_green(), slow_when_busy(rate), always(0, 4'000));
  traffic.agents = 4;
  for (int i = 0; i < 60 && !traffic.ended(); ++i) {
    rate = ++traffic.tasks_a_second;
    traffic.second();
  }
  EXPECT_EQ(traffic.last().phase, Phase::kRolledBack);
  EXPECT_THAT(traffic.first(Phase::kRollingBack).reason, HasSubstr("worse at 25 %"));
}

// Slow from the moment at which it serves all, while the load is above everything that the stable
// version was seen to bear: not promoted, and taken back once the load is like that again.
TEST(BlueGreen, UnderMoreLoadThanEverSlownessDecidesNothing) {
  Traffic traffic(blue_green(), always(0, 0), always(0, 0));
  traffic.agents = 4;
  traffic.run_until(Phase::kSettling);
  traffic.tasks_a_second = 60;
  traffic.change_candidate(always(0, 5'000));
  traffic.run(seconds(60));
  EXPECT_EQ(traffic.last().phase, Phase::kSettling) << traffic.last().reason;
  EXPECT_THAT(traffic.last().reason, HasSubstr("under like load"));
  traffic.tasks_a_second = 20;
  traffic.run(seconds(60));
  EXPECT_EQ(traffic.last().phase, Phase::kRolledBack) << traffic.last().reason;
}

// The stable version had been scaled down: all traffic at once would bury it.
TEST(BlueGreen, WhatTheOldVersionDidUnderLessLoadIsNoMeasureAtAHundredPercent) {
  // Both have 6 % slow tasks where they serve everything, and none where they serve less.
  const auto under_load = [](double, std::uint32_t weight) { return weight == kWhole ? 600U : 0U; };
  const Behaviour both{always(100, 0).errors, under_load};
  Traffic traffic(blue_green(), both, both);
  traffic.agents = 4;
  EXPECT_EQ(traffic.run(core::minutes(20)).phase, Phase::kPromoted);
}

TEST(BlueGreen, ARollBackGivesTheStableVersionWhatItCanTake) {
  Traffic traffic(blue_green(), always(100, 100), always(100, 100));
  traffic.run_until(Phase::kSettling);
  traffic.stable_capacity = 10'000;  // half of the offered load
  traffic.rollout().abort(traffic.now(), "asked to");
  EXPECT_EQ(traffic.second().weights.stable, 4'500) << "half, with a tenth to spare";
  EXPECT_EQ(traffic.last().phase, Phase::kRollingBack);
  EXPECT_EQ(traffic.last().stable_capacity_parts, kWhole) << "scaling must bring it back";
  traffic.stable_capacity = 16'000;
  EXPECT_EQ(traffic.second().weights.stable, 7'200);
  traffic.stable_capacity = 12'000;
  EXPECT_EQ(traffic.second().weights.stable, 7'200) << "it never turns to the bad version again";
  traffic.stable_capacity = 24'000;
  EXPECT_EQ(traffic.second().weights.stable, kWhole);
  const Decision end = traffic.run(seconds(30));
  EXPECT_EQ(end.phase, Phase::kRolledBack);
  EXPECT_THAT(end.reason, HasSubstr("asked to"));
}

TEST(BlueGreen, ARollBackEndsEvenWithoutCapacity) {
  Traffic traffic(blue_green(), always(100, 100), always(100, 100));
  traffic.run_until(Phase::kSettling);
  traffic.stable_capacity = std::nullopt;
  traffic.rollout().abort(traffic.now(), "asked to");
  traffic.second();
  EXPECT_EQ(traffic.second().weights.stable, 2'000) << "unmeasured: a tenth a second";
  for (int i = 0; i < 10; ++i) {
    traffic.second();
  }
  EXPECT_EQ(traffic.last().weights.stable, kWhole);

  Traffic buried(blue_green(), always(100, 100), always(100, 100));
  buried.run_until(Phase::kSettling);
  buried.stable_capacity = 1'000;
  buried.rollout().abort(buried.now(), "asked to");
  EXPECT_EQ(buried.second().weights.stable, 450);
  for (int i = 0; i < 30; ++i) {
    buried.second();
  }
  EXPECT_EQ(buried.last().weights.stable, kWhole) << "after 30 s in any case";
}

TEST(BlueGreen, IsNotOverBeforeNothingReachesTheVersionTakenBack) {
  Traffic traffic(blue_green(), always(100, 100), always(3'000, 100));
  traffic.run_until(Phase::kRollingBack);
  traffic.stuck_at = Weights::with_candidate(1'000);
  for (int i = 0; i < 120; ++i) {
    const Decision& decision = traffic.second();
    EXPECT_EQ(decision.phase, Phase::kRollingBack);
    EXPECT_EQ(decision.weights.candidate, 0);
    EXPECT_EQ(decision.may_remove, Version::kNone);
  }
  traffic.stuck_at.reset();
  EXPECT_EQ(traffic.run(seconds(30)).phase, Phase::kRolledBack);
}

TEST(BlueGreen, WaitsForTheCapacityOfTheNextStep) {
  Traffic traffic(blue_green(), always(100, 100), always(100, 100));
  traffic.candidate_capacity = 0;
  EXPECT_EQ(traffic.run(seconds(30)).weights.candidate, 0);
  EXPECT_EQ(traffic.last().candidate_capacity_parts, 2'500) << "what scaling has to provide";
  traffic.candidate_capacity = std::nullopt;
  EXPECT_THAT(traffic.run(seconds(5)).reason, HasSubstr("is not measured"));
  traffic.candidate_capacity = 9'999;
  EXPECT_EQ(traffic.run(seconds(120)).weights.candidate, 2'500);
  EXPECT_EQ(traffic.last().candidate_capacity_parts, 5'000);
  EXPECT_THAT(traffic.last().reason,
              HasSubstr("can serve 9999 tasks in 1,000 s, 50 % of the load"));
  traffic.candidate_capacity = 10'000;
  EXPECT_EQ(traffic.run(seconds(1)).weights.candidate, 5'000);
}

TEST(BlueGreen, TheStateSurvivesItsEncoding) {
  Traffic traffic(blue_green(), always(100, 100), always(100, 100));
  traffic.run(seconds(25));
  const auto again = core::decode<Rollout>(core::encode(traffic.rollout()));
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(*again, traffic.rollout());
}

TEST(BlueGreen, RefusesPlansThatLeadNowhere) {
  const auto words = [](Plan plan) {
    const auto result = validate(plan);
    return result ? std::string("accepted") : result.error().message;
  };
  Plan plan = blue_green();
  plan.steps = {0, 5'000};
  EXPECT_THAT(words(plan), HasSubstr("must end at 10,000"));
  plan.steps = {0, 5'000, 5'000, kWhole};
  EXPECT_THAT(words(plan), HasSubstr("50 % follows 50 %"));
  plan = blue_green();
  plan.quiet = seconds(0);
  EXPECT_THAT(words(plan), HasSubstr("quiet must be above 0"));
  plan = blue_green();
  plan.blind_step = 0;
  EXPECT_THAT(words(plan), HasSubstr("a blind step above 0"));
  EXPECT_EQ(words(canary()), "accepted");
}

}  // namespace
}  // namespace rollout
