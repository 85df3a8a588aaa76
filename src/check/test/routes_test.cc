// Canaries of the checks on routes and on members that leave.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "story.h"

namespace check::test {
namespace {

using swarm::PoolId;
using swarm::TaskId;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr PoolId kGreen = swarm::kDefaultPool;
constexpr PoolId kBlue{2};
constexpr world::NodeId kFourth{4};
constexpr world::Incarnation kBoot{1};

// A fourth member joins pool blue, and half of the tasks go there by route 2.
class RouteCanary : public ::testing::Test {
 protected:
  void SetUp() override {
    story.boot();
    swarm::Pool blue;
    blue.id = kBlue;
    story.tell(kFirst, swarm::PoolChanged{101, blue});
    story.tell(kFirst, swarm::MemberJoined{102, kFourth, kBlue, kBoot});
    story.tell(kFirst, swarm::RouteChanged{103, route});
  }
  // The first task that the route gives to the pool.
  [[nodiscard]] std::uint64_t task_of(PoolId pool) const {
    std::uint64_t id = 1;
    while (swarm::pool_of(route, TaskId(id)) != pool) {
      ++id;
    }
    return id;
  }
  void assign(std::uint64_t task, world::NodeId agent, PoolId pool, std::uint64_t epoch = 2) {
    story.tell(kFirst, swarm::TaskAssigned{TaskId(task), 1, agent, 1, false, epoch, pool});
  }
  void expect_only(const std::string& name, const std::string& why) {
    FinalState state = story.calm_end();
    state.complete = false;
    const auto results = story.judge(state);
    EXPECT_THAT(violated(results), ElementsAre(name));
    EXPECT_THAT(reason(results, name), HasSubstr(why));
  }
  void expect_sound() {
    FinalState state = story.calm_end();
    state.complete = false;
    EXPECT_THAT(violated(story.judge(state)), IsEmpty());
  }

  swarm::Route route{2, {{kGreen, 5'000}, {kBlue, 5'000}}};
  Story story;
};

TEST_F(RouteCanary, ASoundStory) {
  assign(task_of(kGreen), kSecond, kGreen);
  assign(task_of(kBlue), kFourth, kBlue);
  story.tell(kFirst, swarm::MemberDraining{110, kFourth});
  story.tell(kFirst, swarm::MemberLeft{111, kFourth, kBoot, false});
  expect_sound();
}

TEST_F(RouteCanary, ATaskThatGoesToAnotherPoolThanItsHashSays) {
  assign(task_of(kBlue), kSecond, kGreen);
  expect_only("routed_as_committed", "goes to pool 1; route 2 gives it to pool 2");
}

TEST_F(RouteCanary, ATaskThatFallsBackWhereThatIsDeclared) {
  swarm::Pool blue;
  blue.id = kBlue;
  blue.revision = 2;
  blue.fallback = kGreen;
  story.tell(kFirst, swarm::PoolChanged{104, blue});
  assign(task_of(kBlue), kSecond, kGreen);
  expect_sound();
}

TEST_F(RouteCanary, AnAgentOfAnotherPool) {
  assign(task_of(kBlue), kSecond, kBlue);
  expect_only("routed_as_committed", "node 2, which was never in pool 2");
}

TEST_F(RouteCanary, AnAssignmentByARouteThatIsOver) {
  assign(task_of(kGreen), kSecond, kGreen, 1);
  expect_only("routed_as_committed", "goes by route 1; in force is 2");
}

TEST_F(RouteCanary, AnAssignmentToAMemberThatDrains) {
  story.tell(kFirst, swarm::MemberDraining{110, kFourth});
  assign(task_of(kBlue), kFourth, kBlue);
  expect_only("routed_as_committed", "node 4, which drains or has left");
}

TEST_F(RouteCanary, WeightsThatAreNotTheWhole) {
  story.tell(kFirst, swarm::RouteChanged{104, {3, {{kGreen, 5'000}, {kBlue, 4'999}}}});
  expect_only("routed_as_committed", "the weights of route 3 sum to 9999");
}

TEST_F(RouteCanary, ARouteThatSkipsAnEpoch) {
  story.tell(kFirst, swarm::RouteChanged{104, {4, {{kGreen, 10'000}}}});
  expect_only("routed_as_committed", "route 4 follows route 2");
}

TEST_F(RouteCanary, ARouteThatIsAnotherOnAnotherReplica) {
  story.tell(kSecond, swarm::RouteChanged{103, {2, {{kGreen, 10'000}}}});
  expect_only("routed_as_committed", "route 2 is another than elsewhere");
}

TEST_F(RouteCanary, AMemberThatLeavesBusy) {
  story.tell(kFourth, swarm::AttemptStarted{TaskId(9), 1});
  story.tell(kFirst, swarm::MemberLeft{111, kFourth, kBoot, false});
  story.tell(kSecond, swarm::MemberLeft{111, kFourth, kBoot, false});
  expect_only("no_busy_agent_ended", "node 4 leaves while it has task 9 in hand");
}

TEST_F(RouteCanary, ASandboxThatIsEndedBusy) {
  story.tell(kFourth, swarm::AttemptStarted{TaskId(9), 1});
  story.tell(kFourth, world::NodeHalted{world::HaltReason::kFinished});
  expect_only("no_busy_agent_ended", "is ended while it has task 9 in hand");
}

TEST_F(RouteCanary, AMemberThatWasLostMayGoWithWhatItHad) {
  story.tell(kFourth, swarm::AttemptStarted{TaskId(9), 1});
  story.tell(kFirst, swarm::MemberLeft{111, kFourth, kBoot, true});
  story.tell(kFourth, world::NodeHalted{world::HaltReason::kFinished});
  expect_sound();
}

}  // namespace
}  // namespace check::test
