// The agent's side of tasks: what becomes of a result when the task comes back.
#include "swarm/worker.h"

#include <gtest/gtest.h>

namespace swarm {
namespace {

constexpr world::NodeId kSelf{1};
constexpr world::NodeId kLeader{2};

class WorkerStory : public ::testing::Test {
 protected:
  static Raft raft() {
    RaftOptions options;
    options.group = GroupId(1);
    options.self = kSelf;
    options.initial = {{kSelf, kLeader}, {}};
    return Raft(options);
  }
  template <class Act>
  auto act(const Act& what) {
    Desk desk{context_, effects_, raft_, ledger_, loopback_};
    return what(desk);
  }
  bool assign(Attempt attempt) {
    return act([&](Desk& desk) {
      return worker.assigned(desk, {{GroupId(1), 1, TaskId(7), attempt, 1}, {}});
    });
  }
  void finish() {
    act([&](Desk& desk) {
      worker.ended(desk, TaskId(7), AttemptEnd::kFinished, {Outcome::kDone, {}});
    });
  }
  // The attempts that were reported since the last call.
  std::vector<Attempt> reported() {
    std::vector<Attempt> attempts;
    for (const world::Effect& effect : effects_.take()) {
      if (const auto* sent = std::get_if<world::Send>(&effect)) {
        if (const auto result = world::payload<AttemptResult>(sent->message)) {
          attempts.push_back(result->attempt);
        }
      }
    }
    return attempts;
  }
  void SetUp() override {
    act([&](Desk& desk) { worker.leader_changed(desk, kLeader); });
  }

  Worker worker;

 private:
  num::Stream random_{1, 1, 1};
  world::Context context_{kSelf, world::Incarnation(1), {}, {}, random_};
  world::Effects effects_;
  Raft raft_ = raft();
  Ledger ledger_;
  std::vector<world::Message> loopback_;
};

TEST_F(WorkerStory, AResultStandsForTheNextAttemptWhenThatComesHereToo) {
  ASSERT_TRUE(assign(1));
  finish();
  EXPECT_EQ(reported(), std::vector<Attempt>{1});
  EXPECT_FALSE(assign(2));
  EXPECT_EQ(reported(), std::vector<Attempt>{2});
}

TEST_F(WorkerStory, AResultIsNotThatOfAnAttemptAfterSomebodyElses) {
  ASSERT_TRUE(assign(1));
  finish();
  EXPECT_TRUE(assign(3)) << "the second attempt was elsewhere and may have ordered";
}

TEST_F(WorkerStory, AnAssignmentThatComesAgainIsAnsweredAgain) {
  ASSERT_TRUE(assign(2));
  finish();
  EXPECT_EQ(reported(), std::vector<Attempt>{2});
  EXPECT_FALSE(assign(2));
  EXPECT_EQ(reported(), std::vector<Attempt>{2});
}

}  // namespace
}  // namespace swarm
