#include "swarm/topology.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <set>

namespace swarm {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using world::NodeId;

std::vector<NodeId> nodes(std::uint32_t first, std::uint32_t count) {
  std::vector<NodeId> list;
  for (std::uint32_t i = 0; i < count; ++i) {
    list.emplace_back(first + i);
  }
  return list;
}

TopologySpec mesh(std::uint32_t agents) {
  return {TopologyKind::kMesh, {}, nodes(1, agents), 0, std::nullopt};
}

// Node 1 coordinates, 2 and up are agents.
TopologySpec centred(TopologyKind kind, std::uint32_t agents, std::uint32_t standbys) {
  return {kind, NodeId(1), nodes(2, agents), standbys, std::nullopt};
}

std::string refusal(const TopologySpec& spec) {
  const auto topology = make_topology(spec);
  return topology ? "" : topology.error().message;
}

TEST(Topology, FiveAgentsInAMeshAllVoteLeadAndWork) {
  const Topology topology = make_topology(mesh(5)).value();
  EXPECT_EQ(topology.voters(), nodes(1, 5));
  EXPECT_THAT(topology.learners(), IsEmpty());
  EXPECT_EQ(topology.coordinator(), NodeId());
  EXPECT_EQ(topology.workers(NodeId(3)), nodes(1, 5));
  EXPECT_TRUE(topology.may_lead(NodeId(5)));
  EXPECT_EQ(topology.quorum(), 3U);
  EXPECT_EQ(topology.tolerated_losses(), 2U);
  EXPECT_THAT(topology.single_points_of_failure(), IsEmpty());
}

TEST(Topology, ALargeMeshHasFiveVotersAndAnEvenSmallOneOneLessThanMembers) {
  EXPECT_EQ(make_topology(mesh(12)).value().voters(), nodes(1, 5));
  EXPECT_EQ(make_topology(mesh(12)).value().learners(), nodes(6, 7));
  EXPECT_FALSE(make_topology(mesh(12)).value().may_lead(NodeId(6)));
  EXPECT_EQ(make_topology(mesh(4)).value().voters(), nodes(1, 3));
  EXPECT_EQ(make_topology(mesh(2)).value().voters(), nodes(1, 1));
}

TEST(Topology, AStarWithoutStandbysHasItsHubAsSinglePointOfFailure) {
  const Topology topology = make_topology(centred(TopologyKind::kStar, 5, 0)).value();
  EXPECT_THAT(topology.single_points_of_failure(), ElementsAre(NodeId(1)));
  EXPECT_EQ(topology.tolerated_losses(), 0U);
  EXPECT_EQ(name_of(topology.find(NodeId(1))->role, topology.kind), "hub");
  EXPECT_EQ(name_of(topology.find(NodeId(2))->role, topology.kind), "spoke");
}

TEST(Topology, TheOnlyWorkerIsASinglePointOfFailure) {
  const Topology star = make_topology(centred(TopologyKind::kStar, 1, 0)).value();
  EXPECT_THAT(star.single_points_of_failure(), ElementsAre(NodeId(1), NodeId(2)));
  EXPECT_THAT(make_topology(mesh(1)).value().single_points_of_failure(), ElementsAre(NodeId(1)));
}

TEST(Topology, CandidatesAreTheFirstAgentsWhateverTheirIds) {
  TopologySpec spec = centred(TopologyKind::kHierarchical, 0, 2);
  spec.agents = {NodeId(9), NodeId(4), NodeId(7), NodeId(2)};
  const Topology topology = make_topology(spec).value();
  EXPECT_THAT(topology.voters(), ElementsAre(NodeId(1), NodeId(4), NodeId(9)));
  EXPECT_THAT(topology.learners(), ElementsAre(NodeId(2), NodeId(7)));
  EXPECT_EQ(name_of(topology.find(NodeId(9))->role, topology.kind), "candidate");
  EXPECT_EQ(topology.coordinator(), NodeId(1));
}

TEST(Topology, ACandidateThatLeadsStopsWorkingWhileAnotherWorkerIsLeft) {
  const Topology topology = make_topology(centred(TopologyKind::kStar, 4, 2)).value();
  EXPECT_EQ(topology.workers(NodeId(1)), nodes(2, 4));
  EXPECT_THAT(topology.workers(NodeId(2)), ElementsAre(NodeId(3), NodeId(4), NodeId(5)));
  EXPECT_THAT(topology.workers(NodeId(2), {NodeId(2), NodeId(5)}), ElementsAre(NodeId(5)));
  EXPECT_THAT(topology.workers(NodeId(2), {NodeId(2)}), ElementsAre(NodeId(2)));
  EXPECT_THAT(topology.workers(NodeId(2), {}), IsEmpty());
}

TEST(Topology, TheCoordinatorNeverWorks) {
  const Topology topology = make_topology(centred(TopologyKind::kHierarchical, 4, 2)).value();
  for (const NodeId leader : {NodeId(1), NodeId(2), NodeId(3), NodeId()}) {
    EXPECT_FALSE(std::ranges::binary_search(topology.workers(leader), NodeId(1)));
  }
  EXPECT_THAT(topology.workers(NodeId(1), {NodeId(1)}), IsEmpty());
}

TEST(Topology, WithoutALeaderAStarHasNoWorkLinksAndAMeshHasAll) {
  const Topology star = make_topology(centred(TopologyKind::kStar, 4, 2)).value();
  EXPECT_THAT(star.declared_links(NodeId()), IsEmpty());
  EXPECT_THAT(star.peers(NodeId(1), NodeId()), ElementsAre(NodeId(2), NodeId(3)));
  EXPECT_FALSE(star.may_send(NodeId(4), NodeId(1), NodeId()));
  EXPECT_EQ(make_topology(mesh(4)).value().declared_links(NodeId()).size(), 6U);
}

TEST(Topology, RefusesWhatCannotWorkAndSaysWhy) {
  EXPECT_THAT(refusal(mesh(0)), HasSubstr("at least one agent"));
  TopologySpec spec = mesh(3);
  spec.coordinator = NodeId(9);
  EXPECT_THAT(refusal(spec), HasSubstr("a mesh has no coordinator"));
  spec = mesh(3);
  spec.standbys = 1;
  EXPECT_THAT(refusal(spec), HasSubstr("a mesh has no standbys"));
  spec = mesh(3);
  spec.agents[2] = NodeId(1);
  EXPECT_THAT(refusal(spec), HasSubstr("node 1 is in the topology twice"));
  spec.agents[2] = NodeId();
  EXPECT_THAT(refusal(spec), HasSubstr("no node id"));
  spec = centred(TopologyKind::kStar, 3, 0);
  spec.coordinator = NodeId();
  EXPECT_THAT(refusal(spec), HasSubstr("a star topology needs a hub"));
  EXPECT_THAT(refusal(centred(TopologyKind::kStar, 2, 2)),
              HasSubstr("2 standbys among 2 agents leave nobody to work"));
}

TEST(Topology, RefusesNumbersOfVotersThatMakeNoQuorum) {
  TopologySpec spec = mesh(5);
  spec.voters = 4;
  EXPECT_THAT(refusal(spec), HasSubstr("quorum: 4 voters survive no more losses than 3"));
  spec.voters = 7;
  EXPECT_THAT(refusal(spec), HasSubstr("quorum: 7 voters among 5 members"));
  spec.voters = 0;
  EXPECT_THAT(refusal(spec), HasSubstr("quorum: 0 voters"));
  EXPECT_THAT(refusal(centred(TopologyKind::kStar, 5, 1)),
              HasSubstr("2 voters survive no more losses than 1: 2 standbys make it 3"));
  spec = centred(TopologyKind::kHierarchical, 6, 2);
  spec.voters = 5;
  EXPECT_THAT(refusal(spec), HasSubstr("2 candidates there are 3: the leader and each candidate"));
}

// ---- Properties of every topology that can be made ----

void expect_lawful(const Topology& topology, NodeId leader) {
  const auto count = static_cast<std::uint32_t>(topology.members.size());
  const std::vector<Link> work = topology.declared_links(leader);
  const std::vector<Link> consensus = topology.consensus_links();
  const auto voters = static_cast<std::uint32_t>(topology.voters().size());

  EXPECT_EQ(work.size(), topology.kind == TopologyKind::kMesh ? count * (count - 1) / 2
                                                              : topology.workers(leader).size());
  EXPECT_EQ(consensus.size(), voters * (voters - 1) / 2);
  EXPECT_EQ(voters % 2, 1U);
  EXPECT_EQ(voters + topology.learners().size(), count);

  std::set<Link> links(work.begin(), work.end());
  EXPECT_EQ(links.size(), work.size());
  links.insert(consensus.begin(), consensus.end());
  std::set<NodeId> reached{leader};
  for (std::uint32_t hop = 0; hop < 2; ++hop) {
    for (const Link& link : links) {
      EXPECT_LT(link.low, link.high);
      if (reached.contains(link.low) || reached.contains(link.high)) {
        reached.insert({link.low, link.high});
      }
    }
  }
  EXPECT_EQ(reached.size(), count);

  for (const TopologyMember& from : topology.members) {
    std::vector<NodeId> expected;
    for (const TopologyMember& to : topology.members) {
      const bool linked =
          links.contains({std::min(from.node, to.node), std::max(from.node, to.node)});
      EXPECT_EQ(topology.may_send(from.node, to.node, leader), linked);
      EXPECT_EQ(topology.may_send(to.node, from.node, leader), linked);
      if (linked) {
        expected.push_back(to.node);
      }
    }
    EXPECT_EQ(topology.peers(from.node, leader), expected);
  }
}

TEST(Topology, EveryMemberIsReachedUnderEveryLeaderAndLinksAreSymmetric) {
  std::uint32_t made = 0;
  for (const TopologyKind kind :
       {TopologyKind::kMesh, TopologyKind::kHierarchical, TopologyKind::kStar}) {
    for (std::uint32_t agents = 1; agents <= 9; ++agents) {
      for (std::uint32_t standbys = 0; standbys < agents; standbys += 2) {
        const bool is_mesh = kind == TopologyKind::kMesh;
        if (is_mesh && standbys > 0) {
          continue;
        }
        const auto topology =
            make_topology(is_mesh ? mesh(agents) : centred(kind, agents, standbys));
        ASSERT_TRUE(topology.has_value()) << topology.error().message;
        for (const NodeId leader : topology->voters()) {
          ++made;
          expect_lawful(*topology, leader);
        }
      }
    }
  }
  EXPECT_GT(made, 100U);
}

TEST(Topology, IsAValueThatSurvivesEncoding) {
  const Topology topology = make_topology(centred(TopologyKind::kStar, 5, 2)).value();
  EXPECT_EQ(core::decode<Topology>(core::encode(topology)).value(), topology);
  EXPECT_NE(core::digest(topology),
            core::digest(make_topology(centred(TopologyKind::kStar, 5, 0)).value()));
}

}  // namespace
}  // namespace swarm
