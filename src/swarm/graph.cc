#include "swarm/graph.h"

#include <algorithm>
#include <string>

namespace swarm {
namespace {

std::unexpected<core::Error> impossible(std::string message) {
  return core::fail(core::Code::kInvalid, std::move(message));
}

std::string node_text(world::NodeId node) {
  return "node " + std::to_string(node.value);
}

Link ordered_link(world::NodeId a, world::NodeId b) {
  return {std::min(a, b), std::max(a, b)};
}

// Hangs a member below one of these, and below the next beside it in case that one is lost.
void hang(const std::vector<world::NodeId>& above, std::size_t own, world::NodeId node,
          Topology& topology) {
  topology.links.push_back(ordered_link(above[own], node));
  if (above.size() > 1) {
    const Link stand_in = ordered_link(above[(own + 1) % above.size()], node);
    topology.links.push_back(stand_in);
    topology.stand_ins.push_back(stand_in);
  }
}

// Hangs the members of a level below those above it, as evenly as it goes: the first ones have one
// more where it does not.
void hang_below(const std::vector<world::NodeId>& above, const std::vector<world::NodeId>& below,
                Topology& topology) {
  auto next = below.begin();
  for (std::size_t own = 0; own < above.size(); ++own) {
    const std::size_t extra = own < below.size() % above.size() ? 1 : 0;
    for (std::size_t count = below.size() / above.size() + extra; count > 0; --count) {
      hang(above, own, *next++, topology);
    }
  }
}

void sort_links(Topology& topology) {
  std::ranges::sort(topology.links);
  std::ranges::sort(topology.stand_ins);
}

// Who is in which fleet.
using Fleets = std::map<world::NodeId, std::string>;

// What is declared for the fleet of an agent.
std::set<Link> links_of_fleet(world::NodeId agent, const std::string& fleet, const Fleets& fleets,
                              const std::vector<FleetLink>& declared) {
  std::set<Link> links;
  const auto link_to = [&](const std::string& others) {
    for (const auto& [other, name] : fleets) {
      if (name == others) {
        links.insert(ordered_link(agent, other));
      }
    }
  };
  for (const FleetLink& link : declared) {
    if (link.member) {
      if (link.fleet == fleet) {
        links.insert(ordered_link(agent, link.member));
      }
    } else if (link.fleet == fleet) {
      link_to(link.other);
    } else if (link.other == fleet) {
      link_to(link.fleet);
    }
  }
  return links;
}

std::vector<world::NodeId> of_role(const Topology& topology, MemberRole role) {
  std::vector<world::NodeId> nodes;
  for (const TopologyMember& member : topology.members) {
    if (member.role == role) {
      nodes.push_back(member.node);
    }
  }
  return nodes;
}

// Any member with links to all who may lead and to the topmost sub-leaders.
void link_leaders(Topology& topology, const std::vector<world::NodeId>& top) {
  const std::vector<world::NodeId> leaders = topology.voters();
  for (std::size_t i = 0; i < leaders.size(); ++i) {
    for (std::size_t j = i + 1; j < leaders.size(); ++j) {
      topology.links.push_back(ordered_link(leaders[i], leaders[j]));
    }
    for (const world::NodeId below : top) {
      topology.links.push_back(ordered_link(leaders[i], below));
    }
  }
}

}  // namespace

std::vector<std::uint32_t> tree_levels(std::uint32_t workers, std::uint32_t fan_out) {
  core::check(fan_out >= 2, "a sub-leader has at least two members below it");
  std::vector<std::uint32_t> levels;
  for (std::uint32_t below = workers; below > fan_out;) {
    below = below / fan_out + (below % fan_out == 0 ? 0 : 1);
    levels.insert(levels.begin(), below);
  }
  return levels;
}

core::Result<void> link_tree(Topology& topology, std::uint32_t fan_out,
                             std::uint32_t most_workers) {
  const std::vector<world::NodeId> relays = of_role(topology, MemberRole::kRelay);
  const std::vector<world::NodeId> workers = of_role(topology, MemberRole::kWorker);
  const std::uint32_t most = std::max(most_workers, static_cast<std::uint32_t>(workers.size()));
  const std::vector<std::uint32_t> levels = tree_levels(most, fan_out);
  std::size_t needed = 0;
  for (const std::uint32_t level : levels) {
    needed += level;
  }
  if (needed == 0 || relays.size() != needed) {
    return impossible("a fan-out of " + std::to_string(fan_out) + " over " + std::to_string(most) +
                      " workers takes " + std::to_string(needed) + " sub-leaders, but there are " +
                      std::to_string(relays.size()));
  }
  auto next = relays.begin();
  std::vector<world::NodeId> above;
  for (const std::uint32_t size : levels) {
    const std::vector<world::NodeId> level(next, next + size);
    next += size;
    if (above.empty()) {
      link_leaders(topology, level);
    } else {
      hang_below(above, level, topology);
    }
    above = level;
  }
  hang_below(above, workers, topology);
  sort_links(topology);
  topology.places.fan_out = fan_out;
  topology.places.sub_leaders = std::move(above);
  return {};
}

world::NodeId sub_leader_of(const Topology& topology, world::NodeId worker) {
  const TopologyMember* member = topology.find(worker);
  if (member == nullptr || member->role != MemberRole::kWorker) {
    return {};
  }
  for (const world::NodeId above : topology.places.sub_leaders) {
    const Link link = ordered_link(above, worker);
    if (std::ranges::binary_search(topology.links, link) &&
        !std::ranges::binary_search(topology.stand_ins, link)) {
      return above;
    }
  }
  return {};
}

void link_fleets(Topology& topology) {
  std::set<Link> links;
  for (const auto& [agent, fleet] : topology.fleets) {
    links.merge(links_of_fleet(agent, fleet, topology.fleets, topology.places.links));
  }
  topology.links.insert(topology.links.end(), links.begin(), links.end());
  sort_links(topology);
}

void link_places(Topology& topology, const Directory& directory) {
  const auto gone = [&](const Link& link) {
    return !directory.is_founder(link.low) || !directory.is_founder(link.high);
  };
  std::erase_if(topology.links, gone);
  std::erase_if(topology.stand_ins, gone);
  Fleets fleets;
  for (const auto& [node, member] : directory.members()) {
    fleets[node] = member.fleet;
  }
  const std::vector<world::NodeId>& sub_leaders = topology.places.sub_leaders;
  std::set<Link> joined;
  for (const auto& [node, member] : directory.members()) {
    if (member.founder) {
      continue;
    }
    joined.merge(links_of_fleet(node, member.fleet, fleets, topology.places.links));
    const auto above = std::ranges::find(sub_leaders, member.sub_leader);
    if (above != sub_leaders.end()) {
      hang(sub_leaders, static_cast<std::size_t>(above - sub_leaders.begin()), node, topology);
    }
  }
  topology.links.insert(topology.links.end(), joined.begin(), joined.end());
  sort_links(topology);
}

std::set<world::NodeId> reach(const Topology& topology, world::NodeId from, world::NodeId lost) {
  std::set<world::NodeId> reached;
  std::vector<world::NodeId> open{from};
  while (!open.empty()) {
    const world::NodeId node = open.back();
    open.pop_back();
    if (node == lost || !reached.insert(node).second) {
      continue;
    }
    if (node == from || topology.passes_on(node)) {
      const std::vector<world::NodeId> next = topology.peers(node, {});
      open.insert(open.end(), next.begin(), next.end());
    }
  }
  return reached;
}

core::Result<void> check_graph(const Topology& topology) {
  std::set<Link> seen;
  for (const Link& link : topology.links) {
    if (link.low == link.high) {
      return impossible(node_text(link.low) + " is linked to itself");
    }
    for (const world::NodeId end : {link.low, link.high}) {
      if (topology.find(end) == nullptr) {
        return impossible("a link names " + node_text(end) + ", which is no member");
      }
    }
    if (!seen.insert(link).second) {
      return impossible("the link of " + node_text(link.low) + " and " + node_text(link.high) +
                        " is declared twice");
    }
  }
  const std::vector<world::NodeId> voters = topology.voters();
  const std::set<world::NodeId> reached = reach(topology, voters.front());
  for (const world::NodeId voter : voters) {
    if (!reached.contains(voter)) {
      return impossible(node_text(voters.front()) + " and " + node_text(voter) +
                        " both vote, but cannot reach each other: workers pass nothing on");
    }
  }
  for (const TopologyMember& member : topology.members) {
    if (!reached.contains(member.node)) {
      return impossible(node_text(member.node) +
                        " cannot be reached by who leads: workers pass nothing on");
    }
  }
  return {};
}

std::vector<world::NodeId> cut_members(const Topology& topology) {
  const std::vector<world::NodeId> voters = topology.voters();
  std::vector<world::NodeId> cuts;
  for (const TopologyMember& lost : topology.members) {
    const bool goes_on = std::ranges::any_of(voters, [&](world::NodeId voter) {
      if (voter == lost.node) {
        return false;
      }
      const std::set<world::NodeId> reached = reach(topology, voter, lost.node);
      const auto voting = std::ranges::count_if(
          voters, [&](world::NodeId other) { return reached.contains(other); });
      const auto working = std::ranges::count_if(
          topology.workers(voter), [&](world::NodeId node) { return reached.contains(node); });
      return voting >= static_cast<std::ptrdiff_t>(topology.quorum()) && working > 0;
    });
    if (!goes_on) {
      cuts.push_back(lost.node);
    }
  }
  return cuts;
}

}  // namespace swarm
