#include "monitor/anomaly.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "telemetry.h"

namespace monitor {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

class Watch : public testing::Test {
 protected:
  void pass(std::uint32_t seconds) {
    for (std::uint32_t i = 0; i < seconds; ++i) {
      swarm.seconds[kFirst].done = 10 + i % 3;  // never quite the same
      for (const Anomaly& anomaly : watch.observe(swarm.tick())) {
        begun.push_back(anomaly);
      }
    }
  }
  [[nodiscard]] std::vector<Anomaly> of(world::PoolId pool, Metric metric) const {
    std::vector<Anomaly> found;
    std::ranges::copy_if(begun, std::back_inserter(found), [&](const Anomaly& anomaly) {
      return anomaly.pool == pool && anomaly.metric == metric;
    });
    return found;
  }
  [[nodiscard]] std::optional<double> away() {
    return values_of(swarm.tick().whole)[static_cast<std::size_t>(Metric::kAway)];
  }
  ReportingSwarm swarm;
  AnomalyWatch watch;
  std::vector<Anomaly> begun;
};

TEST_F(Watch, AnOrdinarySwarmHasNone) {
  pass(120);
  EXPECT_THAT(begun, IsEmpty());
}

TEST_F(Watch, ASlowMemberShowsInThePoolAndIsSaidOnce) {
  pass(60);
  for (const world::NodeId node : {kFirst, kSecond}) {
    swarm.seconds[node].latency = core::milliseconds(45);
  }
  pass(30);
  const auto slow = of(kPool, Metric::kLatency);
  ASSERT_THAT(slow, SizeIs(1));
  EXPECT_GT(slow[0].value, 30);
  EXPECT_GT(slow[0].score, slow[0].limit);
  EXPECT_THAT(of({}, Metric::kLatency), SizeIs(1));
  EXPECT_NE(describe(slow[0]).find("pool 1: latency "), std::string::npos);
  swarm.seconds.clear();
  pass(10);
  swarm.seconds[kSecond].latency = swarm.seconds[kThird].latency = core::milliseconds(45);
  pass(10);
  EXPECT_THAT(of(kPool, Metric::kLatency), SizeIs(2));
}

TEST_F(Watch, OneSlowMemberOfThreeShowsInTheTailAlone) {
  pass(60);
  swarm.seconds[kSecond].latency = core::milliseconds(45);
  pass(10);
  EXPECT_THAT(of(kPool, Metric::kTailLatency), SizeIs(1));
  EXPECT_THAT(of(kPool, Metric::kLatency), IsEmpty());
}

TEST_F(Watch, OneOfSeveralThatGoesSilentIsAway) {
  pass(60);
  EXPECT_EQ(away(), 0.0);
  swarm.silent[kSecond] = true;
  pass(10);
  EXPECT_THAT(of({}, Metric::kAway), SizeIs(1));
  EXPECT_THAT(of(kPool, Metric::kAway), SizeIs(1));
  EXPECT_EQ(away(), 1.0);
  swarm.silent[kSecond] = false;
  pass(2);
  EXPECT_EQ(away(), 0.0);
}

// What was announced and has not begun yet: a swarm that grows is not losing anybody.
TEST_F(Watch, WhoWasNeverHeardIsNotAway) {
  pass(60);
  swarm.monitor.expect(world::NodeId(77), kPool, swarm.tick().at);
  pass(10);
  EXPECT_EQ(away(), 0.0);
  EXPECT_THAT(begun, IsEmpty());
}

TEST_F(Watch, WhoEndsOnPurposeIsNotAway) {
  pass(60);
  swarm.monitor.dismiss(kSecond);
  swarm.silent[kSecond] = true;
  pass(10);
  EXPECT_EQ(away(), 0.0);
  swarm.monitor.ended(kSecond);
  EXPECT_EQ(away(), 0.0);
  swarm.monitor.forget(kSecond);
  swarm.silent[kSecond] = false;  // samples that were still under way
  swarm.tick();
  swarm.silent[kSecond] = true;
  pass(10);
  EXPECT_EQ(away(), 0.0);
  EXPECT_THAT(of({}, Metric::kAway), IsEmpty());
}

TEST_F(Watch, SilenceIsNoAnomaly) {
  pass(60);
  for (const world::NodeId node : {kLeader, kFirst, kSecond, kThird}) {
    swarm.silent[node] = true;
  }
  pass(30);
  EXPECT_THAT(begun, IsEmpty());
}

TEST_F(Watch, TakesASecondOnce) {
  pass(60);
  swarm.seconds[kSecond].failed = 20;
  const View view = swarm.tick();
  EXPECT_THAT(watch.observe(view), SizeIs(2));  // the swarm and its pool
  const AnomalyWatch before = watch;
  EXPECT_THAT(watch.observe(view), IsEmpty());
  EXPECT_EQ(watch, before);
}

}  // namespace
}  // namespace monitor
