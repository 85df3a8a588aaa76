// Trees, graphs and the ways through them.
#include "swarm/graph.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <memory>

#include "small_world.h"
#include "swarm/member.h"
#include "swarm/routes.h"

namespace swarm {
namespace {

using core::milliseconds;
using core::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using world::NodeId;

constexpr NodeId kBoss{1};

std::vector<NodeId> numbered(std::uint32_t first, std::uint32_t count) {
  std::vector<NodeId> list;
  for (std::uint32_t i = 0; i < count; ++i) {
    list.emplace_back(first + i);
  }
  return list;
}

// Node 1 leads; sub-leaders follow, then agents, of which the first two are candidates.
TopologySpec tree(std::uint32_t sub_leaders, std::uint32_t agents, std::uint32_t fan_out) {
  TopologySpec spec;
  spec.kind = TopologyKind::kHierarchical;
  spec.coordinator = kBoss;
  spec.relays = numbered(2, sub_leaders);
  spec.agents = numbered(2 + sub_leaders, agents);
  spec.standbys = 2;
  spec.fan_out = fan_out;
  return spec;
}

// Node 1 leads, 2 and 3 are relays, 4 and 5 candidates, 6 and 7 workers.
TopologySpec custom(std::vector<Link> links) {
  TopologySpec spec;
  spec.kind = TopologyKind::kCustom;
  spec.coordinator = kBoss;
  spec.relays = numbered(2, 2);
  spec.agents = numbered(4, 4);
  spec.standbys = 2;
  spec.links = std::move(links);
  return spec;
}

Link pair(std::uint32_t one, std::uint32_t other) {
  return {NodeId(one), NodeId(other)};
}

std::string why_not(const TopologySpec& spec) {
  const auto topology = make_topology(spec);
  return topology ? "" : topology.error().message;
}

TEST(Graph, ATreeHasAsManyLevelsAsItsFanOutNeeds) {
  EXPECT_THAT(tree_levels(4, 4), IsEmpty());
  EXPECT_THAT(tree_levels(5, 4), ElementsAre(2));
  EXPECT_THAT(tree_levels(16, 4), ElementsAre(4));
  EXPECT_THAT(tree_levels(17, 4), ElementsAre(2, 5));
  EXPECT_THAT(tree_levels(65, 4), ElementsAre(2, 5, 17));
}

TEST(Graph, NobodyInATreeHasMoreBelowThanTheFanOutButInsteadOfAnother) {
  for (const std::uint32_t fan_out : {2U, 3U, 5U}) {
    for (std::uint32_t workers = fan_out + 1; workers < 30; ++workers) {
      std::uint32_t sub_leaders = 0;
      for (const std::uint32_t level : tree_levels(workers, fan_out)) {
        sub_leaders += level;
      }
      const Topology topology = make_topology(tree(sub_leaders, workers + 2, fan_out)).value();
      std::map<NodeId, std::uint32_t> below;
      for (const Link& link : topology.links) {
        const bool stands_in = std::ranges::binary_search(topology.stand_ins, link);
        const bool up = topology.may_lead(link.low) || topology.may_lead(link.high);
        below[link.low] += stands_in || up ? 0U : 1U;
      }
      for (const auto& [node, count] : below) {
        EXPECT_LE(count, fan_out) << "node " << node.value << " of " << workers << " workers";
      }
      EXPECT_EQ(reach(topology, kBoss).size(), topology.members.size());
      EXPECT_THAT(topology.single_points_of_failure(), IsEmpty()) << workers << " workers";
    }
  }
}

TEST(Graph, ATreeBeginsWithRoomForTheMostWorkersAndTheFirstSubLeadersHaveOneMore) {
  TopologySpec spec = tree(3, 6, 3);  // four workers
  spec.most_workers = 9;
  const Topology topology = make_topology(spec).value();
  EXPECT_THAT(topology.places.sub_leaders, ElementsAre(NodeId(2), NodeId(3), NodeId(4)));
  std::vector<NodeId> above;
  for (const NodeId worker : numbered(7, 4)) {
    above.push_back(sub_leader_of(topology, worker));
  }
  EXPECT_THAT(above, ElementsAre(NodeId(2), NodeId(2), NodeId(3), NodeId(4)));
  EXPECT_EQ(sub_leader_of(topology, NodeId(5)), NodeId()) << "a candidate hangs below nobody";
}

// The directory of a deployment as it is founded.
Directory founded(const Topology& topology) {
  std::vector<MemberEntry> founders;
  for (const TopologyMember& member : topology.members) {
    MemberEntry& founder = founders.emplace_back();
    founder.node = member.node;
    founder.founder = true;
    founder.voter = member.voter;
    founder.sub_leader = sub_leader_of(topology, member.node);
    if (const auto fleet = topology.fleets.find(member.node); fleet != topology.fleets.end()) {
      founder.fleet = fleet->second;
    }
  }
  Route route;
  route.weights[kDefaultPool] = kWholeRoute;
  return {{Directory().pool(kDefaultPool)}, route, std::move(founders), topology.places};
}

AddMember joins(std::uint32_t node, std::string fleet = {}) {
  return {NodeId(node), kDefaultPool, world::Incarnation(1), {}, std::move(fleet)};
}

void leaves(Directory& directory, NodeId node) {
  const world::Incarnation boot = directory.find(node)->incarnation;
  ASSERT_TRUE(directory.apply(RemoveMember{node, boot}));
  ASSERT_TRUE(directory.apply(MemberGone{node, boot, true}, false));
}

// The topology now, as every member has it that has applied the same entries.
Topology linked(const Topology& founded, const Directory& directory) {
  Topology now = current_topology(founded, directory);
  EXPECT_TRUE(check_graph(now).has_value()) << check_graph(now).error().message;
  return now;
}

TEST(Places, WhoeverReplacesALostWorkerOfAnyTreeComesToWhereThatOneWas) {
  for (const std::uint32_t fan_out : {2U, 3U, 4U}) {
    for (std::uint32_t workers = fan_out + 1; workers < 20; ++workers) {
      std::uint32_t sub_leaders = 0;
      for (const std::uint32_t level : tree_levels(workers, fan_out)) {
        sub_leaders += level;
      }
      const Topology topology = make_topology(tree(sub_leaders, workers + 2, fan_out)).value();
      for (const NodeId lost : numbered(4 + sub_leaders, workers)) {
        Directory directory = founded(topology);
        leaves(directory, lost);
        ASSERT_TRUE(directory.apply(joins(90)));
        EXPECT_EQ(directory.find(NodeId(90))->sub_leader, sub_leader_of(topology, lost))
            << "node " << lost.value << " of " << workers << " workers, fan-out " << fan_out;
        EXPECT_EQ(linked(topology, directory).peers(NodeId(90), {}), topology.peers(lost, {}));
      }
    }
  }
}

TEST(Places, AFullTreeLetsNobodyInUntilSomebodyHasLeft) {
  const Topology topology = make_topology(tree(2, 7, 3)).value();  // five workers
  Directory directory = founded(topology);
  ASSERT_TRUE(directory.apply(joins(90)));
  EXPECT_EQ(directory.find(NodeId(90))->sub_leader, NodeId(3)) << "the second had two";
  EXPECT_EQ(directory.refusal(joins(91)), AdminRefusal::kNoPlace);
  ASSERT_TRUE(directory.apply(RemoveMember{NodeId(7), {}}));
  EXPECT_FALSE(directory.apply(joins(91))) << "who drains is still there";
  ASSERT_TRUE(directory.apply(MemberGone{NodeId(7), {}, false}, false));
  ASSERT_TRUE(directory.apply(joins(91)));
  EXPECT_EQ(directory.find(NodeId(91))->sub_leader, NodeId(2));
  EXPECT_EQ(core::decode<Directory>(core::encode(directory)).value(), directory)
      << "who leads next goes by the same places";
}

TEST(Places, OfACustomTopologyAreWhatIsDeclaredForTheFleet) {
  TopologySpec spec = custom({pair(1, 2), pair(1, 3), pair(2, 4), pair(3, 5)});
  spec.fleets = {
      {NodeId(4), "core"}, {NodeId(5), "core"}, {NodeId(6), "desk"}, {NodeId(7), "back"}};
  spec.fleet_links = {{"desk", NodeId(2), {}},
                      {"desk", NodeId(3), {}},
                      {"back", NodeId(3), {}},
                      {"desk", {}, "back"}};
  const Topology topology = make_topology(spec).value();
  EXPECT_THAT(topology.peers(NodeId(6), {}), ElementsAre(NodeId(2), NodeId(3), NodeId(7)));
  Directory directory = founded(topology);
  EXPECT_EQ(directory.refusal(joins(90, "core")), AdminRefusal::kNoPlace) << "nothing is declared";
  EXPECT_EQ(directory.refusal(joins(90)), AdminRefusal::kNoPlace);
  ASSERT_TRUE(directory.apply(joins(90, "desk")));
  ASSERT_TRUE(directory.apply(joins(91, "back")));
  leaves(directory, NodeId(7));
  const Topology now = linked(topology, directory);
  EXPECT_THAT(now.peers(NodeId(90), {}), ElementsAre(NodeId(2), NodeId(3), NodeId(91)));
  EXPECT_THAT(now.peers(NodeId(91), {}), ElementsAre(NodeId(3), NodeId(6), NodeId(90)));
  spec.fleet_links.push_back({"desk", {}, "desk"});
  EXPECT_THAT(why_not(spec), HasSubstr("node 6 is linked to itself"));
}

TEST(Graph, ASubLeaderTooManyOrTooFewIsRefused) {
  EXPECT_EQ(why_not(tree(2, 8, 3)), "");
  EXPECT_THAT(why_not(tree(3, 8, 3)), HasSubstr("takes 2 sub-leaders, but there are 3"));
  EXPECT_THAT(why_not(tree(1, 8, 3)), HasSubstr("takes 2 sub-leaders, but there are 1"));
  EXPECT_THAT(why_not(tree(2, 8, 1)), HasSubstr("a fan-out of 1"));
}

TEST(Graph, RefusesLinksThatCannotBe) {
  const std::vector<Link> good{pair(1, 2), pair(2, 4), pair(2, 5), pair(2, 6),
                               pair(2, 7), pair(1, 3), pair(3, 6)};
  EXPECT_EQ(why_not(custom(good)), "");
  std::vector<Link> bad = good;
  bad.push_back(pair(3, 3));
  EXPECT_THAT(why_not(custom(bad)), HasSubstr("node 3 is linked to itself"));
  bad.back() = pair(3, 12);
  EXPECT_THAT(why_not(custom(bad)), HasSubstr("node 12, which is no member"));
  bad.back() = pair(6, 3);
  EXPECT_THAT(why_not(custom(bad)), HasSubstr("node 3 and node 6 is declared twice"));
  EXPECT_THAT(why_not(custom({})), HasSubstr("declares no links"));
}

TEST(Graph, RefusesWhoIsOutOfReachBecauseWorkersPassNothingOn) {
  const std::vector<Link> over_a_worker{pair(1, 2), pair(2, 4), pair(2, 6),
                                        pair(6, 5), pair(2, 7), pair(2, 3)};
  EXPECT_THAT(why_not(custom(over_a_worker)), HasSubstr("node 1 and node 5 both vote"));
  const std::vector<Link> hung_on_a_worker{pair(1, 2), pair(2, 4), pair(2, 5),
                                           pair(2, 6), pair(6, 7), pair(2, 3)};
  EXPECT_THAT(why_not(custom(hung_on_a_worker)), HasSubstr("node 7 cannot be reached"));
}

TEST(Graph, WhoAloneHoldsTheRestTogetherIsASinglePointOfFailure) {
  const std::vector<Link> one_way{pair(1, 2), pair(2, 4), pair(2, 5), pair(2, 6),
                                  pair(2, 7), pair(1, 3), pair(3, 6)};
  EXPECT_THAT(make_topology(custom(one_way)).value().single_points_of_failure(),
              ElementsAre(NodeId(2)));
  std::vector<Link> two_ways = one_way;
  for (const std::uint32_t node : {4U, 5U}) {
    two_ways.push_back(pair(3, node));
  }
  EXPECT_THAT(make_topology(custom(two_ways)).value().single_points_of_failure(), IsEmpty());
}

// ---- Routes, on random graphs ----

// A spanning tree over who passes on, and some links more.
Topology random_graph(num::Stream& random) {
  TopologySpec spec;
  spec.kind = TopologyKind::kCustom;
  spec.coordinator = kBoss;
  const auto relays = static_cast<std::uint32_t>(random.below(4));
  spec.relays = numbered(2, relays);
  spec.agents = numbered(2 + relays, 3 + static_cast<std::uint32_t>(random.below(5)));
  spec.standbys = 2;
  const std::uint32_t passing = 1 + relays + 2;
  const std::uint32_t members = 1 + relays + static_cast<std::uint32_t>(spec.agents.size());
  std::set<Link> links;
  for (std::uint32_t node = 2; node <= members; ++node) {
    const std::uint64_t before = std::min(node - 1, passing);
    links.insert(pair(1 + static_cast<std::uint32_t>(random.below(before)), node));
  }
  for (std::uint64_t extra = random.below(members); extra > 0; --extra) {
    const auto one = 1 + static_cast<std::uint32_t>(random.below(members));
    const auto other = 1 + static_cast<std::uint32_t>(random.below(members));
    if (one != other) {
      links.insert(pair(std::min(one, other), std::max(one, other)));
    }
  }
  spec.links.assign(links.begin(), links.end());
  return make_topology(spec).value();
}

// The least number of links between two members, by trying all ways; 0: none.
std::uint32_t least_links(const Topology& topology, const std::set<Link>& cut, NodeId from,
                          NodeId to) {
  std::set<NodeId> near{from};
  for (std::uint32_t links = 1; links <= topology.members.size(); ++links) {
    std::set<NodeId> next = near;
    for (const NodeId node : near) {
      if (node != from && !topology.passes_on(node)) {
        continue;
      }
      for (const NodeId peer : topology.peers(node, {})) {
        if (!cut.contains({std::min(node, peer), std::max(node, peer)})) {
          next.insert(peer);
        }
      }
    }
    if (next.contains(to)) {
      return links;
    }
    near = std::move(next);
  }
  return 0;
}

class RoutedWorld {
 public:
  RoutedWorld(const Topology& topology, std::uint64_t seed) : topology_(topology), world_(seed) {
    for (const TopologyMember& member : topology.members) {
      auto& routes = routes_[member.node];
      routes = std::make_unique<Routes>(topology_, member.node, milliseconds(100));
      world_.boot(
          member.node,
          [this, &one = *routes](const world::Message& message, world::Context& context,
                                 world::Effects& effects) {
            strangers_ += topology_.may_send(message.from, context.self, {}) ? 0U : 1U;
            one.receive(message, effects);
          },
          [&one = *routes](world::TimerId, world::Context&, world::Effects& effects) {
            one.timer(effects);
          });
      world_.act(member.node,
                 [&](world::Context&, world::Effects& effects) { routes->start(effects); });
    }
    world_.set_network([this](const world::Message&) -> std::optional<core::Duration> {
      const bool lost = world_.network_random().chance(num::Probability::percent(20));
      return lost ? std::nullopt : std::optional(milliseconds(1));
    });
    prove({});
  }

  // Every link but those that are cut.
  void prove(std::set<Link> cut) {
    cut_ = std::move(cut);
    for (const auto& [node, routes] : routes_) {
      std::vector<NodeId> proven = topology_.peers(node, {});
      std::erase_if(proven, [&, self = node](NodeId peer) {
        return cut_.contains({std::min(self, peer), std::max(self, peer)});
      });
      world_.act(node, [&](world::Context& context, world::Effects& effects) {
        routes->follow(proven, context, effects);
      });
    }
    world_.run_for(seconds(5));
  }

  void expect_shortest_ways() const {
    for (const auto& [from, routes] : routes_) {
      for (const auto& [to, other] : routes_) {
        if (from != to) {
          EXPECT_EQ(routes->distance(to), least_links(topology_, cut_, from, to))
              << from.value << " to " << to.value;
        }
      }
    }
    EXPECT_EQ(strangers_, 0U);
  }

 private:
  const Topology& topology_;
  SmallWorld world_;
  std::map<NodeId, std::unique_ptr<Routes>> routes_;
  std::set<Link> cut_;
  std::uint64_t strangers_ = 0;  // messages over no declared link
};

TEST(RoutesOfRandomGraphs, EveryMemberKnowsTheShortestWaysThoughMessagesAreLost) {
  num::Stream random(7, 0, 1);
  for (std::uint64_t graph = 0; graph < 40; ++graph) {
    const Topology topology = random_graph(random);
    RoutedWorld story(topology, graph);
    story.expect_shortest_ways();
    story.prove({topology.links[random.below(topology.links.size())]});
    story.expect_shortest_ways();
    story.prove({});
    story.expect_shortest_ways();
  }
}

TEST(Routes, AnEnvelopeThatGoesRoundIsDropped) {
  const Topology topology = make_topology(tree(2, 8, 3)).value();
  const Routes routes(topology, kBoss, milliseconds(100));
  Relayed envelope;
  envelope.destination = NodeId(9);
  EXPECT_FALSE(routes.forward(envelope, 1).has_value()) << "nothing is proven";
  EXPECT_EQ(routes.next_hop(NodeId(9)), NodeId());
  EXPECT_TRUE(routes.is_neighbour(NodeId(2)));
  EXPECT_FALSE(routes.is_neighbour(NodeId(9)));
}

}  // namespace
}  // namespace swarm
