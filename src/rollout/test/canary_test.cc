// One agent of a new version gets a twentieth of the traffic.
#include <gmock/gmock.h>

#include "traffic.h"

namespace rollout {
namespace {

using core::minutes;
using core::seconds;
using testing::ElementsAre;
using testing::HasSubstr;

TEST(Canary, AGoodOneIsPromotedWithItsPowerStated) {
  Traffic traffic(canary(), always(200, 100), always(200, 100));
  traffic.run_until([](const Decision& decision) { return decision.weights.candidate > 500; });
  const Decision& before = traffic.decisions()[traffic.decisions().size() - 2];
  EXPECT_THAT(before.reason, HasSubstr("power"));
  EXPECT_GE(before.power_permille, 800);
  EXPECT_EQ(traffic.run(minutes(30)).phase, Phase::kPromoted);
  EXPECT_THAT(traffic.weights(), ElementsAre(500, 2'500, 5'000, 10'000));
}

TEST(Canary, InconclusiveNeverPromotes) {
  // One task in twenty seconds reaches the candidate: too few to say anything.
  Traffic traffic(canary(), always(200, 100), always(200, 100));
  traffic.tasks_a_second = 1;
  traffic.run(minutes(9));
  EXPECT_EQ(traffic.last().weights.candidate, 500);
  EXPECT_EQ(traffic.last().verdict, Verdict::kContinue);
  EXPECT_GT(traffic.last().tasks_needed, 0);
  traffic.run(minutes(11));
  EXPECT_EQ(traffic.last().weights.candidate, 500);
  EXPECT_EQ(traffic.last().verdict, Verdict::kHold);
  EXPECT_THAT(traffic.last().reason, HasSubstr("inconclusive for"));
  EXPECT_THAT(traffic.last().reason, HasSubstr("more tasks are needed"));

  Plan plan = canary();
  plan.on_inconclusive = OnTimeout::kRollBack;
  Traffic back(plan, always(200, 100), always(200, 100));
  back.tasks_a_second = 1;
  back.run(minutes(20));
  EXPECT_EQ(back.last().phase, Phase::kRolledBack);
}

TEST(Canary, MissingTelemetryIsNotZeroErrors) {
  Traffic traffic(canary(), always(200, 100), always(200, 100));
  traffic.run(seconds(60));
  traffic.candidate_reports = false;
  traffic.run(seconds(29));
  EXPECT_EQ(traffic.last().verdict, Verdict::kHold);
  EXPECT_EQ(traffic.last().weights.candidate, 500);
  EXPECT_THAT(traffic.last().reason, HasSubstr("telemetry of the new version has been missing"));
  traffic.candidate_reports = true;
  EXPECT_EQ(traffic.run(seconds(1)).verdict, Verdict::kContinue);
  traffic.candidate_reports = false;
  const Decision end = traffic.run(seconds(120));
  EXPECT_EQ(end.phase, Phase::kRolledBack);
  EXPECT_THAT(traffic.first(Phase::kRollingBack).reason, HasSubstr("telemetry of the new version"));

  Plan plan = canary();
  plan.on_missing = OnTimeout::kHold;
  Traffic patient(plan, always(200, 100), always(200, 100));
  patient.run(seconds(60));
  patient.stable_reports = false;
  EXPECT_EQ(patient.run(minutes(5)).verdict, Verdict::kHold);
  EXPECT_THAT(patient.last().reason, HasSubstr("telemetry of the stable version"));
}

TEST(Canary, CountsThatCannotBeTrueAreNotBelieved) {
  auto rollout = *Rollout::make(canary(), core::at({}));
  Observation seen;
  seen.offered_per_1000_s = 1'000;
  seen.stable.side = {Counts{1'000, 20, 10}, 1, 10'000, kWhole, {}};
  seen.candidate.side = {Counts{100, 2, 1}, 0, 10'000, 0, {}};
  EXPECT_EQ(rollout.decide(seen).weights.candidate, 500);
  seen.now += seconds(1);
  seen.candidate.side.counts = Counts{101, 102, 1};
  EXPECT_EQ(rollout.decide(seen).verdict, Verdict::kHold) << "more errors than tasks";
  seen.now += seconds(1);
  seen.candidate.side.counts = Counts{101, 2, 1};
  EXPECT_EQ(rollout.decide(seen).verdict, Verdict::kContinue);
}

// Whoever counts was restarted and begins at zero: a moment without telemetry, and no reason to
// forget what was seen or to take the version back.
TEST(Canary, CountsThatBeginAnewAreFollowed) {
  Traffic traffic(canary(), always(0, 0), always(0, 0));
  traffic.run(seconds(120));
  const std::uint64_t needed = traffic.last().tasks_needed;
  const std::uint64_t exposed = traffic.last().exposed;
  traffic.forget_counts();
  EXPECT_EQ(traffic.second().verdict, Verdict::kHold);
  EXPECT_EQ(traffic.second().verdict, Verdict::kContinue);
  EXPECT_LE(traffic.last().tasks_needed, needed);
  EXPECT_GE(traffic.last().exposed, exposed);
  EXPECT_EQ(traffic.run(minutes(30)).phase, Phase::kPromoted);
}

// What a version did before its step began is not held for or against it.
TEST(Canary, ComparesOnlyWhatHappenedInTheStep) {
  auto rollout = *Rollout::make(canary(), core::at({}));
  Observation seen;
  seen.offered_per_1000_s = 1'000;
  seen.stable.side = {Counts{100'000, 0, 0}, 1, 10'000, kWhole, {}};
  seen.candidate.side = {Counts{500, 300, 0}, 0, 10'000, 0, {}};
  rollout.decide(seen);
  seen.now += seconds(1);
  const Decision decision = rollout.decide(seen);
  EXPECT_EQ(decision.verdict, Verdict::kContinue);
  EXPECT_THAT(decision.reason, HasSubstr("errors 0/0 against 0/0"));
}

TEST(Canary, KeepsTheCapacityThatEachSideNeeds) {
  Plan plan = canary();
  plan.keep_stable_whole = false;
  Traffic traffic(plan, always(0, 0), always(0, 0));
  traffic.candidate_capacity = 1'500;  // one agent
  traffic.run(minutes(10));
  EXPECT_EQ(traffic.last().weights.candidate, 500);
  EXPECT_EQ(traffic.last().stable_capacity_parts, 9'500);
  EXPECT_EQ(traffic.last().candidate_capacity_parts, 2'500) << "found good: more agents are due";
}

TEST(Canary, AStepWaitsForAllItsAgentsThoughFewerCouldServeIt) {
  Traffic traffic(canary(), always(200, 100), always(200, 100));
  traffic.run_until([](const Decision& decision) {
    return decision.weights.candidate == 500 && decision.candidate_capacity_parts == 2'500;
  });
  traffic.candidate_complete = false;
  EXPECT_EQ(traffic.run(seconds(10)).weights.candidate, 500);
  EXPECT_THAT(traffic.last().reason, HasSubstr("agents for 25 % are not all ready"));
  traffic.candidate_complete = true;
  EXPECT_EQ(traffic.run(seconds(1)).weights.candidate, 2'500);
}

TEST(Canary, AnEndedRolloutStaysEnded) {
  Traffic traffic(canary(), always(100, 100), always(5'000, 100));
  traffic.run(minutes(10));
  ASSERT_EQ(traffic.last().phase, Phase::kRolledBack);
  traffic.rollout().abort(traffic.now(), "again");
  for (int i = 0; i < 30; ++i) {
    EXPECT_EQ(traffic.second().phase, Phase::kRolledBack);
  }
  EXPECT_EQ(traffic.last().may_remove, Version::kCandidate);
  EXPECT_THAT(traffic.last().reason, HasSubstr("was taken back: worse at 5 %"));
}

}  // namespace
}  // namespace rollout
