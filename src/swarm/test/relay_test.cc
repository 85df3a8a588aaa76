// Deployments whose members reach each other over others, and what becomes of them under faults.
#include <gmock/gmock.h>

#include <algorithm>

#include "deployment.h"
#include "swarm/raft_trace.h"

namespace swarm {
namespace {

using core::milliseconds;
using core::seconds;
using testing::Each;
using testing::IsEmpty;
using testing::Not;
using world::NodeId;

constexpr NodeId kFirst{40};  // of the sub-leaders
constexpr NodeId kSecond{41};

// A leader, two candidates, two sub-leaders and six workers.
Deployment::Plan tree_plan() {
  Deployment::Plan plan;
  plan.kind = TopologyKind::kHierarchical;
  plan.agents = 8;
  plan.shape = [](TopologySpec& spec) {
    spec.relays = {kFirst, kSecond};
    spec.fan_out = 3;
  };
  return plan;
}

void expect_all_answered(Deployment& deployment) {
  const std::uint64_t so_far = deployment.offered();
  deployment.run_for(seconds(4));
  for (std::uint64_t id = 1; id <= so_far; ++id) {
    ASSERT_TRUE(deployment.answers().contains(TaskId(id))) << "task " << id;
    EXPECT_EQ(deployment.answers().at(TaskId(id)).outcome, Outcome::kDone) << "task " << id;
  }
  std::set<TaskId> finished;
  for (const TaskFinished& finish : deployment.traced<TaskFinished>()) {
    finished.insert(finish.task);
  }
  EXPECT_GE(finished.size(), so_far);
}

// Members speak to members over declared links alone, those included that joined or have left.
void expect_declared_links_only(const Deployment& deployment) {
  const Topology& founded = deployment.topology();
  const Topology& now = deployment.member(deployment.leader()).topology();
  const auto is_member = [&](NodeId node) {
    return founded.find(node) != nullptr || now.find(node) != nullptr;
  };
  for (const auto& [from, to] : deployment.spoken()) {
    if (is_member(from) && is_member(to)) {
      EXPECT_TRUE(founded.may_send(from, to, {}) || now.may_send(from, to, {}))
          << from.value << " to " << to.value;
    }
  }
}

std::vector<std::uint32_t> links_taken(const Deployment& deployment) {
  std::vector<std::uint32_t> links;
  for (const TaskRelayed& relayed : deployment.traced<TaskRelayed>()) {
    links.push_back(relayed.hops);
  }
  return links;
}

world::Fault fault_at(world::FaultKind kind, core::Duration at, core::Duration lasts,
                      std::vector<NodeId> nodes) {
  world::Fault fault;
  fault.kind = kind;
  fault.trigger.not_before = core::at(at);
  fault.duration = lasts;
  fault.target.nodes = std::move(nodes);
  return fault;
}

TEST(Relays, WorkGoesOverTheSubLeadersAndTheResultsComeBackThatWay) {
  Deployment deployment(tree_plan());
  deployment.run_for(seconds(5));
  EXPECT_EQ(deployment.assigned({}).size(), 8U) << "every worker and candidate has work";
  EXPECT_THAT(links_taken(deployment), Not(IsEmpty()));
  EXPECT_THAT(links_taken(deployment), Each(2U));
  expect_all_answered(deployment);
  expect_declared_links_only(deployment);
}

TEST(Relays, WhenASubLeaderDiesTheOtherServesItsWorkersAndNothingIsLost) {
  Deployment::Plan plan = tree_plan();
  plan.faults = {fault_at(world::FaultKind::kCrash, seconds(4), seconds(60), {kFirst})};
  Deployment deployment(plan);
  deployment.run_for(seconds(6));
  const core::Time later = deployment.simulation().now();
  deployment.run_for(seconds(3));
  EXPECT_EQ(deployment.assigned(later).size(), 8U) << "also those below the one that died";
  EXPECT_THAT(links_taken(deployment), Each(2U));
  expect_all_answered(deployment);
  expect_declared_links_only(deployment);
}

TEST(Relays, ALinkThatIsCutIsGoneRound) {
  Deployment::Plan plan = tree_plan();
  plan.faults = {fault_at(world::FaultKind::kPartition, seconds(4), seconds(60), {NodeId(1)})};
  plan.faults[0].peers = {kFirst};
  Deployment deployment(plan);
  deployment.run_for(seconds(6));
  const core::Time later = deployment.simulation().now();
  deployment.run_for(seconds(3));
  EXPECT_EQ(deployment.leader(), NodeId(1));
  EXPECT_EQ(deployment.assigned(later).size(), 8U);
  expect_all_answered(deployment);
  expect_declared_links_only(deployment);
}

TEST(Relays, ACandidateLeadsOverTheSameSubLeaders) {
  Deployment::Plan plan = tree_plan();
  plan.faults = {fault_at(world::FaultKind::kCrash, seconds(4), seconds(60), {NodeId(1)})};
  Deployment deployment(plan);
  deployment.run_for(seconds(6));
  const core::Time later = deployment.simulation().now();
  deployment.run_for(seconds(3));
  EXPECT_EQ(deployment.assigned(later).size(), 7U) << "but the candidate that leads";
  expect_all_answered(deployment);
  expect_declared_links_only(deployment);
}

TEST(Relays, AboveSixteenMembersSwimWatchesOverTheSameLinks) {
  Deployment::Plan plan = tree_plan();
  plan.agents = 20;
  plan.shape = [](TopologySpec& spec) {
    for (std::uint32_t i = 0; i < 7; ++i) {  // two above five
      spec.relays.emplace_back(40 + i);
    }
    spec.fan_out = 4;
  };
  plan.faults = {fault_at(world::FaultKind::kCrash, seconds(4), seconds(60), {kFirst})};
  Deployment deployment(plan);
  deployment.run_for(seconds(10));
  const core::Time later = deployment.simulation().now();
  deployment.run_for(seconds(4));
  EXPECT_EQ(deployment.assigned(later).size(), 20U);
  expect_all_answered(deployment);
  expect_declared_links_only(deployment);
}

// A leader, two candidates, three sub-leaders and six workers, with room for nine.
Deployment::Plan growing_plan() {
  Deployment::Plan plan = tree_plan();
  plan.shape = [](TopologySpec& spec) {
    spec.relays = {kFirst, kSecond, NodeId(42)};
    spec.fan_out = 3;
    spec.most_workers = 9;
  };
  return plan;
}

AdminAnswer let_in(Deployment& deployment, std::uint32_t node, std::string fleet = {}) {
  deployment.boot(NodeId(node));
  return deployment.ask(
      AddMember{NodeId(node), kDefaultPool, world::Incarnation(1), {}, std::move(fleet)},
      seconds(2));
}

NodeId sub_leader_of(const Deployment& deployment, std::uint32_t node) {
  return deployment.member(deployment.leader()).ledger().directory().find(NodeId(node))->sub_leader;
}

TEST(Relays, AgentsThatJoinATreeWorkBelowTheirSubLeaderAndTheNextWhenThatDies) {
  Deployment deployment(growing_plan());
  deployment.run_for(seconds(3));
  for (const std::uint32_t node : {20U, 21U, 22U}) {
    ASSERT_EQ(let_in(deployment, node).verdict, AdminVerdict::kDone) << "node " << node;
  }
  EXPECT_EQ(sub_leader_of(deployment, 20), kFirst);
  EXPECT_EQ(sub_leader_of(deployment, 21), kSecond);
  EXPECT_EQ(let_in(deployment, 23).refusal, AdminRefusal::kNoPlace) << "nine are all it carries";
  core::Time since = deployment.simulation().now();
  deployment.run_for(seconds(3));
  EXPECT_EQ(deployment.assigned(since).size(), 11U) << "founders and who joined alike";
  EXPECT_EQ(deployment.member(NodeId(20)).ledger().directory(),
            deployment.member(deployment.leader()).ledger().directory());
  deployment.simulation().halt(kSecond, world::HaltReason::kCrash);
  deployment.run_for(seconds(2));
  since = deployment.simulation().now();
  deployment.run_for(seconds(3));
  EXPECT_EQ(deployment.assigned(since).size(), 11U) << "also those below the one that died";
  EXPECT_THAT(links_taken(deployment), Each(2U));
  expect_all_answered(deployment);
  expect_declared_links_only(deployment);
}

TEST(Relays, ANewLeaderKnowsThePlacesAndGivesALostAgentsToTheNext) {
  Deployment deployment(growing_plan());
  deployment.run_for(seconds(3));
  for (const std::uint32_t node : {20U, 21U, 22U}) {
    ASSERT_EQ(let_in(deployment, node).verdict, AdminVerdict::kDone);
  }
  deployment.simulation().halt(NodeId(1), world::HaltReason::kCrash);
  deployment.simulation().halt(NodeId(21), world::HaltReason::kCrash);
  deployment.run_for(seconds(2));
  ASSERT_NE(deployment.leader(), NodeId(1));
  EXPECT_EQ(let_in(deployment, 23).refusal, AdminRefusal::kNoPlace) << "it is not given up yet";
  ASSERT_EQ(deployment.ask(RemoveMember{NodeId(21), world::Incarnation(1)}).verdict,
            AdminVerdict::kDone);
  ASSERT_EQ(deployment.ask(AddMember{NodeId(23), kDefaultPool, world::Incarnation(1), {}}).verdict,
            AdminVerdict::kDone);
  EXPECT_EQ(sub_leader_of(deployment, 23), kSecond);
  const core::Time since = deployment.simulation().now();
  deployment.run_for(seconds(3));
  EXPECT_TRUE(deployment.assigned(since).contains(NodeId(23)));
  EXPECT_EQ(deployment.assigned(since).size(), 10U) << "but the candidate that leads";
  expect_all_answered(deployment);
  expect_declared_links_only(deployment);
}

TEST(Relays, AnAgentThatJoinedATreeComesBackToItsPlaceWhenItBootsAgain) {
  Deployment deployment(growing_plan());
  deployment.run_for(seconds(3));
  ASSERT_EQ(let_in(deployment, 20).verdict, AdminVerdict::kDone);
  deployment.run_for(seconds(2));
  deployment.simulation().halt(NodeId(20), world::HaltReason::kCrash);
  deployment.run_for(seconds(1));
  deployment.simulation().restart(NodeId(20));
  deployment.run_for(seconds(2));
  const core::Time since = deployment.simulation().now();
  deployment.run_for(seconds(2));
  EXPECT_TRUE(deployment.assigned(since).contains(NodeId(20)));
  EXPECT_EQ(sub_leader_of(deployment, 20), kFirst);
  expect_all_answered(deployment);
  expect_declared_links_only(deployment);
}

TEST(Relays, AboveSixteenMembersAgentsJoinATreeOfTwoLevelsToo) {
  Deployment::Plan plan = tree_plan();
  plan.agents = 16;
  plan.shape = [](TopologySpec& spec) {
    for (std::uint32_t i = 0; i < 7; ++i) {  // two above five
      spec.relays.emplace_back(40 + i);
    }
    spec.fan_out = 4;
    spec.most_workers = 20;
  };
  Deployment deployment(plan);
  deployment.run_for(seconds(3));
  for (const std::uint32_t node : {20U, 21U, 22U}) {
    ASSERT_EQ(let_in(deployment, node).verdict, AdminVerdict::kDone);
  }
  deployment.run_for(seconds(3));
  const core::Time since = deployment.simulation().now();
  deployment.run_for(seconds(4));
  EXPECT_EQ(deployment.assigned(since).size(), 19U);
  expect_all_answered(deployment);
  expect_declared_links_only(deployment);
}

TEST(Relays, AnAgentThatJoinsACustomTopologyHasTheLinksOfItsFleet) {
  Deployment::Plan plan;
  plan.kind = TopologyKind::kCustom;
  plan.agents = 4;
  plan.shape = [](TopologySpec& spec) {
    spec.relays = {kFirst, kSecond};
    for (const NodeId relay : spec.relays) {
      for (const std::uint32_t voter : {1U, 2U, 3U}) {
        spec.links.push_back({NodeId(voter), relay});
      }
      spec.fleet_links.push_back({"desk", relay, {}});
    }
    spec.fleets = {{NodeId(4), "desk"}, {NodeId(5), "desk"}};
  };
  Deployment deployment(plan);
  deployment.run_for(seconds(3));
  ASSERT_EQ(let_in(deployment, 20, "desk").verdict, AdminVerdict::kDone);
  EXPECT_EQ(let_in(deployment, 21, "nowhere").refusal, AdminRefusal::kNoPlace);
  deployment.run_for(seconds(2));
  deployment.simulation().halt(kFirst, world::HaltReason::kCrash);
  deployment.run_for(seconds(2));
  const core::Time since = deployment.simulation().now();
  deployment.run_for(seconds(2));
  EXPECT_EQ(deployment.assigned(since).size(), deployment.leader() == NodeId(1) ? 5U : 4U);
  EXPECT_TRUE(deployment.assigned(since).contains(NodeId(20)));
  expect_all_answered(deployment);
  expect_declared_links_only(deployment);
}

// Random trees of relays below the leader, workers on two of them, and one relay that dies.
TEST(Relays, RandomGraphsLoseNothingWhenOneRelayDies) {
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    num::Stream random(seed, 0, 3);
    Deployment::Plan plan;
    plan.kind = TopologyKind::kCustom;
    plan.agents = 6;
    plan.seed = seed;
    plan.shape = [&random](TopologySpec& spec) {
      spec.relays = {kFirst, kSecond, NodeId(42)};
      for (const NodeId relay : spec.relays) {
        for (const std::uint32_t voter : {1U, 2U, 3U}) {
          spec.links.push_back({NodeId(voter), relay});
        }
      }
      for (std::uint32_t worker = 4; worker <= 7; ++worker) {
        const std::uint64_t skipped = random.below(3);
        for (std::uint64_t i = 0; i < 3; ++i) {
          if (i != skipped) {
            spec.links.push_back({NodeId(worker), spec.relays[i]});
          }
        }
      }
    };
    const NodeId victim(40 + static_cast<std::uint32_t>(seed % 3));
    plan.faults = {fault_at(world::FaultKind::kCrash, seconds(4), seconds(2), {victim})};
    Deployment deployment(plan);
    deployment.run_for(seconds(9));
    const std::size_t workers = deployment.leader() == NodeId(1) ? 6 : 5;
    EXPECT_EQ(deployment.assigned(core::at(seconds(8))).size(), workers) << "seed " << seed;
    expect_all_answered(deployment);
    expect_declared_links_only(deployment);
  }
}

// The leader dies while every agent works. Whatever an agent had reported to the next leader by the
// time that one takes office is not done again.
TEST(Failover, ResultsReportedBeforeTheNextLeaderIsInOfficeAreAdopted) {
  std::size_t adopted = 0;
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    Deployment::Plan plan;
    plan.seed = seed;
    plan.service = milliseconds(150);
    plan.pace = milliseconds(10);
    plan.fence_takes = milliseconds(10);
    plan.adjust = [](MemberConfig& config) { config.coordinator.dispatch.in_flight_limit = 16; };
    plan.faults = {fault_at(world::FaultKind::kCrash, seconds(4), seconds(60), {NodeId(1)})};
    Deployment deployment(plan);
    deployment.run_for(seconds(8));
    std::map<TaskId, Attempt> reported;  // after the leader died and before another was elected
    bool vacant = false;
    for (const world::TraceEntry& entry : deployment.trace()) {
      if (world::as<world::NodeHalted>(entry)) {
        vacant = true;
      } else if (const auto end = world::as<AttemptReported>(entry); end && vacant) {
        reported[end->task] = end->attempt;
      } else if (world::as<BecameLeader>(entry)) {
        vacant = false;
      }
    }
    EXPECT_THAT(reported, Not(IsEmpty())) << "seed " << seed;
    for (const TaskAssigned& assigned : deployment.traced<TaskAssigned>()) {
      const auto known = reported.find(assigned.task);
      EXPECT_TRUE(known == reported.end() || assigned.attempt <= known->second)
          << "task " << assigned.task.value << " is done again, seed " << seed;
    }
    adopted += reported.size();
    expect_all_answered(deployment);
  }
  EXPECT_GT(adopted, 8U);
}

}  // namespace
}  // namespace swarm
