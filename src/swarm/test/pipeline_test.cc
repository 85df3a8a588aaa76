// Stages of a pipeline in a small world: what becomes of items when a stage is slow, dies, comes
// back, is replaced, or has no one who could replace it.
#include "swarm/pipeline.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <set>

#include "small_world.h"

namespace swarm {
namespace {

using core::milliseconds;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

constexpr TimerRange kWork{0x0010};  // own part: the task
constexpr world::NodeId kFirst{1};
constexpr world::NodeId kSecond{2};
constexpr world::NodeId kThird{3};  // approves
constexpr world::NodeId kLast{4};
constexpr world::NodeId kSpare{5};
constexpr world::NodeId kAll[] = {kFirst, kSecond, kThird, kLast, kSpare};

PipelineConfig config_of_tests() {
  PipelineConfig config;
  config.credits = 4;
  config.breaker.deadline = milliseconds(100);
  return config;
}

std::vector<Stage> four_stages() {
  std::vector<Stage> stages;
  for (const world::NodeId node : {kFirst, kSecond, kThird, kLast}) {
    stages.push_back({"stage", {}, {node}, node == kThird});
  }
  return stages;
}

class PipelineStory : public ::testing::Test {
 protected:
  struct Node {
    Pipeline pipeline{config_of_tests(), four_stages()};
    Raft raft{[] {
      RaftOptions options;
      options.group = GroupId(1);
      options.self = kFirst;
      options.initial = {{kFirst}, {}};
      return options;
    }()};
    Ledger ledger;
    std::vector<world::Message> loopback;
    std::set<TaskId> in_hand;  // of the last stage
  };

  void SetUp() override {
    for (const world::NodeId node : kAll) {
      nodes_[node] = std::make_unique<Node>();
    }
    for (const world::NodeId node : kAll) {
      boot(node);
    }
  }

  // With an empty memory, and the ring as it is now.
  void boot(world::NodeId id) {
    nodes_[id] = std::make_unique<Node>();
    world_.boot(
        id,
        [this, id](const world::Message& message, world::Context& context,
                   world::Effects& effects) {
          with(id, context, effects, [&](Desk& desk) {
            if (Pipeline::owns(message.type)) {
              pipeline(id).receive(desk, message);
            }
          });
        },
        [this, id](world::TimerId timer, world::Context& context, world::Effects& effects) {
          with(id, context, effects, [&](Desk& desk) { fired(id, timer, desk); });
        });
    act(id, [this, id](Desk& desk) { pipeline(id).stitch(desk, ring_); });
  }
  void stitch(const Ring& next, const std::set<world::NodeId>& unaware = {}) {
    ring_ = next;
    for (const auto& [id, node] : nodes_) {
      if (!dead_.contains(id) && !unaware.contains(id)) {
        hear_of_ring(id);
      }
    }
  }
  void hear_of_ring(world::NodeId id) {
    act(id, [this, id](Desk& desk) { pipeline(id).stitch(desk, ring_); });
  }
  void kill(world::NodeId id) {
    dead_.insert(id);
    world_.kill(id);
  }
  void revive(world::NodeId id) {
    dead_.erase(id);
    boot(id);
  }

  // The leader gives the task to the first stage.
  bool offer(std::uint64_t task) {
    bool entered = false;
    act(kFirst, [&](Desk& desk) {
      Assignment assignment;
      assignment.authority = {GroupId(1), 1, TaskId(task), ++attempts_[TaskId(task)], 1};
      assignment.task.id = TaskId(task);
      entered = pipeline(kFirst).enter(desk, assignment);
    });
    return entered;
  }
  void offer_many(std::uint64_t from, std::uint64_t to) {
    for (std::uint64_t task = from; task <= to; ++task) {
      ASSERT_TRUE(offer(task));
      world_.run_for(milliseconds(5));
    }
  }
  [[nodiscard]] Pipeline& pipeline(world::NodeId id) { return nodes_.at(id)->pipeline; }
  [[nodiscard]] BreakerState breaker(world::NodeId from, world::NodeId to) {
    return pipeline(from).breaker(to)->state();
  }
  [[nodiscard]] static std::vector<std::uint64_t> up_to(std::uint64_t last) {
    std::vector<std::uint64_t> all;
    for (std::uint64_t task = 1; task <= last; ++task) {
      all.push_back(task);
    }
    return all;
  }

  SmallWorld world_;
  Ring ring_ = ring_of(four_stages());
  std::map<world::NodeId, core::Duration> works_for_;  // default: 2 ms
  bool forgets_stamps_ = false;                        // the third stage
  std::vector<std::uint64_t> carried_out_;
  std::vector<Pipeline::Turn> turns_;
  std::size_t most_in_second_ = 0;
  std::size_t most_in_third_ = 0;

 private:
  template <class What>
  void with(world::NodeId id, world::Context& context, world::Effects& effects, const What& what) {
    Node& node = *nodes_.at(id);
    Desk desk{context, effects, node.raft, node.ledger, node.loopback};
    what(desk);
    serve(id, desk);
    most_in_second_ = std::max(most_in_second_, pipeline(kSecond).count_in_hand());
    most_in_third_ = std::max(most_in_third_, pipeline(kThird).count_in_hand());
  }
  template <class What>
  void act(world::NodeId id, const What& what) {
    world_.act(id, [&](world::Context& context, world::Effects& effects) {
      with(id, context, effects, what);
    });
  }
  void fired(world::NodeId id, world::TimerId timer, Desk& desk) {
    if (Pipeline::owns(timer)) {
      pipeline(id).timer(desk, timer);
      return;
    }
    const TaskId task(TimerRange::own(timer));
    const bool approves = ring_.stage_of(id) == 2U;
    const auto stamp = approves && !forgets_stamps_ ? std::optional(true) : std::nullopt;
    pipeline(id).worked(desk, task, core::encode(task), stamp);
  }
  // What an agent would do; the last stage's record and the environment outlive every stage.
  void serve(world::NodeId id, Desk& desk) {
    Node& node = *nodes_.at(id);
    for (;;) {
      const auto arrived = node.pipeline.take_arrived();
      const auto wanted = node.pipeline.take_wanted();
      const auto turns = node.pipeline.take_turns();
      if (arrived.empty() && wanted.empty() && turns.empty()) {
        return;
      }
      for (const Assignment& arrival : arrived) {
        const TaskId task = arrival.authority.task;
        const bool begins = !done_.contains(task) && node.in_hand.insert(task).second;
        node.pipeline.arrived(desk, task, arrival.authority.attempt, begins);
      }
      for (const TaskId task : wanted) {
        const auto lasts = works_for_.find(id);
        desk.effects.set_timer(kWork.timer(task.value),
                               lasts == works_for_.end() ? milliseconds(2) : lasts->second);
      }
      for (const Pipeline::Turn& turn : turns) {
        turns_.push_back(turn);
        carried_out_.push_back(turn.task.value);
        done_.insert(turn.task);
        node.pipeline.ended(desk, turn.task);
      }
    }
  }

  std::map<world::NodeId, std::unique_ptr<Node>> nodes_;
  std::set<world::NodeId> dead_;
  std::map<TaskId, Attempt> attempts_;
  std::set<TaskId> done_;
};

TEST_F(PipelineStory, ItemsPassEveryStageInOrderAndOnce) {
  offer_many(1, 50);
  world_.run_for(core::seconds(2));
  EXPECT_EQ(carried_out_, up_to(50));
  for (const Pipeline::Turn& turn : turns_) {
    EXPECT_TRUE(turn.stamp_good && turn.approved);
  }
}

TEST_F(PipelineStory, ASlowStagePressesBackToTheEntryAndNoFurther) {
  works_for_[kThird] = milliseconds(40);
  offer_many(1, 60);
  EXPECT_EQ(most_in_second_, config_of_tests().credits);
  EXPECT_LE(most_in_third_, config_of_tests().credits);
  EXPECT_GT(pipeline(kFirst).count_in_hand(), 10U);
  EXPECT_EQ(breaker(kFirst, kSecond), BreakerState::kClosed);
  EXPECT_EQ(breaker(kSecond, kThird), BreakerState::kClosed);
  world_.run_for(core::seconds(10));
  EXPECT_EQ(carried_out_, up_to(60));
}

TEST_F(PipelineStory, OneDeadStageOpensOneBreakerAndTheOthersKeepWhatTheyHave) {
  offer_many(1, 10);
  kill(kThird);
  offer_many(11, 60);
  EXPECT_EQ(breaker(kSecond, kThird), BreakerState::kOpen);
  EXPECT_EQ(breaker(kFirst, kSecond), BreakerState::kClosed);
  EXPECT_THAT(pipeline(kSecond).broken_links(), ElementsAre(kThird));
  EXPECT_THAT(pipeline(kFirst).broken_links(), IsEmpty());
  EXPECT_LE(pipeline(kSecond).count_in_hand(), 2 * config_of_tests().credits);
  const auto reports = pipeline(kSecond).take_broken();
  ASSERT_THAT(reports, Not(IsEmpty()));
  EXPECT_EQ(reports.front(), (LinkBroken{kThird, true}));
}

TEST_F(PipelineStory, AStageThatComesBackIsProbedAndGetsWhatWaited) {
  offer_many(1, 10);
  kill(kThird);
  offer_many(11, 40);
  revive(kThird);
  world_.run_for(core::seconds(4));
  EXPECT_EQ(breaker(kSecond, kThird), BreakerState::kClosed);
  EXPECT_GE(world_.traced<BreakerProbed>().size(), 2U);
  EXPECT_EQ(carried_out_, up_to(40));
}

TEST_F(PipelineStory, AStageThatStaysAwayIsProbedWithoutEnd) {
  offer_many(1, 10);
  kill(kThird);
  offer_many(11, 30);
  world_.run_for(core::seconds(30));
  const auto probes = world_.traced<BreakerProbed>();
  EXPECT_GT(probes.size(), 20U);
  EXPECT_NE(breaker(kSecond, kThird), BreakerState::kClosed);
}

TEST_F(PipelineStory, WhoStandsInGetsWhatWasWithTheLostStage) {
  offer_many(1, 10);
  kill(kThird);
  offer_many(11, 30);
  Ring next = ring_;
  next.epoch = 1;
  next.stages[2] = {kSpare};
  stitch(next);
  world_.run_for(core::seconds(4));
  EXPECT_EQ(carried_out_, up_to(30));
  const auto ended = world_.traced<PipelineLinkEnded>();
  ASSERT_THAT(ended, Not(IsEmpty()));
  EXPECT_EQ(ended.front().second.peer, kThird);
  EXPECT_GT(ended.front().second.recalled, 0U);
  for (const Pipeline::Turn& turn : turns_) {
    EXPECT_TRUE(turn.stamp_good);
  }
}

TEST_F(PipelineStory, WhoStandsInAndHearsOfItLateIsNotTakenForBroken) {
  offer_many(1, 10);
  kill(kThird);
  offer_many(11, 30);
  Ring next = ring_;
  next.epoch = 1;
  next.stages[2] = {kSpare};
  stitch(next, {kSpare});
  world_.run_for(milliseconds(600));
  EXPECT_EQ(breaker(kSecond, kSpare), BreakerState::kClosed) << "six times the deadline";
  hear_of_ring(kSpare);
  world_.run_for(core::seconds(2));
  EXPECT_EQ(carried_out_, up_to(30));
}

TEST_F(PipelineStory, WhoStandsInAndNeverAnswersIsFoundOut) {
  offer_many(1, 10);
  kill(kThird);
  offer_many(11, 30);
  kill(kSpare);
  Ring next = ring_;
  next.epoch = 1;
  next.stages[2] = {kSpare};
  stitch(next);
  world_.run_for(core::seconds(2));
  EXPECT_NE(breaker(kSecond, kSpare), BreakerState::kClosed);
}

TEST_F(PipelineStory, AStoppedRingTakesNothingInAndWhatIsPastTheBreakGoesThrough) {
  works_for_[kLast] = milliseconds(30);
  offer_many(1, 30);
  kill(kSecond);
  Ring stopped = ring_;
  stopped.epoch = 1;
  stopped.stopped = true;
  stopped.broken = 1;
  stitch(stopped);
  EXPECT_FALSE(offer(31));
  const std::size_t past = pipeline(kThird).count_in_hand() + pipeline(kLast).count_in_hand();
  const std::size_t before = carried_out_.size();
  world_.run_for(core::seconds(3));
  EXPECT_GT(past, 0U);
  EXPECT_GE(carried_out_.size(), before + past);
  EXPECT_LT(carried_out_.size(), 30U) << "what was with the lost stage ends in another way";
  EXPECT_EQ(pipeline(kFirst).count_in_hand(), 0U);
  EXPECT_THAT(world_.traced<ItemsDropped>(), Not(IsEmpty()));
}

TEST_F(PipelineStory, WithoutTheStampOfTheStageThatApprovesNothingMayBeCarriedOut) {
  forgets_stamps_ = true;
  offer_many(1, 3);
  world_.run_for(core::seconds(1));
  ASSERT_EQ(turns_.size(), 3U);
  for (const Pipeline::Turn& turn : turns_) {
    EXPECT_FALSE(turn.stamp_good);
    EXPECT_FALSE(turn.approved);
  }
}

TEST_F(PipelineStory, AnEntryThatForgotIsToldAgainAndNothingIsDoneTwice) {
  offer_many(1, 20);
  kill(kFirst);
  revive(kFirst);
  for (std::uint64_t task = 1; task <= 20; ++task) {
    if (std::ranges::find(carried_out_, task) == carried_out_.end()) {
      EXPECT_TRUE(offer(task));
    }
  }
  world_.run_for(core::seconds(4));
  std::vector<std::uint64_t> sorted = carried_out_;
  std::ranges::sort(sorted);
  EXPECT_EQ(sorted, up_to(20));
}

// Networks that lose some messages and let others overtake.
class RandomDeaths : public PipelineStory, public ::testing::WithParamInterface<std::uint64_t> {
 protected:
  void SetUp() override {
    PipelineStory::SetUp();
    world_.set_network([this](const world::Message&) -> std::optional<core::Duration> {
      if (random_.below(100) < 3) {
        return std::nullopt;
      }
      return milliseconds(1 + static_cast<std::int64_t>(random_.below(8)));
    });
  }
  world::NodeId any_of(std::uint32_t first) {
    return world::NodeId(first + static_cast<std::uint32_t>(random_.below(5 - first)));
  }
  core::Duration below(std::uint64_t limit) {
    return milliseconds(static_cast<std::int64_t>(random_.below(limit)));
  }

  num::Stream random_{GetParam(), 0, 0};
};

// Whichever stage after the entry dies, one at a time: what is with two stages outlives one of
// them.
TEST_P(RandomDeaths, OneAtATimeLoseNothingAndKeepTheOrder) {
  std::uint64_t offered = 0;
  for (int round = 0; round < 12; ++round) {
    const world::NodeId victim = any_of(2);
    offer_many(offered + 1, offered + 10);
    offered += 10;
    kill(victim);
    offer_many(offered + 1, offered + 5);
    offered += 5;
    world_.run_for(below(1500));
    revive(victim);
    world_.run_for(core::seconds(4));
  }
  world_.run_for(core::seconds(30));
  EXPECT_EQ(carried_out_, up_to(offered));
}

// Any of them at any time, the entry too: the leader gives anew what it does not hear of, and
// nothing is done twice, or out of the order in which one life of the entry let it in.
TEST_P(RandomDeaths, AtAnyTimeDoNothingTwiceAndKeepTheOrderOfEachLifeOfTheEntry) {
  std::uint64_t offered = 0;
  for (int round = 0; round < 20; ++round) {
    const world::NodeId victim = any_of(1);
    kill(victim);
    world_.run_for(below(800));
    revive(victim);
    offer_many(offered + 1, offered + 8);
    offered += 8;
    world_.run_for(below(800));
  }
  for (int again = 0; again < 5; ++again) {
    world_.run_for(core::seconds(5));
    for (const std::uint64_t task : up_to(offered)) {
      if (std::ranges::find(carried_out_, task) == carried_out_.end()) {
        EXPECT_TRUE(offer(task));
      }
    }
  }
  std::map<std::uint64_t, std::uint64_t> last;
  for (const auto& [node, executed] : world_.traced<ItemExecuted>()) {
    EXPECT_GT(executed.entry.number, last[executed.entry.epoch]);
    last[executed.entry.epoch] = executed.entry.number;
  }
  std::ranges::sort(carried_out_);
  EXPECT_EQ(carried_out_, up_to(offered));
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomDeaths, ::testing::Range<std::uint64_t>(1, 41));

}  // namespace
}  // namespace swarm
