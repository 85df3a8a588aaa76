#include "swarm/joint.h"

#include <gmock/gmock.h>

#include <memory>

#include "small_world.h"

namespace swarm {
namespace {

using core::milliseconds;
using core::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using world::NodeId;

constexpr NodeId kProposer(1);
constexpr TaskId kTask(42);

core::Bytes choice(std::string_view text) {
  return {text.begin(), text.end()};
}

JointRules rules_of(std::uint32_t members) {
  return make_joint_rules({members, std::nullopt, milliseconds(500), milliseconds(100), 0}).value();
}

std::string refusal(const JointSpec& spec) {
  const auto rules = make_joint_rules(spec);
  return rules ? "" : rules.error().message;
}

TEST(JointRules, TheMajorityOfTheConfiguredMembersDecides) {
  EXPECT_EQ(rules_of(2).quorum, 2U);
  EXPECT_EQ(rules_of(3).quorum, 2U);
  EXPECT_EQ(rules_of(4).quorum, 3U);
  EXPECT_EQ(rules_of(5).quorum, 3U);
  EXPECT_EQ(rules_of(5).tolerated_losses(), 2U);
}

TEST(JointRules, ARatioInIntegersRaisesTheQuorum) {
  JointSpec spec{5, Ratio{2, 3}, milliseconds(500), milliseconds(100), 1};
  EXPECT_EQ(make_joint_rules(spec).value().quorum, 4U);
  spec.members = 3;
  EXPECT_EQ(make_joint_rules(spec).value().quorum, 2U);
  spec = {5, Ratio{5, 5}, milliseconds(500), milliseconds(100), 0};
  EXPECT_EQ(make_joint_rules(spec).value().quorum, 5U);
}

TEST(JointRules, RefusesWhatWouldNotBeJoint) {
  const JointSpec base{4, std::nullopt, milliseconds(500), milliseconds(100), 0};
  JointSpec spec = base;
  spec.members = 1;
  EXPECT_THAT(refusal(spec), HasSubstr("one alone would always agree with itself"));
  spec = base;
  spec.quorum = Ratio{2, 4};
  EXPECT_THAT(refusal(spec), HasSubstr("a quorum of 2/4 of the members lets two halves decide"));
  spec.quorum = Ratio{5, 4};
  EXPECT_THAT(refusal(spec), HasSubstr("cannot be reached"));
  spec.quorum = Ratio{1, 0};
  EXPECT_THAT(refusal(spec), HasSubstr("cannot be reached"));
  spec = base;
  spec.claims_losses = 2;
  EXPECT_THAT(refusal(spec),
              HasSubstr("claims_losses 2: 4 members with a quorum of 3 survive the silence of 1"));
  spec = base;
  spec.timeout = milliseconds(0);
  EXPECT_THAT(refusal(spec), HasSubstr("above zero"));
}

// Node 1 proposes; members 2 and up answer with what `opinions_` says, or not at all.
class JointTest : public testing::Test {
 protected:
  explicit JointTest(std::uint32_t members = 5) : proposer_(rules_of(members)) {
    world_.boot(
        kProposer,
        [this](const world::Message& message, world::Context& context, world::Effects& effects) {
          take(proposer_.receive(message, context, effects));
        },
        [this](world::TimerId timer, world::Context& context, world::Effects& effects) {
          take(proposer_.timer(timer, context, effects));
        });
    for (std::uint32_t i = 2; i < 2 + members; ++i) {
      members_.emplace_back(i);
      opinions_[NodeId(i)] = "buy";
      boot(NodeId(i));
    }
  }

  void boot(NodeId node) {
    asked_[node] = std::make_unique<JointMember>();
    world_.boot(
        node,
        [this, node](const world::Message& message, world::Context&, world::Effects& effects) {
          JointMember& member = *asked_.at(node);
          if (const auto question = member.receive(message, effects)) {
            ++answered_[node];
            if (const auto opinion = opinions_.find(node); opinion != opinions_.end()) {
              member.answer(answer(opinion->second, question->attempt), effects);
            }
          }
        },
        [](world::TimerId, world::Context&, world::Effects&) {});
  }

  static JointAnswer answer(std::string_view what, Attempt attempt = 1,
                            std::uint32_t confidence_permille = 800) {
    return {kTask, attempt, choice(what), confidence_permille, 7};
  }
  void take(std::optional<JointOutcome> outcome) {
    if (outcome) {
      outcomes_.push_back(std::move(*outcome));
    }
  }
  void ask(Attempt attempt = 1) {
    world_.act(kProposer, [&](world::Context& context, world::Effects& effects) {
      proposer_.ask({kTask, attempt, 3, choice("what now?")}, members_, context, effects);
    });
  }
  void record(NodeId member, const JointAnswer& given) {
    world_.act(kProposer, [&](world::Context& context, world::Effects& effects) {
      take(proposer_.record(member, given, context, effects));
    });
  }
  void cut() {
    world_.set_network([](const world::Message&) { return std::nullopt; });
  }

  SmallWorld world_;
  JointProposer proposer_;
  std::vector<NodeId> members_;
  std::map<NodeId, std::unique_ptr<JointMember>> asked_;
  std::map<NodeId, std::string> opinions_;
  std::map<NodeId, int> answered_;
  std::vector<JointOutcome> outcomes_;
};

TEST_F(JointTest, WhatAQuorumSaysIsDecidedAsSoonAsItSaysIt) {
  opinions_[NodeId(3)] = "sell";
  ask();
  world_.run_for(milliseconds(10));
  ASSERT_EQ(outcomes_.size(), 1U);
  EXPECT_TRUE(outcomes_[0].decided);
  EXPECT_EQ(outcomes_[0].choice, choice("buy"));
  EXPECT_EQ(outcomes_[0].in_favour, 3U);
  EXPECT_EQ(outcomes_[0].against, 1U);
  EXPECT_EQ(outcomes_[0].confidence_permille, 800U);
  const auto decided = world_.traced<JointDecided>();
  ASSERT_EQ(decided.size(), 1U);
  EXPECT_EQ(decided[0].second.members, 5U);
  EXPECT_EQ(decided[0].second.quorum, 3U);
  EXPECT_THAT(decided[0].second.voters, ElementsAre(NodeId(2), NodeId(4), NodeId(5)));
  EXPECT_EQ(decided[0].second.elapsed, milliseconds(2));
}

TEST_F(JointTest, TwoOfFiveMayBeSilent) {
  world_.kill(NodeId(2));
  world_.kill(NodeId(3));
  ask();
  world_.run_for(milliseconds(10));
  ASSERT_EQ(outcomes_.size(), 1U);
  EXPECT_TRUE(outcomes_[0].decided);
}

TEST_F(JointTest, ThreeOfFiveMayNotAndTheTimeoutSaysSo) {
  for (const std::uint32_t dead : {2U, 3U, 4U}) {
    world_.kill(NodeId(dead));
  }
  ask();
  world_.run_for(milliseconds(499));
  EXPECT_THAT(outcomes_, IsEmpty());
  world_.run_for(milliseconds(1));
  ASSERT_EQ(outcomes_.size(), 1U);
  EXPECT_FALSE(outcomes_[0].decided);
  EXPECT_EQ(outcomes_[0].in_favour, 2U);
  const auto undecided = world_.traced<JointUndecided>();
  ASSERT_EQ(undecided.size(), 1U);
  EXPECT_EQ(undecided[0].second, (JointUndecided{kTask, 1, 5, 3, 2, 2, true, milliseconds(500)}));
  world_.run_for(seconds(10));
  EXPECT_EQ(outcomes_.size(), 1U);
}

TEST_F(JointTest, AnIsolatedProposerDecidesNothing) {
  members_[0] = kProposer;
  cut();
  ask();
  record(kProposer, answer("buy"));
  world_.run_for(seconds(10));
  ASSERT_EQ(outcomes_.size(), 1U);
  EXPECT_FALSE(outcomes_[0].decided);
  EXPECT_THAT(world_.traced<JointDecided>(), IsEmpty());
}

TEST_F(JointTest, AProposerThatIsAMemberVotesWithoutAMessage) {
  members_[0] = kProposer;
  ask();
  record(kProposer, answer("buy"));
  world_.run_for(milliseconds(10));
  ASSERT_EQ(outcomes_.size(), 1U);
  EXPECT_THAT(world_.traced<JointDecided>()[0].second.voters,
              ElementsAre(kProposer, NodeId(3), NodeId(4)));
}

TEST_F(JointTest, ASplitIsUndecidedAsSoonAsNoChoiceCanWin) {
  opinions_ = {{NodeId(2), "buy"},
               {NodeId(3), "buy"},
               {NodeId(4), "sell"},
               {NodeId(5), "sell"},
               {NodeId(6), "hold"}};
  ask();
  world_.run_for(milliseconds(10));
  ASSERT_EQ(outcomes_.size(), 1U);
  EXPECT_FALSE(outcomes_[0].decided);
  EXPECT_FALSE(world_.traced<JointUndecided>()[0].second.timed_out);
}

TEST_F(JointTest, OnlyTheFirstAnswerOfAMemberCounts) {
  cut();
  ask();
  record(NodeId(2), answer("buy"));
  record(NodeId(2), answer("buy"));
  record(NodeId(2), answer("sell"));
  record(NodeId(3), answer("buy"));
  EXPECT_THAT(outcomes_, IsEmpty());
  EXPECT_EQ(proposer_.refused(JointRefusal::kDuplicate), 2U);
  record(NodeId(4), answer("buy"));
  ASSERT_EQ(outcomes_.size(), 1U);
  EXPECT_EQ(outcomes_[0].in_favour, 3U);
}

TEST_F(JointTest, StrangersAndEarlierAttemptsDoNotCount) {
  cut();
  ask(1);
  record(NodeId(2), answer("buy", 1));
  ask(2);
  record(NodeId(3), answer("buy", 1));
  record(NodeId(77), answer("buy", 2));
  record(NodeId(4), answer("buy", 3));
  EXPECT_EQ(proposer_.refused(JointRefusal::kStale), 2U);
  EXPECT_EQ(proposer_.refused(JointRefusal::kNotMember), 1U);
  record(NodeId(3), answer("buy", 2));
  record(NodeId(4), answer("buy", 2));
  EXPECT_THAT(outcomes_, IsEmpty());
  record(NodeId(5), answer("buy", 2));
  ASSERT_EQ(outcomes_.size(), 1U);
  EXPECT_EQ(outcomes_[0].attempt, 2U);
}

TEST_F(JointTest, MalformedAnswersAreRefused) {
  cut();
  ask();
  const auto deliver = [&](world::Message message) {
    message.from = NodeId(2);
    world_.act(kProposer, [&](world::Context& context, world::Effects& effects) {
      take(proposer_.receive(message, context, effects));
    });
  };
  deliver(world::make_message(kProposer, answer("buy", 1, 1001)));
  world::Message cropped = world::make_message(kProposer, answer("buy"));
  cropped.body.pop_back();
  deliver(cropped);
  EXPECT_EQ(proposer_.refused(JointRefusal::kMalformed), 2U);
}

TEST_F(JointTest, LostQuestionsAndAnswersAreRepeatedButAnsweredOnce) {
  world_.set_network([this](const world::Message&) -> std::optional<core::Duration> {
    const bool lost = world_.network_random().chance(num::Probability::percent(40));
    return lost ? std::nullopt : std::optional<core::Duration>(milliseconds(1));
  });
  int decided = 0;
  for (Attempt attempt = 1; attempt <= 50; ++attempt) {
    ask(attempt);
    world_.run_for(milliseconds(600));
    decided += outcomes_.back().decided ? 1 : 0;
  }
  EXPECT_EQ(outcomes_.size(), 50U);
  EXPECT_GE(decided, 45);
  for (const auto& [member, times] : answered_) {
    EXPECT_LE(times, 50);
  }
}

TEST_F(JointTest, ADroppedQuestionHasNoOutcome) {
  cut();
  ask();
  EXPECT_TRUE(proposer_.open(kTask));
  world_.act(kProposer,
             [&](world::Context&, world::Effects& effects) { proposer_.clear(effects); });
  world_.run_for(seconds(2));
  EXPECT_FALSE(proposer_.open(kTask));
  EXPECT_THAT(outcomes_, IsEmpty());
}

// ---- The asked member ----

class JointMemberTest : public testing::Test {
 protected:
  std::optional<JointAsk> ask(Attempt attempt, NodeId from = kProposer, TaskId task = kTask,
                              Term term = 3) {
    world::Message message = world::make_message(NodeId(2), JointAsk{task, attempt, term, {}});
    message.from = from;
    return member_.receive(message, effects_);
  }
  // What was sent since the last call.
  std::vector<std::pair<NodeId, JointAnswer>> sent() {
    std::vector<std::pair<NodeId, JointAnswer>> answers;
    for (const world::Effect& effect : effects_.take()) {
      const world::Message& message = std::get<world::Send>(effect).message;
      answers.emplace_back(message.to, world::payload<JointAnswer>(message).value());
    }
    return answers;
  }

  JointMember member_{3};
  world::Effects effects_;
};

TEST_F(JointMemberTest, AnswersOnceAndRepeatsTheSameAnswer) {
  EXPECT_TRUE(ask(1).has_value());
  EXPECT_FALSE(ask(1).has_value());
  EXPECT_THAT(sent(), IsEmpty());
  const JointAnswer first{kTask, 1, choice("buy"), 900, 5};
  member_.answer(first, effects_);
  member_.answer({kTask, 1, choice("sell"), 900, 5}, effects_);
  EXPECT_THAT(sent(), ElementsAre(std::pair(kProposer, first)));
  EXPECT_FALSE(ask(1, NodeId(9)).has_value());
  EXPECT_THAT(sent(), ElementsAre(std::pair(NodeId(9), first)));
}

TEST_F(JointMemberTest, ANewAttemptIsANewQuestionAndAnOlderOneIsNone) {
  EXPECT_TRUE(ask(1).has_value());
  EXPECT_TRUE(ask(2).has_value());
  EXPECT_FALSE(ask(1).has_value());
  member_.answer({kTask, 1, choice("late"), 900, 5}, effects_);
  EXPECT_THAT(sent(), IsEmpty());
  member_.answer({kTask, 2, choice("buy"), 900, 5}, effects_);
  EXPECT_EQ(sent().size(), 1U);
}

TEST_F(JointMemberTest, AnOlderTermIsNotAnswered) {
  EXPECT_TRUE(ask(1, kProposer, TaskId(1), 5).has_value());
  EXPECT_FALSE(ask(1, NodeId(9), TaskId(2), 4).has_value());
}

TEST_F(JointMemberTest, RemembersTheNewestTasksOnly) {
  for (std::uint64_t task = 1; task <= 4; ++task) {
    EXPECT_TRUE(ask(1, kProposer, TaskId(task)).has_value());
  }
  EXPECT_FALSE(ask(1, kProposer, TaskId(2)).has_value());
  EXPECT_TRUE(ask(1, kProposer, TaskId(1)).has_value());
}

}  // namespace
}  // namespace swarm
