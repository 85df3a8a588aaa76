#include "swarm/ledger.h"

#include <gtest/gtest.h>

#include "num/stream.h"

namespace swarm {
namespace {

constexpr world::NodeId kClient(9);
constexpr world::NodeId kFirst(1);
constexpr world::NodeId kSecond(2);

Task task(std::uint64_t id) {
  Task made;
  made.id = TaskId(id);
  made.client = kClient;
  made.payload = core::to_bytes("buy");
  return made;
}

// Two agents in the default pool.
Ledger founded() {
  std::vector<MemberEntry> founders(2);
  founders[0].node = kFirst;
  founders[1].node = kSecond;
  for (MemberEntry& founder : founders) {
    founder.pool = kDefaultPool;
  }
  const Directory plain;
  return Ledger(Directory({plain.pool(kDefaultPool)}, plain.route(), std::move(founders)));
}

TEST(Ledger, ATaskEntersOnceAndLeavesOnce) {
  Ledger ledger = founded();
  EXPECT_TRUE(ledger.apply(Accept{task(1)}));
  EXPECT_FALSE(ledger.apply(Accept{task(1)}));
  EXPECT_TRUE(ledger.apply(Assign{TaskId(1), 1, kFirst}));
  EXPECT_FALSE(ledger.apply(Assign{TaskId(1), 1, kSecond})) << "an attempt has one agent";
  EXPECT_TRUE(ledger.apply(Assign{TaskId(1), 2, kSecond}));
  EXPECT_TRUE(ledger.apply(Finish{TaskId(1), 1, {Outcome::kDone, core::to_bytes("first")}}));
  EXPECT_FALSE(ledger.apply(Finish{TaskId(1), 2, {Outcome::kDone, core::to_bytes("second")}}));
  EXPECT_FALSE(ledger.apply(Assign{TaskId(1), 3, kFirst})) << "over is over";
  EXPECT_EQ(ledger.find(TaskId(1))->result.payload, core::to_bytes("first"));
  EXPECT_TRUE(ledger.open_tasks().empty());
}

TEST(Ledger, ARefusedTaskIsOverAndALateOfferOfItChangesNothing) {
  Ledger ledger;
  EXPECT_TRUE(ledger.apply(Refuse{task(1)}));
  EXPECT_FALSE(ledger.apply(Accept{task(1)}));
  EXPECT_EQ(ledger.find(TaskId(1))->result.outcome, Outcome::kShed);
  EXPECT_EQ(ledger.open_count(), 0U);
  ledger.apply(Accept{task(2)});
  EXPECT_FALSE(ledger.apply(Refuse{task(2)})) << "what is accepted is not refused";
}

TEST(Ledger, ForgetsFinishedTasksBelowTheLowWaterMarkOnly) {
  Ledger ledger;
  for (std::uint64_t id = 1; id <= 3; ++id) {
    ledger.apply(Accept{task(id)});
  }
  ledger.apply(Finish{TaskId(1), 0, {}});
  ledger.apply(Finish{TaskId(3), 0, {}});
  EXPECT_TRUE(ledger.apply(LowWater{kClient, TaskId(3)}));
  EXPECT_FALSE(ledger.apply(LowWater{kClient, TaskId(2)})) << "the mark never goes back";
  EXPECT_EQ(ledger.find(TaskId(1)), nullptr);
  EXPECT_NE(ledger.find(TaskId(2)), nullptr) << "not over, so not forgotten";
  EXPECT_NE(ledger.find(TaskId(3)), nullptr);
  EXPECT_FALSE(ledger.apply(Accept{task(1)})) << "a late duplicate cannot come back to life";
}

TEST(Ledger, RandomCommandsKeepTheOpenCountAndReplicasEqual) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    num::Stream random(seed, 1, num::purpose_of("ledger"));
    Ledger one = founded();
    Ledger other = founded();
    std::map<TaskId, int> finished;
    for (int i = 0; i < 2000; ++i) {
      const TaskId id(1 + random.below(40));
      Command command = Accept{task(id.value)};
      switch (random.below(4)) {
        case 0:
          command = Assign{id, static_cast<Attempt>(1 + random.below(4)), kFirst};
          break;
        case 1:
          command = Finish{id, 1, {}};
          break;
        case 2:
          command = LowWater{kClient, TaskId(random.below(20))};
          break;
        default:
          break;
      }
      const bool changed = one.apply(command);
      EXPECT_EQ(changed, other.apply(core::decode<Command>(core::encode(command)).value()));
      if (changed && std::holds_alternative<Finish>(command)) {
        EXPECT_EQ(++finished[id], 1) << "a task left the ledger twice";
      }
      ASSERT_EQ(one.open_count(), one.open_tasks().size());
    }
    EXPECT_EQ(core::digest(one), core::digest(other));
    EXPECT_EQ(core::decode<Ledger>(core::encode(one)).value(), one);
  }
}

TEST(Ledger, TakesNoAssignmentThatTheRouteOrTheMemberDoesNotAllowByThen) {
  Ledger ledger = founded();
  ledger.apply(Accept{task(1)});
  EXPECT_FALSE(ledger.apply(Assign{TaskId(1), 1, world::NodeId(7)})) << "nobody knows it";
  Pool blue;
  blue.id = PoolId(2);
  ASSERT_TRUE(ledger.apply(SetPool{blue}));
  ASSERT_TRUE(ledger.apply(SetRoute{{2, {{PoolId(2), kWholeRoute}}}}));
  EXPECT_FALSE(ledger.apply(Assign{TaskId(1), 1, kFirst, 1})) << "picked under an older route";
  EXPECT_FALSE(ledger.apply(Assign{TaskId(1), 1, kFirst, 2})) << "not an agent of its pool";
  ASSERT_TRUE(ledger.apply(AddMember{world::NodeId(7), PoolId(2), world::Incarnation(1), {}}));
  EXPECT_TRUE(ledger.apply(Assign{TaskId(1), 1, world::NodeId(7), 2}));
}

TEST(Ledger, LetsNoMemberGoThatHasATaskUnlessItIsLost) {
  Ledger ledger = founded();
  ledger.apply(Accept{task(1)});
  ledger.apply(Assign{TaskId(1), 1, kFirst});
  const world::Incarnation boot(1);
  EXPECT_FALSE(ledger.apply(MemberGone{kFirst, {}, false})) << "it does not even drain";
  ASSERT_TRUE(ledger.apply(RemoveMember{kFirst, boot}));
  EXPECT_FALSE(ledger.apply(Assign{TaskId(1), 2, kFirst})) << "it drains";
  EXPECT_EQ(ledger.in_hand(kFirst), 1U);
  EXPECT_FALSE(ledger.apply(MemberGone{kFirst, boot, false}));
  Ledger of_the_lost = ledger;
  EXPECT_TRUE(of_the_lost.apply(MemberGone{kFirst, boot, true}));
  ledger.apply(Finish{TaskId(1), 1, {}});
  EXPECT_EQ(ledger.in_hand(kFirst), 0U);
  EXPECT_TRUE(ledger.apply(MemberGone{kFirst, boot, false}));
  EXPECT_FALSE(ledger.apply(AddMember{kFirst, kDefaultPool, boot, {}})) << "that boot has left";
  EXPECT_TRUE(ledger.apply(AddMember{kFirst, kDefaultPool, world::Incarnation(2), {}}));
}

}  // namespace
}  // namespace swarm
