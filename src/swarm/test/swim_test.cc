#include "swarm/swim.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <memory>

#include "small_world.h"

namespace swarm {
namespace {

using core::milliseconds;
using core::seconds;
using testing::Each;
using testing::IsEmpty;
using world::NodeId;

TEST(SwimTimes, AreThoseOfLifeguard) {
  SwimConfig config;
  config.probe_interval = seconds(1);
  config.probe_timeout = milliseconds(500);
  EXPECT_EQ(shortest_suspicion(config, 5), seconds(4));
  EXPECT_EQ(shortest_suspicion(config, 10), seconds(4));
  EXPECT_EQ(shortest_suspicion(config, 100), seconds(8));
  EXPECT_EQ(longest_suspicion(config, 10), seconds(24));
  EXPECT_EQ(expected_confirmations(config, 10), 2U);
  EXPECT_EQ(expected_confirmations(config, 3), 0U);
  EXPECT_EQ(suspicion_timeout(config, 10, 0), seconds(24));
  // 24 - 20 * ln 2 / ln 3
  EXPECT_EQ(suspicion_timeout(config, 10, 1) / milliseconds(1), 11'381);
  EXPECT_EQ(suspicion_timeout(config, 10, 2), seconds(4));
  EXPECT_EQ(suspicion_timeout(config, 10, 9), seconds(4));
  EXPECT_EQ(suspicion_timeout(config, 3, 0), seconds(4));
  EXPECT_EQ(retransmit_limit(config, 9), 4U);
  EXPECT_EQ(retransmit_limit(config, 10), 8U);
  EXPECT_EQ(retransmit_limit(config, 99), 8U);
  EXPECT_EQ(retransmit_limit(config, 100), 12U);
}

// Nodes 1 to n, each with its own view of all others.
class SwimTest : public testing::Test {
 protected:
  void begin(std::uint32_t members, std::uint64_t seed = 1) {
    world_ = std::make_unique<SmallWorld>(seed);
    nodes_.clear();
    swims_.clear();
    for (std::uint32_t i = 1; i <= members; ++i) {
      nodes_.emplace_back(i);
    }
    for (const NodeId node : nodes_) {
      boot(node);
    }
  }
  void boot(NodeId node) {
    swims_[node] = std::make_unique<Swim>(config_);
    Swim& swim = *swims_[node];
    world_->boot(
        node,
        [&swim](const world::Message& message, world::Context& context, world::Effects& effects) {
          swim.receive(message, context, effects);
        },
        [&swim](world::TimerId timer, world::Context& context, world::Effects& effects) {
          swim.timer(timer, context, effects);
        });
    world_->act(node, [&](world::Context& context, world::Effects& effects) {
      if (topology_) {
        swim.set_links(*topology_, NodeId(1));
      }
      swim.start(nodes_, context, effects);
    });
  }
  // A star of the members: node 1 is the hub, 2 and 3 are standbys.
  void begin_star(std::uint32_t members) {
    TopologySpec spec;
    spec.kind = TopologyKind::kStar;
    spec.coordinator = NodeId(1);
    spec.standbys = 2;
    for (std::uint32_t i = 2; i <= members; ++i) {
      spec.agents.emplace_back(i);
    }
    topology_ = *make_topology(spec);
    begin(members);
    world_->set_network([this](const world::Message& message) -> std::optional<core::Duration> {
      undeclared_ += topology_->may_send(message.from, message.to, NodeId(1)) ? 0U : 1U;
      return milliseconds(1);
    });
  }
  void lose(std::uint32_t percent, const std::function<bool(const world::Message&)>& concerned) {
    world_->set_network(
        [this, percent, concerned](const world::Message& message) -> std::optional<core::Duration> {
          const bool lost = concerned(message) &&
                            world_->network_random().chance(num::Probability::percent(percent));
          return lost ? std::nullopt : std::optional<core::Duration>(milliseconds(1));
        });
  }
  [[nodiscard]] std::size_t who_suspect(NodeId member) const {
    return static_cast<std::size_t>(std::ranges::count_if(
        swims_, [&](const auto& entry) { return entry.second->suspected(member); }));
  }
  [[nodiscard]] const Swim& at(std::uint32_t node) const { return *swims_.at(NodeId(node)); }
  // From `since` until the last of the others suspected the member.
  [[nodiscard]] core::Duration until_suspected(core::Time since, NodeId member) const {
    core::Duration longest{};
    for (const world::TraceEntry& entry : world_->trace()) {
      const auto suspicion = world::as<Suspected>(entry);
      if (suspicion && suspicion->member == member) {
        longest = std::max(longest, entry.at - since);
      }
    }
    return longest;
  }

  SwimConfig config_;
  std::optional<Topology> topology_;
  std::uint64_t undeclared_ = 0;  // messages between members without a link
  std::unique_ptr<SmallWorld> world_;
  std::vector<NodeId> nodes_;
  std::map<NodeId, std::unique_ptr<Swim>> swims_;
};

TEST_F(SwimTest, AHealthyGroupSuspectsNobodyAndFallsQuiet) {
  begin(20);
  world_->run_for(seconds(60));
  EXPECT_THAT(world_->traced<SwimChanged>(), IsEmpty());
  for (const auto& [node, swim] : swims_) {
    EXPECT_EQ(swim->local_health(), 0U);
  }
  // Nothing but one ping and one answer for each node and probe interval is left.
  const std::uint64_t before = world_->sent();
  world_->run_for(seconds(10));
  EXPECT_LE(world_->sent() - before, 20U * 51U * 2U);
}

TEST_F(SwimTest, AKilledMemberIsFaultyToAllWithinTheBound) {
  for (const std::uint32_t members : {17U, 40U}) {
    for (const std::uint64_t seed : {1U, 2U, 3U}) {
      begin(members, seed);
      world_->run_for(seconds(3));
      const core::Time killed = world_->now();
      world_->kill(NodeId(7));
      const core::Duration bound = detection_bound(config_, members);
      world_->run_for(bound);
      EXPECT_EQ(who_suspect(NodeId(7)), members - 1) << members << " seed " << seed;
      // Confirmations of many members make it far faster than one member alone would be.
      EXPECT_LE(until_suspected(killed, NodeId(7)), bound / 2);
      EXPECT_EQ(world_->traced<Suspected>().size(), members - 1);
    }
  }
}

TEST_F(SwimTest, AMemberThatLosesSomeMessagesIsNotSuspectedForLong) {
  // One message in five is lost on the way to and from node 5; asking others makes up for it.
  begin(20);
  lose(20, [](const world::Message& message) {
    return message.from == NodeId(5) || message.to == NodeId(5);
  });
  world_->run_for(seconds(120));
  EXPECT_THAT(world_->traced<Suspected>(), IsEmpty());
}

TEST_F(SwimTest, IndirectProbesReachAMemberBehindOneBrokenLink) {
  begin(20);
  lose(100, [](const world::Message& message) {
    return (message.from == NodeId(1) && message.to == NodeId(2)) ||
           (message.from == NodeId(2) && message.to == NodeId(1));
  });
  world_->run_for(seconds(120));
  EXPECT_THAT(world_->traced<SwimChanged>(), IsEmpty());
}

TEST_F(SwimTest, ASuspectedMemberThatRunsRefutesWithANewVersion) {
  begin(20);
  world_->run_for(seconds(1));
  world_->act(NodeId(1), [&](world::Context& context, world::Effects& effects) {
    world::Message message = world::make_message(
        NodeId(1), SwimGossip{{{NodeId(9), SwimState::kSuspect, 1ULL << 32U, NodeId(2)}}});
    message.from = NodeId(2);
    message.incarnation = world::Incarnation(1);
    swims_[NodeId(1)]->receive(message, context, effects);
  });
  EXPECT_EQ(at(1).state(NodeId(9)), SwimState::kSuspect);
  world_->run_for(seconds(2));
  EXPECT_EQ(at(9).refutations(), 1U);
  for (const NodeId node : nodes_) {
    if (node != NodeId(9)) {
      EXPECT_EQ(at(node.value).state(NodeId(9)), SwimState::kAlive);
    }
  }
  EXPECT_THAT(world_->traced<Suspected>(), IsEmpty());
}

TEST_F(SwimTest, BothSidesOfAPartitionSuspectEachOtherAndTrustAgainAfterIt) {
  begin(18);
  world_->run_for(seconds(1));
  lose(100, [](const world::Message& message) {
    return (message.from.value <= 6) != (message.to.value <= 6);
  });
  world_->run_for(detection_bound(config_, 18));
  EXPECT_EQ(at(1).suspects().size(), 12U);
  EXPECT_EQ(at(18).suspects().size(), 6U);
  lose(0, [](const world::Message&) { return true; });
  world_->run_for(detection_bound(config_, 18));
  for (const auto& [node, swim] : swims_) {
    EXPECT_THAT(swim->suspects(), IsEmpty()) << node.value;
  }
  EXPECT_FALSE(world_->traced<Trusted>().empty());
}

TEST_F(SwimTest, AMemberThatBootsAgainIsTrustedByAll) {
  begin(18);
  world_->kill(NodeId(4));
  world_->run_for(detection_bound(config_, 18));
  EXPECT_EQ(who_suspect(NodeId(4)), 17U);
  boot(NodeId(4));
  world_->run_for(seconds(2));
  EXPECT_EQ(who_suspect(NodeId(4)), 0U);
}

TEST_F(SwimTest, ACongestedNodeBlamesItselfAndNotTheOthers) {
  // Node 3 gets everything 250 ms late: its own pings seem unanswered, and so do pings to it.
  begin(20);
  world_->run_for(seconds(1));
  world_->congest(NodeId(3), milliseconds(250));
  std::uint32_t worst = 0;
  for (int i = 0; i < 300; ++i) {
    world_->run_for(milliseconds(200));
    worst = std::max(worst, at(3).local_health());
  }
  EXPECT_GT(worst, 0U);
  EXPECT_THAT(at(3).suspects(), IsEmpty());
  for (const auto& [observer, suspicion] : world_->traced<Suspected>()) {
    EXPECT_EQ(suspicion.member, NodeId(3)) << "by " << observer.value;
  }
  world_->congest(NodeId(3), milliseconds(0));
  world_->run_for(seconds(30));
  EXPECT_EQ(at(3).local_health(), 0U);
  EXPECT_EQ(who_suspect(NodeId(3)), 0U);
}

TEST_F(SwimTest, LocalHealthKeepsACongestedNodeFromSuspectingOthers) {
  const auto suspicions_of_node_3 = [this](std::uint32_t health_limit) {
    config_.health_limit = health_limit;
    begin(20);
    world_->congest(NodeId(3), milliseconds(250));
    world_->run_for(seconds(60));
    const auto changes = world_->traced<SwimChanged>();
    return std::ranges::count_if(changes, [](const auto& change) {
      return change.first == NodeId(3) && change.second.state == SwimState::kSuspect;
    });
  };
  const auto without = suspicions_of_node_3(1);
  const auto with = suspicions_of_node_3(8);
  EXPECT_GT(without, 100);
  EXPECT_LT(with, without / 3);
}

TEST_F(SwimTest, LocalHealthStretchesTheNodesOwnProbes) {
  begin(20);
  world_->run_for(seconds(1));
  // Node 3 hears nothing at all, so nobody even tells it that it may be wrong.
  lose(100, [](const world::Message& message) { return message.to == NodeId(3); });
  world_->run_for(seconds(20));
  EXPECT_EQ(at(3).local_health(), config_.health_limit - 1);
  std::uint64_t pings = 0;
  world_->set_network([&](const world::Message& message) -> std::optional<core::Duration> {
    pings += message.from == NodeId(3) && message.type == SwimPing::kType ? 1U : 0U;
    return message.to == NodeId(3) ? std::nullopt : std::optional<core::Duration>(milliseconds(1));
  });
  world_->run_for(config_.probe_interval * config_.health_limit * 10);
  EXPECT_LE(pings, 11U);
}

TEST_F(SwimTest, RelaysThatAnswerNoKeepTheProberHealthy) {
  begin(20);
  world_->run_for(seconds(1));
  world_->kill(NodeId(7));
  world_->run_for(seconds(20));
  for (const auto& [node, swim] : swims_) {
    if (node != NodeId(7)) {
      EXPECT_EQ(swim->local_health(), 0U) << node.value;
    }
  }
}

TEST_F(SwimTest, TwoMembersWatchEachOtherWithoutHelp) {
  begin(2);
  world_->run_for(seconds(1));
  world_->kill(NodeId(2));
  world_->run_for(detection_bound(config_, 2) * 2);
  EXPECT_TRUE(at(1).suspected(NodeId(2)));
}

TEST_F(SwimTest, FollowsTheMembershipThatItIsTold) {
  begin(18);
  world_->kill(NodeId(18));
  world_->run_for(milliseconds(700));
  const auto without_last = [&] {
    std::vector<NodeId> fewer = nodes_;
    fewer.pop_back();
    for (const NodeId node : fewer) {
      world_->act(node, [&](world::Context& context, world::Effects& effects) {
        swims_[node]->set_members(fewer, context, effects);
      });
    }
  };
  without_last();
  world_->run_for(detection_bound(config_, 18));
  EXPECT_EQ(who_suspect(NodeId(18)), 0U);
  EXPECT_EQ(at(1).state(NodeId(18)), std::nullopt);
}

TEST_F(SwimTest, InAStarProbesAndGossipKeepToTheLinks) {
  begin_star(20);
  world_->run_for(seconds(30));
  EXPECT_THAT(world_->traced<SwimChanged>(), IsEmpty());
  const core::Time killed = world_->now();
  world_->kill(NodeId(2));   // a standby
  world_->kill(NodeId(17));  // only the hub can probe it
  world_->run_for(detection_bound(config_, 20));
  for (const NodeId dead : {NodeId(2), NodeId(17)}) {
    EXPECT_TRUE(at(1).suspected(dead));
    EXPECT_LE(until_suspected(killed, dead), detection_bound(config_, 20));
  }
  for (const auto& [who, suspicion] : world_->traced<Suspected>()) {
    EXPECT_TRUE(suspicion.member == NodeId(2) || suspicion.member == NodeId(17));
  }
  EXPECT_EQ(undeclared_, 0U);
}

TEST_F(SwimTest, WhereNobodyCanConfirmASuspicionItsTimeoutIsTheShortest) {
  begin_star(20);
  world_->run_for(seconds(10));
  const core::Time killed = world_->now();
  world_->kill(NodeId(17));
  world_->run_for(detection_bound(config_, 20));
  ASSERT_TRUE(at(1).suspected(NodeId(17)));
  const std::int64_t rounds = 2 * 19;
  EXPECT_LE(until_suspected(killed, NodeId(17)),
            rounds * config_.probe_interval + shortest_suspicion(config_, 20));
}

TEST_F(SwimTest, IgnoresStrangersAndMalformedMessages) {
  begin(18);
  const auto deliver = [&](world::Message message, NodeId from) {
    message.from = from;
    message.incarnation = world::Incarnation(1);
    world_->act(NodeId(1), [&](world::Context& context, world::Effects& effects) {
      swims_[NodeId(1)]->receive(message, context, effects);
    });
  };
  const SwimGossip lie{{{NodeId(9), SwimState::kFaulty, 1ULL << 32U, NodeId(2)}}};
  deliver(world::make_message(NodeId(1), lie), NodeId(77));
  world::Message cropped = world::make_message(NodeId(1), lie);
  cropped.body.pop_back();
  deliver(cropped, NodeId(2));
  EXPECT_EQ(at(1).state(NodeId(9)), SwimState::kAlive);
}

TEST_F(SwimTest, EqualSeedsGiveEqualStates) {
  const auto play = [this](std::uint64_t seed) {
    begin(17, seed);
    lose(10, [](const world::Message&) { return true; });
    world_->run_for(seconds(10));
    std::vector<std::uint64_t> digests;
    for (const auto& [node, swim] : swims_) {
      digests.push_back(core::digest(*swim));
    }
    return digests;
  };
  const auto first = play(1);
  EXPECT_EQ(play(1), first);
  EXPECT_NE(play(2), first);
}

}  // namespace
}  // namespace swarm
