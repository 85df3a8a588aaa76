// Who is in a deployment, who may lead, who works, and who speaks to whom.
//
//   mesh          no coordinator; any voter may lead, everybody works, also the leader, and every
//   pair
//                 has a work link
//   hierarchical  a coordinator named leader, and candidates among the workers that may take its
//   place star          a coordinator named hub, and standbys among the spokes that may take its
//   place
//
//   custom        any graph of declared links: a coordinator named leader, candidates, workers, and
//                 relays, which pass messages on, never work and never lead (graph.h). A hierarchy
//                 with sub-leaders is such a graph too: its sub-leaders are relays.
//   ring          no coordinator; stages in order, work links only between the nodes of adjacent
//                 stages, the last and the first included; the leader has a link to every member
//                 for the group's log and signs of life; tasks go in at the first stage. The first
//                 nodes of the first three stages vote. Agents without a stage are spares.
//
// In hierarchical and star each worker has one work link, to the current leader. Voters agree on
// the group's log over consensus links of their own; everybody else learns the log from the leader
// over its work link.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/codec.h"
#include "swarm/quorum.h"
#include "swarm/ring.h"
#include "world/node.h"

namespace swarm {

enum class TopologyKind : std::uint8_t { kMesh, kHierarchical, kStar, kRing, kCustom };
constexpr TopologyKind last_value(TopologyKind) {
  return TopologyKind::kCustom;
}
constexpr std::string_view name_of(TopologyKind kind) {
  constexpr std::string_view kNames[] = {"mesh", "hierarchical", "star", "ring", "custom"};
  return kNames[static_cast<std::size_t>(kind)];
}

enum class MemberRole : std::uint8_t {
  kCoordinator,  // leads unless it fails; belongs to no pool and never works
  kCandidate,    // a worker that takes the coordinator's place when elected
  kWorker,       // works; leads only in a mesh, if it is a voter
  kRelay,        // passes messages on over declared links; never leads, votes or works
};
constexpr MemberRole last_value(MemberRole) {
  return MemberRole::kRelay;
}
// What the pattern calls the role: "hub", "standby", "spoke"; "leader", "candidate", "worker",
// "sub-leader" or "relay"; "peer".
[[nodiscard]] std::string_view name_of(MemberRole role, TopologyKind kind);

struct TopologyMember {
  world::NodeId node;
  MemberRole role = MemberRole::kWorker;
  bool voter = false;  // otherwise a learner
  MUSTER_FIELDS(TopologyMember, node, role, voter)
};

// A link between two members; it carries messages both ways. low < high.
struct Link {
  world::NodeId low;
  world::NodeId high;
  std::strong_ordering operator<=>(const Link& other) const {
    return low != other.low ? low <=> other.low : high <=> other.high;
  }
  MUSTER_FIELDS(Link, low, high)
};

// A link of every agent of a fleet, those included that join later: to a member, or to every agent
// of another fleet. Agents of one fleet are of one kind; its name is opaque here.
struct FleetLink {
  std::string fleet;
  world::NodeId member;  // 0: the other fleet
  std::string other;
  MUSTER_FIELDS(FleetLink, fleet, member, other)
};

// Where agents that join a graph while it runs are linked.
//
// A tree: below the sub-leader with the fewest workers, of equals the first, and none has more than
// `fan_out`; the next beside it stands in, as for everybody. Founders are spread by the same rule,
// so who replaces a lost worker comes to where that one was. Custom: as is declared for their
// fleet. Where no sub-leader has room, or nothing is declared, an agent is not let in (yet).
struct Places {
  bool limited = false;  // a graph; elsewhere everybody has a place
  std::uint32_t fan_out = 0;
  std::vector<world::NodeId> sub_leaders;  // those with workers below, ascending; none: no tree
  std::vector<FleetLink> links;            // custom
  MUSTER_FIELDS(Places, limited, fan_out, sub_leaders, links)
};

// A regular value, equal at every member of a deployment: its digest is compared when links are
// made. Where a function takes the current leader, NodeId{} means that there is none.
struct Topology {
  TopologyKind kind = TopologyKind::kMesh;
  std::vector<TopologyMember> members;  // ascending by node
  std::vector<Stage> stages;            // ring: in order; who does none is a spare
  std::map<world::NodeId, std::set<std::string>> capabilities;  // ring: of every member
  std::vector<Link> links;      // a graph: all that there are, ascending; otherwise they follow
  std::vector<Link> stand_ins;  // of these, who carries only what another link no longer can
  Places places;                // a graph: of agents that join later
  std::map<world::NodeId, std::string> fleets;  // custom: of founders

  // Whether links are declared one by one, and messages go over other members.
  [[nodiscard]] bool is_graph() const { return !links.empty(); }
  // Whether a member of a graph passes on what is for others.
  [[nodiscard]] bool passes_on(world::NodeId node) const;

  [[nodiscard]] const TopologyMember* find(world::NodeId node) const;  // nullptr: no member
  [[nodiscard]] std::vector<world::NodeId> voters() const;
  [[nodiscard]] std::vector<world::NodeId> learners() const;
  // The hub or the leader by role; none in a mesh.
  [[nodiscard]] world::NodeId coordinator() const;

  // Exactly the voters: in hierarchical and star these are the coordinator and the candidates.
  [[nodiscard]] bool may_lead(world::NodeId node) const;

  // Who is given tasks under this leader. Mesh: everybody. Hierarchical and star: every worker and
  // candidate but the leader: a candidate that leads stops taking work.
  [[nodiscard]] std::vector<world::NodeId> workers(world::NodeId leader) const;
  // The same among those that are `available` (trusted and ready, ascending): a leading candidate
  // goes on working when it is available and no other worker is.
  [[nodiscard]] std::vector<world::NodeId> workers(
      world::NodeId leader, const std::vector<world::NodeId>& available) const;

  // Work links. Mesh: every pair. Hierarchical and star: the leader with every other member that
  // works or learns; none without a leader. A coordinator that does not lead has none, only
  // consensus links. A graph: what it declares, whoever leads.
  [[nodiscard]] std::vector<Link> declared_links(world::NodeId leader) const;
  // Every pair of voters; none in a graph, where they speak over what is declared.
  [[nodiscard]] std::vector<Link> consensus_links() const;
  // The other ends of a node's links of both kinds, ascending.
  [[nodiscard]] std::vector<world::NodeId> peers(world::NodeId node, world::NodeId leader) const;
  // Whether two members have a link of either kind. Says nothing about clients and the environment.
  [[nodiscard]] bool may_send(world::NodeId from, world::NodeId to, world::NodeId leader) const;

  [[nodiscard]] std::uint32_t quorum() const;            // of the voters
  [[nodiscard]] std::uint32_t tolerated_losses() const;  // voters - quorum
  // Members whose loss alone stops the swarm, whatever the rest does: the only voter, the only
  // worker; in a ring a stage with one node for which no spare can stand in; in a graph whoever
  // alone holds the voters or all workers to the rest.
  [[nodiscard]] std::vector<world::NodeId> single_points_of_failure() const;

  // The same with other nodes in its stages. REQUIRES a ring of these stages.
  [[nodiscard]] Topology stitched(const Ring& ring) const;
  [[nodiscard]] std::vector<world::NodeId> lone_stages() const;  // ring

  MUSTER_FIELDS(Topology, kind, members, stages, capabilities, links, stand_ins, places, fleets)
};

struct TopologySpec {
  TopologyKind kind = TopologyKind::kMesh;
  world::NodeId coordinator;  // hierarchical and star; none in a mesh
  std::vector<world::NodeId>
      agents;                  // in the order of the pools: the first become candidates, voters
  std::uint32_t standbys = 0;  // hierarchical: candidates; star: standbys
  std::optional<std::uint32_t> voters;  // default: mesh min(5, agents) made odd, else 1 + standbys
  std::vector<Stage> stages = {};       // ring: of the agents
  std::map<world::NodeId, std::set<std::string>> capabilities = {};  // ring: what agents declare
  std::vector<world::NodeId> relays = {};  // custom; hierarchical with a fan-out: its sub-leaders
  std::vector<Link> links = {};            // custom
  std::uint32_t fan_out = 0;               // hierarchical, from 2 on; 0: no sub-leaders
  std::uint32_t most_workers = 0;  // that there will be at a time: the tree has room for them; at
                                   // least the founders that are not candidates
  std::vector<FleetLink> fleet_links = {};           // custom
  std::map<world::NodeId, std::string> fleets = {};  // custom: of the agents
  MUSTER_FIELDS(TopologySpec, kind, coordinator, agents, standbys, voters, stages, capabilities,
                relays, links, fan_out, most_workers, fleet_links, fleets)
};

// Refuses: no agents, an id that is missing or used twice, a coordinator in a mesh or none
// elsewhere, standbys in a mesh, as many standbys as agents, an even number of voters or more than
// members, in hierarchical and star any number of voters but 1 + standbys, and in a ring fewer than
// three stages, a stage without a node, a node in two stages or without a stage's capabilities, and
// a spare that can do no stage. Of a graph: see graph.h; relays, links and a fan-out mean nothing
// elsewhere.
[[nodiscard]] core::Result<Topology> make_topology(const TopologySpec& spec);

}  // namespace swarm
