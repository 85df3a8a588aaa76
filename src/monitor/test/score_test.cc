#include "monitor/score.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace monitor {
namespace {

using testing::ElementsAre;

constexpr core::Time at_s(std::int64_t second) {
  return core::at(core::seconds(second));
}

class Scoring : public testing::Test {
 protected:
  Score of(std::vector<core::Time> alarms) const {
    return score(alarms, labels, at_s(0), at_s(3600), core::seconds(30));
  }
  std::vector<Label> labels{{at_s(1000), at_s(1100)}, {at_s(2000), at_s(2100)}};
};

TEST_F(Scoring, ADetectorThatFindsEveryFaultAtOnceIsPerfect) {
  const Score perfect = of({at_s(1000), at_s(2000)});
  EXPECT_DOUBLE_EQ(*perfect.normalised(), 100);
  EXPECT_EQ(perfect.precision(), 1);
  EXPECT_EQ(perfect.recall(), 1);
  EXPECT_EQ(perfect.median_delay(), core::Duration{});
  EXPECT_EQ(perfect.false_alarms_per_hour(), 0);
}

TEST_F(Scoring, ADetectorThatSaysNothingHasZeroAndNoPrecision) {
  const Score silent = of({});
  EXPECT_DOUBLE_EQ(*silent.normalised(), 0);
  EXPECT_EQ(silent.precision(), std::nullopt);
  EXPECT_EQ(silent.recall(), 0);
  EXPECT_EQ(silent.median_delay(), std::nullopt);
}

TEST_F(Scoring, EarlierIsBetterAndLateIsStillBetterThanNever) {
  const double early = *of({at_s(1010), at_s(2010)}).normalised();
  const double late = *of({at_s(1080), at_s(2080)}).normalised();
  EXPECT_LT(early, 100);
  EXPECT_GT(early, late);
  EXPECT_GT(late, 0);
  EXPECT_EQ(of({at_s(1080), at_s(2080)}).median_delay(), core::seconds(80));
}

TEST_F(Scoring, AFalseAlarmCostsElevenHundredthsOfAFault) {
  const Score noisy = of({at_s(500), at_s(1000), at_s(2000)});
  EXPECT_DOUBLE_EQ(noisy.raw, 2 - 0.11);
  EXPECT_EQ(noisy.false_alarms, 1U);
  EXPECT_NEAR(*noisy.precision(), 2.0 / 3, 1e-12);
  EXPECT_EQ(noisy.false_alarms_per_hour(), 1);
}

TEST_F(Scoring, ADetectorThatCriesAllTheTimeIsWorseThanASilentOne) {
  std::vector<core::Time> alarms;
  for (std::int64_t second = 0; second < 3600; second += 10) {
    alarms.push_back(at_s(second));
  }
  const Score noisy = of(alarms);
  EXPECT_EQ(noisy.recall(), 1);
  EXPECT_LT(*noisy.normalised(), 0);
}

TEST_F(Scoring, AMissedFaultCostsOne) {
  EXPECT_DOUBLE_EQ(of({at_s(1000)}).raw, 0);
  EXPECT_EQ(of({at_s(1000)}).recall(), 0.5);
}

TEST_F(Scoring, MoreAlarmsInOneFaultCountOnceForItAndAreTrue) {
  const Score twice = of({at_s(1000), at_s(1050), at_s(2000)});
  EXPECT_DOUBLE_EQ(twice.raw, 2);
  EXPECT_EQ(twice.true_alarms, 3U);
  EXPECT_THAT(twice.delays, ElementsAre(core::Duration{}, core::Duration{}));
}

TEST_F(Scoring, AnAlarmWhileTheSystemRecoversIsNeitherTrueNorFalse) {
  EXPECT_EQ(of({at_s(1100)}).false_alarms, 0U);
  EXPECT_EQ(of({at_s(1129)}).false_alarms, 0U);
  EXPECT_EQ(of({at_s(1130)}).false_alarms, 1U);
  EXPECT_EQ(of({at_s(1100)}).true_alarms, 0U);
}

TEST_F(Scoring, RunsAddUp) {
  Score sum = of({at_s(1000), at_s(2000)});
  sum += of({});
  EXPECT_EQ(sum.faults, 4U);
  EXPECT_EQ(sum.recall(), 0.5);
  EXPECT_DOUBLE_EQ(*sum.normalised(), 50);
  EXPECT_EQ(sum.observed, core::seconds(7200));
}

TEST(EarlySigmoid, FallsFromOneThroughZeroAtTheEndOfTheFault) {
  EXPECT_NEAR(early_sigmoid(-1), 0.98661, 1e-5);
  EXPECT_DOUBLE_EQ(early_sigmoid(0), 0);
  EXPECT_NEAR(early_sigmoid(1), -0.98661, 1e-5);
}

TEST(AlarmsOf, ADetectorThatGoesOnSoundsOnce) {
  const std::vector<core::Time> anomalous{at_s(1), at_s(2), at_s(3), at_s(20), at_s(25), at_s(40)};
  EXPECT_THAT(alarms_of(anomalous, core::seconds(10)), ElementsAre(at_s(1), at_s(20), at_s(40)));
}

}  // namespace
}  // namespace monitor
