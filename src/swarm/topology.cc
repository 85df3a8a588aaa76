#include "swarm/topology.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <string>

#include "swarm/graph.h"

namespace swarm {
namespace {

constexpr std::uint32_t kDefaultMeshVoters = 5;
constexpr std::uint32_t kRingVoters = 3;

template <class Keep>
std::vector<world::NodeId> nodes_where(const std::vector<TopologyMember>& members, Keep keep) {
  std::vector<world::NodeId> nodes;
  for (const TopologyMember& member : members) {
    if (keep(member)) {
      nodes.push_back(member.node);
    }
  }
  return nodes;
}

Link link_between(world::NodeId a, world::NodeId b) {
  return {std::min(a, b), std::max(a, b)};
}

bool works_at_all(const TopologyMember& member) {
  return member.role != MemberRole::kCoordinator && member.role != MemberRole::kRelay;
}

// Whom the leader has a work link with: who works, and who only learns the log.
bool follows(const TopologyMember& member) {
  return works_at_all(member) || !member.voter;
}

std::unexpected<core::Error> invalid(std::string message) {
  return core::fail(core::Code::kInvalid, std::move(message));
}

// "3 standbys"
std::string counted(std::size_t count, std::string_view thing) {
  return std::to_string(count) + " " + std::string(thing) + (count == 1 ? "" : "s");
}

core::Result<void> check_members(const TopologySpec& spec) {
  if (spec.agents.empty()) {
    return invalid("a swarm needs at least one agent: give a pool a size");
  }
  std::set<world::NodeId> seen;
  std::vector<world::NodeId> all = spec.agents;
  all.insert(all.end(), spec.relays.begin(), spec.relays.end());
  if (spec.coordinator) {
    all.push_back(spec.coordinator);
  }
  for (const world::NodeId node : all) {
    if (!node) {
      return invalid("a member of the topology has no node id");
    }
    if (!seen.insert(node).second) {
      return invalid("node " + std::to_string(node.value) + " is in the topology twice");
    }
  }
  return {};
}

using Capabilities = std::map<world::NodeId, std::set<std::string>>;

bool able(world::NodeId node, const Stage& stage, const Capabilities& declared) {
  const auto known = declared.find(node);
  return known != declared.end() && std::ranges::includes(known->second, stage.capabilities);
}

core::Result<void> check_spares(const TopologySpec& spec) {
  const Ring ring = ring_of(spec.stages);
  for (const world::NodeId agent : spec.agents) {
    const bool useful =
        ring.stage_of(agent) || std::ranges::any_of(spec.stages, [&](const Stage& stage) {
          return able(agent, stage, spec.capabilities);
        });
    if (!useful) {
      return invalid("node " + std::to_string(agent.value) +
                     " does no stage and can stand in for none: no stage needs only what it"
                     " declares");
    }
  }
  return {};
}

core::Result<void> check_stages(const TopologySpec& spec) {
  if (spec.stages.size() < kRingVoters) {
    return invalid("a ring needs at least " + std::to_string(kRingVoters) +
                   " stages, since that many vote, but has " + std::to_string(spec.stages.size()));
  }
  std::set<world::NodeId> seen;
  for (const Stage& stage : spec.stages) {
    if (stage.nodes.empty()) {
      return invalid("stage " + stage.name + " has no agent");
    }
    for (const world::NodeId node : stage.nodes) {
      if (std::ranges::find(spec.agents, node) == spec.agents.end()) {
        return invalid("stage " + stage.name + " names node " + std::to_string(node.value) +
                       ", which is no agent");
      }
      if (!seen.insert(node).second) {
        return invalid("node " + std::to_string(node.value) + " does two stages of the ring");
      }
      if (!able(node, stage, spec.capabilities)) {
        return invalid("node " + std::to_string(node.value) + " does not declare what stage " +
                       stage.name + " needs");
      }
    }
  }
  return check_spares(spec);
}

core::Result<void> check_graph_keys(const TopologySpec& spec) {
  const bool custom = spec.kind == TopologyKind::kCustom;
  const bool tree = spec.kind == TopologyKind::kHierarchical && spec.fan_out > 0;
  const bool links = !spec.links.empty() || !spec.fleet_links.empty();
  if (custom && !links) {
    return invalid("a custom topology declares no links");
  }
  if ((!custom && links) || (!custom && !tree && !spec.relays.empty()) ||
      (!tree && spec.fan_out > 0)) {
    return invalid("a " + std::string(name_of(spec.kind)) +
                   " topology has no declared links, relays or fan-out of this kind");
  }
  if (tree && spec.fan_out < 2) {
    return invalid("a fan-out of 1 adds a sub-leader for each worker: give 2 or more");
  }
  return {};
}

core::Result<void> check_shape(const TopologySpec& spec) {
  TRY_VOID(check_graph_keys(spec));
  if (spec.kind == TopologyKind::kRing) {
    TRY_VOID(check_stages(spec));
    if (spec.coordinator || spec.standbys > 0 || spec.voters.value_or(kRingVoters) != kRingVoters) {
      return invalid("a ring has no coordinator and no standbys, and three of its stages vote");
    }
    return {};
  }
  if (spec.kind == TopologyKind::kMesh) {
    if (spec.coordinator) {
      return invalid("a mesh has no coordinator, but node " +
                     std::to_string(spec.coordinator.value) + " is named as one");
    }
    if (spec.standbys > 0) {
      return invalid("a mesh has no standbys, since any voter may lead: set voters instead");
    }
    return {};
  }
  if (!spec.coordinator) {
    return invalid("a " + std::string(name_of(spec.kind)) + " topology needs a " +
                   std::string(name_of(MemberRole::kCoordinator, spec.kind)));
  }
  if (spec.standbys >= spec.agents.size()) {
    return invalid(counted(spec.standbys, name_of(MemberRole::kCandidate, spec.kind)) + " among " +
                   counted(spec.agents.size(), "agent") +
                   " leave nobody to work while one of them leads: at most " +
                   std::to_string(spec.agents.size() - 1));
  }
  return {};
}

std::string even_voters(const TopologySpec& spec, std::uint32_t voters) {
  const std::string what = "quorum: " + std::to_string(voters) +
                           " voters survive no more losses than " +
                           std::to_string(voters - std::min(voters, 1U)) + ": ";
  if (spec.kind == TopologyKind::kMesh || spec.voters.has_value()) {
    return what + "give an odd number";
  }
  return what + counted(spec.standbys + 1, name_of(MemberRole::kCandidate, spec.kind)) +
         " make it " + std::to_string(voters + 1);
}

core::Result<std::uint32_t> count_voters(const TopologySpec& spec) {
  const auto agents = static_cast<std::uint32_t>(spec.agents.size());
  const bool mesh = spec.kind == TopologyKind::kMesh;
  std::uint32_t usual = 1 + spec.standbys;
  if (mesh) {
    usual = std::min(kDefaultMeshVoters, agents);
    usual -= usual % 2 == 0 ? 1U : 0U;
  }
  const std::uint32_t voters = spec.voters.value_or(usual);
  const auto relays = static_cast<std::uint32_t>(spec.relays.size());
  const std::uint32_t members = agents + relays + (mesh ? 0 : 1);
  if (voters > members) {
    return invalid("quorum: " + counted(voters, "voter") + " among " + counted(members, "member") +
                   ": at most every member votes");
  }
  if (voters % 2 == 0) {
    return invalid(even_voters(spec, voters));
  }
  if (!mesh && voters != usual) {
    const std::string_view standby = name_of(MemberRole::kCandidate, spec.kind);
    return invalid("quorum: " + counted(voters, "voter") + ", but in a " +
                   std::string(name_of(spec.kind)) + " topology with " +
                   counted(spec.standbys, standby) + " there are " + std::to_string(usual) +
                   ": the " + std::string(name_of(MemberRole::kCoordinator, spec.kind)) +
                   " and each " + std::string(standby));
  }
  return voters;
}

}  // namespace

std::string_view name_of(MemberRole role, TopologyKind kind) {
  switch (kind) {
    case TopologyKind::kMesh:
      return "peer";
    case TopologyKind::kHierarchical:
    case TopologyKind::kCustom:
      return role == MemberRole::kCoordinator ? "leader"
             : role == MemberRole::kCandidate ? "candidate"
             : role == MemberRole::kWorker    ? "worker"
             : kind == TopologyKind::kCustom  ? "relay"
                                              : "sub-leader";
    case TopologyKind::kRing:
      return "stage";
    case TopologyKind::kStar:
      return role == MemberRole::kCoordinator ? "hub"
             : role == MemberRole::kCandidate ? "standby"
                                              : "spoke";
  }
  core::check(false, "a topology is of a known kind");
  return {};
}

const TopologyMember* Topology::find(world::NodeId node) const {
  const auto found = std::ranges::lower_bound(members, node, {}, &TopologyMember::node);
  return found != members.end() && found->node == node ? &*found : nullptr;
}

std::vector<world::NodeId> Topology::voters() const {
  return nodes_where(members, [](const TopologyMember& member) { return member.voter; });
}

std::vector<world::NodeId> Topology::learners() const {
  return nodes_where(members, [](const TopologyMember& member) { return !member.voter; });
}

world::NodeId Topology::coordinator() const {
  const auto found = std::ranges::find(members, MemberRole::kCoordinator, &TopologyMember::role);
  return found != members.end() ? found->node : world::NodeId{};
}

bool Topology::passes_on(world::NodeId node) const {
  const TopologyMember* member = find(node);
  return is_graph() && member != nullptr && member->role != MemberRole::kWorker;
}

bool Topology::may_lead(world::NodeId node) const {
  const TopologyMember* member = find(node);
  return member != nullptr && member->voter;
}

std::vector<world::NodeId> Topology::workers(world::NodeId leader) const {
  if (kind == TopologyKind::kRing) {
    return stages.front().nodes;
  }
  return nodes_where(members, [&](const TopologyMember& member) {
    return works_at_all(member) && (kind == TopologyKind::kMesh || member.node != leader);
  });
}

std::vector<world::NodeId> Topology::workers(world::NodeId leader,
                                             const std::vector<world::NodeId>& available) const {
  std::vector<world::NodeId> working;
  std::ranges::set_intersection(workers(leader), available, std::back_inserter(working));
  const TopologyMember* leading = find(leader);
  if (working.empty() && leading != nullptr && works_at_all(*leading) &&
      std::ranges::binary_search(available, leader)) {
    working.push_back(leader);
  }
  return working;
}

std::vector<Link> Topology::declared_links(world::NodeId leader) const {
  if (is_graph()) {
    return links;
  }
  std::vector<Link> found;
  if (kind == TopologyKind::kMesh) {
    for (auto low = members.begin(); low != members.end(); ++low) {
      for (auto high = std::next(low); high != members.end(); ++high) {
        found.push_back({low->node, high->node});
      }
    }
    return found;
  }
  if (kind == TopologyKind::kRing) {
    for (std::size_t i = 0; i < stages.size(); ++i) {
      for (const world::NodeId one : stages[i].nodes) {
        for (const world::NodeId other : stages[(i + 1) % stages.size()].nodes) {
          found.push_back(link_between(one, other));
        }
      }
    }
    std::ranges::sort(found);
    return found;
  }
  if (find(leader) == nullptr) {
    return found;
  }
  for (const TopologyMember& member : members) {
    if (member.node != leader && follows(member)) {
      found.push_back(link_between(leader, member.node));
    }
  }
  std::ranges::sort(found);
  return found;
}

std::vector<Link> Topology::consensus_links() const {
  if (is_graph()) {
    return {};
  }
  const std::vector<world::NodeId> voting = voters();
  std::vector<Link> found;
  for (auto low = voting.begin(); low != voting.end(); ++low) {
    for (auto high = std::next(low); high != voting.end(); ++high) {
      found.push_back({*low, *high});
    }
  }
  return found;
}

std::vector<world::NodeId> Topology::peers(world::NodeId node, world::NodeId leader) const {
  return nodes_where(
      members, [&](const TopologyMember& member) { return may_send(node, member.node, leader); });
}

bool Topology::may_send(world::NodeId from, world::NodeId to, world::NodeId leader) const {
  const TopologyMember* sender = find(from);
  const TopologyMember* receiver = find(to);
  if (sender == nullptr || receiver == nullptr || from == to) {
    return false;
  }
  if (is_graph()) {
    return std::ranges::binary_search(links, link_between(from, to));
  }
  if (kind == TopologyKind::kMesh || (sender->voter && receiver->voter)) {
    return true;
  }
  if (kind == TopologyKind::kRing) {
    return from == leader || to == leader || ring_of(stages).neighbours(from, to);
  }
  return (from == leader && follows(*receiver)) || (to == leader && follows(*sender));
}

std::uint32_t Topology::quorum() const {
  return majority_of(static_cast<std::uint32_t>(voters().size()));
}

std::uint32_t Topology::tolerated_losses() const {
  return static_cast<std::uint32_t>(voters().size()) - quorum();
}

std::vector<world::NodeId> Topology::single_points_of_failure() const {
  const auto workers_at_all = std::ranges::count_if(members, works_at_all);
  const bool only_voter = voters().size() == 1;
  if (kind == TopologyKind::kRing) {
    return lone_stages();
  }
  if (is_graph()) {
    return cut_members(*this);
  }
  return nodes_where(members, [&](const TopologyMember& member) {
    return (member.voter && only_voter) || (works_at_all(member) && workers_at_all == 1);
  });
}

std::vector<world::NodeId> Topology::lone_stages() const {
  const Ring ring = ring_of(stages);
  std::vector<world::NodeId> lone;
  for (const Stage& stage : stages) {
    const bool covered = std::ranges::any_of(members, [&](const TopologyMember& member) {
      return !ring.stage_of(member.node) && able(member.node, stage, capabilities);
    });
    if (stage.nodes.size() == 1 && !covered) {
      lone.push_back(stage.nodes.front());
    }
  }
  std::ranges::sort(lone);
  return lone;
}

Topology Topology::stitched(const Ring& ring) const {
  core::check(ring.stages.size() == stages.size(), "a ring of these stages");
  Topology made = *this;
  for (std::size_t i = 0; i < stages.size(); ++i) {
    made.stages[i].nodes = ring.stages[i];
  }
  return made;
}

namespace {

Topology make_ring(const TopologySpec& spec) {
  Topology topology;
  topology.kind = spec.kind;
  topology.stages = spec.stages;
  topology.capabilities = spec.capabilities;
  std::set<world::NodeId> voting;
  for (std::size_t i = 0; i < kRingVoters; ++i) {
    voting.insert(spec.stages[i].nodes.front());
  }
  for (const world::NodeId agent : spec.agents) {
    topology.members.push_back({agent, MemberRole::kWorker, voting.contains(agent)});
  }
  std::ranges::sort(topology.members, {}, &TopologyMember::node);
  return topology;
}

}  // namespace

core::Result<Topology> make_topology(const TopologySpec& spec) {
  TRY_VOID(check_members(spec));
  TRY_VOID(check_shape(spec));
  if (spec.kind == TopologyKind::kRing) {
    return make_ring(spec);
  }
  const std::uint32_t voters = TRY(count_voters(spec));

  Topology topology;
  topology.kind = spec.kind;
  std::uint32_t left_to_vote = voters;
  if (spec.coordinator) {
    topology.members.push_back({spec.coordinator, MemberRole::kCoordinator, true});
    --left_to_vote;
  }
  std::uint32_t left_to_stand_by = spec.standbys;
  for (const world::NodeId agent : spec.agents) {
    const MemberRole role = left_to_stand_by > 0 ? MemberRole::kCandidate : MemberRole::kWorker;
    left_to_stand_by -= left_to_stand_by > 0 ? 1U : 0U;
    topology.members.push_back({agent, role, left_to_vote > 0});
    left_to_vote -= left_to_vote > 0 ? 1U : 0U;
  }
  for (const world::NodeId relay : spec.relays) {
    topology.members.push_back({relay, MemberRole::kRelay, false});
  }
  std::ranges::sort(topology.members, {}, &TopologyMember::node);
  for (const Link& link : spec.links) {
    topology.links.push_back(link_between(link.low, link.high));
  }
  topology.places.links = spec.fleet_links;
  topology.fleets = spec.fleets;
  link_fleets(topology);
  if (spec.fan_out > 0) {
    TRY_VOID(link_tree(topology, spec.fan_out, spec.most_workers));
  }
  if (topology.is_graph()) {
    topology.places.limited = true;
    TRY_VOID(check_graph(topology));
  }
  return topology;
}

}  // namespace swarm
