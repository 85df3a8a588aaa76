#include "load/client.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "world_sim/simulation.h"

namespace load {
namespace {

constexpr world::NodeId kClient(1);
constexpr world::NodeId kDead(2);
constexpr world::NodeId kMember(3);

// Answers each offer at once, or only from the nth on, or refers to another member.
class Member : public world::Machine {
 public:
  Member(std::uint32_t ignored, world::NodeId leader) : ignored_(ignored), leader_(leader) {}
  void step(const world::Event& event, world::Context&, world::Effects& effects) override {
    const auto* received = std::get_if<world::Received>(&event);
    if (received == nullptr || received->message.type != swarm::Offer::kType) {
      return;
    }
    const auto offer = world::payload<swarm::Offer>(received->message);
    if (leader_) {
      effects.send(received->message.from, swarm::NotLeader{offer->task.id, leader_});
    } else if (ignored_ > 0) {
      --ignored_;
    } else {
      effects.send(received->message.from, swarm::Reply{offer->task.id, {}});
    }
  }
  [[nodiscard]] std::uint64_t digest() const override { return ignored_; }

 private:
  std::uint32_t ignored_;
  world::NodeId leader_;
};

class Record : public world::TraceSink {
 public:
  void receive(const world::TraceEntry& entry) override {
    if (const auto answer = world::as<swarm::TaskAnswered>(entry)) {
      answers.push_back(*answer);
    }
    offered += entry.record.kind == swarm::TaskOffered::kKind ? 1U : 0U;
    given_up += entry.record.kind == swarm::TaskGivenUp::kKind ? 1U : 0U;
  }
  std::vector<swarm::TaskAnswered> answers;
  std::size_t offered = 0;
  std::size_t given_up = 0;
};

ClientConfig config(std::vector<world::NodeId> members) {
  ClientConfig made;
  made.workload.lasts = core::seconds(2);
  made.workload.classes = {{"one", 1, {}, false, {core::to_bytes("a")}}};
  made.members = std::move(members);
  made.retry_timeout = core::milliseconds(100);
  made.retry_attempts = 4;
  return made;
}

class ClientStory : public testing::Test {
 protected:
  ClientStory() {
    world_sim::Options options;
    options.sinks = {&record};
    simulation.emplace(options);
  }
  void boot(world::NodeId node, const world::Program& program) {
    simulation->boot({node, "node", "member", "zone", {}}, program);
  }
  void start(const ClientConfig& made) {
    boot(kClient, [made] { return std::make_unique<Client>(made); });
    simulation->run_until(core::at(core::seconds(20)));
  }
  static world::Program member(std::uint32_t ignored, world::NodeId leader = {}) {
    return [=] { return std::make_unique<Member>(ignored, leader); };
  }

  Record record;
  std::optional<world_sim::Simulation> simulation;
};

// Says whom to ask from now on, answers one task, and is gone.
class Leaving : public world::Machine {
 public:
  void step(const world::Event& event, world::Context&, world::Effects& effects) override {
    const auto* received = std::get_if<world::Received>(&event);
    if (received == nullptr || received->message.type != swarm::Offer::kType || gone_) {
      return;
    }
    gone_ = true;
    const auto offer = world::payload<swarm::Offer>(received->message);
    effects.send(received->message.from, swarm::WhomToAsk{2, {kMember}});
    effects.send(received->message.from, swarm::WhomToAsk{1, {kDead}});
    effects.send(received->message.from, swarm::Reply{offer->task.id, {}});
  }
  [[nodiscard]] std::uint64_t digest() const override { return gone_ ? 1 : 0; }

 private:
  bool gone_ = false;
};

TEST_F(ClientStory, AsksThoseThatItIsToldOfWhenTheOldOnesAreGone) {
  const world::NodeId leaving(4);
  boot(leaving, [] { return std::make_unique<Leaving>(); });
  boot(kMember, member(0));
  start(config({leaving}));
  EXPECT_EQ(record.answers.size(), record.offered);
  EXPECT_EQ(record.given_up, 0U);
}

TEST_F(ClientStory, EveryTaskIsAnsweredOnceAndLatencyCountsFromTheIntendedTime) {
  boot(kMember, member(0));
  start(config({kMember}));
  EXPECT_GT(record.offered, 60U);
  EXPECT_EQ(record.answers.size(), record.offered);
  for (const auto& answer : record.answers) {
    EXPECT_EQ(answer.offers, 1U);
    EXPECT_LT(answer.latency, core::milliseconds(5));
  }
}

TEST_F(ClientStory, ADeadMemberIsLeftForTheNextAndOneAnswerTeachesTheRest) {
  boot(kMember, member(0));
  start(config({kDead, kMember}));
  EXPECT_EQ(record.answers.size(), record.offered);
  EXPECT_EQ(record.answers.front().offers, 2U);
  EXPECT_EQ(record.answers.back().offers, 1U);
}

std::size_t asked_again(const Record& record) {
  return static_cast<std::size_t>(std::ranges::count_if(
      record.answers, [](const swarm::TaskAnswered& answer) { return answer.offers > 1; }));
}

TEST_F(ClientStory, WhoTakesTurnsPassesOverTheDead) {
  boot(kMember, member(0));
  ClientConfig made = config({kDead, world::NodeId(4), kMember, world::NodeId(5)});
  made.spread = true;
  start(made);
  EXPECT_EQ(record.answers.size(), record.offered);
  EXPECT_LT(asked_again(record), record.offered / 6) << "not three in four, as three are dead";
}

TEST_F(ClientStory, WhoWasSilentIsAskedAgainByOneTaskAtATime) {
  const world::NodeId slow(4);
  boot(kMember, member(0));
  boot(slow, member(6));
  ClientConfig made = config({kMember, slow});
  made.workload.lasts = core::seconds(16);
  made.spread = true;
  start(made);
  EXPECT_EQ(record.answers.size(), record.offered);
  EXPECT_EQ(asked_again(record), 6U) << "each of its silences cost one task a wait, until it spoke";
}

TEST_F(ClientStory, AReferralIsFollowedAtOnce) {
  boot(kDead, member(0, kMember));
  boot(kMember, member(0));
  start(config({kDead, kMember}));
  EXPECT_EQ(record.answers.size(), record.offered);
  EXPECT_LT(record.answers.front().latency, core::milliseconds(5));
}

TEST_F(ClientStory, WhatNobodyAnswersIsGivenUpAfterTheStatedAttempts) {
  boot(kMember, member(1'000'000));
  start(config({kMember}));
  EXPECT_TRUE(record.answers.empty());
  EXPECT_EQ(record.given_up, record.offered);
}

}  // namespace
}  // namespace load
