// The swarm's invariants: each canary tells one thing falsely and is noticed for that.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "market/trace.h"
#include "story.h"
#include "swarm/joint.h"
#include "swarm/links.h"

namespace check::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class SwarmCanary : public ::testing::Test {
 protected:
  void SetUp() override { story.boot(); }
  void expect_only(const std::string& name, const std::string& why) {
    const auto results = story.judge();
    EXPECT_THAT(violated(results), ElementsAre(name));
    EXPECT_THAT(reason(results, name), HasSubstr(why));
  }
  Story story;
};

// ---- stale_terms_fenced, one_order_per_key ----

TEST_F(SwarmCanary, AnOrderWithATermBelowTheFence) {
  story.assign(1, 1, kSecond, 1);
  story.say_event({}, market::Fenced{market::GroupId(kGroup.value), 2});
  story.order(1, 1, kSecond, 1);
  expect_only("stale_terms_fenced", "is accepted with term 1, below the fence of 2");
}

TEST_F(SwarmCanary, AnOrderOfAnAttemptThatWasTakenBack) {
  story.assign(1, 1, kSecond, 1);
  story.assign(1, 2, kThird, 1);
  market::Rejected newer;
  newer.key = Story::authority(1, 2, 1).key();
  newer.attempt = 2;
  newer.reason = market::RejectReason::kPositionLimit;
  newer.recorded = true;
  market::Authority other_leg = Story::authority(1, 2, 1);
  other_leg.leg = 2;
  newer.key = other_leg.key();
  story.say_event({}, newer);
  story.order(1, 1, kSecond, 1);
  expect_only("stale_terms_fenced", "attempt 1 at task 1 is accepted after attempt 2");
}

TEST_F(SwarmCanary, AnOrderThatNoLeaderAssigned) {
  story.order(1, 1, kSecond, 1);
  expect_only("stale_terms_fenced", "is accepted, but no leader has assigned that");
}

TEST_F(SwarmCanary, AnOrderOfAnAgentThatWasNotAsked) {
  story.assign(1, 1, kThird, 1);
  story.order(1, 1, kSecond, 1);
  expect_only("stale_terms_fenced", "from account 2, but was assigned to node 3");
}

TEST_F(SwarmCanary, AnAssignmentThatReachesAnotherAgent) {
  story.tell(kFirst, swarm::TaskAssigned{swarm::TaskId(1), 1, kThird, 1, false});
  story.tell(kSecond, swarm::AssignmentReceived{swarm::TaskId(1), 1, 1});
  expect_only("stale_terms_fenced", "which was assigned to node 3 in term 1");
}

TEST_F(SwarmCanary, OneAttemptForTwoAgents) {
  story.assign(1, 1, kThird, 1);
  story.tell(kFirst, swarm::TaskAssigned{swarm::TaskId(1), 1, kSecond, 1, false});
  expect_only("stale_terms_fenced", "assigns attempt 1 at task 1 to node 2, which node 3 has");
}

TEST_F(SwarmCanary, ALeaderThatAssignsBeforeItIsReady) {
  story.elect(kFirst, 2, {kFirst, kThird});
  story.assign(1, 1, kSecond, 2);
  story.take_office(kFirst, 2);
  expect_only("stale_terms_fenced", "in term 2 without being that term's ready leader");
}

TEST_F(SwarmCanary, ADeposedLeaderMayStillAssignInItsOwnTerm) {
  story.elect(kSecond, 2, {kSecond, kThird});
  story.assign(1, 1, kThird, 1);
  story.take_office(kSecond, 2);
  EXPECT_THAT(violated(story.judge()), IsEmpty());
}

TEST_F(SwarmCanary, ALeaderThatIsReadyBeforeTheVenueFences) {
  story.elect(kFirst, 2, {kFirst, kThird});
  story.tell(kFirst, swarm::LeaderReady{2, 0});
  expect_only("stale_terms_fenced", "ready to lead term 2, but the venue's fence is at 1");
}

TEST_F(SwarmCanary, ALeaderThatNobodyElected) {
  story.tell(kSecond, swarm::LeaderReady{1, 0});
  expect_only("stale_terms_fenced", "term 1, in which it was not elected");
}

TEST_F(SwarmCanary, AFenceThatFalls) {
  story.say_event({}, market::Fenced{market::GroupId(kGroup.value), 0});
  expect_only("stale_terms_fenced", "the fence falls from term 1 to 0");
}

TEST_F(SwarmCanary, TwoOrdersUnderOneKey) {
  story.assign(1, 1, kSecond, 1);
  story.order(1, 1, kSecond, 1);
  story.venue(Story::buy(kSecond, 10, 1'000), [](market::ExchangeEvent& event) {
    std::get<market::Accepted>(event).request.authority = Story::authority(1, 1, 1);
  });
  expect_only("one_order_per_key", "under which order 4 was");
}

TEST_F(SwarmCanary, ARepeatedKeyGetsItsFirstOutcome) {
  story.assign(1, 1, kSecond, 1);
  story.assign(1, 2, kThird, 1);
  story.order(1, 1, kSecond, 1);
  const auto events = story.order(1, 2, kThird, 1);
  ASSERT_TRUE(std::holds_alternative<market::Repeated>(events.back()));
  EXPECT_THAT(violated(story.judge()), IsEmpty());
}

TEST_F(SwarmCanary, ARepeatedKeyWithAnotherOutcome) {
  story.assign(1, 1, kSecond, 1);
  story.order(1, 1, kSecond, 1);
  story.order(1, 1, kSecond, 1, [](market::ExchangeEvent& event) {
    if (auto* const repeated = std::get_if<market::Repeated>(&event)) {
      repeated->outcome.order = market::OrderId(9);
    }
  });
  expect_only("one_order_per_key", "answered with order 9; its first outcome was order 4");
}

// ---- tasks_end_once, answers_agree ----

TEST_F(SwarmCanary, ATaskThatEndsTwiceOnAReplica) {
  story.whole_task(1, kSecond);
  story.tell(kThird, swarm::TaskFinished{swarm::TaskId(1), 1, swarm::Outcome::kDone, true,
                                         core::digest(Story::result_of(1))});
  expect_only("tasks_end_once", "task 1 ends on this replica a second time");
}

TEST_F(SwarmCanary, ARestartedReplicaAppliesItsLogAgain) {
  story.whole_task(1, kSecond);
  story.whole_task(2, kSecond);
  story.tell(kThird, world::NodeBooted{});
  for (const std::uint64_t task : {1U, 2U}) {
    story.tell(kThird, swarm::TaskFinished{swarm::TaskId(task), 1, swarm::Outcome::kDone, true,
                                           core::digest(Story::result_of(task))});
  }
  story.tell(kThird, swarm::TaskFinished{swarm::TaskId(2), 2, swarm::Outcome::kDone, false, 5});
  EXPECT_THAT(violated(story.judge()), IsEmpty());
}

TEST_F(SwarmCanary, ATaskThatEndsDifferentlyOnAReplica) {
  story.tell(kFirst, swarm::TaskFinished{swarm::TaskId(1), 1, swarm::Outcome::kDone, true, 5});
  story.tell(kSecond, swarm::TaskFinished{swarm::TaskId(1), 1, swarm::Outcome::kRejected, true, 6});
  expect_only("tasks_end_once",
              "ends as 'rejected' with result digest 6; elsewhere it ended as "
              "'done' with 5");
}

TEST_F(SwarmCanary, ATaskThatIsAcceptedTwice) {
  story.whole_task(1, kSecond);
  story.tell(kFirst, swarm::TaskAccepted{swarm::TaskId(1), 1});
  expect_only("tasks_end_once", "task 1 enters the ledger in term 1 a second time");
}

TEST_F(SwarmCanary, APausedLeaderMayTellLateThatItAcceptedATask) {
  story.finish_task(1);
  story.tell(kFirst, swarm::TaskAccepted{swarm::TaskId(1), 1});
  EXPECT_THAT(violated(story.judge()), IsEmpty());
}

TEST_F(SwarmCanary, ATaskThatNeverEnds) {
  story.whole_task(1, kSecond);
  story.tell(kFirst, swarm::TaskAccepted{swarm::TaskId(2), 1});
  expect_only("tasks_end_once", "task 2 was accepted and has not ended");
}

TEST_F(SwarmCanary, AnAnswerBeforeItsEndIsCommitted) {
  story.offer(1);
  story.answer(1);
  story.finish_task(1);
  expect_only("answers_agree", "task 1 is answered before any replica has applied its end");
}

TEST_F(SwarmCanary, AnAnswerThatIsNotTheLedgers) {
  story.offer(1);
  story.finish_task(1);
  story.tell(kClient, swarm::TaskAnswered{swarm::TaskId(1), {}, 1, Story::result_of(7)});
  expect_only("answers_agree", "the ledger's has");
}

TEST_F(SwarmCanary, AnAnswerThatClaimsToBeShed) {
  story.offer(1);
  story.offer(2);
  story.tell(kFirst, swarm::TaskShed{swarm::TaskId(2)});
  for (const std::uint64_t task : {1U, 2U}) {
    story.tell(kClient,
               swarm::TaskAnswered{swarm::TaskId(task), {}, 1, {swarm::Outcome::kShed, {}}});
  }
  story.finish_task(3);
  expect_only("answers_agree", "task 1 is answered as shed, but no replica has applied that");
}

TEST_F(SwarmCanary, AnAnswerThatContradictsTheFirst) {
  story.whole_task(1, kSecond);
  story.tell(kClient, swarm::TaskContradicted{swarm::TaskId(1), 5, Story::result_of(2)});
  expect_only("answers_agree", "task 1 is answered again and differently");
}

// ---- links_as_declared, isolated_decide_nothing ----

class StarCanary : public ::testing::Test {
 protected:
  static CheckConfig star() {
    CheckConfig config = Story::mesh();
    swarm::TopologySpec spec;
    spec.kind = swarm::TopologyKind::kStar;
    spec.coordinator = kFirst;
    spec.agents = {kSecond, kThird};
    config.topology = *swarm::make_topology(spec);
    config.expects_liveness = false;
    return config;
  }
  std::vector<Invariant> judge() {
    FinalState state = story.calm_end();
    state.complete = false;
    return story.judge(state);
  }
  Story story{star()};
};

TEST_F(StarCanary, ALinkBetweenTwoSpokes) {
  story.vote(kFirst, 1, kFirst);
  story.tell(kFirst, swarm::BecameLeader{kGroup, 1, {kFirst}, {kFirst}, 0});
  story.tell(kFirst, swarm::LinkProven{kSecond, world::Incarnation(1)});
  story.tell(kThird, swarm::LinkProven{kSecond, world::Incarnation(1)});
  const auto results = judge();
  EXPECT_EQ(find(results, "links_as_declared").checked, 2U);
  EXPECT_THAT(violated(results), ElementsAre("links_as_declared"));
  EXPECT_THAT(reason(results, "links_as_declared"), HasSubstr("has a link to node 2"));
}

TEST_F(StarCanary, ALinkToAHubThatNobodyElected) {
  story.tell(kSecond, swarm::LinkProven{kFirst, world::Incarnation(1)});
  EXPECT_THAT(violated(judge()), ElementsAre("links_as_declared"));
}

// Two sub-leaders, 20 with two workers and 21 with one, of two each.
class TreeCanary : public StarCanary {
 protected:
  TreeCanary() : tree_(tree()) {}
  static CheckConfig tree() {
    CheckConfig config = star();
    swarm::TopologySpec spec;
    spec.kind = swarm::TopologyKind::kHierarchical;
    spec.coordinator = kFirst;
    spec.agents = {kSecond, kThird, world::NodeId(4)};
    spec.relays = {kLeft, kRight};
    spec.fan_out = 2;
    spec.most_workers = 4;
    config.topology = *swarm::make_topology(spec);
    return config;
  }
  void join(std::uint64_t entry, std::uint32_t node, world::NodeId sub_leader) {
    tree_.tell(kFirst, swarm::MemberJoined{entry,
                                           world::NodeId(node),
                                           swarm::kDefaultPool,
                                           world::Incarnation(1),
                                           {},
                                           sub_leader});
  }
  std::vector<Invariant> judge_tree() {
    FinalState state = tree_.calm_end();
    state.complete = false;
    return tree_.judge(state);
  }
  static constexpr world::NodeId kLeft{20};
  static constexpr world::NodeId kRight{21};
  Story tree_;
};

TEST_F(TreeCanary, WhoJoinsBelowTheRightSubLeaderMaySpeakToThatOneAndTheNext) {
  join(5, 30, kRight);
  tree_.tell(kSecond, swarm::MemberLeft{6, kSecond, world::Incarnation(1), true});
  join(7, 31, kLeft);
  tree_.tell(kRight, swarm::LinkProven{world::NodeId(30), world::Incarnation(1)});
  tree_.tell(kLeft, swarm::LinkProven{world::NodeId(30), world::Incarnation(1)});
  const auto results = judge_tree();
  EXPECT_EQ(find(results, "links_as_declared").checked, 4U);
  EXPECT_THAT(violated(results), IsEmpty());
}

TEST_F(TreeCanary, WhoJoinsBelowASubLeaderThatIsFull) {
  join(5, 30, kLeft);
  const auto results = judge_tree();
  EXPECT_THAT(violated(results), ElementsAre("links_as_declared"));
  EXPECT_THAT(
      reason(results, "links_as_declared"),
      HasSubstr("node 30 is let in below node 20; the fewest workers, 1, are below node 21"));
}

TEST_F(TreeCanary, WhoJoinsATreeWithoutRoom) {
  join(5, 30, kRight);
  join(6, 31, kLeft);
  EXPECT_THAT(reason(judge_tree(), "links_as_declared"), HasSubstr("and the fan-out is 2"));
}

TEST_F(TreeCanary, WhoJoinedAndSpeaksToTheLeader) {
  join(5, 30, kRight);
  tree_.tell(world::NodeId(30), swarm::LinkProven{kFirst, world::Incarnation(1)});
  EXPECT_THAT(reason(judge_tree(), "links_as_declared"), HasSubstr("has a link to node 1"));
}

class JointCanary : public ::testing::Test {
 protected:
  static CheckConfig joint() {
    CheckConfig config = Story::mesh();
    config.uses_joint = true;
    config.joint_quorum = 2;
    return config;
  }
  void expect_only(const swarm::JointDecided& record, const std::string& why) {
    story.boot();
    story.tell(kFirst, record);
    const auto results = story.judge();
    EXPECT_THAT(violated(results), ElementsAre("isolated_decide_nothing"));
    EXPECT_THAT(reason(results, "isolated_decide_nothing"), HasSubstr(why));
  }
  Story story{joint()};
};

TEST_F(JointCanary, OneMemberThatDecidesAlone) {
  expect_only({swarm::TaskId(1), 1, 3, 2, 1, 0, {}, {}, {kFirst}},
              "with 1 in favour; needed are 2");
}

TEST_F(JointCanary, AQuorumThatIsNotTheConfiguredOne) {
  expect_only({swarm::TaskId(1), 1, 3, 1, 1, 0, {}, {}, {kFirst}}, "configured is 2");
}

TEST_F(JointCanary, AMemberThatIsCountedTwice) {
  expect_only({swarm::TaskId(1), 1, 3, 2, 2, 0, {}, {}, {kFirst, kFirst}}, "or one twice");
}

TEST_F(JointCanary, AVoteOfAStranger) {
  expect_only({swarm::TaskId(1), 1, 3, 2, 2, 0, {}, {}, {kFirst, kClient}},
              "node 11, which is no member");
}

TEST_F(JointCanary, AQuorumThatWasThereAndDecidedNothing) {
  story.boot();
  story.tell(kFirst, swarm::JointUndecided{swarm::TaskId(1), 1, 3, 2, 3, 2, true, {}});
  EXPECT_THAT(violated(story.judge()), ElementsAre("isolated_decide_nothing"));
}

// ---- live_after_heal, bounds ----

class LivenessCanary : public ::testing::Test {
 protected:
  static CheckConfig faulty() {
    CheckConfig config = Story::mesh();
    world::Fault crash;
    crash.duration = core::seconds(1);
    config.faults = {crash};
    return config;
  }
  void SetUp() override { story.boot(); }
  void expect_only(const FinalState& state, const std::string& name, const std::string& why) {
    const auto results = story.judge(state);
    EXPECT_THAT(violated(results), ElementsAre(name));
    EXPECT_THAT(reason(results, name), HasSubstr(why));
  }
  Story story{faulty()};
};

TEST_F(LivenessCanary, ALeaderThatHaltsAndNobodyTakesOver) {
  story.tell(kFirst, world::NodeHalted{});
  expect_only(story.calm_end(), "live_after_heal",
              "nobody leads at the end; the last leader was that of term 1");
}

TEST_F(LivenessCanary, ALeaderThatStepsDownAndNobodyTakesOver) {
  story.tell(kFirst, swarm::SteppedDown{kGroup, 1, swarm::StepDownReason::kNoQuorum});
  expect_only(story.calm_end(), "live_after_heal", "nobody leads at the end");
}

TEST_F(LivenessCanary, ALeaderThatNeverTakesOffice) {
  story.elect(kSecond, 2, {kSecond, kThird});
  expect_only(story.calm_end(), "live_after_heal", "node 2 leads term 2 at the end, but is not");
}

TEST_F(LivenessCanary, ATaskThatWaitsForEver) {
  FinalState state = story.calm_end();
  state.open_at_client = 2;
  expect_only(state, "live_after_heal", "2 tasks wait for an answer at the end");
}

TEST_F(LivenessCanary, AVoterThatDoesNotCatchUp) {
  FinalState state = story.calm_end();
  state.replicas[1].applied_index = 0;
  expect_only(state, "live_after_heal", "node 2 has applied 0 of 1 entries");
}

TEST_F(LivenessCanary, AVoterThatCannotHaveHeardOfTheLastCommitYet) {
  story.wait(core::seconds(60));
  story.commit(1, {kFirst, kSecond, kThird});
  FinalState state = story.calm_end();
  state.ended -= core::seconds(60);
  --state.replicas[1].applied_index;
  EXPECT_THAT(violated(story.judge(state)), ElementsAre());
}

TEST_F(LivenessCanary, AVoterThatMissesAnOldCommitWhileAFreshOneIsUnderWay) {
  story.commit(1, {kFirst, kSecond, kThird});
  story.wait(core::seconds(60));
  story.commit(1, {kFirst, kSecond, kThird});
  FinalState state = story.calm_end();
  state.ended -= core::seconds(60);
  state.replicas[1].applied_index = 1;
  expect_only(state, "live_after_heal", "node 2 has applied 1 of 3 entries");
}

TEST_F(LivenessCanary, AVoterWithAnotherLedger) {
  FinalState state = story.calm_end();
  state.replicas[1].ledger_digest = 78;
  const auto results = story.judge(state);
  EXPECT_THAT(violated(results), ElementsAre("log_agreement", "live_after_heal"));
  EXPECT_THAT(reason(results, "live_after_heal"),
              HasSubstr("the ledger of node 2 is another than that of node 1 at the end"));
}

// The election timeout is 1 s.
TEST_F(LivenessCanary, ALeaderThatComesLongAfterTheFault) {
  story.tell(kNobody, world::FaultStarted{0, {kFirst}});
  story.tell(kFirst, world::NodeHalted{});
  story.wait(core::seconds(15));  // it lasts
  story.tell(kNobody, world::FaultEnded{0, 1});
  story.wait(core::seconds(11));
  story.elect(kSecond, 2, {kSecond, kThird});
  story.commit(2, {kSecond, kThird, kFirst});
  story.take_office(kSecond, 2);
  expect_only(story.calm_end(), "live_after_heal", "nobody was ready to lead for 1100");
}

TEST_F(LivenessCanary, ALeaderThatIsGoneForLongInACalm) {
  story.tell(kFirst, swarm::SteppedDown{kGroup, 1, swarm::StepDownReason::kNoQuorum});
  story.wait(core::seconds(15));
  story.elect(kSecond, 2, {kSecond, kThird});
  story.commit(2, {kSecond, kThird, kFirst});
  story.take_office(kSecond, 2);
  expect_only(story.calm_end(), "live_after_heal", "nobody was ready to lead for 1500");
}

TEST_F(LivenessCanary, ALeaderThatComesSoonAfterALongFaultIsInTime) {
  story.tell(kNobody, world::FaultStarted{0, {kFirst}});
  story.tell(kFirst, world::NodeHalted{});
  story.wait(core::seconds(15));
  story.tell(kNobody, world::FaultEnded{0, 1});
  story.wait(core::seconds(9));
  story.elect(kSecond, 2, {kSecond, kThird});
  story.commit(2, {kSecond, kThird, kFirst});
  story.take_office(kSecond, 2);
  EXPECT_THAT(violated(story.judge()), IsEmpty());
}

TEST_F(LivenessCanary, ALedgerWithOpenTasks) {
  FinalState state = story.calm_end();
  for (FinalState::Replica& replica : state.replicas) {
    replica.open_tasks = 1;
  }
  expect_only(state, "live_after_heal", "1 tasks are open in the ledger of node 1");
}

TEST_F(LivenessCanary, WhatTheClientGaveUpMayStayOpen) {
  story.tell(kClient, swarm::TaskGivenUp{swarm::TaskId(1), 8});
  FinalState state = story.calm_end();
  for (FinalState::Replica& replica : state.replicas) {
    replica.open_tasks = 1;
  }
  EXPECT_THAT(violated(story.judge(state)), IsEmpty());
}

TEST_F(LivenessCanary, IsNotDueWhileAFaultGoesOnOrHasJustEnded) {
  story.tell(kNobody, world::FaultStarted{0, {kFirst}});
  story.tell(kFirst, world::NodeHalted{});
  const auto results = story.judge(story.calm_end());
  EXPECT_THAT(violated(results), IsEmpty());

  Story later(faulty());
  later.boot();
  later.tell(kNobody, world::FaultStarted{0, {kFirst}});
  later.tell(kFirst, world::NodeHalted{});
  later.tell(kNobody, world::FaultEnded{0, 1});
  FinalState soon = later.calm_end();
  soon.ended -= core::seconds(55);
  EXPECT_THAT(violated(later.judge(soon)), IsEmpty());
}

TEST_F(LivenessCanary, IsDueOnceTheFaultIsLongOver) {
  story.tell(kNobody, world::FaultStarted{0, {kFirst}});
  story.tell(kFirst, world::NodeHalted{});
  story.tell(kNobody, world::FaultEnded{0, 1});
  expect_only(story.calm_end(), "live_after_heal", "nobody leads at the end");
}

TEST_F(LivenessCanary, AStormOfMessages) {
  FinalState state = story.calm_end();
  state.messages_sent = 10'000'000;
  expect_only(state, "bounds", "10000000 messages were sent by members for 0 tasks");
}

TEST_F(LivenessCanary, AStormOfElections) {
  for (swarm::Term term = 2; term < 500; ++term) {
    story.tell(kSecond, swarm::ElectionStarted{kGroup, term, false});
  }
  expect_only(story.calm_end(), "bounds", "499 elections were held");
}

TEST_F(LivenessCanary, AQueueBeyondItsLimit) {
  FinalState state = story.calm_end();
  state.inbox_peak = 2'000;
  expect_only(state, "bounds", "2000 events waited for one node");
}

TEST_F(LivenessCanary, TimersThatPileUp) {
  FinalState state = story.calm_end();
  state.timers_peak = 5'000;
  expect_only(state, "bounds", "5000 timers are set on one member");
}

}  // namespace
}  // namespace check::test
