// How an upgrade of the coordinators goes on from what is observed.
#include <gtest/gtest.h>

#include <algorithm>

#include "situation.h"

namespace control {
namespace {

using world::NodeId;

ControllerConfig upgradable() {
  ControllerConfig config = configuration();
  Fleet coordinators;
  coordinators.size = 1;
  config.fleets.push_back(coordinators);
  config.upgrade = UpgradePlan{"2", {}};
  return config;
}

// A hub, node 1, which leads, and three spokes, of which nodes 2 and 3 stand by.
class UpgradeStory : public testing::Test {
 protected:
  UpgradeStory() {
    situation.desired.sizes[""] = 1;
    situation.desired.upgrading = true;
    situation.observed.status->leader = NodeId(1);
    situation.observed.status->voters_epoch = 1;
    situation.desired.instances[NodeId(1)] = {"", false};
    situation.sandbox(1, sandbox::ProgramState::kRunning, "");
    situation.member(1).entry.pool = {};
    for (const std::uint32_t node : {2U, 3U, 4U}) {
      situation.agent(node);
    }
    for (const std::uint32_t node : {1U, 2U, 3U}) {
      set_vote(node, true);
    }
  }
  swarm::MemberStatusReport& of(std::uint32_t node) {
    auto& members = situation.observed.status->members;
    return *std::ranges::find_if(
        members, [&](const auto& member) { return member.entry.node == NodeId(node); });
  }
  void set_vote(std::uint32_t node, bool votes) {
    of(node).entry.voter = votes;
    of(node).caught_up = true;
  }
  // Decides, and lets what was decided be so.
  Plan decide() {
    Plan made = situation.plan(upgradable());
    situation.desired = made.desired;
    return made;
  }
  // The successors run, are members and have caught up.
  void boot_successors() {
    decide();
    for (const auto& [node, instance] : situation.desired.instances) {
      if (instance.replaces && !instance.retiring) {
        situation.sandbox(node.value, sandbox::ProgramState::kRunning, instance.fleet);
        situation.member(node.value).caught_up = true;
      }
    }
  }
  std::optional<swarm::SetVoter> wanted() {
    const auto asked_for = asked<swarm::SetVoter>(decide());
    EXPECT_LE(asked_for.size(), 1U) << "one change at a time";
    return asked_for.empty() ? std::nullopt : std::optional(asked_for.front());
  }
  Situation situation;
};

TEST_F(UpgradeStory, EverybodyWhoVotesGetsOneSuccessorInItsFleet) {
  const Plan plan = decide();
  const auto created = only<CreateSandbox>(plan);
  ASSERT_EQ(created.size(), 3U);
  std::map<NodeId, std::string> replaced;
  for (const CreateSandbox& create : created) {
    const Instance& made = plan.desired.instances.at(create.node);
    replaced[made.replaces] = made.fleet;
    EXPECT_EQ(create.fleet, made.fleet);
  }
  EXPECT_EQ(replaced, (std::map<NodeId, std::string>{
                          {NodeId(1), ""}, {NodeId(2), "spoke"}, {NodeId(3), "spoke"}}));
  situation.observed.creating = {NodeId(10), NodeId(11), NodeId(12)};
  EXPECT_TRUE(only<CreateSandbox>(decide()).empty()) << "they are on their way";
  EXPECT_TRUE(asked<swarm::RemoveMember>(decide()).empty()) << "nobody has to make room for them";
}

TEST_F(UpgradeStory, NothingHappensBeforeItBegins) {
  situation.desired.upgrading = false;
  EXPECT_TRUE(decide().actions.empty());
}

TEST_F(UpgradeStory, NobodyComesToVoteBeforeItIsReadyAndHasCaughtUp) {
  boot_successors();
  of(10).caught_up = false;
  EXPECT_EQ(wanted(), std::nullopt);
  of(10).caught_up = true;
  of(10).suspected = true;
  EXPECT_EQ(wanted(), std::nullopt);
  of(10).suspected = false;
  EXPECT_EQ(wanted(), (swarm::SetVoter{NodeId(10), true, 2}));
}

TEST_F(UpgradeStory, VotesPassOneByOneAndTheLeaderGivesUpItsOwnLast) {
  boot_successors();
  std::vector<std::pair<std::uint32_t, bool>> changes;
  while (const auto change = wanted()) {
    changes.emplace_back(change->node.value, change->votes);
    situation.observed.status->regrouping = true;
    EXPECT_EQ(wanted(), std::nullopt) << "the change before is not committed";
    situation.observed.status->regrouping = false;
    ASSERT_EQ(change->epoch, ++situation.observed.status->voters_epoch);
    set_vote(change->node.value, change->votes);
    ASSERT_LE(changes.size(), 6U);
  }
  EXPECT_EQ(changes, (std::vector<std::pair<std::uint32_t, bool>>{
                         {10, true}, {2, false}, {11, true}, {3, false}, {12, true}, {1, false}}));
}

TEST_F(UpgradeStory, WhoLostItsVoteRetiresAndNobodyElse) {
  boot_successors();
  set_vote(10, true);
  set_vote(2, false);
  const Plan plan = decide();
  const auto removed = asked<swarm::RemoveMember>(plan);
  ASSERT_EQ(removed.size(), 1U);
  EXPECT_EQ(removed.front().node, NodeId(2));
  EXPECT_TRUE(only<CreateSandbox>(plan).empty()) << "its successor is there";
}

TEST_F(UpgradeStory, ASuccessorThatIsGivenUpGetsAnother) {
  boot_successors();
  const NodeId dead(11);
  std::ranges::find_if(situation.observed.sandboxes, [&](const auto& sandbox) {
    return node_of(sandbox) == dead;
  })->program = sandbox::ProgramState::kEnded;
  situation.desired.instances.at(dead).retiring = true;
  const NodeId old = situation.desired.instances.at(dead).replaces;
  const Plan plan = decide();
  ASSERT_EQ(only<CreateSandbox>(plan).size(), 1U);
  EXPECT_EQ(plan.desired.instances.at(only<CreateSandbox>(plan).front().node).replaces, old);
  EXPECT_TRUE(asked<swarm::SetVoter>(plan).empty() ||
              asked<swarm::SetVoter>(plan).front().node != dead);
}

TEST_F(UpgradeStory, NoVoteIsTakenWhileTooFewOfTheOthersAreThere) {
  boot_successors();
  set_vote(10, true);
  of(3).suspected = true;
  of(10).suspected = true;
  EXPECT_EQ(wanted(), std::nullopt) << "of hub, 3 and 10 only the hub would be there";
  of(3).suspected = false;
  EXPECT_EQ(wanted(), (swarm::SetVoter{NodeId(2), false, 2}));
}

TEST_F(UpgradeStory, ACoordinatorThatEndedStartsAgainEvenWhenNobodyLeads) {
  boot_successors();
  for (sandbox::SandboxInfo& sandbox : situation.observed.sandboxes) {
    if (node_of(sandbox) == NodeId(11)) {
      sandbox.spec.metadata[kReplacesLabel] = "2";
      sandbox.program = sandbox::ProgramState::kEnded;
    }
  }
  situation.observed.status.reset();
  const auto started = only<StartProgram>(decide());
  ASSERT_EQ(started.size(), 1U);
  EXPECT_EQ(started.front().node, NodeId(11));
}

TEST_F(UpgradeStory, ARestartedControllerWithoutItsStoreKnowsTheSuccessorsByTheirLabels) {
  boot_successors();
  for (sandbox::SandboxInfo& sandbox : situation.observed.sandboxes) {
    const auto known = situation.desired.instances.find(node_of(sandbox));
    if (const NodeId old = known->second.replaces) {
      sandbox.spec.metadata[kReplacesLabel] = std::to_string(old.value);
    }
  }
  situation.desired.instances.clear();
  const Plan plan = decide();
  EXPECT_TRUE(only<CreateSandbox>(plan).empty());
  EXPECT_EQ(asked<swarm::SetVoter>(plan).size(), 1U);
}

}  // namespace
}  // namespace control
