#include "monitor/health.h"

#include <gtest/gtest.h>

#include "telemetry.h"

namespace monitor {
namespace {

class HealthStory : public testing::Test {
 protected:
  HealthReport after(std::uint32_t seconds) {
    HealthReport report;
    for (std::uint32_t i = 0; i < seconds; ++i) {
      const View view = swarm.tick();
      baseline.learn(view);
      report = assess(view, baseline);
    }
    return report;
  }
  ReportingSwarm swarm;
  Baseline baseline;
};

TEST_F(HealthStory, AWorkingSwarmIsHealthyAndSaysNoReason) {
  const HealthReport report = after(30);
  EXPECT_EQ(report.swarm, (Condition{Health::kHealthy, ""}));
  EXPECT_EQ(report.pools.at(kPool).health, Health::kHealthy);
  EXPECT_EQ(report.members.at(kLeader).health, Health::kHealthy);
}

TEST_F(HealthStory, OneBrokenLimitDegradesAMemberAndTheSwarm) {
  after(30);
  swarm.seconds[kFirst].failed = 3;  // 3 of 13
  const HealthReport report = after(10);
  EXPECT_EQ(report.members.at(kFirst).health, Health::kDegraded);
  EXPECT_EQ(report.members.at(kFirst).reason, "failure rate 23.0 % is above 15.0 %");
  EXPECT_EQ(report.members.at(kSecond).health, Health::kHealthy);
  EXPECT_EQ(report.swarm.health, Health::kDegraded);
  EXPECT_EQ(report.swarm.reason, "1 of 4 members are not healthy");
}

TEST_F(HealthStory, TwoBrokenLimitsAreCritical) {
  after(30);
  swarm.seconds[kFirst].latency = core::milliseconds(60);
  swarm.seconds[kFirst].cpu_permille = 900;
  const HealthReport report = after(10);
  EXPECT_EQ(report.members.at(kFirst).health, Health::kCritical);
  EXPECT_NE(report.members.at(kFirst).reason.find("latency"), std::string::npos);
  EXPECT_NE(report.members.at(kFirst).reason.find("utilisation 90.0 % is above 85.0 %"),
            std::string::npos);
}

TEST_F(HealthStory, SilenceIsUnknownAndNeverFailed) {
  after(30);
  swarm.silent[kFirst] = true;
  HealthReport report = after(10);
  EXPECT_EQ(report.members.at(kFirst).health, Health::kUnknown);
  EXPECT_EQ(report.members.at(kFirst).reason, "no telemetry for 10.1 s");
  report = after(300);
  EXPECT_EQ(report.members.at(kFirst).health, Health::kUnknown);
}

TEST_F(HealthStory, AControllerThatIsCutOffKnowsNothingOfTheSwarm) {
  after(30);
  for (const world::NodeId node : {kLeader, kFirst, kSecond, kThird}) {
    swarm.silent[node] = true;
  }
  const HealthReport report = after(30);
  EXPECT_EQ(report.swarm.health, Health::kUnknown);
  EXPECT_EQ(report.swarm.reason, "4 of 4 members do not report");
}

TEST_F(HealthStory, WhoSaysThatItFailedHasFailed) {
  after(30);
  swarm.seconds[kFirst].state = world::AgentState::kError;
  EXPECT_EQ(after(1).members.at(kFirst), (Condition{Health::kFailed, "it reports error"}));
  swarm.monitor.ended(kSecond);
  EXPECT_EQ(after(1).members.at(kSecond), (Condition{Health::kFailed, "its sandbox has ended"}));
  // Two of four serve.
  EXPECT_EQ(after(1).swarm.health, Health::kCritical);
}

TEST_F(HealthStory, WithNobodyLeftThePoolHasFailed) {
  after(30);
  for (const world::NodeId node : {kFirst, kSecond, kThird}) {
    swarm.monitor.ended(node);
  }
  const HealthReport report = after(1);
  EXPECT_EQ(report.pools.at(kPool), (Condition{Health::kFailed, "no member can serve"}));
  EXPECT_EQ(report.swarm.health, Health::kCritical);
}

TEST_F(HealthStory, MembersThatReportButNameNoLeaderAreCritical) {
  after(30);
  swarm.silent[kLeader] = true;
  // Three of four serve: below 80 %. A fifth member makes it four of five.
  constexpr world::NodeId kFourth(5);
  HealthReport report;
  for (std::uint64_t second = 1; second <= 20; ++second) {
    const core::Time arrival = core::at(core::seconds(30 + second) - core::milliseconds(100));
    swarm.monitor.fold(kFourth, sample_of(kFourth, second), arrival);
    report = after(1);
  }
  EXPECT_EQ(report.swarm.health, Health::kCritical);
  EXPECT_EQ(report.swarm.reason, "leader lost 20.1 s is above 5.0 s");
}

TEST_F(HealthStory, ABaselineIsLearntOnceSoThatASlowDriftIsSeen) {
  after(30);
  ASSERT_TRUE(baseline.attempts().has_value());
  const auto learnt = baseline.attempts();
  for (std::int64_t ms = 20; ms <= 60; ++ms) {
    swarm.seconds[kFirst].latency = core::milliseconds(ms);
    after(5);
  }
  EXPECT_EQ(baseline.attempts(), learnt);
  EXPECT_EQ(after(1).members.at(kFirst).health, Health::kDegraded);
}

TEST_F(HealthStory, WithoutABaselineNothingIsSaidOfLatency) {
  swarm.seconds[kFirst].latency = core::seconds(3);
  EXPECT_EQ(after(10).members.at(kFirst).health, Health::kHealthy);
  EXPECT_FALSE(baseline.tasks().has_value());
}

}  // namespace
}  // namespace monitor
