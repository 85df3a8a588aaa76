// Pools, route and members of a deployment that runs.
#include "deployment.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

namespace swarm {
namespace {

using core::milliseconds;
using core::seconds;
using world::Incarnation;
using world::NodeId;

constexpr PoolId kGreen = kDefaultPool;
constexpr PoolId kBlue{2};
constexpr NodeId kNewcomer{20};
constexpr core::Time kChange = core::at(seconds(12));  // of the regime

Pool blue_pool() {
  Pool pool;
  pool.id = kBlue;
  pool.name = "blue";
  pool.version = "2";
  return pool;
}

Route split(std::uint64_t epoch, std::uint32_t blue) {
  return {epoch, {{kGreen, kWholeRoute - blue}, {kBlue, blue}}};
}

AdminVerdict done(const AdminAnswer& answer) {
  return answer.verdict;
}

// Every task that was offered long enough ago is answered, and with the one result that it has.
void expect_nothing_lost(Deployment& deployment) {
  const std::uint64_t so_far = deployment.offered();
  deployment.run_for(seconds(3));
  for (std::uint64_t id = 1; id <= so_far; ++id) {
    ASSERT_TRUE(deployment.answers().contains(TaskId(id))) << "task " << id;
    EXPECT_EQ(deployment.answers().at(TaskId(id)).outcome, Outcome::kDone) << "task " << id;
  }
}

// Each assignment went to the pool that the route of its epoch names for the task.
void expect_split_by_hash(const Deployment& deployment) {
  std::map<std::uint64_t, Route> routes{{1, {1, {{kGreen, kWholeRoute}}}}};
  for (const RouteChanged& changed : deployment.traced<RouteChanged>()) {
    routes[changed.route.epoch] = changed.route;
  }
  for (const TaskAssigned& assigned : deployment.traced<TaskAssigned>()) {
    EXPECT_EQ(assigned.pool, pool_of(routes.at(assigned.route_epoch), assigned.task));
  }
}

TEST(Deployment, AnAgentThatBootsWorksOnceItsEntryIsCommittedAndNotBefore) {
  for (const TopologyKind kind : {TopologyKind::kStar, TopologyKind::kMesh}) {
    Deployment::Plan plan;
    plan.kind = kind;
    plan.standbys = kind == TopologyKind::kMesh ? 0 : 2;
    Deployment deployment(plan);
    deployment.boot(kNewcomer);
    deployment.run_for(seconds(4));
    EXPECT_FALSE(deployment.assigned({}).contains(kNewcomer)) << "nobody has let it in";
    const core::Time asked = deployment.simulation().now();
    EXPECT_EQ(done(deployment.ask(AddMember{kNewcomer, kGreen, Incarnation(1), {}})),
              AdminVerdict::kDone);
    deployment.run_for(seconds(2));
    EXPECT_TRUE(deployment.assigned(asked).contains(kNewcomer));
    EXPECT_EQ(deployment.member(kNewcomer).ledger().directory(),
              deployment.member(deployment.leader()).ledger().directory())
        << "it learns the log like everybody";
    expect_nothing_lost(deployment);
  }
}

TEST(Deployment, AShiftOfWeightMovesTheWorkAndLosesNothing) {
  Deployment deployment({});
  deployment.run_for(seconds(3));
  ASSERT_EQ(done(deployment.ask(SetPool{blue_pool()})), AdminVerdict::kDone);
  for (const NodeId node : {NodeId(20), NodeId(21), NodeId(22)}) {
    deployment.boot(node);
    ASSERT_EQ(done(deployment.ask(AddMember{node, kBlue, Incarnation(1), {}})),
              AdminVerdict::kDone);
  }
  std::uint64_t epoch = 1;
  for (const std::uint32_t weight : {2'500U, 5'000U, 7'500U, 10'000U}) {
    ASSERT_EQ(done(deployment.ask(SetRoute{split(++epoch, weight)})), AdminVerdict::kDone);
    deployment.run_for(seconds(11));
    const StatusAnswer status = deployment.status();
    EXPECT_EQ(status.route.epoch, epoch);
    EXPECT_NEAR(status.pools[1].share, weight, weight == kWholeRoute ? 0 : 900);
  }
  const StatusAnswer status = deployment.status();
  EXPECT_EQ(status.pools[0].share, 0U);
  EXPECT_GT(status.pools[0].unused_for, seconds(10));
  EXPECT_EQ(status.pools[1].unused_for < seconds(1), true);
  expect_split_by_hash(deployment);
  expect_nothing_lost(deployment);
}

TEST(Deployment, AShiftGoesOnUnderTheLeaderThatFollows) {
  Deployment deployment({});
  deployment.run_for(seconds(3));
  ASSERT_EQ(done(deployment.ask(SetPool{blue_pool()})), AdminVerdict::kDone);
  for (const NodeId node : {NodeId(20), NodeId(21), NodeId(22), NodeId(23)}) {
    deployment.boot(node);
    ASSERT_EQ(done(deployment.ask(AddMember{node, kBlue, Incarnation(1), {}})),
              AdminVerdict::kDone);
  }
  ASSERT_EQ(done(deployment.ask(SetRoute{split(2, 5'000)})), AdminVerdict::kDone);
  deployment.run_for(seconds(1));
  const NodeId first = deployment.leader();
  deployment.simulation().halt(first, world::HaltReason::kCrash);
  ASSERT_EQ(done(deployment.ask(SetRoute{split(3, 10'000)})), AdminVerdict::kDone);
  EXPECT_NE(deployment.leader(), first);
  const core::Time shifted = deployment.simulation().now() + seconds(1);
  deployment.run_for(seconds(4));
  const auto agents = deployment.assigned(shifted);
  EXPECT_EQ(agents, (std::set{NodeId(20), NodeId(21), NodeId(22), NodeId(23)}));
  expect_split_by_hash(deployment);
  expect_nothing_lost(deployment);
}

TEST(Deployment, AMemberLeavesWhenItIsIdleAndIsNeverEndedWhileBusy) {
  Deployment::Plan plan;
  plan.service = milliseconds(500);
  plan.pace = milliseconds(100);
  Deployment deployment(plan);
  deployment.run_for(seconds(4));
  const NodeId leaving(5);
  ASSERT_GT(deployment.member(leaving).tasks_in_hand(), 0U);
  const core::Time asked = deployment.simulation().now();
  const AdminAnswer answer = deployment.ask(RemoveMember{leaving, Incarnation(1)});
  EXPECT_EQ(answer.verdict, AdminVerdict::kDone);
  EXPECT_EQ(deployment.member(leaving).tasks_in_hand(), 0U);
  EXPECT_GT(deployment.simulation().now() - asked, milliseconds(200)) << "it had work to end";
  const auto left = deployment.traced<MemberLeft>();
  ASSERT_FALSE(left.empty());
  for (const MemberLeft& record : left) {
    EXPECT_EQ(record.member, leaving);
    EXPECT_FALSE(record.lost);
  }
  for (const TaskTakenBack& back : deployment.traced<TaskTakenBack>()) {
    EXPECT_NE(back.agent, leaving);
  }
  deployment.simulation().halt(leaving, world::HaltReason::kFinished);
  expect_nothing_lost(deployment);
}

TEST(Deployment, ALostMemberIsGivenUpAndAFreshOneTakesItsPlace) {
  Deployment deployment({});
  deployment.boot(kNewcomer);
  deployment.run_for(seconds(3));
  ASSERT_EQ(done(deployment.ask(AddMember{kNewcomer, kGreen, Incarnation(1), {}})),
            AdminVerdict::kDone);
  deployment.run_for(seconds(2));
  deployment.simulation().halt(kNewcomer, world::HaltReason::kCrash);
  EXPECT_EQ(done(deployment.ask(RemoveMember{kNewcomer, Incarnation(1)})), AdminVerdict::kDone);
  EXPECT_TRUE(deployment.traced<MemberLeft>().front().lost);
  EXPECT_EQ(deployment.ask(AddMember{kNewcomer, kGreen, Incarnation(1), {}}).refusal,
            AdminRefusal::kStaleIncarnation);
  deployment.boot(NodeId(21));
  EXPECT_EQ(done(deployment.ask(AddMember{NodeId(21), kGreen, Incarnation(1), {}})),
            AdminVerdict::kDone);
  const core::Time since = deployment.simulation().now();
  deployment.run_for(seconds(2));
  EXPECT_TRUE(deployment.assigned(since).contains(NodeId(21)));
  expect_nothing_lost(deployment);
}

TEST(Deployment, AStaleBootIsRefusedAtTheHandshake) {
  Deployment deployment({});
  deployment.boot(kNewcomer);  // its first boot, but the controller has issued the second
  deployment.run_for(seconds(3));
  ASSERT_EQ(done(deployment.ask(AddMember{kNewcomer, kGreen, Incarnation(2), {}})),
            AdminVerdict::kDone);
  deployment.run_for(seconds(3));
  EXPECT_FALSE(deployment.assigned({}).contains(kNewcomer));
  const auto refused = deployment.traced<LinkRefused>();
  EXPECT_TRUE(std::ranges::any_of(refused, [](const LinkRefused& record) {
    return record.peer == kNewcomer && record.refusal == LinkRefusal::kStaleIncarnation;
  }));
  deployment.simulation().halt(kNewcomer, world::HaltReason::kCrash);
  deployment.simulation().restart(kNewcomer);
  deployment.run_for(seconds(4));
  EXPECT_TRUE(deployment.assigned({}).contains(kNewcomer));
}

TEST(Deployment, APoolWithoutAgentsMakesItsTasksWaitAndThenBeShedAndOthersGoOn) {
  Deployment deployment({});
  deployment.run_for(seconds(3));
  Pool blue = blue_pool();
  blue.waiting_limit = 20;
  ASSERT_EQ(done(deployment.ask(SetPool{blue})), AdminVerdict::kDone);
  ASSERT_EQ(done(deployment.ask(SetRoute{split(2, 5'000)})), AdminVerdict::kDone);
  const std::uint64_t since = deployment.offered();
  deployment.run_for(seconds(6));
  const StatusAnswer status = deployment.status();
  EXPECT_EQ(status.pools[1].waiting, 20U);
  const Route route = split(2, 5'000);
  std::map<Outcome, int> green;
  std::map<Outcome, int> shed;
  for (std::uint64_t id = since + 1; id + 20 < deployment.offered(); ++id) {
    if (const auto answer = deployment.answers().find(TaskId(id));
        answer != deployment.answers().end()) {
      ++(pool_of(route, TaskId(id)) == kGreen ? green : shed)[answer->second.outcome];
    }
  }
  EXPECT_GT(green[Outcome::kDone], 100);
  EXPECT_EQ(green[Outcome::kShed], 0);
  EXPECT_GT(shed[Outcome::kShed], 80);
  EXPECT_EQ(shed[Outcome::kDone], 0) << "no task is quietly done elsewhere";
  // An agent comes: what waited is done.
  deployment.boot(kNewcomer);
  ASSERT_EQ(done(deployment.ask(AddMember{kNewcomer, kBlue, Incarnation(1), {}})),
            AdminVerdict::kDone);
  deployment.run_for(seconds(3));
  EXPECT_LT(deployment.status().pools[1].waiting, 20U);
  expect_split_by_hash(deployment);
}

TEST(Deployment, ADeclaredFallbackTakesTheTasksWhileNobodyIsReady) {
  Deployment deployment({});
  deployment.run_for(seconds(3));
  Pool blue = blue_pool();
  blue.fallback = kGreen;
  ASSERT_EQ(done(deployment.ask(SetPool{blue})), AdminVerdict::kDone);
  ASSERT_EQ(done(deployment.ask(SetRoute{split(2, 10'000)})), AdminVerdict::kDone);
  expect_nothing_lost(deployment);
  EXPECT_EQ(deployment.status().pools[0].share, kWholeRoute);
}

TEST(Deployment, OnlyTheConfiguredControllerIsListenedTo) {
  Deployment deployment({});
  deployment.run_for(seconds(3));
  deployment.say(
      kStrangerNode,
      world::make_message(deployment.leader(), AdminRequest{AdminToken(1), SetPool{blue_pool()}}));
  deployment.run_for(seconds(1));
  EXPECT_TRUE(deployment.traced<PoolChanged>().empty());
  EXPECT_EQ(deployment.ask(SetRoute{{2, {{kGreen, 9'000}}}}).refusal, AdminRefusal::kWeights);
  EXPECT_EQ(deployment.ask(SetRoute{split(2, 100)}).refusal, AdminRefusal::kUnknownPool);
  EXPECT_EQ(deployment.ask(RemoveMember{NodeId(1), {}}).refusal, AdminRefusal::kVoter);
  EXPECT_TRUE(deployment.traced<RouteChanged>().empty());
}

TEST(Deployment, SamplesAddUpToWhatHappened) {
  Deployment deployment({});
  deployment.run_for(seconds(12));
  std::uint64_t done_by_agents = 0;
  std::uint64_t done_by_pool = 0;
  std::uint64_t counted = 0;
  std::map<NodeId, std::uint64_t> sequence;
  for (const world::Sample& sample : deployment.samples()) {
    EXPECT_EQ(sample.sequence, ++sequence[sample.node]);
    EXPECT_GE(sample.covers, milliseconds(500));
    EXPECT_LT(sample.covers, milliseconds(501));
    EXPECT_LE(sample.busy_time, sample.covers);
    EXPECT_EQ(sample.slots, 4U);
    done_by_agents += sample.done;
    counted += std::accumulate(sample.latency.begin(), sample.latency.end(), 0U);
    if (sample.leader) {
      ASSERT_EQ(sample.leader->pools.size(), 1U);
      done_by_pool += sample.leader->pools[0].done;
      EXPECT_EQ(sample.leader->pools[0].members, 4U);
    }
  }
  EXPECT_EQ(sequence.size(), 5U) << "every member reports";
  EXPECT_EQ(counted, done_by_agents);
  EXPECT_GT(done_by_agents, 400U);
  EXPECT_NEAR(static_cast<double>(done_by_pool), static_cast<double>(done_by_agents), 30);
}

TEST(Deployment, NobodyMissesADeadController) {
  Deployment with({});
  Deployment without({});
  without.simulation().halt(kControllerNode, world::HaltReason::kCrash);
  for (Deployment* deployment : {&with, &without}) {
    deployment->run_for(seconds(8));
    expect_nothing_lost(*deployment);
  }
  EXPECT_TRUE(without.samples().empty());
  EXPECT_EQ(with.answers().size(), without.answers().size());
}

TEST(Deployment, WhatTheBanditLearnedOutlivesTheLeader) {
  Deployment::Plan plan;
  plan.dispatch.policy = Policy::kAdaptive;
  Deployment deployment(plan);
  deployment.run_for(seconds(6));
  const NodeId first = deployment.leader();
  const Bandit learned = *deployment.member(first).ledger().bandit();
  EXPECT_GT(learned.mean("3"), 0.8);
  deployment.simulation().halt(first, world::HaltReason::kCrash);
  deployment.run_for(seconds(3));
  ASSERT_TRUE(deployment.leader());
  EXPECT_NE(deployment.leader(), first);
  EXPECT_GT(deployment.member(deployment.leader()).ledger().bandit()->mean("3"), 0.8);
  expect_nothing_lost(deployment);
}

TEST(Deployment, WorkMovesToTheStrategyThatSucceedsWhenTheRegimeChanges) {
  double moved = 0;
  constexpr std::uint64_t kSeeds = 10;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    Deployment::Plan plan;
    plan.seed = seed;
    plan.service = milliseconds(10);
    plan.dispatch.policy = Policy::kAdaptive;
    plan.dispatch.bandit.arms = ArmKind::kCapability;
    plan.adjust = [](MemberConfig& config) {
      config.coordinator.capabilities = {{NodeId(2), {"momentum"}},
                                         {NodeId(3), {"momentum"}},
                                         {NodeId(4), {"pairs"}},
                                         {NodeId(5), {"pairs"}}};
    };
    plan.fails = [](NodeId node, core::Time now) {
      return (node == NodeId(2) || node == NodeId(3)) == (now >= kChange);
    };
    Deployment deployment(plan);
    deployment.run_for(seconds(12));
    const auto before = deployment.latest(100);
    EXPECT_GT(before.at(NodeId(2)) + before.at(NodeId(3)), 80U) << "seed " << seed;
    deployment.run_for(seconds(6));  // 300 tasks
    auto after = deployment.latest(100);
    moved += static_cast<double>(after[NodeId(4)] + after[NodeId(5)]) / (100.0 * kSeeds);
  }
  EXPECT_GT(moved, 0.8);
}

TEST(Deployment, WhoJoinsAfterACompactionLearnsEverythingFromASnapshot) {
  Deployment::Plan plan;
  plan.adjust = [](MemberConfig& config) { config.snapshot_threshold = 40; };
  Deployment deployment(plan);
  deployment.boot(kNewcomer);
  deployment.run_for(seconds(6));
  ASSERT_EQ(done(deployment.ask(SetPool{blue_pool()})), AdminVerdict::kDone);
  ASSERT_EQ(done(deployment.ask(AddMember{kNewcomer, kGreen, Incarnation(1), {}})),
            AdminVerdict::kDone);
  deployment.run_for(seconds(3));
  EXPECT_TRUE(deployment.assigned({}).contains(kNewcomer));
  EXPECT_EQ(deployment.member(kNewcomer).ledger().directory(),
            deployment.member(deployment.leader()).ledger().directory());
  expect_nothing_lost(deployment);
}

TEST(Deployment, AFleetThatGossipWatchesGrowsAndShrinksToo) {
  Deployment::Plan plan;
  plan.agents = 18;
  Deployment deployment(plan);
  deployment.boot(NodeId(40));
  deployment.run_for(seconds(4));
  ASSERT_EQ(done(deployment.ask(AddMember{NodeId(40), kGreen, Incarnation(1), {}})),
            AdminVerdict::kDone);
  deployment.run_for(seconds(3));
  EXPECT_TRUE(deployment.assigned({}).contains(NodeId(40)));
  EXPECT_EQ(done(deployment.ask(RemoveMember{NodeId(40), Incarnation(1)})), AdminVerdict::kDone);
  EXPECT_FALSE(deployment.traced<MemberLeft>().front().lost);
  deployment.simulation().halt(NodeId(40), world::HaltReason::kFinished);
  expect_nothing_lost(deployment);
}

TEST(Deployment, AVoterIsGivenNothingNewButStays) {
  Deployment deployment({});
  deployment.run_for(seconds(4));
  const NodeId standby(2);
  const AdminAnswer answer = deployment.ask(RemoveMember{standby, Incarnation(1)});
  EXPECT_EQ(answer.verdict, AdminVerdict::kRefused);
  EXPECT_EQ(answer.refusal, AdminRefusal::kVoter);
  const core::Time since = deployment.simulation().now();
  deployment.run_for(seconds(2));
  EXPECT_FALSE(deployment.assigned(since).contains(standby));
  deployment.simulation().halt(NodeId(1), world::HaltReason::kCrash);
  expect_nothing_lost(deployment);
}

TEST(Deployment, WhateverChangesWhileLeadersDieNothingIsLostOrEndedBusy) {
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    num::Stream random(seed, 1, num::purpose_of("test.changes"));
    Deployment::Plan plan;
    plan.seed = seed;
    Deployment deployment(plan);
    deployment.run_for(seconds(3));
    ASSERT_EQ(done(deployment.ask(SetPool{blue_pool()})), AdminVerdict::kDone);
    std::uint64_t epoch = 1;
    std::vector<NodeId> blue;
    for (std::uint32_t round = 0; round < 8; ++round) {
      const NodeId fresh(20 + round);
      deployment.boot(fresh);
      ASSERT_EQ(done(deployment.ask(AddMember{fresh, kBlue, Incarnation(1), {}})),
                AdminVerdict::kDone);
      blue.push_back(fresh);
      const auto weight = static_cast<std::uint32_t>(random.below(kWholeRoute + 1));
      ASSERT_EQ(done(deployment.ask(SetRoute{split(++epoch, weight)})), AdminVerdict::kDone);
      NodeId dead;
      if (random.below(2) == 0) {
        dead = deployment.leader();
        deployment.simulation().halt(dead, world::HaltReason::kCrash);
      }
      if (blue.size() > 2) {
        const NodeId leaving = blue[random.below(blue.size())];
        ASSERT_EQ(done(deployment.ask(RemoveMember{leaving, Incarnation(1)})), AdminVerdict::kDone);
        EXPECT_EQ(deployment.member(leaving).tasks_in_hand(), 0U) << "seed " << seed;
        deployment.simulation().halt(leaving, world::HaltReason::kFinished);
        std::erase(blue, leaving);
      }
      deployment.run_for(milliseconds(500));
      if (dead) {
        deployment.simulation().restart(dead);
      }
    }
    for (const MemberLeft& left : deployment.traced<MemberLeft>()) {
      EXPECT_FALSE(left.lost) << "seed " << seed;
    }
    expect_split_by_hash(deployment);
    expect_nothing_lost(deployment);
  }
}

}  // namespace
}  // namespace swarm
