// Three-valued verdicts.
#include "stats/verdict.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace stats {
namespace {

using testing::EndsWith;
using testing::StartsWith;

constexpr Bound kAtMostOne{Side::kAtMost, 1};
constexpr Bound kAtLeastOne{Side::kAtLeast, 1};
constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST(Verdicts, PassOnlyWithTheWholeInterval) {
  const Verdict verdict = judge(kAtMostOne, {0.41, {0.39, 0.45}}, 200, 20);
  EXPECT_EQ(verdict.outcome, Outcome::kPass);
  EXPECT_EQ(verdict.text, "0.41 [0.39, 0.45], at most 1, n = 200");
  EXPECT_EQ(judge(kAtMostOne, {0.9, {0.8, 1}}, 200, 20).outcome, Outcome::kPass);
  EXPECT_EQ(judge(kAtLeastOne, {1.2, {1, 1.3}}, 200, 20).outcome, Outcome::kPass);
}

TEST(Verdicts, FailOnlyWithTheWholeInterval) {
  EXPECT_EQ(judge(kAtMostOne, {1.2, {1.1, 1.3}}, 20, 20).outcome, Outcome::kFail);
  EXPECT_EQ(judge(kAtLeastOne, {0.5, {0.4, 0.6}}, 20, 20).outcome, Outcome::kFail);
  EXPECT_EQ(judge(kAtMostOne, {kInfinity, {kInfinity, kInfinity}}, 20, 20).outcome, Outcome::kFail);
}

// The half across the bound is 0.25 wide and has to become 0.125: four times the runs.
TEST(Verdicts, AreInconclusiveWhereTheIntervalStraddles) {
  const Verdict verdict = judge(kAtMostOne, {0.875, {0.75, 1.125}}, 100, 20);
  EXPECT_EQ(verdict.outcome, Outcome::kInconclusive);
  EXPECT_THAT(verdict.text, EndsWith("n = 100; about 300 more runs decide"));
  EXPECT_THAT(judge(kAtMostOne, {1.125, {0.875, 1.25}}, 100, 20).text,
              EndsWith("about 300 more runs decide"));
}

TEST(Verdicts, SayWhenNoNumberOfRunsHelps) {
  EXPECT_THAT(judge(kAtMostOne, {1, {0.9, 1.1}}, 100, 20).text,
              EndsWith("too close to the bound for any number of runs"));
}

TEST(Verdicts, AreOnlyObservationsBelowTheMinimum) {
  const Verdict verdict = judge(kAtMostOne, {5, {4, 6}}, 19, 20);
  EXPECT_EQ(verdict.outcome, Outcome::kObserved);
  EXPECT_THAT(verdict.text, StartsWith("observed, 5 [4, 6]"));
  EXPECT_THAT(verdict.text, EndsWith("n = 19; judged from n = 20 on"));
}

TEST(Verdicts, OfOneRunDecideNothing) {
  const Verdict verdict = judge(kAtMostOne, {0.5, {-kInfinity, kInfinity}}, 1, 1);
  EXPECT_EQ(verdict.outcome, Outcome::kInconclusive);
}

TEST(Verdicts, HaveNames) {
  EXPECT_EQ(name_of(Outcome::kPass), "pass");
  EXPECT_EQ(name_of(Outcome::kFail), "fail");
  EXPECT_EQ(name_of(Outcome::kInconclusive), "inconclusive");
  EXPECT_EQ(name_of(Outcome::kObserved), "observed");
}

}  // namespace
}  // namespace stats
