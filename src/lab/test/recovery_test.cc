// What faults cost, from the client's record; and what enumeration of components says.
#include <gmock/gmock.h>

#include <cmath>

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

Metrics recovery(const std::map<swarm::TaskId, TaskRecord>& tasks, int length,
                 std::vector<FaultRecord> faults, int begin = 0) {
  Metrics metrics;
  watch_recovery(tasks, core::seconds(1), second(length), 10, faults);
  measure_recovery(tasks, faults, core::seconds(1), second(begin), second(length), metrics);
  return metrics;
}

FaultRecord watched(FaultRecord fault, const std::map<swarm::TaskId, TaskRecord>& tasks,
                    int length) {
  std::vector<FaultRecord> faults = {std::move(fault)};
  watch_recovery(tasks, core::seconds(1), second(length), 10, faults);
  return faults[0];
}

TEST(Recovery, CountsAFaultThatNeverRecoveredAsLongerThanItWasWatched) {
  // Two recover after 5 s; three never do, so the median is longer than anything that was seen.
  const Metrics metrics =
      recovery(tasks(200, {{20, 25}, {60, 65}, {100, 200}}), 200,
               {fault_at(20), fault_at(60), fault_at(100), fault_at(100), fault_at(100)});
  EXPECT_EQ(metrics.at("unrecovered"), 3);
  EXPECT_EQ(metrics.at("slow_recoveries"), 0.6);
  EXPECT_TRUE(std::isinf(metrics.at("recovery_time")))
      << "a mean over the successes would say 5 s where most faults were the end";
}

TEST(Recovery, TakesTheMedianWhereMostRecovered) {
  const Metrics metrics = recovery(tasks(200, {{20, 25}, {60, 65}, {100, 145}}), 200,
                                   {fault_at(20), fault_at(60), fault_at(100)});
  EXPECT_EQ(metrics.at("recovery_time"), 5);
  EXPECT_EQ(metrics.at("recovery_p95"), 45);
  EXPECT_NEAR(metrics.at("slow_recoveries"), 1.0 / 3, 1e-9);
  EXPECT_EQ(metrics.at("spof_outage"), 45);
}

TEST(Recovery, LooksAtNothingBeforeTheWarmUpEnds) {
  const Metrics metrics = recovery(tasks(100, {{5, 10}}), 100, {fault_at(50)}, 30);
  EXPECT_EQ(metrics.at("degradation"), 0);
  EXPECT_EQ(metrics.at("recovery_time"), 0);
}

TEST(Recovery, ThatEndsTooEarlyToBeSureIsNone) {
  // The outage is over after 5 s in both; only the longer load shows that for ten seconds more.
  const auto short_load = tasks(34, {{20, 25}});
  const FaultRecord unsure = watched(fault_at(20), short_load, 34);
  EXPECT_FALSE(unsure.recovered) << "nine good seconds are not ten";
  EXPECT_EQ(recovery(short_load, 34, {fault_at(20)}).at("unrecovered"), 1);
  EXPECT_EQ(watched(fault_at(20), tasks(35, {{20, 25}}), 35).recovered, second(25));
}

TEST(Recovery, IsNotSeenWhereTheNextFaultBeginsTooSoon) {
  FaultRecord fault = fault_at(20);
  fault.ended = second(22);
  fault.watched_until = second(34);
  const auto load = tasks(100, {{20, 25}, {35, 50}});
  EXPECT_FALSE(watched(fault, load, 100).recovered)
      << "what comes after the next fault's onset, good or bad, is not this one's";
  fault.watched_until = second(35);
  EXPECT_EQ(watched(fault, load, 100).recovered, second(25));
}

TEST(Recovery, ASecondInWhichNothingFellDueShowsNothing) {
  auto load = tasks(36, {{20, 25}});
  std::erase_if(load, [](const auto& task) {
    return task.second.intended >= second(30) && task.second.intended < second(31);
  });
  EXPECT_EQ(watched(fault_at(20), load, 36).recovered, second(25)) << "ten others were good";
  std::erase_if(load, [](const auto& task) {
    return task.second.intended >= second(31) && task.second.intended < second(32);
  });
  EXPECT_FALSE(watched(fault_at(20), load, 36).recovered) << "an idle second is not a good one";
}

TEST(Recovery, BeginsWithTheFirstTaskThatIsInTimeAgain) {
  auto load = tasks(60, {});
  for (auto& [id, task] : load) {
    if (task.intended >= second(20) && task.intended < second(20) + core::milliseconds(730)) {
      task.latency.reset();
    }
  }
  EXPECT_EQ(watched(fault_at(20), load, 60).recovered, second(20) + core::milliseconds(800))
      << "tasks are due every 100 ms";
}

TEST(Recovery, ANoticeAfterTheFaultWasOverIsNotItsOwn) {
  FaultRecord fault = fault_at(20);
  fault.ended = second(22);
  fault.detected = second(23);
  fault.decided = second(24);
  const FaultRecord harmless = watched(fault, tasks(60, {}), 60);
  EXPECT_FALSE(harmless.detected);
  EXPECT_FALSE(harmless.decided);
  const FaultRecord lasting = watched(fault, tasks(60, {{20, 25}}), 60);
  EXPECT_EQ(lasting.detected, second(23)) << "goodput was still down";
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
