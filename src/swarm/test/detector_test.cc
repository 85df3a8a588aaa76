#include "swarm/detector.h"

#include <gmock/gmock.h>

#include <memory>

#include "small_world.h"

namespace swarm {
namespace {

using core::milliseconds;
using core::seconds;
using testing::ElementsAre;
using testing::IsEmpty;
using world::NodeId;

constexpr NodeId kLeader(1);

// Node 1 leads; the others answer with what `reports_` says of them.
class DetectorTest : public testing::Test {
 protected:
  explicit DetectorTest(std::uint32_t members = 5) {
    for (std::uint32_t i = 1; i <= members; ++i) {
      members_.emplace_back(i);
      boot(NodeId(i));
    }
  }
  void boot(NodeId node) {
    if (node == kLeader) {
      world_.boot(
          node,
          [this](const world::Message& message, world::Context& context, world::Effects& effects) {
            detector_.receive(message, context, effects);
          },
          [this](world::TimerId timer, world::Context& context, world::Effects& effects) {
            detector_.timer(timer, context, effects);
          });
      return;
    }
    world_.boot(
        node,
        [this, node](const world::Message& message, world::Context&, world::Effects& effects) {
          answer_heartbeat(message, reports_[node], effects);
        },
        [](world::TimerId, world::Context&, world::Effects&) {});
  }
  void lead(Term term = 3) {
    world_.act(kLeader, [&](world::Context& context, world::Effects& effects) {
      detector_.lead(term, members_, context, effects);
    });
  }

  const DetectorConfig config_{milliseconds(50), milliseconds(200)};
  SmallWorld world_;
  Detector detector_{config_};
  std::vector<NodeId> members_;
  std::map<NodeId, MemberReport> reports_;
};

TEST_F(DetectorTest, SuspectsNobodyWhoAnswers) {
  lead();
  world_.run_for(seconds(60));
  EXPECT_THAT(world_.traced<Suspected>(), IsEmpty());
}

TEST_F(DetectorTest, SuspectsTheDeadWithinTheBoundAndNobodyElse) {
  lead();
  world_.run_for(milliseconds(1'234));
  const core::Time killed = world_.now();
  world_.kill(NodeId(4));
  world_.run_for(seconds(10));
  EXPECT_THAT(detector_.suspects(), ElementsAre(NodeId(4)));
  const auto suspicions = world_.traced<Suspected>();
  ASSERT_EQ(suspicions.size(), 1U);
  EXPECT_GE(suspicions[0].second.silence, config_.silence);
  const core::Duration took = world_.trace().back().at - killed;
  EXPECT_GE(took, config_.silence - config_.interval);
  EXPECT_LE(took, config_.silence + config_.interval + milliseconds(2));
}

TEST_F(DetectorTest, TrustsAgainWhoComesBackAndSaysForHowLongItDidNot) {
  lead();
  world_.kill(NodeId(4));
  world_.run_for(seconds(2));
  EXPECT_TRUE(detector_.suspected(NodeId(4)));
  boot(NodeId(4));
  world_.run_for(milliseconds(100));
  EXPECT_FALSE(detector_.suspected(NodeId(4)));
  const auto trust = world_.traced<Trusted>();
  ASSERT_EQ(trust.size(), 1U);
  EXPECT_EQ(trust[0].second.member, NodeId(4));
  EXPECT_GT(trust[0].second.suspected_for, milliseconds(1'700));
}

TEST_F(DetectorTest, AMemberThatAnswersTooLateIsAFalsePositiveThatTheTraceShows) {
  lead();
  world_.run_for(seconds(1));
  world_.slow_down(NodeId(2), milliseconds(300));
  world_.run_for(milliseconds(400));
  world_.slow_down(NodeId(2), milliseconds(0));
  world_.run_for(seconds(1));
  EXPECT_EQ(world_.traced<Suspected>().size(), 1U);
  EXPECT_EQ(world_.traced<Trusted>().size(), 1U);
}

TEST_F(DetectorTest, ALeaderThatDidNotRunDoesNotBlameTheOthers) {
  lead();
  world_.run_for(seconds(1));
  world_.slow_down(kLeader, milliseconds(900));
  world_.run_for(seconds(1));
  EXPECT_THAT(world_.traced<Suspected>(), IsEmpty());
}

TEST_F(DetectorTest, AnyMessageIsASignOfLife) {
  lead();
  world_.kill(NodeId(4));
  for (int i = 0; i < 20; ++i) {
    world_.run_for(milliseconds(100));
    world_.act(kLeader, [&](world::Context& context, world::Effects& effects) {
      detector_.heard(NodeId(4), context, effects);
    });
  }
  EXPECT_FALSE(detector_.suspected(NodeId(4)));
}

TEST_F(DetectorTest, ObservesWhatMembersReport) {
  reports_[NodeId(2)] = {AgentState::kBusy, 3, 1};
  reports_[NodeId(3)] = {AgentState::kError, 0, 0};
  lead();
  EXPECT_EQ(detector_.observed(NodeId(2)), AgentState::kInitialising);
  EXPECT_FALSE(detector_.report(NodeId(2)).has_value());
  world_.run_for(milliseconds(10));
  EXPECT_EQ(detector_.report(NodeId(2)), (MemberReport{AgentState::kBusy, 3, 1}));
  EXPECT_EQ(detector_.observed(NodeId(3)), AgentState::kError);
  world_.kill(NodeId(3));
  world_.run_for(seconds(1));
  EXPECT_EQ(detector_.observed(NodeId(3)), AgentState::kOffline);
}

TEST_F(DetectorTest, AnOlderReportDoesNotReplaceANewerOne) {
  // The first acknowledgement of node 2 is overtaken by all others.
  bool first = true;
  world_.set_network([&](const world::Message& message) {
    const bool held =
        message.from == NodeId(2) && std::exchange(first, first && message.from != NodeId(2));
    return std::optional<core::Duration>(held ? milliseconds(120) : milliseconds(1));
  });
  reports_[NodeId(2)] = {AgentState::kInitialising, 0, 0};
  lead();
  world_.run_for(milliseconds(20));
  reports_[NodeId(2)] = {AgentState::kReady, 0, 0};
  world_.run_for(milliseconds(125));
  EXPECT_EQ(detector_.observed(NodeId(2)), AgentState::kReady);
}

TEST_F(DetectorTest, IgnoresAcknowledgementsOfAnotherTermAndOfStrangers) {
  lead(3);
  world_.run_for(milliseconds(10));
  const auto acknowledge = [&](NodeId from, Term term) {
    world::Message message =
        world::make_message(kLeader, HeartbeatAck{1, {AgentState::kError, 9, 9}}, term);
    message.from = from;
    world_.act(kLeader, [&](world::Context& context, world::Effects& effects) {
      detector_.receive(message, context, effects);
    });
  };
  acknowledge(NodeId(2), 2);
  acknowledge(NodeId(77), 3);
  EXPECT_EQ(detector_.observed(NodeId(2)), AgentState::kInitialising);
  EXPECT_FALSE(detector_.report(NodeId(77)).has_value());
}

TEST_F(DetectorTest, StopsAskingWhenItLeadsNoMoreAndForgetsWhoLeaves) {
  lead();
  world_.kill(NodeId(4));
  world_.run_for(seconds(1));
  world_.act(kLeader, [&](world::Context& context, world::Effects&) {
    detector_.watch({kLeader, NodeId(2), NodeId(3)}, context);
  });
  EXPECT_THAT(detector_.suspects(), IsEmpty());
  world_.act(kLeader, [&](world::Context&, world::Effects& effects) { detector_.stop(effects); });
  world_.run_for(milliseconds(10));  // what is on its way is answered
  const std::uint64_t before = world_.sent();
  world_.run_for(seconds(5));
  EXPECT_EQ(world_.sent(), before);
  EXPECT_FALSE(detector_.leading());
}

TEST(AgentStates, AnAgentWorksOnlyAfterItWasReady) {
  EXPECT_TRUE(may_become(AgentState::kInitialising, AgentState::kReady));
  EXPECT_TRUE(may_become(AgentState::kReady, AgentState::kBusy));
  EXPECT_TRUE(may_become(AgentState::kBusy, AgentState::kReady));
  EXPECT_FALSE(may_become(AgentState::kInitialising, AgentState::kBusy));
  EXPECT_FALSE(may_become(AgentState::kError, AgentState::kReady));
  EXPECT_FALSE(may_become(AgentState::kOffline, AgentState::kBusy));
}

}  // namespace
}  // namespace swarm
