// Who is next to whom in a ring, and what its topology declares.
#include "swarm/ring.h"

#include <gtest/gtest.h>

#include "swarm/topology.h"

namespace swarm {
namespace {

using Nodes = std::vector<world::NodeId>;

world::NodeId node(std::uint32_t id) {
  return world::NodeId(id);
}

TopologySpec spec_of_four() {
  TopologySpec spec;
  spec.kind = TopologyKind::kRing;
  const std::vector<std::string> duties{"collect", "analyse", "approve", "execute"};
  for (std::uint32_t i = 1; i <= 4; ++i) {
    spec.agents.push_back(node(i));
    spec.stages.push_back({duties[i - 1], {duties[i - 1]}, {node(i)}, i == 3});
    spec.capabilities[node(i)] = {duties[i - 1]};
  }
  return spec;
}

TEST(RingRules, ItemsGoFromEachStageToTheNextAndFromTheLastNowhere) {
  const Ring ring = ring_of(spec_of_four().stages);
  EXPECT_EQ(ring.before(node(1)), Nodes{});
  EXPECT_EQ(ring.after(node(1)), Nodes{node(2)});
  EXPECT_EQ(ring.before(node(4)), Nodes{node(3)});
  EXPECT_EQ(ring.after(node(4)), Nodes{});
  EXPECT_TRUE(ring.is_entry(node(1)));
  EXPECT_EQ(ring.stage_of(node(9)), std::nullopt);
}

TEST(RingRules, TheLastAndTheFirstAreNeighboursAndOppositesAreNot) {
  const Ring ring = ring_of(spec_of_four().stages);
  EXPECT_TRUE(ring.neighbours(node(1), node(2)));
  EXPECT_TRUE(ring.neighbours(node(4), node(1)));
  EXPECT_FALSE(ring.neighbours(node(1), node(3)));
  EXPECT_FALSE(ring.neighbours(node(2), node(2)));
  EXPECT_FALSE(ring.neighbours(node(2), node(9)));
}

TEST(RingRules, DeclaresALinkForEachPairOfNeighbours) {
  const Topology topology = make_topology(spec_of_four()).value();
  EXPECT_EQ(topology.declared_links({}).size(), 4U);
  EXPECT_EQ(topology.voters().size(), 3U);
}

TEST(RingRules, AStageWithOneAgentAndNoSpareIsASinglePointOfFailure) {
  TopologySpec spec = spec_of_four();
  EXPECT_EQ(make_topology(spec)->lone_stages().size(), 4U);
  spec.agents.push_back(node(5));
  spec.capabilities[node(5)] = {"analyse"};
  const Topology spared = make_topology(spec).value();
  EXPECT_EQ(spared.lone_stages(), (Nodes{node(1), node(3), node(4)}));
}

TEST(RingRules, AStitchedRingDeclaresTheLinksOfWhoStandsIn) {
  TopologySpec spec = spec_of_four();
  spec.agents.push_back(node(5));
  spec.capabilities[node(5)] = {"analyse"};
  const Topology declared = make_topology(spec).value();
  Ring next = ring_of(spec.stages);
  next.epoch = 1;
  next.stages[1] = {node(5)};
  const Topology stitched = declared.stitched(next);
  EXPECT_FALSE(declared.may_send(node(5), node(4), {}));
  EXPECT_TRUE(stitched.may_send(node(1), node(5), {}));
  EXPECT_TRUE(stitched.may_send(node(5), node(3), {}));
}

}  // namespace
}  // namespace swarm
