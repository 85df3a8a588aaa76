// Replication, commitment and recovery as timelines. Heartbeats every 30 ms, election timeout 150
// to 300 ms, latency 1 to 2 ms, persists 1 ms.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "raft/messages.h"
#include "raft/record.h"
#include "raft_cluster.h"

namespace swarm::test {
namespace {

using core::milliseconds;
using core::seconds;
using testing::ElementsAre;
using testing::IsEmpty;

std::vector<world::NodeId> others(const RaftCluster& cluster, world::NodeId id) {
  std::vector<world::NodeId> rest = cluster.ids();
  std::erase(rest, id);
  return rest;
}

void propose_many(RaftCluster& cluster, int count, const std::string& prefix = "c") {
  for (int i = 0; i < count; ++i) {
    ASSERT_TRUE(cluster.propose(cluster.leader(), prefix + std::to_string(i)).has_value());
    cluster.advance(milliseconds(1));
  }
}

TEST(RaftReplication, CommandsReachEverybodyInOrder) {
  RaftCluster cluster({.voters = 3, .learners = 2});
  cluster.elect();
  propose_many(cluster, 100);
  ASSERT_TRUE(cluster.advance_until([&] { return cluster.converged(); }, seconds(1)));
  EXPECT_EQ(cluster.applied(node(5)).size(), 100U);
  EXPECT_EQ(cluster.applied(node(5))[99], "c99");
}

TEST(RaftReplication, FollowersRefuseProposalsAndNameTheLeader) {
  RaftCluster cluster({.voters = 3, .preferred = 2});
  cluster.elect();
  cluster.advance(milliseconds(50));
  const auto refused = cluster.propose(node(1), "x");
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, core::Code::kUnavailable);
  EXPECT_EQ(refused.error().message, "node 1 does not lead group 7; the leader is node 2");
}

TEST(RaftReplication, ProposalsAreBounded) {
  ClusterOptions options{.voters = 3};
  options.raft.uncommitted_limit = 10;
  RaftCluster cluster(options);
  const world::NodeId leader = cluster.elect();
  for (int i = 0; i < 10; ++i) {
    ASSERT_TRUE(cluster.propose(leader, "x").has_value());
  }
  EXPECT_EQ(cluster.propose(leader, "x").error().code, core::Code::kExhausted);
  cluster.advance(milliseconds(20));
  EXPECT_TRUE(cluster.propose(leader, "x").has_value());
  EXPECT_EQ(cluster.propose(leader, std::string(Raft::kMaximumCommandBytes + 1, 'x')).error().code,
            core::Code::kInvalid);
}

// The followers' disks are fast, the leader's is slow: two durable copies of three commit.
TEST(RaftReplication, LeaderSendsBeforeItsOwnPersistAndCountsItselfAfter) {
  RaftCluster cluster({.voters = 3});
  const world::NodeId leader = cluster.elect();
  cluster.slow_disk(leader, milliseconds(60));
  cluster.advance(milliseconds(50));
  cluster.forget_trace();
  ASSERT_TRUE(cluster.propose(leader, "a").has_value());
  cluster.advance(milliseconds(10));
  EXPECT_EQ(cluster.seen<EntryDurable>().size(), 2U) << "the followers hold it before the leader";
  EXPECT_THAT(cluster.seen<Committed>(), IsEmpty()) << "nothing leaves the leader meanwhile";
  cluster.advance(milliseconds(60));
  const auto committed = cluster.seen<Committed>();
  ASSERT_EQ(committed.size(), 1U);
  EXPECT_EQ(committed[0].second.durable, others(cluster, leader))
      << "the answers arrived before the leader's own disk was done";
}

TEST(RaftReplication, FollowerAcknowledgesOnlyWhatIsDurable) {
  RaftCluster cluster({.voters = 3});
  const world::NodeId leader = cluster.elect();
  cluster.advance(milliseconds(50));
  const auto rest = others(cluster, leader);
  cluster.isolate(rest[0]);
  cluster.slow_disk(rest[1], milliseconds(80));
  const Index index = cluster.propose(leader, "a").value();
  cluster.advance(milliseconds(70));
  EXPECT_EQ(cluster.raft(rest[1]).last_index(), index);
  EXPECT_LT(*cluster.raft(leader).match_index(rest[1]), index);
  EXPECT_LT(cluster.raft(leader).commit_index(), index);
  cluster.kill(rest[1], RaftCluster::Unsynced::kLose);
  cluster.restart(rest[1]);
  EXPECT_LT(cluster.raft(rest[1]).last_index(), index) << "never durable, never acknowledged";
}

// A crash between the persist and the answer: durable but unknown to the leader. It is sent again.
TEST(RaftReplication, CrashBetweenPersistAndAnswerLosesNothing) {
  RaftCluster cluster({.voters = 3});
  const world::NodeId leader = cluster.elect();
  cluster.advance(milliseconds(50));
  const auto rest = others(cluster, leader);
  cluster.isolate(rest[0]);
  const Index index = cluster.propose(leader, "a").value();
  ASSERT_TRUE(cluster.advance_until([&] { return cluster.raft(rest[1]).last_index() == index; },
                                    milliseconds(10)));
  cluster.kill(rest[1], RaftCluster::Unsynced::kKeep);
  cluster.restart(rest[1]);
  EXPECT_EQ(cluster.raft(rest[1]).last_index(), index);
  ASSERT_TRUE(cluster.advance_until([&] { return cluster.raft(leader).commit_index() >= index; },
                                    milliseconds(100)));
  EXPECT_THAT(cluster.applied(leader), ElementsAre("a"));
}

TEST(RaftReplication, LostAppendsAreFoundByTheNextHeartbeat) {
  RaftCluster cluster({.voters = 3});
  const world::NodeId leader = cluster.elect();
  cluster.advance(milliseconds(50));
  int lost = 0;
  cluster.on_send([&](const world::Message& message) {
    const bool has_entries = message.type == AppendEntries::kType &&
                             !world::payload<AppendEntries>(message)->entries.empty();
    lost += has_entries ? 1 : 0;
    return !has_entries;
  });
  ASSERT_TRUE(cluster.propose(leader, "a").has_value());
  cluster.advance(milliseconds(2));
  EXPECT_EQ(lost, 2);
  cluster.on_send(nullptr);
  EXPECT_TRUE(
      cluster.advance_until([&] { return cluster.applied(leader).size() == 1; }, milliseconds(60)));
}

TEST(RaftReplication, AppendsInFlightAreBounded) {
  ClusterOptions options{.voters = 2, .latency_max = milliseconds(1)};
  options.raft.in_flight_limit = 4;
  options.raft.append_entries_limit = 8;
  RaftCluster cluster(options);
  const world::NodeId leader = cluster.elect();
  cluster.advance(milliseconds(50));
  int sent = 0;
  std::size_t largest = 0;
  cluster.on_send([&](const world::Message& message) {
    if (message.type == AppendEntries::kType) {
      ++sent;
      largest = std::max(largest, world::payload<AppendEntries>(message)->entries.size());
    }
    return true;
  });
  cluster.slow_disk(leader, core::Duration::zero());
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(cluster.propose(leader, "x").has_value());
    cluster.advance(core::Duration::zero());
  }
  EXPECT_EQ(sent, 4);
  ASSERT_TRUE(cluster.advance_until([&] { return cluster.converged(); }, milliseconds(100)));
  EXPECT_EQ(largest, 8U);
  EXPECT_LT(sent, 30) << "entries that waited travel together";
}

// Paper, figure 7: followers with missing and with extra entries are made equal to the leader's
// log.
TEST(RaftReplication, DivergedLogsAreRepaired) {
  RaftCluster cluster({.voters = 5, .preferred = 1});
  cluster.elect();
  propose_many(cluster, 3, "common");
  cluster.advance(milliseconds(50));
  // Node 1 leads a minority and appends what never commits.
  cluster.partition({{node(1), node(2)}, {node(3), node(4), node(5)}});
  for (int i = 0; i < 40; ++i) {
    ASSERT_TRUE(cluster.propose(node(1), "doomed" + std::to_string(i)).has_value());
  }
  cluster.advance(milliseconds(200));  // check-quorum ends the minority's leader
  const world::NodeId second = cluster.elect();
  ASSERT_GT(second, node(2));
  propose_many(cluster, 30, "kept");
  cluster.heal();
  ASSERT_TRUE(cluster.advance_until([&] { return cluster.converged(); }, seconds(2)));
  cluster.advance(milliseconds(10));
  EXPECT_EQ(cluster.applied(node(1)).size(), 33U);
  EXPECT_EQ(cluster.applied(node(1))[3], "kept0");
  EXPECT_FALSE(cluster.seen<LogTruncated>().empty());
}

// A follower that lags by hundreds of entries of many terms is found in a few round trips, not one
// per entry (paper, end of section 5.3).
TEST(RaftReplication, BacktrackingSkipsWholeTerms) {
  RaftCluster cluster({.voters = 5, .preferred = 1});
  cluster.elect();
  cluster.advance(milliseconds(50));
  cluster.partition({{node(2), node(3), node(4), node(5)}});
  for (int i = 0; i < 300; ++i) {
    ASSERT_TRUE(cluster.propose(node(1), "doomed").has_value());
  }
  cluster.advance(milliseconds(200));
  const world::NodeId second = cluster.elect();
  ASSERT_NE(second, node(1));
  propose_many(cluster, 400, "kept");
  cluster.kill(second);
  ASSERT_NE(cluster.elect(), second);  // it believes at first that all logs end like its own
  int refusals = 0;
  cluster.on_send([&](const world::Message& message) {
    refusals +=
        message.type == AppendReply::kType && !world::payload<AppendReply>(message)->success;
    return true;
  });
  cluster.heal();
  ASSERT_TRUE(cluster.advance_until([&] { return cluster.converged(); }, seconds(2)));
  EXPECT_GE(refusals, 1);
  EXPECT_LE(refusals, 6);
}

// Paper, figure 8. (a) node 1 leads and replicates an entry to node 2 only. (b) It crashes; node 5
// leads with the votes of 3, 4 and itself, appends, and crashes. (c) Node 1 leads again and spreads
// its old entry to a majority. Counting replicas would commit it here. (d) Node 5 may still win and
// overwrite it.
TEST(RaftReplication, OldTermEntryOnAMajorityIsNotCommittedByCounting) {
  RaftCluster cluster({.voters = 5, .preferred = 1});
  ASSERT_EQ(cluster.elect(), node(1));
  cluster.advance(milliseconds(50));
  cluster.partition({{node(1), node(2)}, {node(3), node(4), node(5)}});
  const Index disputed = cluster.propose(node(1), "old").value();  // (a)
  cluster.advance(milliseconds(10));
  EXPECT_EQ(cluster.raft(node(2)).last_index(), disputed);

  cluster.kill(node(1));  // (b)
  cluster.kill(node(2));
  cluster.on_send([&](const world::Message& message) {
    const bool asks = message.type == RequestVote::kType;
    const bool appends = message.type == AppendEntries::kType;
    return !(asks && message.from != node(5)) && !appends;  // 5 wins, and replicates to nobody
  });
  ASSERT_TRUE(cluster.advance_until([&] { return cluster.raft(node(5)).role() == Role::kLeader; },
                                    seconds(5)));
  cluster.advance(milliseconds(5));
  EXPECT_EQ(cluster.raft(node(5)).last_index(), disputed);
  cluster.kill(node(5), RaftCluster::Unsynced::kKeep);

  cluster.heal();  // (c)
  cluster.restart(node(1));
  cluster.restart(node(2));
  bool no_op_passes = false;
  cluster.on_send([&](const world::Message& message) {
    if (message.type == RequestVote::kType) {
      return message.from == node(1);
    }
    if (message.type != AppendEntries::kType) {
      return true;
    }
    const auto append = *world::payload<AppendEntries>(message);
    return no_op_passes || std::ranges::none_of(append.entries, [&](const Entry& entry) {
             return entry.term == message.term;
           });
  });
  ASSERT_TRUE(cluster.advance_until([&] { return cluster.raft(node(1)).role() == Role::kLeader; },
                                    seconds(5)));
  const Term term = cluster.raft(node(1)).term();
  // The old entry alone, from the new leader, on a majority.
  for (const std::uint32_t follower : {2U, 3U, 4U}) {
    const Entry old = cluster.raft(node(1)).log().at(disputed);
    const Term before = *cluster.raft(node(1)).log().term_at(disputed - 1);
    world::Message append = world::make_message(
        node(follower), AppendEntries{GroupId(7), disputed - 1, before, 0, {old}}, term);
    append.incarnation = world::Incarnation(2);
    cluster.inject(node(1), node(follower), append);
  }
  cluster.advance(milliseconds(10));
  for (const std::uint32_t follower : {2U, 3U, 4U}) {
    EXPECT_EQ(cluster.raft(node(1)).match_index(node(follower)), disputed);
  }
  EXPECT_LT(cluster.raft(node(1)).commit_index(), disputed)
      << "four of five hold it; not committed";

  cluster.kill(node(1));  // (d)
  cluster.restart(node(5));
  cluster.on_send([&](const world::Message& message) {
    return message.type != RequestVote::kType || message.from == node(5);
  });
  ASSERT_TRUE(cluster.advance_until([&] { return cluster.leader() == node(5); }, seconds(5)))
      << "its last term is newer, so it may win";
  cluster.on_send(nullptr);
  cluster.restart(node(1));
  ASSERT_TRUE(cluster.advance_until([&] { return cluster.converged(); }, seconds(5)));
  EXPECT_THAT(cluster.applied(node(1)), IsEmpty()) << "the old entry is overwritten";
}

TEST(RaftReplication, RestartedGroupKeepsEverythingCommitted) {
  RaftCluster cluster({.voters = 3});
  cluster.elect();
  propose_many(cluster, 20);
  ASSERT_TRUE(cluster.advance_until([&] { return cluster.converged(); }, seconds(1)));
  for (const world::NodeId id : cluster.ids()) {
    cluster.kill(id);
  }
  for (const world::NodeId id : cluster.ids()) {
    cluster.restart(id);
    EXPECT_THAT(cluster.applied(id), IsEmpty());
    EXPECT_EQ(cluster.raft(id).commit_index(), 0U) << "commitment is learnt anew";
  }
  cluster.elect();
  ASSERT_TRUE(cluster.advance_until([&] { return cluster.converged(); }, seconds(1)));
  EXPECT_EQ(cluster.applied(node(1)).size(), 20U);
}

TEST(RaftReplication, DuplicatedAndOldAnswersChangeNothing) {
  RaftCluster cluster({.voters = 3});
  const world::NodeId leader = cluster.elect();
  std::vector<world::Message> answers;
  cluster.on_send([&](const world::Message& message) {
    if (message.type == AppendReply::kType) {
      answers.push_back(message);
    }
    return true;
  });
  propose_many(cluster, 30);
  ASSERT_TRUE(cluster.advance_until([&] { return cluster.converged(); }, seconds(1)));
  cluster.on_send(nullptr);
  const Index committed = cluster.raft(leader).commit_index();
  const auto rest = others(cluster, leader);
  for (const world::Message& answer : answers) {
    cluster.inject(answer.from, leader, answer);
  }
  world::Message refusal =
      world::make_message(leader, AppendReply{GroupId(7), false, 3, 1, 0}, answers.back().term);
  refusal.incarnation = world::Incarnation(1);
  cluster.inject(rest[0], leader, refusal);
  cluster.advance(milliseconds(5));
  EXPECT_EQ(cluster.raft(leader).commit_index(), committed);
  EXPECT_EQ(cluster.raft(leader).match_index(rest[0]), committed);
  EXPECT_EQ(cluster.leader(), leader);
}

TEST(RaftReplication, AnswersOfAnOldIncarnationAreIgnored) {
  RaftCluster cluster({.voters = 3});
  const world::NodeId leader = cluster.elect();
  const auto rest = others(cluster, leader);
  cluster.kill(rest[0]);
  cluster.restart(rest[0]);
  cluster.advance(milliseconds(100));
  cluster.isolate(rest[0]);
  cluster.isolate(rest[1]);
  const Index index = cluster.propose(leader, "a").value();
  cluster.advance(milliseconds(5));
  cluster.heal();
  cluster.on_send([](const world::Message&) { return false; });
  world::Message stale = world::make_message(leader, AppendReply{GroupId(7), true, index, 0, 0},
                                             cluster.raft(leader).term());
  stale.incarnation = world::Incarnation(1);
  cluster.inject(rest[0], leader, stale);
  cluster.advance(milliseconds(5));
  EXPECT_LT(*cluster.raft(leader).match_index(rest[0]), index);
  EXPECT_LT(cluster.raft(leader).commit_index(), index);
}

TEST(RaftReplication, DamagedMessagesAreIgnored) {
  RaftCluster cluster({.voters = 3});
  const world::NodeId leader = cluster.elect();
  cluster.advance(milliseconds(50));
  const world::NodeId follower = others(cluster, leader)[0];
  const Index last = cluster.raft(follower).last_index();
  const Term term = cluster.raft(leader).term();
  const auto append = [&](std::vector<Entry> entries) {
    world::Message message = world::make_message(
        follower, AppendEntries{GroupId(7), last, term, 0, std::move(entries)}, term);
    message.incarnation = world::Incarnation(1);
    return message;
  };
  world::Message cropped = append({});
  cropped.body.pop_back();
  cluster.inject(leader, follower, cropped);
  cluster.inject(leader, follower, append({{last + 2, term, EntryKind::kNoOp, {}}}));  // a gap
  cluster.inject(leader, follower, append({{last + 1, term + 1, EntryKind::kNoOp, {}}}));
  cluster.inject(leader, follower,
                 append({{last + 1, term, EntryKind::kConfiguration, core::to_bytes("nonsense")}}));
  cluster.advance(milliseconds(5));
  EXPECT_EQ(cluster.raft(follower).last_index(), last);
}

// The follower's tail beyond what an append verifies may be another leader's: it is neither
// committed nor acknowledged, whatever the leader's commit index is.
TEST(RaftReplication, TailBeyondTheVerifiedPrefixProvesNothing) {
  RaftCluster cluster({.voters = 3});
  const world::NodeId leader = cluster.elect();
  cluster.advance(milliseconds(50));
  const world::NodeId follower = others(cluster, leader)[0];
  const Index common = cluster.raft(follower).last_index();
  const Term term = cluster.raft(leader).term();
  cluster.isolate(others(cluster, leader)[1]);
  cluster.on_send([](const world::Message& message) { return message.type != AppendReply::kType; });
  ASSERT_TRUE(cluster.propose(leader, "doomed").has_value());
  ASSERT_TRUE(cluster.propose(leader, "doomed").has_value());
  cluster.advance(milliseconds(10));
  ASSERT_EQ(cluster.raft(follower).last_index(), common + 2);
  std::vector<AppendReply> replies;
  cluster.on_send([&](const world::Message& message) {
    if (message.type == AppendReply::kType && message.from == follower) {
      replies.push_back(*world::payload<AppendReply>(message));
    }
    return false;
  });
  world::Message newer = world::make_message(
      follower, AppendEntries{GroupId(7), common, term, common + 2, {}}, term + 1);
  newer.incarnation = world::Incarnation(1);
  cluster.inject(others(cluster, leader)[1], follower, newer);
  cluster.heal();
  cluster.advance(milliseconds(10));
  EXPECT_EQ(cluster.raft(follower).commit_index(), common);
  ASSERT_FALSE(replies.empty());
  EXPECT_TRUE(replies.back().success);
  EXPECT_EQ(replies.back().index, common);
}

// A slow write of entries that have been overwritten meanwhile must not count for those that
// replaced them.
TEST(RaftReplication, LateWriteOfOverwrittenEntriesDoesNotCountForTheirSuccessors) {
  num::Stream random;
  world::Context context{node(1), world::Incarnation(1), {}, {}, random};
  Raft raft(RaftOptions{.self = node(1), .initial = {{node(1), node(2), node(3)}, {}}});
  world::Effects effects;
  ASSERT_TRUE(raft.start({}, context, effects).has_value());
  const auto append = [&](world::NodeId leader, Term term, std::vector<Entry> entries) {
    world::Message message =
        world::make_message(node(1), AppendEntries{GroupId(), 0, 0, 0, std::move(entries)}, term);
    message.from = leader;
    message.incarnation = world::Incarnation(1);
    raft.receive(message, context, effects);
  };
  const auto entry = [](Index index, Term term) {
    return Entry{index, term, EntryKind::kCommand, core::to_bytes("x")};
  };
  append(node(2), 1, {entry(1, 1), entry(2, 1), entry(3, 1)});
  append(node(3), 2, {entry(1, 2), entry(2, 2)});
  std::vector<world::PersistId> writes;
  for (const world::Effect& effect : effects.list()) {
    if (const auto* persist = std::get_if<world::Persist>(&effect)) {
      writes.push_back(persist->id);
    }
  }
  ASSERT_EQ(writes.size(), 4U);  // term 1, its entries, term 2, its entries
  const auto stands = [&] {
    context.now += seconds(10);
    raft.timer(Raft::kElectionTimer, context, effects);
    return raft.role() == Role::kPreCandidate;
  };
  for (std::size_t write = 0; write < writes.size(); ++write) {
    EXPECT_FALSE(stands()) << "its log is not durable before write " << write;
    raft.persisted(writes[write], context, effects);
  }
  EXPECT_TRUE(stands());
}

TEST(RaftReplication, LastContactTellsWhoIsSilent) {
  RaftCluster cluster({.voters = 3, .learners = 1});
  const world::NodeId leader = cluster.elect();
  cluster.advance(milliseconds(100));
  cluster.kill(node(4));
  cluster.advance(milliseconds(400));
  const core::Time now = core::at(cluster.now());
  const Raft& raft = cluster.raft(leader);
  EXPECT_GE(now - *raft.last_contact(node(4)), milliseconds(390));
  EXPECT_LE(now - *raft.last_contact(others(cluster, leader)[0]), milliseconds(40));
  EXPECT_EQ(raft.last_contact(leader), std::nullopt);
  EXPECT_EQ(cluster.raft(others(cluster, leader)[0]).last_contact(leader), std::nullopt);
}

TEST(RaftReplication, DamagedStoreIsRefused) {
  RaftOptions options{.self = node(1), .initial = {{node(1)}, {}}};
  num::Stream random;
  world::Context context{node(1), world::Incarnation(1), {}, {}, random};
  world::Effects effects;
  Raft nonsense(options);
  EXPECT_EQ(nonsense.start({core::Bytes{Raft::kComponent, 9, 9}}, context, effects).error().code,
            core::Code::kCorrupt);
  Raft gap(options);
  const core::Bytes second = core::encode(
      RaftRecord{Raft::kComponent, AppendedEntries{{Entry{2, 1, EntryKind::kNoOp, {}}}}});
  EXPECT_EQ(gap.start({second}, context, effects).error().code, core::Code::kCorrupt);
}

TEST(RaftReplication, EqualHistoriesGiveEqualDigests) {
  const auto run = [](std::uint64_t seed) {
    RaftCluster cluster({.voters = 3, .seed = seed});
    cluster.elect();
    propose_many(cluster, 10);
    cluster.kill(cluster.leader());
    cluster.elect();
    return cluster.fingerprint();
  };
  EXPECT_EQ(run(5), run(5));
  EXPECT_NE(run(5), run(6));
}

}  // namespace
}  // namespace swarm::test
