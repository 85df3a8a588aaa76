#include "swarm/links.h"

#include <gmock/gmock.h>

#include <memory>

#include "small_world.h"

namespace swarm {
namespace {

using core::milliseconds;
using core::seconds;
using testing::ElementsAre;
using testing::IsEmpty;
using world::Incarnation;
using world::NodeId;

constexpr NodeId kAnna(1);
constexpr NodeId kBert(2);
constexpr NodeId kCleo(3);

class LinksTest : public testing::Test {
 protected:
  void boot(NodeId node, LinksConfig config = {GroupId(7), 99}) {
    links_[node] = std::make_unique<Links>(config);
    Links& links = *links_[node];
    world_.boot(
        node,
        [&links](const world::Message& message, world::Context& context, world::Effects& effects) {
          if (links.heard(message, context, effects) && Links::owns(message.type)) {
            links.receive(message, context, effects);
          }
        },
        [&links](world::TimerId timer, world::Context& context, world::Effects& effects) {
          ASSERT_TRUE(Links::owns(timer));
          links.timer(timer, context, effects);
        });
  }
  void declare(NodeId node, const std::vector<NodeId>& peers) {
    world_.act(node, [&](world::Context& context, world::Effects& effects) {
      links_.at(node)->declare(peers, context, effects);
    });
  }
  void hand(NodeId to, world::Message message) {
    message.to = to;
    world_.act(to, [&](world::Context& context, world::Effects& effects) {
      if (links_.at(to)->heard(message, context, effects)) {
        links_.at(to)->receive(message, context, effects);
      }
    });
  }
  [[nodiscard]] const Links& at(NodeId node) const { return *links_.at(node); }
  void cut() {
    world_.set_network([](const world::Message&) { return std::nullopt; });
  }
  void heal() {
    world_.set_network([](const world::Message&) { return std::optional(milliseconds(1)); });
  }

  SmallWorld world_;
  std::map<NodeId, std::unique_ptr<Links>> links_;
};

TEST_F(LinksTest, BothEndsProveALinkAndSayToWhichBoot) {
  boot(kAnna);
  boot(kBert);
  declare(kAnna, {kBert});
  declare(kBert, {kAnna});
  EXPECT_EQ(at(kAnna).state(kBert), LinkState::kGreeting);
  EXPECT_EQ(at(kAnna).state(kCleo), LinkState::kNone);
  world_.run_for(milliseconds(10));
  EXPECT_THAT(at(kAnna).proven_peers(), ElementsAre(kBert));
  EXPECT_THAT(at(kBert).proven_peers(), ElementsAre(kAnna));
  const auto proofs = world_.traced<LinkProven>();
  ASSERT_EQ(proofs.size(), 2U);
  EXPECT_EQ(proofs[0].second, (LinkProven{kBert, Incarnation(1)}));
}

TEST_F(LinksTest, AnEndThatHasNotDeclaredTheLinkAnswersButProvesNothing) {
  boot(kAnna);
  boot(kBert);
  declare(kAnna, {kBert});
  world_.run_for(milliseconds(10));
  EXPECT_TRUE(at(kAnna).proven(kBert));
  EXPECT_EQ(at(kBert).state(kAnna), LinkState::kNone);
  EXPECT_THAT(at(kBert).declared_peers(), IsEmpty());
}

TEST_F(LinksTest, ALinkToNobodyIsDeclaredButNeverProven) {
  boot(kAnna);
  declare(kAnna, {kBert});
  world_.run_for(seconds(60));
  EXPECT_THAT(at(kAnna).declared_peers(), ElementsAre(kBert));
  EXPECT_THAT(at(kAnna).proven_peers(), IsEmpty());
  // Greetings of a silent peer become rare: about one in each silence of 3 s.
  EXPECT_LT(world_.sent(), 30U);
}

TEST_F(LinksTest, LostGreetingsAreRepeatedUntilOneGetsThrough) {
  world_.set_network([this](const world::Message&) -> std::optional<core::Duration> {
    const bool lost = world_.network_random().chance(num::Probability::percent(50));
    return lost ? std::nullopt : std::optional<core::Duration>(milliseconds(1));
  });
  boot(kAnna);
  boot(kBert);
  declare(kAnna, {kBert});
  declare(kBert, {kAnna});
  world_.run_for(seconds(10));
  EXPECT_FALSE(world_.traced<LinkProven>().empty());
}

TEST_F(LinksTest, AnIdleLinkIsKeptAliveByGreetingAgain) {
  boot(kAnna);
  boot(kBert);
  declare(kAnna, {kBert});
  declare(kBert, {kAnna});
  world_.run_for(seconds(60));
  EXPECT_TRUE(at(kAnna).proven(kBert));
  EXPECT_THAT(world_.traced<LinkLost>(), IsEmpty());
  EXPECT_EQ(world_.traced<LinkProven>().size(), 2U);
}

TEST_F(LinksTest, AnyMessageIsASignOfLife) {
  boot(kAnna);
  boot(kBert);
  declare(kAnna, {kBert});
  world_.run_for(milliseconds(10));
  const std::uint64_t before = world_.sent();
  for (int i = 0; i < 100; ++i) {
    world::Message message;
    message.from = kBert;
    message.incarnation = Incarnation(1);
    message.type = 0x0203;
    world_.act(kAnna, [&](world::Context& context, world::Effects& effects) {
      EXPECT_TRUE(links_.at(kAnna)->heard(message, context, effects));
    });
    world_.run_for(milliseconds(500));
  }
  EXPECT_EQ(world_.sent(), before);
  EXPECT_TRUE(at(kAnna).proven(kBert));
}

TEST_F(LinksTest, SilenceLosesTheLinkAndHealingProvesItAnewAtOnce) {
  boot(kAnna);
  boot(kBert);
  declare(kAnna, {kBert});
  declare(kBert, {kAnna});
  world_.run_for(seconds(2));
  cut();
  world_.run_for(seconds(3));
  EXPECT_FALSE(at(kAnna).proven(kBert));
  EXPECT_FALSE(at(kBert).proven(kAnna));
  ASSERT_EQ(world_.traced<LinkLost>().size(), 2U);
  EXPECT_EQ(world_.traced<LinkLost>()[0].second.loss, LinkLoss::kSilence);
  world_.run_for(seconds(20));
  heal();
  world_.run_for(seconds(4));
  EXPECT_TRUE(at(kAnna).proven(kBert));
  EXPECT_TRUE(at(kBert).proven(kAnna));
  EXPECT_EQ(world_.traced<LinkProven>().size(), 4U);
}

TEST_F(LinksTest, APeerThatBootsAgainIsProvenAgainWithItsNewBoot) {
  boot(kAnna);
  boot(kBert);
  declare(kAnna, {kBert});
  declare(kBert, {kAnna});
  world_.run_for(milliseconds(10));
  boot(kBert);
  declare(kBert, {kAnna});
  world_.run_for(milliseconds(10));
  EXPECT_TRUE(at(kAnna).proven(kBert));
  EXPECT_EQ(at(kAnna).incarnation(kBert), Incarnation(2));
  const auto losses = world_.traced<LinkLost>();
  ASSERT_EQ(losses.size(), 1U);
  EXPECT_EQ(losses[0].second, (LinkLost{kBert, Incarnation(1), LinkLoss::kRestarted}));
}

TEST_F(LinksTest, AMessageOfAnEarlierBootIsStale) {
  boot(kAnna);
  boot(kBert);
  boot(kBert);
  declare(kAnna, {kBert});
  world_.run_for(milliseconds(10));
  world::Message ghost = world::make_message(kAnna, Hello{GroupId(7), Incarnation(1), 5, 99});
  ghost.from = kBert;
  ghost.incarnation = Incarnation(1);
  const std::uint64_t before = world_.sent();
  hand(kAnna, ghost);
  EXPECT_EQ(world_.sent(), before);
  EXPECT_EQ(at(kAnna).refused(LinkRefusal::kStaleIncarnation), 1U);
  EXPECT_TRUE(at(kAnna).proven(kBert));
}

TEST_F(LinksTest, RefusesAnotherGroupAnotherTopologyAndForgedOrGarbledGreetings) {
  boot(kAnna);
  boot(kBert);
  const auto from_bert = [](auto payload) {
    world::Message message = world::make_message(kAnna, payload);
    message.from = kBert;
    message.incarnation = Incarnation(1);
    return message;
  };
  const std::uint64_t before = world_.sent();
  hand(kAnna, from_bert(Hello{GroupId(8), Incarnation(1), 5, 99}));
  hand(kAnna, from_bert(Hello{GroupId(7), Incarnation(1), 5, 98}));
  hand(kAnna, from_bert(Hello{GroupId(7), Incarnation(2), 5, 99}));
  world::Message garbled = from_bert(Hello{});
  garbled.body.pop_back();
  hand(kAnna, garbled);
  EXPECT_EQ(world_.sent(), before);
  EXPECT_EQ(at(kAnna).refused(LinkRefusal::kWrongGroup), 1U);
  EXPECT_EQ(at(kAnna).refused(LinkRefusal::kWrongTopology), 1U);
  EXPECT_EQ(at(kAnna).refused(LinkRefusal::kForgedIncarnation), 1U);
  EXPECT_EQ(at(kAnna).refused(LinkRefusal::kMalformed), 1U);
  EXPECT_EQ(world_.traced<LinkRefused>().size(), 4U);
}

TEST_F(LinksTest, AnAcknowledgementProvesOnlyWithTheNonceThatWasSent) {
  boot(kAnna);
  boot(kBert);
  cut();
  declare(kAnna, {kBert});
  world::Message guess = world::make_message(kAnna, HelloAck{12345, Incarnation(1)});
  guess.from = kBert;
  guess.incarnation = Incarnation(1);
  hand(kAnna, guess);
  EXPECT_FALSE(at(kAnna).proven(kBert));
  EXPECT_EQ(at(kAnna).refused(LinkRefusal::kWrongNonce), 1U);
}

TEST_F(LinksTest, AMemberOfAnotherGroupIsNeverProven) {
  boot(kAnna);
  boot(kBert, {GroupId(8), 99});
  declare(kAnna, {kBert});
  declare(kBert, {kAnna});
  world_.run_for(seconds(10));
  EXPECT_THAT(world_.traced<LinkProven>(), IsEmpty());
  EXPECT_FALSE(world_.traced<LinkRefused>().empty());
}

TEST_F(LinksTest, AWithdrawnLinkIsLostAndGreetsNoMore) {
  boot(kAnna);
  boot(kBert);
  boot(kCleo);
  declare(kAnna, {kBert, kCleo});
  world_.run_for(milliseconds(10));
  EXPECT_THAT(at(kAnna).proven_peers(), ElementsAre(kBert, kCleo));
  declare(kAnna, {kCleo});
  EXPECT_THAT(at(kAnna).declared_peers(), ElementsAre(kCleo));
  const auto losses = world_.traced<LinkLost>();
  ASSERT_EQ(losses.size(), 1U);
  EXPECT_EQ(losses[0].second.loss, LinkLoss::kWithdrawn);
  world_.kill(kCleo);
  declare(kAnna, {});
  const std::uint64_t before = world_.sent();
  world_.run_for(seconds(30));
  EXPECT_EQ(world_.sent(), before);
}

TEST_F(LinksTest, TheSameHistoryGivesTheSameDigest) {
  const auto play = [this] {
    world_ = SmallWorld(5);
    boot(kAnna);
    boot(kBert);
    declare(kAnna, {kBert});
    world_.run_for(seconds(5));
    return core::digest(at(kAnna));
  };
  const std::uint64_t first = play();
  EXPECT_EQ(play(), first);
  world_.run_for(seconds(5));
  EXPECT_NE(core::digest(at(kAnna)), first);
}

}  // namespace
}  // namespace swarm
