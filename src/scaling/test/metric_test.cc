// A metric at its target: growing, shrinking, tolerance, and agents that do not report.
#include <gmock/gmock.h>

#include "pool.h"

namespace scaling {
namespace {

using testing::HasSubstr;

// Utilisation of 0.6 an agent, bounds 1 to 10, nothing that delays.
Config utilisation() {
  Config config = prompt();
  config.metrics = {{"utilisation", Unit::kFraction, {600, Unit::kFraction}}};
  return config;
}

struct Seen {
  std::uint32_t ready = 0;
  std::uint32_t reporting = 0;
  std::int64_t sum = 0;
  std::uint32_t starting = 0;
};

Decision decide(const Config& config, const Seen& seen) {
  Signals signals;
  signals.ready = seen.ready;
  signals.starting = seen.starting;
  signals.metrics = {metric("utilisation", seen.reporting, seen.sum)};
  return make_scaler(config).decide(signals);
}

TEST(MetricRule, GrowsToTheNextWholeAgent) {
  const Decision decision = decide(utilisation(), {4, 4, 3'600});
  EXPECT_EQ(decision.desired, 6);
  EXPECT_EQ(decision.create, 2);
  EXPECT_EQ(decision.retire, 0);
  EXPECT_EQ(decision.rule, Rule::kMetric);
  EXPECT_EQ(decision.reason,
            "4 -> 6 by metric: metric utilisation: 3.6 over 4 agents, target 0.6 fraction: 6");
}

TEST(MetricRule, ShrinksAndNamesHowManyToRetire) {
  const Decision decision = decide(utilisation(), {6, 6, 1'201});
  EXPECT_EQ(decision.desired, 3);
  EXPECT_EQ(decision.retire, 3);
  EXPECT_EQ(decision.create, 0);
}

TEST(MetricRule, HasATolerancePerDirection) {
  Config config = utilisation();
  config.tolerance = {50, 300};
  EXPECT_EQ(decide(config, {4, 4, 2'520}).desired, 4) << "5 % above";
  EXPECT_EQ(decide(config, {4, 4, 2'521}).desired, 5) << "more than 5 % above";
  EXPECT_EQ(decide(config, {4, 4, 1'680}).desired, 4) << "30 % below";
  EXPECT_EQ(decide(config, {4, 4, 1'679}).desired, 3) << "more than 30 % below";
}

TEST(MetricRule, CountsSilentAgentsAsIdleWhenGrowing) {
  // Two of four report 1.0: together 2.0, which needs four agents of 0.6, not seven.
  const Decision decision = decide(utilisation(), {4, 2, 2'000});
  EXPECT_EQ(decision.desired, 4);
  EXPECT_THAT(decision.reason, HasSubstr("2 without it counted as idle"));
  EXPECT_EQ(decide(utilisation(), {4, 3, 3'000}).desired, 5);
}

TEST(MetricRule, CountsSilentAgentsAsAtTheTargetWhenShrinking) {
  // Two of six report nothing: 4 x 0.1 + 2 x 0.6 = 1.6 needs three agents, not one.
  const Decision decision = decide(utilisation(), {6, 4, 400});
  EXPECT_EQ(decision.desired, 3);
  EXPECT_THAT(decision.reason, HasSubstr("2 without it counted as at the target"));
}

TEST(MetricRule, DoesNotUndoAGrowthThatIsStillStarting) {
  // Load of two agents on two, three more start: at the target with them is still not too many.
  EXPECT_EQ(decide(utilisation(), {2, 2, 1'080, 3}).desired, 5);
}

TEST(MetricRule, CountsStartingAgentsAsIdleWhenGrowing) {
  EXPECT_EQ(decide(utilisation(), {2, 2, 2'000, 2}).desired, 4);
  EXPECT_EQ(decide(utilisation(), {2, 2, 2'000, 1}).desired, 4);
}

TEST(MetricRule, TakesNoReportForUnknownAndNotForIdle) {
  const Decision decision = decide(utilisation(), {5, 0, 0});
  EXPECT_EQ(decision.desired, 5);
  EXPECT_EQ(decision.rule, Rule::kMissing);
  EXPECT_THAT(decision.reason, HasSubstr("no agent reported it"));
}

TEST(MetricRule, TheGreatestOfSeveralMetricsCounts) {
  Config config = utilisation();
  config.metrics.push_back({"inbox", Unit::kTasks, {2'000, Unit::kTasks}});
  Signals signals;
  signals.ready = 4;
  signals.metrics = {metric("utilisation", 4, 800), metric("inbox", 4, 14'000, Unit::kTasks)};
  const Decision decision = make_scaler(config).decide(signals);
  EXPECT_EQ(decision.by_metric, 7);
  EXPECT_EQ(decision.desired, 7);
}

TEST(MetricRule, OneMissingOfSeveralForbidsOnlyToShrink) {
  Config config = utilisation();
  config.metrics.push_back({"inbox", Unit::kTasks, {2'000, Unit::kTasks}});
  Signals signals;
  signals.ready = 4;
  signals.metrics = {metric("utilisation", 4, 800)};
  EXPECT_EQ(make_scaler(config).decide(signals).rule, Rule::kMissing);
  signals.metrics = {metric("utilisation", 4, 3'600)};
  EXPECT_EQ(make_scaler(config).decide(signals).desired, 6);
}

TEST(MetricRule, RefusesATargetInAnotherUnit) {
  Config config = utilisation();
  config.metrics[0].unit = Unit::kPercent;
  const auto refused = Scaler::make(config);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().message,
            "scaling: metric utilisation is measured in percent but its target is in fraction; "
            "state both in one unit");
}

TEST(MetricRule, TakesAValueInAnotherUnitForMissing) {
  Signals signals;
  signals.ready = 4;
  signals.metrics = {metric("utilisation", 4, 90'000, Unit::kPercent)};
  const Decision decision = make_scaler(utilisation()).decide(signals);
  EXPECT_EQ(decision.desired, 4);
  EXPECT_THAT(decision.reason, HasSubstr("came in percent instead of fraction"));
}

}  // namespace
}  // namespace scaling
