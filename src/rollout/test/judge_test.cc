// Worse, good, or too early to say.
#include "rollout/judge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <type_traits>

#include "num/math.h"

namespace rollout {
namespace {

using testing::HasSubstr;

StableCounts stable(std::uint64_t done, std::uint64_t errors, std::uint64_t slow = 0) {
  return {{done, errors, slow}, {}};
}
CandidateCounts candidate(std::uint64_t done, std::uint64_t errors, std::uint64_t slow = 0) {
  return {{done, errors, slow}, {}};
}

// With a clean stable version a Bayes factor of 20 takes 8 errors at half of the tasks, 3 at a
// fifth, 2 at a twentieth.
TEST(Judge, KnowsHowManyErrorsAreEnough) {
  const double twenty = num::log(20);
  const auto evidence = [](std::uint64_t stable_tasks, std::uint64_t tasks, std::uint64_t errors) {
    return judge({}, stable(stable_tasks, 0), candidate(tasks, errors)).errors_worse;
  };
  EXPECT_LT(evidence(100, 100, 7), twenty);
  EXPECT_GE(evidence(100, 100, 8), twenty);
  EXPECT_LT(evidence(400, 100, 2), twenty);
  EXPECT_GE(evidence(400, 100, 3), twenty);
  EXPECT_LT(evidence(1'900, 100, 1), twenty);
  EXPECT_GE(evidence(1'900, 100, 2), twenty);
}

// The same counts on exchanged sides: the one is worse, the other is not. And the compiler does not
// take the one for the other.
TEST(Judge, TellsTheSidesApart) {
  EXPECT_EQ(judge({}, stable(500, 5), candidate(500, 60)).finding, Finding::kWorse);
  const Judgement better = judge({}, stable(500, 60), candidate(500, 5));
  EXPECT_EQ(better.finding, Finding::kGood);
  EXPECT_EQ(better.errors_worse, 0);
  EXPECT_FALSE((std::is_invocable_v<decltype(&judge), JudgeRules, CandidateCounts, StableCounts>));
  EXPECT_FALSE((std::is_convertible_v<Counts, StableCounts>));
}

// Where the candidate has a twentieth of the tasks, as many errors as the stable version are many.
TEST(Judge, ComparesByTasksAndNotByCounts) {
  EXPECT_EQ(judge({}, stable(1'900, 10), candidate(100, 10)).finding, Finding::kWorse);
  EXPECT_NE(judge({}, stable(1'000, 10), candidate(1'000, 10)).finding, Finding::kWorse);
}

TEST(Judge, IsGoodOnlyWithTasksPowerAndEvidence) {
  const Judgement early = judge({}, stable(1'000, 20, 10), candidate(50, 1, 0));
  EXPECT_EQ(early.finding, Finding::kInconclusive);
  EXPECT_GT(early.tasks_needed, 50);
  EXPECT_LT(early.power_permille, 800);
  EXPECT_THAT(early.reason, HasSubstr("errors 1/50 (2 %) against 20/1000 (2 %)"));
  EXPECT_THAT(early.reason, HasSubstr("power"));
  const Judgement late = judge({}, stable(10'000, 200, 100), candidate(500, 10, 5));
  EXPECT_EQ(late.finding, Finding::kGood);
  EXPECT_EQ(late.tasks_needed, 0);
  EXPECT_GE(late.power_permille, 800);
}

TEST(Judge, WithoutTasksSaysNothing) {
  const Judgement nothing = judge({}, stable(0, 0), candidate(0, 0));
  EXPECT_EQ(nothing.finding, Finding::kInconclusive);
  EXPECT_EQ(nothing.power_permille, 0);
  EXPECT_GT(nothing.tasks_needed, 0);
  EXPECT_EQ(judge({}, stable(1'000, 0), candidate(0, 0)).finding, Finding::kInconclusive);
  EXPECT_EQ(judge({}, stable(0, 0), candidate(1'000, 0)).finding, Finding::kInconclusive);
}

TEST(Judge, AsksForSlowTasksAsWellAsForFailedOnes) {
  const Judgement slow = judge({}, stable(1'000, 20, 10), candidate(300, 6, 40));
  EXPECT_EQ(slow.finding, Finding::kWorse);
  EXPECT_LT(slow.errors_worse, 1);
  EXPECT_THAT(slow.reason, HasSubstr("slow 40/300 (13.33 %) against 10/1000 (1 %)"));
}

TEST(Judge, BusierAgentsDoNotTellThatAVersionIsSlower) {
  CandidateCounts busier = candidate(200, 0, 40);
  EXPECT_EQ(judge({}, stable(200, 0, 2), busier).finding, Finding::kWorse);
  busier.alike = Counts{30, 0, 0};
  const Judgement found = judge({}, stable(200, 0, 2), busier);
  EXPECT_EQ(found.finding, Finding::kInconclusive) << "nor that it is good";
  EXPECT_THAT(found.reason, HasSubstr("slow 40/200 (20 %) against 2/200 (1 %), 0/30 (0 %) of them "
                                      "under like load"));
  busier.alike = Counts{150, 0, 40};
  EXPECT_EQ(judge({}, stable(200, 0, 2), busier).finding, Finding::kWorse);
}

// The backlog of an election queues at one new agent: eight of ten tasks of one look are slow, and
// none of the others. The same eight, one in each look, are the version's own.
TEST(Judge, TasksThatWereSlowTogetherCountLessThanThoseThatCameOneByOne) {
  Looks burst;
  Looks steady;
  for (int look = 0; look < 10; ++look) {
    burst.note({10, 0, look == 7 ? 8U : 0U});
    steady.note({10, 0, look < 8 ? 1U : 0U});
  }
  const StableCounts before = stable(400, 0, 0);
  const Judgement spared = judge({}, before, {burst.all(), {}, burst.dispersion()});
  EXPECT_EQ(spared.finding, Finding::kInconclusive) << spared.reason;
  EXPECT_THAT(spared.reason, HasSubstr("in bursts as if 8.6 tasks were one"));
  EXPECT_EQ(judge({}, before, {steady.all(), {}, steady.dispersion()}).finding, Finding::kWorse);
  EXPECT_LT(judge_alone({}, before, {burst.all(), {}, burst.dispersion()}).slow_worse * 8,
            judge_alone({}, before, {steady.all(), {}, steady.dispersion()}).slow_worse);
}

TEST(Judge, OneLookDoesNotShowHowSlowTasksFallInTime) {
  Looks looks;
  EXPECT_FALSE(looks.dispersion());
  looks.note({20, 0, 20});
  looks.note({});
  EXPECT_FALSE(looks.dispersion()) << "a look without tasks is none";
  EXPECT_EQ(judge({}, stable(400, 0), {looks.all(), {}, looks.dispersion()}).finding,
            Finding::kInconclusive);
  looks.note({20, 0, 20});
  EXPECT_EQ(looks.dispersion(), 1) << "all are slow in every look";
  EXPECT_EQ(judge({}, stable(400, 0), {looks.all(), {}, looks.dispersion()}).finding,
            Finding::kWorse);
}

// Errors of 0, 1, 2, 1, 0, 0 against none in six rounds of twenty tasks: too few to stop, not good
// enough to go on.
TEST(Judge, AFewErrorsMoreThanNoneAreInconclusive) {
  EXPECT_EQ(judge({}, stable(120, 0), candidate(120, 4)).finding, Finding::kInconclusive);
}

// Latency 100 against 1 in seven of ten rounds: a comparison of ten means with ten may pass it, one
// of the tasks in them does not.
TEST(Judge, MostRoundsSlowIsWorse) {
  EXPECT_EQ(judge({}, stable(200, 0, 2), candidate(200, 0, 140)).finding, Finding::kWorse);
  EXPECT_EQ(judge({}, stable(10, 0, 0), candidate(10, 0, 7)).finding, Finding::kInconclusive)
      << "seven single tasks of ten are a factor of 16";
}

// A stable version between 1 and 106, a candidate always near 10 and 17: another shape, but not one
// task is slower than the stable version's 99th percentile. This judge asks no other question.
TEST(Judge, AnotherShapeIsNotSlower) {
  EXPECT_EQ(judge({}, stable(500, 0, 5), candidate(500, 0, 0)).finding, Finding::kGood);
}

TEST(Judge, AloneComparesWithWhatTheStableVersionDid) {
  EXPECT_EQ(judge_alone({}, stable(1'000, 20, 10), candidate(300, 60, 3)).finding, Finding::kWorse);
  EXPECT_EQ(judge_alone({}, stable(1'000, 20, 10), candidate(1'000, 21, 11)).finding,
            Finding::kGood);
  EXPECT_EQ(judge_alone({}, stable(1'000, 20, 10), candidate(10, 0, 0)).finding,
            Finding::kInconclusive);
  EXPECT_NE(judge_alone({}, stable(0, 0), candidate(1'000, 0)).finding, Finding::kGood);
}

// Nothing is added to what the stable version did when it was busiest: to wait for more would be to
// wait for ever.
TEST(Judge, AloneIsDecidedThoughTheStableVersionWasSeldomBusy) {
  StableCounts before = stable(2'000, 0);
  before.busiest = Counts{227, 0, 0};
  EXPECT_EQ(judge_alone({}, before, candidate(150, 0, 0)).finding, Finding::kInconclusive);
  const Judgement good = judge_alone({}, before, candidate(1'200, 0, 0));
  EXPECT_EQ(good.finding, Finding::kGood) << good.reason;
  EXPECT_GE(good.power_permille, 800U);
  EXPECT_EQ(judge_alone({}, before, candidate(1'200, 0, 90)).finding, Finding::kWorse);
  before.busiest = Counts{117, 0, 0};
  const Judgement loose = judge_alone({}, before, candidate(300, 0, 0));
  EXPECT_EQ(loose.finding, Finding::kGood) << "near a loose bound, and without one slow task";
  EXPECT_NE(judge_alone({}, before, candidate(300, 0, 12)).finding, Finding::kGood);
  before.busiest = Counts{9, 0, 0};
  EXPECT_EQ(judge_alone({}, before, candidate(1'200, 0, 0)).finding, Finding::kGood)
      << "nine tasks bound nothing, all of them do";
}

TEST(Judge, RefusesRulesThatDecideNothing) {
  JudgeRules rules;
  rules.alpha_permille = 0;
  EXPECT_FALSE(validate(rules).has_value());
  rules = {};
  rules.errors = {1'000, 1'000};
  ASSERT_FALSE(validate(rules).has_value());
  EXPECT_THAT(validate(rules).error().message,
              HasSubstr("the effect on errors from 10 % to 10 % must ascend"));
}

}  // namespace
}  // namespace rollout
