// Elections as timelines. Heartbeats every 30 ms, election timeout 150 to 300 ms, latency 1 to 2
// ms.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "raft/messages.h"
#include "raft_cluster.h"

namespace swarm::test {
namespace {

using core::milliseconds;
using core::seconds;

std::vector<world::NodeId> leaders_of(const RaftCluster& cluster) {
  std::vector<world::NodeId> leaders;
  for (const auto& [id, record] : cluster.seen<BecameLeader>()) {
    leaders.push_back(id);
  }
  return leaders;
}

TEST(RaftElection, OneLeaderWithinTwoTimeoutsAndNoSecond) {
  RaftCluster cluster({.voters = 5});
  EXPECT_TRUE(cluster.advance_until([&] { return static_cast<bool>(cluster.leader()); },
                                    milliseconds(320)));
  cluster.advance(seconds(5));
  EXPECT_EQ(leaders_of(cluster).size(), 1U);
  const world::NodeId leader = cluster.leader();
  for (const world::NodeId id : cluster.ids()) {
    EXPECT_EQ(cluster.raft(id).leader(), leader);
    EXPECT_EQ(cluster.raft(id).term(), 1U);
    EXPECT_EQ(cluster.raft(id).role(), id == leader ? Role::kLeader : Role::kFollower);
  }
}

TEST(RaftElection, PreferredNodeLeadsAtOnce) {
  RaftCluster cluster({.voters = 3, .preferred = 2});
  EXPECT_TRUE(cluster.advance_until([&] { return cluster.leader() == node(2); }, milliseconds(20)));
}

TEST(RaftElection, NodeThatMayNotLeadNeverStands) {
  ClusterOptions options{.voters = 3};
  options.raft.may_lead = false;
  RaftCluster cluster(options);
  cluster.advance(seconds(3));
  EXPECT_THAT(cluster.seen<ElectionStarted>(), testing::IsEmpty());
}

TEST(RaftElection, SingleVoterCommitsAfterItsOwnPersist) {
  RaftCluster cluster({.voters = 1});
  ASSERT_EQ(cluster.elect(), node(1));
  cluster.slow_disk(node(1), milliseconds(40));
  ASSERT_TRUE(cluster.propose(node(1), "a").has_value());
  cluster.advance(milliseconds(39));
  EXPECT_THAT(cluster.applied(node(1)), testing::IsEmpty());
  cluster.advance(milliseconds(1));
  EXPECT_THAT(cluster.applied(node(1)), testing::ElementsAre("a"));
}

TEST(RaftElection, KilledLeaderIsReplacedWithinThreeTimeouts) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    RaftCluster cluster({.voters = 3, .seed = seed});
    const world::NodeId first = cluster.elect();
    cluster.kill(first);
    ASSERT_TRUE(cluster.advance_until([&] { return static_cast<bool>(cluster.leader()); },
                                      3 * milliseconds(300)))
        << "seed " << seed;
    EXPECT_NE(cluster.leader(), first);
    EXPECT_GE(cluster.raft(cluster.leader()).term(), 2U);
  }
}

TEST(RaftElection, RestartedLeaderNeedNotWaitUntilOthersForgetIt) {
  RaftCluster cluster({.voters = 3, .preferred = 1});
  ASSERT_EQ(cluster.elect(), node(1));
  cluster.kill(node(1));
  cluster.restart(node(1));
  EXPECT_TRUE(cluster.advance_until([&] { return cluster.leader() == node(1); }, milliseconds(30)));
}

// With messages as slow as this several nodes often stand in one term and nobody gets a majority;
// the next drawn timeouts decide.
TEST(RaftElection, SplitVotesResolve) {
  int terms_without_leader = 0;
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    RaftCluster cluster({.voters = 4,
                         .seed = seed,
                         .latency_min = milliseconds(30),
                         .latency_max = milliseconds(60)});
    ASSERT_TRUE(cluster.elect()) << "seed " << seed;
    terms_without_leader += static_cast<int>(cluster.raft(cluster.leader()).term()) - 1;
  }
  EXPECT_GT(terms_without_leader, 10);
}

TEST(RaftElection, PreVoteKeepsARejoiningNodeFromDisturbing) {
  RaftCluster cluster({.voters = 3});
  const world::NodeId leader = cluster.elect();
  const world::NodeId away = leader == node(1) ? node(2) : node(1);
  cluster.isolate(away);
  cluster.advance(seconds(10));
  EXPECT_EQ(cluster.raft(away).role(), Role::kPreCandidate);
  EXPECT_EQ(cluster.raft(away).term(), 1U) << "pre-votes do not move the term";
  cluster.heal();
  cluster.advance(seconds(2));
  EXPECT_EQ(cluster.leader(), leader);
  EXPECT_EQ(cluster.raft(leader).term(), 1U);
  EXPECT_EQ(cluster.raft(away).leader(), leader);
}

// It hears nobody but everybody hears it: the case that pre-vote alone must withstand for ever.
TEST(RaftElection, NodeThatCanSendButNotReceiveIsIgnored) {
  RaftCluster cluster({.voters = 3});
  const world::NodeId leader = cluster.elect();
  const world::NodeId deaf = leader == node(1) ? node(2) : node(1);
  for (const world::NodeId other : cluster.ids()) {
    if (other != deaf) {
      cluster.cut(other, deaf);
    }
  }
  cluster.advance(seconds(10));
  EXPECT_EQ(leaders_of(cluster).size(), 1U);
  EXPECT_EQ(cluster.leader(), leader);
}

TEST(RaftElection, LeaderCutOffFromAQuorumStepsDown) {
  RaftCluster cluster({.voters = 5});
  const world::NodeId leader = cluster.elect();
  std::vector<world::NodeId> rest = cluster.ids();
  std::erase(rest, leader);
  cluster.partition({{leader, rest[0]}, {rest[1], rest[2], rest[3]}});
  cluster.advance(milliseconds(150 + 30 + 5));
  EXPECT_EQ(cluster.raft(leader).role(), Role::kFollower);
  const auto stepped = cluster.seen<SteppedDown>();
  ASSERT_EQ(stepped.size(), 1U);
  EXPECT_EQ(stepped[0].second.reason, StepDownReason::kNoQuorum);
  EXPECT_NE(cluster.elect(), leader);
  EXPECT_EQ(cluster.propose(leader, "lost").error().code, core::Code::kUnavailable);
}

TEST(RaftElection, LeaderStaysWithABareQuorum) {
  RaftCluster cluster({.voters = 5});
  const world::NodeId leader = cluster.elect();
  std::vector<world::NodeId> rest = cluster.ids();
  std::erase(rest, leader);
  cluster.kill(rest[0]);
  cluster.kill(rest[1]);
  cluster.advance(seconds(5));
  EXPECT_EQ(cluster.leader(), leader);
  EXPECT_EQ(leaders_of(cluster).size(), 1U);
}

TEST(RaftElection, PausedLeaderFindsThatItsTermIsOver) {
  RaftCluster cluster({.voters = 3});
  const world::NodeId old = cluster.elect();
  cluster.pause(old);
  const world::NodeId next = cluster.elect();
  ASSERT_NE(next, old);
  cluster.resume(old);
  cluster.advance(milliseconds(100));
  EXPECT_EQ(cluster.leader(), next);
  EXPECT_EQ(cluster.raft(old).leader(), next);
  EXPECT_EQ(cluster.raft(old).term(), cluster.raft(next).term());
}

// A vote that is durable but whose answer never left binds the node after its restart.
TEST(RaftElection, NoSecondVoteInATermAcrossARestart) {
  RaftCluster cluster({.voters = 3});
  cluster.isolate(node(3));
  RequestVote request{GroupId(7), false, 0, 0};
  world::Message ask = world::make_message(node(3), request, 5);
  ask.incarnation = world::Incarnation(1);
  cluster.heal();
  cluster.inject(node(1), node(3), ask);
  ASSERT_TRUE(cluster.advance_until([&] { return !cluster.seen<VoteDurable>().empty(); },
                                    milliseconds(20)));
  EXPECT_EQ(cluster.seen<VoteDurable>()[0].second.candidate, node(1));
  cluster.kill(node(3));
  cluster.restart(node(3));
  std::vector<VoteReply> replies;
  cluster.on_send([&](const world::Message& message) {
    if (message.type == VoteReply::kType) {
      replies.push_back(*world::payload<VoteReply>(message));
    }
    return true;
  });
  cluster.inject(node(2), node(3), ask);
  cluster.inject(node(1), node(3), ask);
  cluster.advance(milliseconds(20));
  ASSERT_EQ(replies.size(), 2U);
  EXPECT_EQ(std::ranges::count(replies, true, &VoteReply::granted), 1);
}

TEST(RaftElection, VoteDoesNotLeaveBeforeItIsDurable) {
  RaftCluster cluster({.voters = 3});
  cluster.slow_disk(node(3), milliseconds(50));
  std::vector<core::Duration> replied;
  cluster.on_send([&](const world::Message& message) {
    if (message.type == VoteReply::kType && message.from == node(3)) {
      replied.push_back(cluster.now());
    }
    return true;
  });
  world::Message ask = world::make_message(node(3), RequestVote{GroupId(7), false, 0, 0}, 5);
  ask.incarnation = world::Incarnation(1);
  cluster.inject(node(1), node(3), ask);
  cluster.advance(milliseconds(20));
  EXPECT_EQ(cluster.raft(node(3)).term(), 5U);
  EXPECT_THAT(replied, testing::IsEmpty());
  cluster.kill(node(3), RaftCluster::Unsynced::kLose);
  cluster.restart(node(3));
  EXPECT_EQ(cluster.raft(node(3)).term(), 0U) << "it promised nothing to anybody";
}

TEST(RaftElection, MessagesOfAnotherGroupAreRefused) {
  RaftCluster cluster({.voters = 3});
  const world::NodeId leader = cluster.elect();
  const std::uint64_t before = cluster.raft(leader).digest();
  for (const GroupId group : {GroupId(8), GroupId(0)}) {
    world::Message foreign = world::make_message(leader, AppendEntries{group, 0, 0, 0, {}}, 99);
    foreign.incarnation = world::Incarnation(1);
    RaftCluster untouched({.voters = 3});
    cluster.inject(node(9), leader, foreign);
  }
  cluster.advance_until([] { return false; }, core::Duration::zero());
  EXPECT_EQ(cluster.raft(leader).digest(), before);
  cluster.advance(milliseconds(100));
  EXPECT_EQ(cluster.leader(), leader);
  EXPECT_EQ(cluster.raft(leader).term(), 1U);
}

TEST(RaftElection, VotesOfStrangersAndOldTermsDoNotCount) {
  RaftCluster cluster({.voters = 5});
  cluster.partition({{node(1)}, {node(2)}, {node(3)}, {node(4)}, {node(5)}});
  ASSERT_TRUE(cluster.advance_until(
      [&] { return cluster.raft(node(1)).role() == Role::kPreCandidate; }, seconds(1)));
  cluster.heal();
  // One stranger, one member twice: still one vote besides its own of five.
  for (const std::uint32_t from : {9U, 8U, 7U, 2U, 2U}) {
    world::Message vote = world::make_message(node(1), VoteReply{GroupId(7), true, true, 1}, 0);
    vote.incarnation = world::Incarnation(1);
    cluster.inject(node(from), node(1), vote);
  }
  world::Message old = world::make_message(node(1), VoteReply{GroupId(7), true, true, 0}, 0);
  old.incarnation = world::Incarnation(1);
  cluster.inject(node(3), node(1), old);
  cluster.partition({{node(1), node(2), node(3), node(7), node(8), node(9)}});
  cluster.on_send([](const world::Message&) { return false; });
  cluster.advance(milliseconds(10));
  EXPECT_EQ(cluster.raft(node(1)).role(), Role::kPreCandidate);
  world::Message third = world::make_message(node(1), VoteReply{GroupId(7), true, true, 1}, 0);
  third.incarnation = world::Incarnation(1);
  cluster.inject(node(3), node(1), third);
  cluster.advance(milliseconds(3));
  EXPECT_EQ(cluster.raft(node(1)).role(), Role::kCandidate);
}

}  // namespace
}  // namespace swarm::test
