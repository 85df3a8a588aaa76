// Changing membership, learners and snapshots as timelines.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "raft/messages.h"
#include "raft_cluster.h"

namespace swarm::test {
namespace {

using core::milliseconds;
using core::seconds;
using enum MembershipChange;

void propose_many(RaftCluster& cluster, int count) {
  for (int i = 0; i < count; ++i) {
    ASSERT_TRUE(cluster.propose(cluster.leader(), "c" + std::to_string(i)).has_value());
    cluster.advance(milliseconds(1));
  }
}

// Asks until the group can do it.
void change(RaftCluster& cluster, MembershipChange change, world::NodeId subject) {
  core::Result<Index> done = core::fail(core::Code::kUnavailable, "");
  ASSERT_TRUE(cluster.advance_until(
      [&] {
        if (!done.has_value() && done.error().code == core::Code::kUnavailable) {
          done = cluster.change(change, subject);
        }
        return done.has_value() && cluster.leader() &&
               cluster.raft(cluster.leader()).commit_index() >= *done;
      },
      seconds(5)))
      << (done.has_value() ? "not committed" : done.error().message);
}

TEST(RaftMembership, LearnerReplicatesButNeitherVotesNorStandsNorCounts) {
  RaftCluster cluster({.voters = 3, .learners = 2});
  const world::NodeId leader = cluster.elect();
  propose_many(cluster, 20);
  ASSERT_TRUE(cluster.advance_until([&] { return cluster.converged(); }, seconds(1)));
  std::vector<world::NodeId> voters = cluster.raft(leader).configuration().voters;
  for (const world::NodeId id : voters) {
    if (id != leader) {
      cluster.kill(id);
    }
  }
  const Index before = cluster.raft(leader).commit_index();
  ASSERT_TRUE(cluster.propose(leader, "not by learners").has_value());
  cluster.advance(seconds(3));
  EXPECT_EQ(cluster.raft(leader).role() == Role::kLeader, false) << "two learners are no quorum";
  EXPECT_EQ(cluster.raft(leader).commit_index(), before);
  for (const auto& [id, record] : cluster.seen<ElectionStarted>()) {
    EXPECT_LE(id, node(3));
  }
  for (const auto& [id, record] : cluster.seen<VoteDurable>()) {
    EXPECT_LE(id, node(3));
  }
}

TEST(RaftMembership, JoinerBecomesLearnerThenVoter) {
  RaftCluster cluster({.voters = 3});
  cluster.elect();
  propose_many(cluster, 50);
  cluster.boot_joiner(node(4));
  cluster.advance(seconds(1));
  EXPECT_EQ(cluster.raft(node(4)).role(), Role::kFollower) << "it waits to be added";
  EXPECT_EQ(cluster.raft(node(4)).term(), 0U);
  change(cluster, kAddLearner, node(4));
  ASSERT_TRUE(cluster.advance_until([&] { return cluster.converged(); }, seconds(1)));
  EXPECT_EQ(cluster.applied(node(4)).size(), 50U);
  change(cluster, kPromote, node(4));
  const Configuration& now = cluster.raft(cluster.leader()).configuration();
  EXPECT_THAT(now.voters, testing::ElementsAre(node(1), node(2), node(3), node(4)));
  EXPECT_THAT(now.learners, testing::IsEmpty());
  EXPECT_EQ(now.quorum(), 3U);
}

TEST(RaftMembership, SilentLearnerIsNotPromoted) {
  RaftCluster cluster({.voters = 3});
  cluster.elect();
  change(cluster, kAddLearner, node(4));
  const auto refused = cluster.change(kPromote, node(4));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, core::Code::kUnavailable);
  EXPECT_THAT(refused.error().message, testing::HasSubstr("node 4 holds entries up to 0 of"));
}

TEST(RaftMembership, OneChangeAtATimeAndOnlyByAReadyLeader) {
  RaftCluster cluster({.voters = 3});
  const world::NodeId leader = cluster.elect();
  ASSERT_TRUE(cluster.change(kAddLearner, node(4)).has_value());
  const auto second = cluster.change(kAddLearner, node(5));
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().code, core::Code::kUnavailable);
  EXPECT_THAT(second.error().message, testing::HasSubstr("before the last change is committed"));
  cluster.advance(milliseconds(20));
  EXPECT_TRUE(cluster.change(kAddLearner, node(5)).has_value());
  cluster.advance(milliseconds(20));
  EXPECT_EQ(cluster.change(kAddVoter, node(5)).error().code, core::Code::kInvalid);
  EXPECT_EQ(cluster.change(kRemove, node(6)).error().code, core::Code::kInvalid);
  EXPECT_EQ(cluster.change(kPromote, node(6)).error().code, core::Code::kInvalid);
  EXPECT_EQ(cluster.change(kAddVoter, node(0)).error().code, core::Code::kInvalid);
  EXPECT_EQ(cluster.leader(), leader);
}

// Ongaro's correction of 2015: before its no-op commits, a leader may hold an old configuration
// that a majority has already left.
TEST(RaftMembership, NewLeaderChangesNothingBeforeItsNoOpIsCommitted) {
  RaftCluster cluster({.voters = 3});
  cluster.on_send([](const world::Message& message) { return message.type != AppendReply::kType; });
  const auto leads = [&](world::NodeId id) { return cluster.raft(id).is_leader(); };
  ASSERT_TRUE(
      cluster.advance_until([&] { return std::ranges::any_of(cluster.ids(), leads); }, seconds(1)));
  const auto ids = cluster.ids();
  const world::NodeId leader = *std::ranges::find_if(ids, leads);
  EXPECT_FALSE(cluster.raft(leader).is_leader_ready());
  const auto refused = cluster.change_by(leader, kAddLearner, node(4));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, core::Code::kUnavailable);
  EXPECT_THAT(refused.error().message,
              testing::HasSubstr("before its new leader has committed an entry"));
  cluster.on_send(nullptr);
  ASSERT_TRUE(cluster.advance_until([&] { return cluster.leader() == leader; }, seconds(1)));
  EXPECT_TRUE(cluster.change_by(leader, kAddLearner, node(4)).has_value());
}

TEST(RaftMembership, LastVoterStays) {
  RaftCluster cluster({.voters = 1, .learners = 1});
  cluster.elect();
  const auto refused = cluster.change(kRemove, node(1));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().message, "node 1 is the last voter");
}

TEST(RaftMembership, WhoGivesUpItsVoteGoesOnLearning) {
  RaftCluster cluster({.voters = 3});
  const world::NodeId old = cluster.elect();
  propose_many(cluster, 5);
  change(cluster, kDemote, old);
  EXPECT_EQ(cluster.seen<SteppedDown>()[0].second.reason, StepDownReason::kRemoved);
  const world::NodeId next = cluster.elect();
  EXPECT_NE(next, old);
  const Configuration& now = cluster.raft(next).configuration();
  EXPECT_EQ(now.voters.size(), 2U);
  EXPECT_THAT(now.learners, testing::ElementsAre(old));
  ASSERT_TRUE(cluster.propose(next, "on").has_value());
  EXPECT_TRUE(cluster.advance_until([&] { return cluster.converged(); }, seconds(1)));
  EXPECT_EQ(cluster.applied(old), cluster.applied(next));
  EXPECT_EQ(cluster.change(kDemote, old).error().message,
            "node " + std::to_string(old.value) + " is not a voter");
}

TEST(RaftMembership, RemovedFollowerCannotDisturb) {
  RaftCluster cluster({.voters = 4});
  const world::NodeId leader = cluster.elect();
  const world::NodeId removed = leader == node(4) ? node(3) : node(4);
  change(cluster, kRemove, removed);
  const Term term = cluster.raft(leader).term();
  cluster.advance(seconds(5));
  EXPECT_EQ(cluster.leader(), leader);
  EXPECT_EQ(cluster.raft(leader).term(), term);
  // Even when the group has to elect, the removed node's older log wins no votes.
  propose_many(cluster, 3);
  cluster.kill(leader);
  const world::NodeId next = cluster.elect();
  EXPECT_NE(next, removed);
}

TEST(RaftMembership, LeaderRemovesItselfAndTheOthersGoOn) {
  RaftCluster cluster({.voters = 3});
  const world::NodeId old = cluster.elect();
  propose_many(cluster, 5);
  ASSERT_TRUE(cluster.change(kRemove, old).has_value());
  ASSERT_TRUE(cluster.advance_until([&] { return !cluster.seen<SteppedDown>().empty(); },
                                    milliseconds(50)));
  EXPECT_EQ(cluster.seen<SteppedDown>()[0].second.reason, StepDownReason::kRemoved);
  const world::NodeId next = cluster.elect();
  EXPECT_NE(next, old);
  EXPECT_EQ(cluster.raft(next).configuration().voters.size(), 2U);
  cluster.advance(seconds(3));
  EXPECT_EQ(cluster.leader(), next);
  ASSERT_TRUE(cluster.propose(next, "on").has_value());
  EXPECT_TRUE(cluster.advance_until([&] { return cluster.converged(); }, seconds(1)));
}

// Thesis, section 4.2.2: the only node that has the configuration without itself may be needed to
// elect, because its log is the newest of a bare quorum.
TEST(RaftMembership, LeaderThatRemovesItselfAndCrashesIsStillOfUse) {
  RaftCluster cluster({.voters = 2});
  const world::NodeId old = cluster.elect();
  cluster.advance(milliseconds(50));
  cluster.on_send([](const world::Message& message) {
    return message.type != AppendEntries::kType ||
           world::payload<AppendEntries>(message)->entries.empty();
  });
  ASSERT_TRUE(cluster.change(kRemove, old).has_value());
  cluster.advance(milliseconds(5));
  cluster.kill(old);
  cluster.on_send(nullptr);
  cluster.restart(old);
  const world::NodeId other = old == node(1) ? node(2) : node(1);
  ASSERT_TRUE(cluster.advance_until([&] { return cluster.leader() == other; }, seconds(5)));
  EXPECT_THAT(cluster.raft(other).configuration().voters, testing::ElementsAre(other));
}

// The entry that adds node 4 never commits and is overwritten: its configuration is forgotten.
TEST(RaftMembership, OverwrittenConfigurationIsTakenBack) {
  RaftCluster cluster({.voters = 3, .preferred = 1});
  cluster.elect();
  cluster.advance(milliseconds(50));
  cluster.isolate(node(1));
  ASSERT_TRUE(cluster.change(kAddVoter, node(4)).has_value());
  EXPECT_EQ(cluster.raft(node(1)).configuration().voters.size(), 4U);
  cluster.advance(milliseconds(200));
  ASSERT_NE(cluster.elect(), node(1));
  propose_many(cluster, 2);
  cluster.heal();
  ASSERT_TRUE(cluster.advance_until([&] { return cluster.converged(); }, seconds(2)));
  EXPECT_EQ(cluster.raft(node(1)).configuration().voters.size(), 3U);
}

// Node 4 was added while node 3 was away. When 1 dies, 3 must listen to leader 4, of whom it knows
// nothing.
TEST(RaftMembership, LaggingNodeAcceptsALeaderThatItDoesNotKnow) {
  RaftCluster cluster({.voters = 3, .preferred = 1});
  cluster.elect();
  cluster.isolate(node(3));
  cluster.boot_joiner(node(4));
  cluster.cut(node(3), node(4));
  cluster.cut(node(4), node(3));
  change(cluster, kAddVoter, node(4));
  cluster.advance(milliseconds(50));
  EXPECT_FALSE(cluster.raft(node(3)).configuration().contains(node(4)));
  cluster.kill(node(1));
  cluster.heal();
  cluster.on_send([](const world::Message& message) {
    return message.type != RequestVote::kType || message.from == node(4);
  });
  ASSERT_TRUE(cluster.advance_until([&] { return cluster.leader() == node(4); }, seconds(5)));
  cluster.advance(milliseconds(100));
  EXPECT_TRUE(cluster.raft(node(3)).configuration().is_voter(node(4)));
}

ClusterOptions compacting(std::uint32_t voters) {
  ClusterOptions options{.voters = voters};
  options.raft.snapshot_threshold = 10;
  return options;
}

TEST(RaftSnapshot, LogAndStoreStayBounded) {
  RaftCluster cluster(compacting(3));
  cluster.elect();
  for (int i = 0; i < 30; ++i) {
    propose_many(cluster, 10);
    cluster.advance(milliseconds(50));
    for (const world::NodeId id : cluster.ids()) {
      EXPECT_LE(cluster.raft(id).log().entries().size(), 25U);
      EXPECT_LE(cluster.stored_records(id), 25U);
    }
  }
  ASSERT_TRUE(cluster.advance_until([&] { return cluster.converged(); }, seconds(1)));
}

TEST(RaftSnapshot, RestartFromASnapshotRestoresTheOwnersState) {
  RaftCluster cluster(compacting(3));
  cluster.elect();
  propose_many(cluster, 35);
  ASSERT_TRUE(cluster.advance_until([&] { return cluster.converged(); }, seconds(1)));
  const world::NodeId id = cluster.leader();
  const Index covered = cluster.raft(id).log().snapshot().index;
  EXPECT_GE(covered, 25U);
  const std::vector<std::string> before = cluster.applied(id);
  cluster.kill(id);
  cluster.restart(id);
  EXPECT_EQ(cluster.raft(id).log().snapshot().index, covered);
  EXPECT_GE(cluster.applied(id).size(), 20U);
  cluster.elect();
  ASSERT_TRUE(cluster.advance_until([&] { return cluster.converged(); }, seconds(1)));
  EXPECT_EQ(cluster.applied(id), before);
}

TEST(RaftSnapshot, LaggingNodeGetsASnapshotInPieces) {
  ClusterOptions options = compacting(3);
  options.raft.append_bytes_limit = 100;
  RaftCluster cluster(options);
  const world::NodeId leader = cluster.elect();
  const world::NodeId away = leader == node(1) ? node(2) : node(1);
  cluster.isolate(away);
  propose_many(cluster, 200);
  ASSERT_GT(cluster.raft(leader).log().snapshot().state.size(), 1000U);
  int pieces = 0;
  cluster.on_send([&](const world::Message& message) {
    pieces += message.type == InstallSnapshot::kType;
    return true;
  });
  cluster.heal();
  ASSERT_TRUE(cluster.advance_until([&] { return cluster.converged(); }, seconds(1)));
  EXPECT_GT(pieces, 10);
  EXPECT_EQ(cluster.applied(away).size(), 200U);
  EXPECT_EQ(cluster.seen<SnapshotDurable>().size(), 1U);
  cluster.kill(away);
  cluster.restart(away);
  EXPECT_GE(cluster.applied(away).size(), 190U) << "the installed snapshot is durable";
}

TEST(RaftSnapshot, InterruptedTransferBeginsAnew) {
  ClusterOptions options = compacting(3);
  options.raft.append_bytes_limit = 100;
  RaftCluster cluster(options);
  const world::NodeId leader = cluster.elect();
  const world::NodeId away = leader == node(1) ? node(2) : node(1);
  cluster.kill(away);
  propose_many(cluster, 200);
  cluster.restart(away);
  int pieces = 0;
  cluster.on_send([&](const world::Message& message) {
    pieces += message.type == InstallSnapshot::kType;
    return true;
  });
  ASSERT_TRUE(cluster.advance_until([&] { return pieces == 5; }, seconds(1)));
  cluster.kill(away);
  cluster.restart(away);
  ASSERT_TRUE(cluster.advance_until([&] { return cluster.converged(); }, seconds(3)));
  EXPECT_EQ(cluster.applied(away).size(), 200U);
}

TEST(RaftSnapshot, LostAndDuplicatedPiecesDoNoHarm) {
  ClusterOptions options = compacting(3);
  options.raft.append_bytes_limit = 50;
  options.loss = num::Probability::percent(10);
  options.duplicate = num::Probability::percent(20);
  RaftCluster cluster(options);
  const world::NodeId leader = cluster.elect();
  const world::NodeId away = leader == node(1) ? node(2) : node(1);
  cluster.kill(away);
  for (int i = 0; i < 200; ++i) {
    const world::NodeId leading = cluster.elect();
    (void)cluster.propose(leading, "c" + std::to_string(i));
    cluster.advance(milliseconds(1));
  }
  cluster.restart(away);
  EXPECT_TRUE(cluster.advance_until([&] { return cluster.converged(); }, seconds(20)));
}

TEST(RaftSnapshot, JoinerOfACompactedGroupLearnsWhoIsIn) {
  RaftCluster cluster(compacting(3));
  cluster.elect();
  propose_many(cluster, 40);
  cluster.boot_joiner(node(4));
  change(cluster, kAddLearner, node(4));
  propose_many(cluster, 40);
  ASSERT_TRUE(cluster.advance_until([&] { return cluster.converged(); }, seconds(1)));
  EXPECT_EQ(cluster.applied(node(4)).size(), 80U);
  EXPECT_EQ(cluster.raft(node(4)).configuration(), cluster.raft(node(1)).configuration());
  cluster.kill(node(4));
  cluster.restart(node(4));
  EXPECT_TRUE(cluster.raft(node(4)).configuration().is_learner(node(4)));
}

}  // namespace
}  // namespace swarm::test
