// The log's invariants: each canary tells one thing falsely and is noticed for that.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "story.h"

namespace check::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class ConsensusStory : public ::testing::Test {
 protected:
  void SetUp() override { story.boot(); }
  // Safety only: these stories end without a leader in office.
  std::vector<Invariant> judge() {
    FinalState state = story.calm_end();
    state.complete = false;
    return story.judge(state);
  }
  void expect_only(const std::string& name, const std::string& why) {
    const auto results = judge();
    EXPECT_THAT(violated(results), ElementsAre(name));
    EXPECT_THAT(reason(results, name), HasSubstr(why));
  }
  void restart(world::NodeId node, const swarm::Recovered& recovered) {
    story.tell(node, world::NodeHalted{});
    story.tell(node, world::NodeBooted{});
    story.tell(node, recovered);
  }
  Story story;
};

TEST_F(ConsensusStory, AVoteMayPassFromOneToAnother) {
  const world::NodeId joins(4);
  const std::vector<world::NodeId> all{kFirst, kSecond, kThird};
  story.tell(kFirst, swarm::ConfigurationChanged{kGroup, 2, all, {joins}});
  for (swarm::Index index = 1; index <= story.index; ++index) {
    story.tell(joins, swarm::EntryDurable{kGroup, index, 1, 1000 + index});
  }
  story.commit(1, {kFirst, kSecond, kThird});
  story.tell(joins, swarm::EntryDurable{kGroup, 2, 1, 1002});
  story.tell(kFirst, swarm::ConfigurationChanged{kGroup, 3, {kFirst, kSecond, kThird, joins}, {}});
  const auto results = judge();
  EXPECT_THAT(violated(results), IsEmpty());
  EXPECT_EQ(find(results, "voters_change_one_by_one").checked, 2U);
}

TEST_F(ConsensusStory, AChangeOfVotersBeforeTheLastOneIsCommitted) {
  story.tell(kFirst, swarm::ConfigurationChanged{kGroup, 2, {kFirst, kSecond}, {kThird}});
  story.tell(kFirst, swarm::ConfigurationChanged{kGroup, 3, {kFirst}, {kSecond, kThird}});
  expect_only("voters_change_one_by_one", "the change by entry 2 is not committed");
}

TEST_F(ConsensusStory, AChangeOfTwoVotersAtOnce) {
  story.tell(kFirst, swarm::ConfigurationChanged{kGroup, 2, {kFirst}, {kSecond, kThird}});
  expect_only("voters_change_one_by_one", "it changes more than one node");
}

TEST_F(ConsensusStory, AVoteForANodeWithoutTheLog) {
  const world::NodeId joins(4);
  story.tell(kFirst, swarm::ConfigurationChanged{kGroup, 2, {kFirst, kSecond, kThird, joins}, {}});
  expect_only("voters_change_one_by_one",
              "node 4, which comes to vote, holds 0 of 1 committed entries");
}

TEST_F(ConsensusStory, AVoteTakenWhileAnotherVoterHasLongBeenGone) {
  story.tell(kSecond, world::NodeHalted{});
  story.wait(core::seconds(4));
  story.tell(kFirst, swarm::ConfigurationChanged{kGroup, 2, {kFirst, kSecond}, {kThird}});
  expect_only("voters_change_one_by_one", "of the 2 voters that stay only 1 are there");
}

TEST_F(ConsensusStory, ASecondLeaderInATerm) {
  story.tell(kSecond, swarm::BecameLeader{
                          kGroup, 1, {kFirst, kSecond, kThird}, {kSecond, kThird}, story.index});
  expect_only("one_leader_per_term", "leads term 1, but node 1 was elected in it before");
}

TEST_F(ConsensusStory, ALeaderOfAMinority) {
  story.elect(kSecond, 2, {kSecond});
  expect_only("one_leader_per_term", "1 of 3 voters are no majority");
}

TEST_F(ConsensusStory, ALeaderThatShrinksTheConfigurationToWin) {
  story.vote(kSecond, 2, kSecond);
  story.tell(kSecond, swarm::BecameLeader{kGroup, 2, {kSecond}, {kSecond}, story.index});
  expect_only("one_leader_per_term", "not the configuration in force");
}

TEST_F(ConsensusStory, ALeaderThatCountsAVoteThatIsNotDurable) {
  story.vote(kSecond, 2, kSecond);
  story.tell(kSecond, swarm::BecameLeader{
                          kGroup, 2, {kFirst, kSecond, kThird}, {kSecond, kThird}, story.index});
  expect_only("one_leader_per_term", "the vote of node 3 is not durable");
}

TEST_F(ConsensusStory, AVoterThatVotesTwiceInATerm) {
  story.vote(kSecond, 1, kThird);
  expect_only("one_vote_per_term", "votes in term 1 for node 3 after it voted for node 1");
}

TEST_F(ConsensusStory, AVoterThatVotesTwiceInATermAcrossARestart) {
  restart(kSecond, {kGroup, 1, 0, 0, story.index});
  story.vote(kSecond, 1, kThird);
  expect_only("one_vote_per_term", "votes in term 1 for node 3 after it voted for node 1");
}

TEST_F(ConsensusStory, AVoterThatForgetsItsVote) {
  restart(kSecond, {kGroup, 0, 0, 0, story.index});
  expect_only("one_vote_per_term", "the term recovered after a restart is 0");
}

TEST_F(ConsensusStory, ARestartMayRepeatVoteAndLog) {
  story.commit(1, {kFirst, kSecond});
  restart(kSecond, {kGroup, 1, 0, 0, 2});
  story.vote(kSecond, 1, kFirst);
  story.tell(kSecond, swarm::EntryDurable{kGroup, 1, 1, 1001});
  story.tell(kSecond, swarm::EntryDurable{kGroup, 2, 1, 1002});
  story.tell(kSecond, swarm::CommitLearned{kGroup, 1, 1, 1001});
  EXPECT_THAT(violated(judge()), IsEmpty());
}

TEST_F(ConsensusStory, ACommitThatOneVoterAloneHolds) {
  story.tell(kFirst, swarm::EntryDurable{kGroup, 2, 1, 5});
  story.tell(kFirst, swarm::Committed{kGroup, 2, 1, 5, {kFirst, kSecond, kThird}, {kFirst}, 1});
  expect_only("commits_durable_at_quorum", "1 of 3 voters are no majority");
}

TEST_F(ConsensusStory, ACommitThatCountsADiskThatDoesNotHoldIt) {
  story.tell(kFirst, swarm::EntryDurable{kGroup, 2, 1, 5});
  story.tell(kFirst,
             swarm::Committed{kGroup, 2, 1, 5, {kFirst, kSecond, kThird}, {kFirst, kSecond}, 1});
  expect_only("commits_durable_at_quorum", "it is not durable on node 2");
}

TEST_F(ConsensusStory, ACommitThatCountsALearner) {
  story.tell(kFirst, swarm::EntryDurable{kGroup, 2, 1, 5});
  story.tell(world::NodeId(4), swarm::EntryDurable{kGroup, 2, 1, 5});
  story.tell(
      kFirst,
      swarm::Committed{kGroup, 2, 1, 5, {kFirst, kSecond, kThird}, {kFirst, world::NodeId(4)}, 1});
  expect_only("commits_durable_at_quorum", "node 4 is counted, which has no vote");
}

TEST_F(ConsensusStory, ACommittedEntryThatARestartLoses) {
  story.commit(1, {kFirst, kSecond});
  restart(kSecond, {kGroup, 1, 0, 0, 1});
  expect_only("commits_durable_at_quorum",
              "committed entries up to 2 were durable, but the log recovered after a restart ends "
              "at 1");
}

TEST_F(ConsensusStory, ACommittedEntryThatIsCutOff) {
  story.tell(kThird, swarm::LogTruncated{kGroup, 0});
  expect_only("commits_durable_at_quorum", "though it knows that entries up to 1 are committed");
}

// Leader of an old term, asleep while its entries were committed by the next: it gives way to an
// append of a leader between the two, and hears of its own entries again.
TEST_F(ConsensusStory, AMemberThatSleptThroughACommitMayCutItsTail) {
  for (const world::NodeId node : {kFirst, kSecond, kThird}) {
    story.tell(node, swarm::EntryDurable{kGroup, 2, 1, 5});
  }
  story.tell(kFirst,
             swarm::Committed{kGroup, 2, 1, 5, {kFirst, kSecond, kThird}, {kFirst, kSecond}, 1});
  story.tell(kThird, swarm::LogTruncated{kGroup, 1});
  EXPECT_THAT(violated(judge()), IsEmpty());
}

TEST_F(ConsensusStory, ACommittedEntryThatNoMajorityHoldsAnyMore) {
  for (const world::NodeId node : {kFirst, kSecond}) {
    story.tell(node, swarm::EntryDurable{kGroup, 2, 1, 5});
  }
  story.tell(kFirst,
             swarm::Committed{kGroup, 2, 1, 5, {kFirst, kSecond, kThird}, {kFirst, kSecond}, 1});
  story.tell(kSecond, swarm::LogTruncated{kGroup, 1});
  expect_only("commits_durable_at_quorum", "is left on no majority");
}

TEST_F(ConsensusStory, AnUncommittedTailMayBeCutOffAndReplaced) {
  story.tell(kThird, swarm::EntryDurable{kGroup, 2, 1, 5});
  story.tell(kThird, swarm::EntryDurable{kGroup, 3, 1, 6});
  story.elect(kSecond, 2, {kSecond, kThird});
  story.tell(kThird, swarm::LogTruncated{kGroup, 1});
  story.commit(2, {kSecond, kThird});
  story.commit(2, {kSecond, kThird});
  EXPECT_THAT(violated(judge()), IsEmpty());
}

TEST_F(ConsensusStory, TwoValuesAtOneIndex) {
  story.commit(1, {kFirst, kSecond});
  story.tell(kThird, swarm::CommitLearned{kGroup, 2, 1, 99});
  expect_only("log_agreement", "digest 99 is committed, but so is entry 2 of term 1");
}

TEST_F(ConsensusStory, TwoEntriesOfOneIndexAndTerm) {
  story.tell(kFirst, swarm::EntryDurable{kGroup, 2, 1, 5});
  story.tell(kSecond, swarm::EntryDurable{kGroup, 2, 1, 6});
  expect_only("log_agreement", "log matching: entry 2 of term 1 with digest 6 has digest 5");
}

TEST_F(ConsensusStory, ACommitThatSkipsAnEntry) {
  story.commit(1, {kFirst, kSecond});
  story.commit(1, {kFirst, kSecond});
  story.tell(kThird, swarm::CommitLearned{kGroup, 3, 1, 1003});
  expect_only("log_agreement", "hears that entry 3 is committed after entry 1");
}

TEST_F(ConsensusStory, ASnapshotOfWhatNobodyCommitted) {
  story.tell(kThird, swarm::SnapshotDurable{kGroup, 7, 1, 7});
  expect_only("log_agreement", "entry 7 of term 1, which nobody has committed");
}

TEST_F(ConsensusStory, ASnapshotStandsForTheEntriesThatItCovers) {
  story.commit(1, {kFirst, kSecond});
  story.commit(1, {kFirst, kSecond});
  story.tell(kThird, swarm::SnapshotDurable{kGroup, 3, 1, 3});
  story.elect(kThird, 2, {kSecond, kThird});
  story.commit(2, {kThird, kSecond});
  restart(kThird, {kGroup, 2, 3, 1, 4});
  story.tell(kThird, swarm::EntryDurable{kGroup, 4, 2, 1004});
  EXPECT_THAT(violated(judge()), IsEmpty());
}

TEST_F(ConsensusStory, ReplicasThatDifferAtTheSameEntry) {
  FinalState state = story.calm_end();
  state.replicas[2].ledger_digest = 78;
  const auto results = story.judge(state);
  EXPECT_THAT(violated(results), ElementsAre("log_agreement", "live_after_heal"));
  EXPECT_THAT(reason(results, "log_agreement"), HasSubstr("another than that of node 1"));
}

TEST_F(ConsensusStory, ALeaderWithoutACommittedEntry) {
  story.commit(1, {kFirst, kSecond});
  story.vote(kSecond, 2, kThird);
  story.vote(kThird, 2, kThird);
  story.tell(kThird,
             swarm::BecameLeader{kGroup, 2, {kFirst, kSecond, kThird}, {kSecond, kThird}, 1});
  expect_only("leader_completeness", "of 2 committed before, the first 1 are durable there");
}

TEST_F(ConsensusStory, ALeaderOfAnOldTermThatComesLateOwesNothingOfLaterTerms) {
  story.vote(kThird, 2, kThird);
  story.vote(kSecond, 2, kThird);
  story.elect(kFirst, 3, {kFirst, kSecond});
  story.commit(3, {kFirst, kSecond});
  story.tell(kThird,
             swarm::BecameLeader{kGroup, 2, {kFirst, kSecond, kThird}, {kSecond, kThird}, 1});
  EXPECT_THAT(violated(judge()), IsEmpty());
}

TEST_F(ConsensusStory, ACommitOfAnOldLeaderThatALaterOneLacks) {
  story.tell(kFirst, swarm::EntryDurable{kGroup, 2, 1, 5});
  story.tell(kSecond, swarm::EntryDurable{kGroup, 2, 1, 5});
  story.elect(kThird, 2, {kSecond, kThird});
  story.tell(kFirst,
             swarm::Committed{kGroup, 2, 1, 5, {kFirst, kSecond, kThird}, {kFirst, kSecond}, 1});
  expect_only("leader_completeness", "the leader of term 2, node 3, does not hold it");
}

}  // namespace
}  // namespace check::test
