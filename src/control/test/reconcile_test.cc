#include "control/reconcile.h"

#include <gtest/gtest.h>

#include "situation.h"

namespace control {
namespace {

using world::NodeId;

TEST(Reconcile, DoesNothingWhereEverythingIsAsItShouldBe) {
  Situation situation;
  for (const std::uint32_t node : {2U, 3U, 4U}) {
    situation.agent(node);
  }
  const Plan plan = situation.plan();
  EXPECT_TRUE(plan.actions.empty());
  EXPECT_EQ(plan.desired, situation.desired);
}

TEST(Reconcile, AdoptsWhatRunsAfterItsStoreWasLost) {
  Situation situation;
  for (const std::uint32_t node : {2U, 3U, 12U}) {
    situation.agent(node);
  }
  situation.desired.instances.clear();
  const Plan plan = situation.plan();
  EXPECT_TRUE(plan.actions.empty());
  EXPECT_EQ(plan.desired.instances.size(), 3U);
  EXPECT_EQ(plan.desired.next_node, 13U) << "a number is never given twice";
}

TEST(Reconcile, TakesANewAgentFromTheWishToTheGroupOneStepAtATime) {
  Situation situation;
  situation.agent(2);
  situation.agent(3);
  Plan plan = situation.plan();
  ASSERT_EQ(only<CreateSandbox>(plan).size(), 1U);
  EXPECT_EQ(only<CreateSandbox>(plan).front().node, NodeId(10));

  situation.desired = plan.desired;
  situation.observed.creating = {NodeId(10)};
  EXPECT_TRUE(situation.plan().actions.empty()) << "the start is under way";

  situation.observed.creating.clear();
  EXPECT_EQ(only<CreateSandbox>(situation.plan()).front().node, NodeId(10))
      << "the answer was lost: the same agent is asked for again";

  situation.sandbox(10, sandbox::ProgramState::kNone);
  EXPECT_EQ(only<StartProgram>(situation.plan()).front().node, NodeId(10));

  situation.observed.sandboxes.pop_back();
  situation.sandbox(10);
  plan = situation.plan();
  ASSERT_EQ(asked<swarm::AddMember>(plan).size(), 1U);
  EXPECT_EQ(asked<swarm::AddMember>(plan).front().node, NodeId(10));
  EXPECT_EQ(asked<swarm::AddMember>(plan).front().capabilities,
            configuration().fleets.front().capabilities);
  EXPECT_EQ(asked<swarm::AddMember>(plan).front().fleet, configuration().fleets.front().name);

  situation.member(10);
  EXPECT_TRUE(situation.plan().actions.empty());
}

TEST(Reconcile, DrainsAnAgentAndEndsItsSandboxOnlyWhenItIsNoMemberAnyMore) {
  Situation situation;
  situation.agent(2).in_flight = 3;
  situation.agent(3).in_flight = 0;
  situation.agent(4).in_flight = 2;
  situation.desired.sizes["spoke"] = 2;
  situation.observed.status->pools.front().pool.size = 2;
  Plan plan = situation.plan();
  ASSERT_EQ(asked<swarm::RemoveMember>(plan).size(), 1U);
  EXPECT_EQ(asked<swarm::RemoveMember>(plan).front().node, NodeId(3)) << "the idle one goes";
  EXPECT_TRUE(only<KillSandbox>(plan).empty());

  situation.desired = plan.desired;
  situation.observed.status->members[1].in_flight = 1;
  plan = situation.plan();
  EXPECT_EQ(asked<swarm::RemoveMember>(plan).size(), 1U) << "the same one, no other";
  EXPECT_TRUE(only<KillSandbox>(plan).empty()) << "it is busy and still a member";

  std::erase_if(situation.observed.status->members,
                [](const auto& member) { return member.entry.node == NodeId(3); });
  plan = situation.plan();
  ASSERT_EQ(only<KillSandbox>(plan).size(), 1U);
  EXPECT_EQ(only<KillSandbox>(plan).front().node, NodeId(3));
  EXPECT_TRUE(plan.desired.instances.contains(NodeId(3)));

  std::erase_if(situation.observed.sandboxes,
                [](const auto& sandbox) { return node_of(sandbox) == NodeId(3); });
  EXPECT_FALSE(situation.plan().desired.instances.contains(NodeId(3)));
}

TEST(Reconcile, ReplacesAnAgentThatIsGoneAndRestartsAVoterWhereItIs) {
  Situation situation;
  situation.agent(2).entry.voter = true;
  situation.agent(3);
  situation.agent(4);
  situation.observed.sandboxes[0].program = sandbox::ProgramState::kEnded;
  situation.observed.sandboxes[1].program = sandbox::ProgramState::kOutOfMemory;
  const Plan plan = situation.plan();
  ASSERT_EQ(only<StartProgram>(plan).size(), 1U);
  EXPECT_EQ(only<StartProgram>(plan).front().node, NodeId(2));
  EXPECT_FALSE(plan.desired.instances.at(NodeId(2)).retiring);
  EXPECT_TRUE(plan.desired.instances.at(NodeId(3)).retiring);
  ASSERT_EQ(only<CreateSandbox>(plan).size(), 1U);
  EXPECT_EQ(only<CreateSandbox>(plan).front().node, NodeId(10));
}

TEST(Reconcile, WaitsForAMemberThatIsUnwellAndThenReplacesIt) {
  Situation situation;
  situation.agent(2);
  situation.agent(3).suspected = true;
  situation.agent(4);
  const ControllerConfig config = configuration();
  situation.observed.unwell_since[NodeId(3)] =
      situation.observed.now - config.replace_after + core::seconds(1);
  EXPECT_TRUE(situation.plan().actions.empty());
  situation.observed.unwell_since[NodeId(3)] = situation.observed.now - config.replace_after;
  EXPECT_EQ(asked<swarm::RemoveMember>(situation.plan()).front().node, NodeId(3));
  EXPECT_EQ(only<CreateSandbox>(situation.plan()).size(), 1U);
}

TEST(Reconcile, NeverRetiresAVoterToMakeAFleetSmaller) {
  Situation situation;
  situation.agent(2).entry.voter = true;
  situation.agent(3).entry.voter = true;
  situation.agent(4);
  situation.desired.sizes["spoke"] = 1;
  const Plan plan = situation.plan();
  ASSERT_EQ(asked<swarm::RemoveMember>(plan).size(), 1U);
  EXPECT_EQ(asked<swarm::RemoveMember>(plan).front().node, NodeId(4));
}

TEST(Reconcile, EndsNothingWithoutALeadersWord) {
  Situation situation;
  situation.agent(2);
  situation.agent(3);
  situation.desired.instances[NodeId(2)].retiring = true;
  situation.observed.status.reset();
  const Plan plan = situation.plan();
  EXPECT_TRUE(only<KillSandbox>(plan).empty());
  EXPECT_TRUE(only<Ask>(plan).empty());
  EXPECT_EQ(only<CreateSandbox>(plan).size(), 2U) << "starts do not need a leader";
}

TEST(Reconcile, CreatesNoMoreAtATimeThanThereIsCapacity) {
  Situation situation;
  ControllerConfig config = configuration();
  config.start_capacity = 4;
  situation.desired.sizes["spoke"] = 9;
  situation.observed.creating = {NodeId(50), NodeId(51)};
  EXPECT_EQ(only<CreateSandbox>(situation.plan(config)).size(), 2U);
}

TEST(Reconcile, MakesPoolsAndSetsTheRouteOnceTheyExist) {
  Situation situation;
  for (const std::uint32_t node : {2U, 3U, 4U}) {
    situation.agent(node);
  }
  ControllerConfig config = configuration();
  config.fleets.push_back(fleet("green", 1, swarm::PoolId(2)));
  situation.desired.sizes["green"] = 1;
  situation.desired.weights = {{swarm::PoolId(1), 7'500}, {swarm::PoolId(2), 2'500}};
  Plan plan = situation.plan(config);
  ASSERT_EQ(asked<swarm::SetPool>(plan).size(), 1U);
  EXPECT_EQ(asked<swarm::SetPool>(plan).front().pool.id, swarm::PoolId(2));
  EXPECT_TRUE(asked<swarm::SetRoute>(plan).empty());

  swarm::PoolStatus green;
  green.pool = asked<swarm::SetPool>(plan).front().pool;
  situation.observed.status->pools.push_back(green);
  situation.observed.status->route.epoch = 4;
  plan = situation.plan(config);
  EXPECT_TRUE(asked<swarm::SetPool>(plan).empty());
  ASSERT_EQ(asked<swarm::SetRoute>(plan).size(), 1U);
  EXPECT_EQ(asked<swarm::SetRoute>(plan).front().route.epoch, 5U);

  situation.observed.status->route = asked<swarm::SetRoute>(plan).front().route;
  EXPECT_TRUE(asked<swarm::SetRoute>(situation.plan(config)).empty());
}

}  // namespace
}  // namespace control
