// What faults cost, from the client's record; and what enumeration of components says.
#include <gmock/gmock.h>

#include "lab/measure.h"
#include "lab/spof.h"

namespace lab {
namespace {

using testing::ElementsAre;

core::Time second(int seconds) {
  return core::at(core::seconds(seconds));
}

// Ten tasks a second for `length` seconds; those due in [from, to) of an outage are never answered.
std::map<swarm::TaskId, TaskRecord> tasks(int length,
                                          const std::vector<std::pair<int, int>>& outages) {
  std::map<swarm::TaskId, TaskRecord> made;
  for (int i = 0; i < length * 10; ++i) {
    TaskRecord& task = made[swarm::TaskId{static_cast<std::uint64_t>(i + 1)}];
    task.intended = core::at(core::milliseconds(100 * i));
    const bool out = std::ranges::any_of(outages, [i](const std::pair<int, int>& outage) {
      return i >= outage.first * 10 && i < outage.second * 10;
    });
    if (!out) {
      task.latency = core::milliseconds(20);
    }
  }
  return made;
}

FaultRecord fault_at(int seconds) {
  FaultRecord fault;
  fault.began = second(seconds);
  fault.acted = 1;
  return fault;
}

Metrics recovery(int length, const std::vector<std::pair<int, int>>& outages,
                 const std::vector<FaultRecord>& faults, int begin = 0) {
  Metrics metrics;
  measure_recovery(tasks(length, outages), faults, core::seconds(1), second(begin), second(length),
                   10, metrics);
  return metrics;
}

TEST(Recovery, CountsAFaultThatNeverRecoveredAsLongerThanItWasWatched) {
  // Two recover after 5 s; three never do, so the median is longer than anything that was seen.
  const Metrics metrics =
      recovery(200, {{20, 25}, {60, 65}, {100, 200}},
               {fault_at(20), fault_at(60), fault_at(100), fault_at(100), fault_at(100)});
  EXPECT_EQ(metrics.at("unrecovered"), 3);
  EXPECT_EQ(metrics.at("slow_recoveries"), 0.6);
  EXPECT_FALSE(metrics.contains("recovery_time"))
      << "a mean over the successes would say 5 s where most faults were the end";
}

TEST(Recovery, TakesTheMedianWhereMostRecovered) {
  const Metrics metrics =
      recovery(200, {{20, 25}, {60, 65}, {100, 145}}, {fault_at(20), fault_at(60), fault_at(100)});
  EXPECT_EQ(metrics.at("recovery_time"), 5);
  EXPECT_EQ(metrics.at("recovery_p95"), 45);
  EXPECT_NEAR(metrics.at("slow_recoveries"), 1.0 / 3, 1e-9);
  EXPECT_EQ(metrics.at("spof_outage"), 45);
}

TEST(Recovery, LooksAtNothingBeforeTheWarmUpEnds) {
  const Metrics metrics = recovery(100, {{5, 10}}, {fault_at(50)}, 30);
  EXPECT_EQ(metrics.at("degradation"), 0);
  EXPECT_EQ(metrics.at("recovery_time"), 0);
}

RunResult lost(const std::string& component, double outage_s) {
  RunResult run;
  run.component = component;
  run.metrics["spof_outage"] = outage_s;
  return run;
}

TEST(SpofByEnumeration, NamesWhatStopsTheSwarmAndTellsRecoveryFromNone) {
  const RunResult agent = lost("node-a-1", 2);
  const RunResult hub = lost("node-hub", 45);
  const RunResult store = lost("store-hub", 120);
  const SpofRisk partial = spof_risk(std::vector{&agent, &hub});
  EXPECT_EQ(partial.text(), "Partial: 1/2 (node-hub), worst outage 45 s");
  const SpofRisk critical = spof_risk(std::vector{&agent, &hub, &store});
  EXPECT_THAT(critical.critical, ElementsAre("node-hub", "store-hub"));
  EXPECT_EQ(critical.text(), "Critical: 2/3 (node-hub, store-hub), no recovery");
  EXPECT_EQ(spof_risk(std::vector{&agent}).text(), "None: 0/1, worst outage 2 s");
}

TEST(SpofByEnumeration, OfSeveralSeedsTheWorstCounts) {
  const RunResult calm = lost("node-hub", 0);
  const RunResult bad = lost("node-hub", 40);
  const SpofRisk risk = spof_risk(std::vector{&calm, &bad});
  EXPECT_EQ(risk.components, 1U);
  EXPECT_EQ(risk.label(), "Partial");
}

}  // namespace
}  // namespace lab
