#include "monitor/alert.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "telemetry.h"

namespace monitor {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

class AlertStory : public testing::Test {
 protected:
  AlertStory() {
    pass(30);
    EXPECT_THAT(changes, IsEmpty());
  }
  void pass(std::uint32_t seconds) {
    for (std::uint32_t i = 0; i < seconds; ++i) {
      view = swarm.tick();
      baseline.learn(view);
      for (const Alert& change : alerts.evaluate(view, baseline)) {
        changes.push_back(change);
      }
    }
  }
  [[nodiscard]] std::vector<Alert> of(Kind kind, Subject subject) const {
    std::vector<Alert> found;
    std::ranges::copy_if(changes, std::back_inserter(found), [&](const Alert& change) {
      return change.kind == kind && change.subject == subject;
    });
    return found;
  }
  ReportingSwarm swarm;
  Baseline baseline;
  Alerts alerts;
  View view;
  std::vector<Alert> changes;
};

constexpr Subject kFirstMember{kFirst, {}};
constexpr Subject kSwarm{};

TEST_F(AlertStory, AFailingAgentRaisesOneAlertWithItsNumbersAndClearsItOnce) {
  const core::Time before = view.at;
  swarm.seconds[kFirst] = {6, 4};
  pass(60);
  auto found = of(Kind::kFailureRate, kFirstMember);
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_GT(found[0].raised, before);
  EXPECT_LT(found[0].raised, before + kShortWindow);
  EXPECT_EQ(found[0].threshold, 150U);
  EXPECT_GT(found[0].value, 150U);
  EXPECT_EQ(found[0].cleared, std::nullopt);
  EXPECT_EQ(alerts.standing().front().worst, 400U);

  swarm.seconds.clear();
  const core::Time mended = view.at;
  pass(60);
  found = of(Kind::kFailureRate, kFirstMember);
  ASSERT_THAT(found, SizeIs(2));
  EXPECT_EQ(found[1].raised, found[0].raised);
  EXPECT_GE(*found[1].cleared, mended + core::seconds(10));
  EXPECT_LE(*found[1].cleared, mended + kShortWindow + core::seconds(10));
  EXPECT_EQ(found[1].worst, 400U);
  EXPECT_THAT(alerts.standing(), IsEmpty());
}

TEST_F(AlertStory, AValueThatTremblesAtTheThresholdDoesNotFlap) {
  for (std::uint32_t i = 0; i < 20; ++i) {
    swarm.seconds[kFirst].cpu_permille = i % 2 == 0 ? 880 : 820;
    pass(7);
  }
  EXPECT_THAT(of(Kind::kUtilisation, kFirstMember), SizeIs(1));
}

TEST_F(AlertStory, AReachedThresholdHolds) {
  swarm.seconds[kFirst].cpu_permille = 850;
  pass(20);
  EXPECT_THAT(changes, IsEmpty());
  swarm.seconds[kFirst].cpu_permille = 851;
  pass(20);
  ASSERT_THAT(changes, SizeIs(1));
  EXPECT_EQ(subject_of(changes[0]), "member 2");
  EXPECT_EQ(words_of(changes[0]), "utilisation 85.1 % is above 85.0 %");
}

TEST_F(AlertStory, ASilentMemberIsAnAlertOfItsOwnAndClearsNoOther) {
  swarm.seconds[kFirst] = {2, 8};
  pass(10);
  ASSERT_THAT(of(Kind::kFailureRate, kFirstMember), SizeIs(1));
  swarm.silent[kFirst] = true;
  pass(60);
  EXPECT_THAT(of(Kind::kFailureRate, kFirstMember), SizeIs(1));  // nobody knows that it is over
  const auto silent = of(Kind::kSilent, kFirstMember);
  ASSERT_THAT(silent, SizeIs(1));
  EXPECT_GT(silent[0].value, 3000U);
  EXPECT_LE(silent[0].value, 4100U);
  swarm.silent[kFirst] = false;
  swarm.seconds.clear();
  pass(30);
  EXPECT_THAT(of(Kind::kFailureRate, kFirstMember), SizeIs(2));
  EXPECT_THAT(of(Kind::kSilent, kFirstMember), SizeIs(2));
}

TEST_F(AlertStory, SilenceNeverCountsAsIdleOrFailing) {
  swarm.seconds[kFirst].cpu_permille = 900;
  pass(10);
  swarm.silent[kFirst] = true;
  pass(30);
  EXPECT_THAT(of(Kind::kUtilisation, kFirstMember), SizeIs(1));
  EXPECT_THAT(of(Kind::kEnded, kFirstMember), IsEmpty());
}

TEST_F(AlertStory, ALostLeaderIsReportedOnceAndTheNextOneClearsIt) {
  swarm.silent[kLeader] = true;
  pass(20);
  const auto lost = of(Kind::kLeaderLost, kSwarm);
  ASSERT_THAT(lost, SizeIs(1));
  EXPECT_EQ(subject_of(lost[0]), "swarm");
  EXPECT_EQ(words_of(lost[0]), "leader lost 5.1 s is above 5.0 s");
  swarm.silent[kLeader] = false;
  ++swarm.term;
  pass(20);
  EXPECT_THAT(of(Kind::kLeaderLost, kSwarm), SizeIs(2));
}

TEST_F(AlertStory, AControllerThatIsCutOffDoesNotClaimThatTheLeaderIsLost) {
  for (const world::NodeId node : {kLeader, kFirst, kSecond, kThird}) {
    swarm.silent[node] = true;
  }
  pass(30);
  EXPECT_THAT(of(Kind::kLeaderLost, kSwarm), IsEmpty());
  EXPECT_THAT(changes, SizeIs(4));  // each member is silent
}

TEST_F(AlertStory, AJointDecisionWithoutAQuorumIsAnAlert) {
  swarm.undecided = 1;
  pass(1);
  const auto undecided = of(Kind::kUndecided, kSwarm);
  ASSERT_THAT(undecided, SizeIs(1));
  EXPECT_EQ(undecided[0].value, 1U);
  EXPECT_EQ(undecided[0].threshold, 0U);
}

TEST_F(AlertStory, ASwarmThatShedsFails) {
  swarm.shed = 10;  // of 40
  pass(10);
  EXPECT_THAT(of(Kind::kFailureRate, kSwarm), SizeIs(1));
}

TEST_F(AlertStory, TwiceTheBaselineIsAnAlert) {
  swarm.seconds[kFirst].latency = core::milliseconds(30);
  pass(20);
  EXPECT_THAT(changes, IsEmpty());
  swarm.seconds[kFirst].latency = core::milliseconds(70);
  pass(20);
  const auto slow = of(Kind::kLatency, kFirstMember);
  ASSERT_THAT(slow, SizeIs(1));
  EXPECT_GT(slow[0].value, 2000U);
}

TEST_F(AlertStory, WhoLeavesTheSwarmTakesItsAlertsAlong) {
  swarm.seconds[kFirst] = {2, 8};
  pass(10);
  swarm.monitor.forget(kFirst);
  swarm.silent[kFirst] = true;
  changes.clear();
  pass(1);
  ASSERT_THAT(of(Kind::kFailureRate, kFirstMember), SizeIs(1));
  EXPECT_EQ(of(Kind::kFailureRate, kFirstMember)[0].cleared, view.at);
}

TEST_F(AlertStory, AnEndedMemberIsReportedAndNoLongerExpectedToSpeak) {
  swarm.silent[kFirst] = true;
  pass(10);
  EXPECT_THAT(of(Kind::kSilent, kFirstMember), SizeIs(1));
  swarm.monitor.ended(kFirst);
  pass(20);
  EXPECT_THAT(of(Kind::kEnded, kFirstMember), SizeIs(1));
  EXPECT_THAT(of(Kind::kSilent, kFirstMember), SizeIs(2));
}

}  // namespace
}  // namespace monitor
