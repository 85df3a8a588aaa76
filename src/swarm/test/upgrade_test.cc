// The coordinators of a deployment that runs are replaced by new ones, a vote at a time.
#include <gtest/gtest.h>

#include <algorithm>

#include "deployment.h"

namespace swarm {
namespace {

using core::milliseconds;
using core::seconds;
using world::Incarnation;
using world::NodeId;

constexpr NodeId kHub{1};
constexpr NodeId kOneStandby{2};
constexpr NodeId kOtherStandby{3};
constexpr NodeId kNewHub{20};
constexpr NodeId kNewStandby{21};
constexpr PoolId kNoPool{};

class Upgrade : public testing::Test {
 protected:
  void join(NodeId node, PoolId pool) {
    deployment.boot(node);
    ASSERT_EQ(deployment.ask(AddMember{node, pool, Incarnation(1), {}}).verdict,
              AdminVerdict::kDone);
    deployment.run_for(milliseconds(500));
  }
  AdminAnswer set_vote(NodeId node, bool votes) {
    return deployment.ask(SetVoter{node, votes, deployment.status().voters_epoch + 1});
  }
  // Takes the place of another, as a controller would have it.
  void replace(NodeId old, NodeId with, PoolId pool) {
    join(with, pool);
    ASSERT_EQ(set_vote(with, true).verdict, AdminVerdict::kDone);
    ASSERT_EQ(set_vote(old, false).verdict, AdminVerdict::kDone);
    ASSERT_EQ(deployment.ask(RemoveMember{old, Incarnation(1)}).verdict, AdminVerdict::kDone);
    deployment.simulation().halt(old, world::HaltReason::kFinished);
  }
  [[nodiscard]] std::vector<NodeId> voters() {
    return deployment.member(deployment.leader()).ledger().directory().voters();
  }
  void expect_nothing_lost() {
    const std::uint64_t so_far = deployment.offered();
    deployment.run_for(seconds(4));
    for (std::uint64_t id = 1; id <= so_far; ++id) {
      ASSERT_TRUE(deployment.answers().contains(TaskId(id))) << "task " << id;
      EXPECT_EQ(deployment.answers().at(TaskId(id)).outcome, Outcome::kDone) << "task " << id;
    }
  }
  Deployment deployment{[] {
    Deployment::Plan plan;
    plan.agents = 5;
    return plan;
  }()};
};

TEST_F(Upgrade, VotesPassToNewCoordinatorsWhileTheWorkGoesOn) {
  deployment.run_for(seconds(3));
  replace(kOneStandby, kNewStandby, kDefaultPool);
  replace(kOtherStandby, NodeId(22), kDefaultPool);
  EXPECT_EQ(deployment.leader(), kHub) << "the leader goes last";
  replace(kHub, kNewHub, kNoPool);
  EXPECT_EQ(voters(), (std::vector{kNewHub, kNewStandby, NodeId(22)}));
  const core::Time since = deployment.simulation().now();
  expect_nothing_lost();
  EXPECT_FALSE(deployment.assigned(since).contains(kNewHub)) << "a coordinator never works";
  std::size_t least = 3;
  for (const VotersChanged& changed : deployment.traced<VotersChanged>()) {
    least = std::min(least, changed.voters.size());
  }
  EXPECT_EQ(least, 3U);
}

// Its configuration names only coordinators that are gone.
TEST_F(Upgrade, WhoJoinsLaterLearnsFromALeaderThatItWasNeverToldOf) {
  deployment.run_for(seconds(3));
  replace(kOneStandby, kNewStandby, kDefaultPool);
  replace(kOtherStandby, NodeId(22), kDefaultPool);
  replace(kHub, kNewHub, kNoPool);
  join(NodeId(23), kDefaultPool);
  const core::Time since = deployment.simulation().now();
  deployment.run_for(seconds(3));
  EXPECT_TRUE(deployment.assigned(since).contains(NodeId(23)));
  expect_nothing_lost();
}

TEST_F(Upgrade, ANewCoordinatorTakesOverWhenTheOldLeaderDies) {
  deployment.run_for(seconds(3));
  join(kNewHub, kNoPool);
  ASSERT_EQ(set_vote(kNewHub, true).verdict, AdminVerdict::kDone);
  ASSERT_EQ(set_vote(kOneStandby, false).verdict, AdminVerdict::kDone);
  ASSERT_EQ(set_vote(kOtherStandby, false).verdict, AdminVerdict::kDone);
  join(kNewStandby, kDefaultPool);
  ASSERT_EQ(set_vote(kNewStandby, true).verdict, AdminVerdict::kDone);
  deployment.simulation().halt(kHub, world::HaltReason::kCrash);
  deployment.run_for(seconds(4));
  const NodeId leader = deployment.leader();
  EXPECT_TRUE(leader == kNewHub || leader == kNewStandby) << leader.value;
  expect_nothing_lost();
}

TEST_F(Upgrade, NobodyVotesBeforeItHasCaughtUp) {
  deployment.run_for(seconds(3));
  ASSERT_EQ(deployment.ask(AddMember{kNewStandby, kDefaultPool, Incarnation(1), {}}).verdict,
            AdminVerdict::kDone);
  const auto member = [&] {
    const StatusAnswer status = deployment.status();
    return *std::ranges::find_if(status.members, [](const MemberStatusReport& report) {
      return report.entry.node == kNewStandby;
    });
  };
  EXPECT_FALSE(member().caught_up);
  EXPECT_EQ(set_vote(kNewStandby, true).verdict, AdminVerdict::kUnderWay);
  EXPECT_EQ(voters(), (std::vector{kHub, kOneStandby, kOtherStandby}));
  deployment.boot(kNewStandby);
  deployment.run_for(seconds(1));
  EXPECT_TRUE(member().caught_up);
  EXPECT_EQ(set_vote(kNewStandby, true).verdict, AdminVerdict::kDone);
}

TEST_F(Upgrade, OfTwoRequestsThatWereMadeOfTheSameVotersOneIsDone) {
  deployment.run_for(seconds(3));
  const std::uint64_t next = deployment.status().voters_epoch + 1;
  EXPECT_EQ(deployment.ask(SetVoter{kOneStandby, false, next}).verdict, AdminVerdict::kDone);
  const AdminAnswer second = deployment.ask(SetVoter{kOtherStandby, false, next});
  EXPECT_EQ(second.verdict, AdminVerdict::kRefused);
  EXPECT_EQ(second.refusal, AdminRefusal::kStaleEpoch);
  EXPECT_EQ(deployment.ask(SetVoter{kOneStandby, false, next}).verdict, AdminVerdict::kDone)
      << "it is so already";
  EXPECT_EQ(voters(), (std::vector{kHub, kOtherStandby}));
  EXPECT_EQ(deployment.ask(SetVoter{NodeId(30), true, next + 1}).refusal,
            AdminRefusal::kUnknownMember);
}

TEST_F(Upgrade, WhoVotesStaysAMemberUntilItsVoteIsTaken) {
  deployment.run_for(seconds(3));
  EXPECT_EQ(deployment.ask(RemoveMember{kHub, Incarnation(1)}).refusal, AdminRefusal::kVoter);
  ASSERT_EQ(set_vote(kHub, false).verdict, AdminVerdict::kDone);
  EXPECT_EQ(deployment.ask(RemoveMember{kHub, Incarnation(1)}).verdict, AdminVerdict::kDone);
  deployment.simulation().halt(kHub, world::HaltReason::kFinished);
  expect_nothing_lost();
}

}  // namespace
}  // namespace swarm
