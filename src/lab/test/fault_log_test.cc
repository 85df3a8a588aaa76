// What is booked to a fault, and what is not: stories of a trace.
#include "lab/fault_log.h"

#include <gtest/gtest.h>

#include "swarm/pipeline_trace.h"
#include "swarm/raft_trace.h"
#include "swarm/suspicion.h"
#include "swarm/trace.h"

namespace lab {
namespace {

constexpr world::NodeId kLeader(1);
constexpr world::NodeId kHit(2);
constexpr world::NodeId kOther(3);
constexpr world::NodeId kThird(4);

core::Time ms(std::int64_t milliseconds) {
  return core::at(core::milliseconds(milliseconds));
}

class FaultStory : public testing::Test {
 protected:
  void plan(const std::vector<std::string>& kinds, const std::vector<world::NodeId>& peers = {}) {
    world::FaultPlan faults(kinds.size());
    for (world::Fault& fault : faults) {
      fault.peers = peers;
    }
    log.emplace(kinds, faults);
  }
  template <class T>
  void at(std::int64_t milliseconds, world::NodeId node, const T& payload) {
    log->receive({ms(milliseconds), node, world::Incarnation(1), world::make_trace(payload)},
                 kLeader);
  }
  void begins(std::int64_t milliseconds, std::uint32_t fault, world::NodeId target) {
    at(milliseconds, {}, world::FaultStarted{fault, {target}});
  }
  void ends(std::int64_t milliseconds, std::uint32_t fault) {
    at(milliseconds, {}, world::FaultEnded{fault, 1});
  }
  void suspected(std::int64_t milliseconds, world::NodeId member) {
    at(milliseconds, kLeader, swarm::Suspected{member, core::milliseconds(100)});
  }
  void assigned(std::int64_t milliseconds, std::uint64_t task, swarm::Attempt attempt,
                world::NodeId agent) {
    swarm::TaskAssigned made;
    made.task = swarm::TaskId{task};
    made.attempt = attempt;
    made.agent = agent;
    at(milliseconds, kLeader, made);
  }
  void taken_back(std::int64_t milliseconds, std::uint64_t task, world::NodeId agent,
                  swarm::TakeBackReason reason) {
    at(milliseconds, kLeader, swarm::TaskTakenBack{swarm::TaskId{task}, 1, agent, reason});
  }
  void finished(std::int64_t milliseconds, std::uint64_t task) {
    swarm::TaskFinished made;
    made.task = swarm::TaskId{task};
    made.attempt = 1;
    at(milliseconds, kLeader, made);
  }
  const FaultRecord& fault(std::size_t index = 0) const { return log->records()[index]; }

  std::optional<FaultLog> log;
};

TEST_F(FaultStory, ASpikeThatNobodyNoticesIsNotDetectedByTheNextFault) {
  plan({"cpu_spike", "crash"});
  begins(1'000, 0, kHit);
  ends(3'000, 0);
  begins(7'000, 1, kHit);
  suspected(7'200, kHit);
  EXPECT_FALSE(fault(0).detected) << "the suspicion is the crash's, 6 s later";
  EXPECT_EQ(fault(0).watched_until, ms(7'000));
  EXPECT_EQ(fault(1).detected, ms(7'200));
}

TEST_F(FaultStory, AFaultThatBeginsWhenTheOtherEndsIsTheNext) {
  plan({"hang", "crash"});
  begins(1'000, 0, kHit);
  begins(3'000, 1, kHit);  // the record of the same instant that comes first
  ends(3'000, 0);
  suspected(3'200, kHit);
  EXPECT_FALSE(fault(0).detected);
  EXPECT_EQ(fault(1).detected, ms(3'200));
}

TEST_F(FaultStory, FaultsThatOverlapListenThroughEachOther) {
  plan({"crash", "crash"});
  begins(1'000, 0, kHit);
  begins(1'100, 1, kOther);
  suspected(1'200, kHit);
  suspected(1'300, kOther);
  EXPECT_EQ(fault(0).detected, ms(1'200));
  EXPECT_EQ(fault(1).detected, ms(1'300)) << "the suspicion of another is not its own";
}

TEST_F(FaultStory, AWorkersTaskIsGivenToAnother) {
  plan({"crash"});
  assigned(900, 1, 1, kHit);
  assigned(950, 2, 1, kOther);
  begins(1'000, 0, kHit);
  assigned(1'100, 3, 1, kThird);
  suspected(1'200, kHit);
  assigned(1'210, 4, 1, kThird);
  assigned(1'220, 2, 2, kThird);
  EXPECT_FALSE(fault().decided) << "new tasks, and one that another held, say nothing of the crash";
  taken_back(1'230, 1, kHit, swarm::TakeBackReason::kSuspected);
  assigned(1'240, 1, 2, kThird);
  EXPECT_EQ(fault().decided, ms(1'240));
}

TEST_F(FaultStory, ATaskThatWasTakenBackBeforehandIsNotTheFaults) {
  plan({"crash"});
  assigned(500, 1, 1, kHit);
  taken_back(800, 1, kHit, swarm::TakeBackReason::kTimeout);
  assigned(500, 2, 1, kHit);
  finished(900, 2);
  begins(1'000, 0, kHit);
  suspected(1'200, kHit);
  assigned(1'300, 1, 2, kThird);
  assigned(1'400, 2, 2, kThird);
  EXPECT_FALSE(fault().decided);
}

TEST_F(FaultStory, ATimeoutIsANoticeToo) {
  plan({"loss"});
  assigned(900, 1, 1, kHit);
  begins(1'000, 0, kHit);
  taken_back(1'500, 1, kHit, swarm::TakeBackReason::kNewLeader);
  EXPECT_FALSE(fault().detected) << "a new leader takes stock of everything";
  assigned(1'510, 2, 1, kHit);
  taken_back(1'600, 2, kHit, swarm::TakeBackReason::kTimeout);
  EXPECT_EQ(fault().detected, ms(1'600));
}

TEST_F(FaultStory, ALeaderIsReplacedByOneInOffice) {
  plan({"crash"});
  begins(1'000, 0, kLeader);
  at(1'300, kOther, swarm::ElectionStarted{{}, 2, true});
  assigned(1'350, 7, 1, kThird);
  EXPECT_TRUE(fault().on_leader);
  EXPECT_EQ(fault().detected, ms(1'300));
  EXPECT_FALSE(fault().decided);
  at(1'400, kOther, swarm::LeaderReady{2, 0});
  EXPECT_EQ(fault().decided, ms(1'400));
}

TEST_F(FaultStory, WhoIsCutOffDecidesNothing) {
  plan({"isolate"});
  begins(1'000, 0, kLeader);
  at(1'200, kLeader, swarm::ElectionStarted{{}, 2, true});
  EXPECT_FALSE(fault().detected);
  at(1'300, kOther, swarm::ElectionStarted{{}, 2, true});
  at(1'350, kLeader, swarm::LeaderReady{1, 0});
  EXPECT_FALSE(fault().decided);
  at(1'400, kOther, swarm::LeaderReady{2, 0});
  EXPECT_EQ(fault().decided, ms(1'400));
}

TEST_F(FaultStory, AWorkersFaultIsNotDecidedByAnElection) {
  plan({"hang"});
  begins(1'000, 0, kHit);
  at(1'200, kOther, swarm::ElectionStarted{{}, 2, true});
  suspected(1'300, kHit);
  at(1'400, kOther, swarm::LeaderReady{2, 0});
  EXPECT_EQ(fault().detected, ms(1'300));
  EXPECT_FALSE(fault().decided);
}

TEST_F(FaultStory, APartitionIsNoticedFromEitherSide) {
  plan({"partition"}, {kOther, kThird});
  assigned(900, 1, 1, kOther);
  begins(1'000, 0, kLeader);
  suspected(1'200, kOther);
  EXPECT_EQ(fault().detected, ms(1'200)) << "the leader's side is the larger and misses the rest";
  assigned(1'300, 1, 2, kLeader);
  EXPECT_EQ(fault().decided, ms(1'300));
}

TEST_F(FaultStory, AStageOfARingIsGivenToASpare) {
  plan({"crash"});
  begins(1'000, 0, kHit);
  at(1'100, kLeader, swarm::BreakerChanged{kThird, {}, swarm::BreakerState::kOpen, 9, 9, {}});
  EXPECT_FALSE(fault().detected) << "another link's breaker";
  at(1'200, kLeader, swarm::BreakerChanged{kHit, {}, swarm::BreakerState::kOpen, 9, 9, {}});
  EXPECT_EQ(fault().detected, ms(1'200));
  at(1'500, kLeader, swarm::RingChanged{{1, {{kLeader}, {kThird}}, false, 0}});
  EXPECT_EQ(fault().decided, ms(1'500));
}

TEST_F(FaultStory, AnItemInAStagesHandsIsHeldThere) {
  plan({"crash"});
  assigned(900, 1, 1, kLeader);
  swarm::ItemTaken taken;
  taken.task = swarm::TaskId{1};
  taken.attempt = 1;
  at(950, kHit, taken);
  begins(1'000, 0, kHit);
  suspected(1'200, kHit);
  assigned(1'500, 1, 2, kLeader);
  EXPECT_EQ(fault().decided, ms(1'500));
}

TEST(RecoverySplit, AddsUpWhereTheDecisionCameFirst) {
  FaultRecord fault;
  fault.began = ms(1'000);
  fault.detected = ms(1'200);
  fault.decided = ms(1'250);
  fault.recovered = ms(1'900);
  const RecoverySplit split = split_of(fault);
  EXPECT_EQ(*split.detect + *split.decide + *split.execute, *split.total);
  fault.recovered = fault.began;
  EXPECT_FALSE(split_of(fault).execute) << "the objective was never missed";
  EXPECT_EQ(split_of(fault).total, core::Duration{});
  fault.recovered.reset();
  EXPECT_FALSE(split_of(fault).total);
  EXPECT_TRUE(split_of(fault).decide);
}

}  // namespace
}  // namespace lab
