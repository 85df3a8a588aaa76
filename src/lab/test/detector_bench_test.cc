// Detectors on what a controller saw, against the faults of the run.
#include "lab/detector_bench.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "control/trace.h"

namespace lab {
namespace {

core::Time second(std::int64_t seconds) {
  return core::at(core::seconds(seconds));
}

FaultRecord fault_of(std::int64_t began, std::int64_t ended, std::uint64_t acted = 1) {
  FaultRecord fault;
  fault.began = second(began);
  fault.ended = second(ended);
  fault.acted = acted;
  return fault;
}

// Ten minutes of a swarm at peace, but for what `failures` says of a second.
template <class Failures>
DetectorBench seen(const Failures& failures) {
  DetectorBench bench;
  for (std::int64_t i = 1; i < 600; ++i) {
    const double wobble = static_cast<double>(i % 5);
    const control::SecondSeen made{
        {50 + wobble, failures(i), 20 + wobble / 10, 300 + wobble, 30 + wobble / 10, 0.0}};
    bench.receive({second(i), world::NodeId(9), world::Incarnation(1), world::make_trace(made)});
  }
  return bench;
}

const monitor::Score& of(const std::vector<DetectorScore>& scores, std::string_view name) {
  return std::ranges::find(scores, name, &DetectorScore::name)->score;
}

TEST(DetectorsOnARun, AFaultThatShowsIsFoundWithItsDelayByAllThatCanSeeIt) {
  const DetectorBench bench =
      seen([](std::int64_t i) { return i >= 402 && i < 420 ? 400.0 : 0.0; });
  const auto scores = bench.scores({fault_of(400, 420)}, second(600));
  ASSERT_EQ(scores.size(), 3U);
  for (const std::string_view name : {"S-H-ESD", "plain threshold"}) {
    EXPECT_EQ(of(scores, name).faults, 1U) << name;
    EXPECT_EQ(of(scores, name).found, 1U) << name;
    EXPECT_EQ(of(scores, name).median_delay(), core::seconds(2)) << name;
    EXPECT_EQ(of(scores, name).false_alarms, 0U) << name;
  }
}

TEST(DetectorsOnARun, WhatNoFaultExplainsIsAFalseAlarm) {
  const DetectorBench bench =
      seen([](std::int64_t i) { return i >= 300 && i < 310 ? 400.0 : 0.0; });
  const auto scores = bench.scores({fault_of(400, 420)}, second(600));
  EXPECT_EQ(of(scores, "plain threshold").found, 0U);
  EXPECT_EQ(of(scores, "plain threshold").false_alarms, 1U);
  EXPECT_EQ(of(scores, "plain threshold").precision(), 0.0);
}

TEST(DetectorsOnARun, AFaultThatHitNothingIsNoLabelAndOverlappingOnesAreOne) {
  const DetectorBench bench = seen([](std::int64_t) { return 0.0; });
  const auto scores =
      bench.scores({fault_of(100, 110, 0), fault_of(400, 420), fault_of(410, 430)}, second(600));
  EXPECT_EQ(of(scores, "S-H-ESD").faults, 1U);
}

TEST(DetectorsOnARun, ADetectorIsJudgedFromWhenItHasSeenEnough) {
  const DetectorBench bench = seen([](std::int64_t i) { return i % 200 < 10 ? 400.0 : 0.0; });
  const std::vector<FaultRecord> faults = {fault_of(30, 40), fault_of(200, 210),
                                           fault_of(400, 410)};
  const auto scores = bench.scores(faults, second(600));
  EXPECT_EQ(of(scores, "S-H-ESD").faults, 3U);
  EXPECT_EQ(of(scores, "S-H-ESD").observed, core::seconds(579));
  EXPECT_EQ(of(scores, "plain threshold").faults, 2U);
  EXPECT_EQ(of(scores, "plain threshold").found, 2U);
  EXPECT_EQ(of(scores, "plain threshold").false_alarms, 0U);
  EXPECT_EQ(of(scores, "half-space trees").faults, 1U);
  EXPECT_EQ(of(scores, "half-space trees").observed, core::seconds(299));
}

TEST(DetectorsOnARun, AFaultUnderWayWhenADetectorIsReadyIsNotCountedNorIsItsRecovery) {
  const DetectorBench bench = seen([](std::int64_t i) { return i >= 55 && i < 90 ? 400.0 : 0.0; });
  const auto scores = bench.scores({fault_of(55, 80)}, second(600));
  EXPECT_EQ(of(scores, "plain threshold").faults, 0U);
  EXPECT_EQ(of(scores, "plain threshold").false_alarms, 0U);
  EXPECT_EQ(of(scores, "plain threshold").observed, core::seconds(500));
}

TEST(DetectorsOnARun, ARunThatIsTooShortForADetectorIsNotHeldAgainstIt) {
  const DetectorBench bench = seen([](std::int64_t) { return 0.0; });
  const auto scores = bench.scores({fault_of(30, 40)}, second(50));
  EXPECT_GT(of(scores, "S-H-ESD").observed, core::Duration());
  for (const std::string_view name : {"half-space trees", "plain threshold"}) {
    EXPECT_EQ(of(scores, name).observed, core::Duration()) << name;
    EXPECT_EQ(of(scores, name).recall(), std::nullopt) << name;
  }
}

TEST(DetectorsOnARun, WithoutAControllerThereIsNothingToJudge) {
  EXPECT_TRUE(DetectorBench().scores({fault_of(100, 110)}, second(600)).empty());
}

}  // namespace
}  // namespace lab
