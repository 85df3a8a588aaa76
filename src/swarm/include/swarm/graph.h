// Links that are declared one by one: a custom topology, and the tree of a hierarchy with
// sub-leaders.
//
// In such a topology links do not depend on who leads, and a member that has no link to another one
// reaches it over others. Who passes messages on is a matter of role: the coordinator, candidates
// and relays do, workers do not. So a member that hangs on workers alone is out of reach.
//
// Agents that join while it runs get their place from the ledger (topology.h: Places); they learn
// of it over the first link of it that greets them.
#pragma once

#include <cstdint>
#include <set>
#include <vector>

#include "core/result.h"
#include "swarm/pools.h"
#include "swarm/topology.h"

namespace swarm {

// How many sub-leaders each level of a tree over so many workers has, the topmost first: no
// sub-leader has more than `fan_out` members below it, and no leader more than that many
// sub-leaders. Empty: the leader can have all the workers itself. REQUIRES fan_out >= 2.
[[nodiscard]] std::vector<std::uint32_t> tree_levels(std::uint32_t workers, std::uint32_t fan_out);

// Adds the links of a tree to a topology whose members are known, with room for `most_workers`.
// Sub-leaders are the relays in ascending order, level by level. Who may lead is linked to each
// other and to the topmost sub-leaders; everybody else to one above and, in case that one is lost,
// to the next beside it (Topology::stand_ins). kInvalid: another number of relays than the levels
// need.
[[nodiscard]] core::Result<void> link_tree(Topology& topology, std::uint32_t fan_out,
                                           std::uint32_t most_workers);

// Below whom a worker was founded; 0: below nobody, or this is no tree.
[[nodiscard]] world::NodeId sub_leader_of(const Topology& topology, world::NodeId worker);

// Adds the links that are declared for the fleets of the founders.
void link_fleets(Topology& topology);

// Takes away the links of founders that have left, and adds those of the places of agents that have
// joined. REQUIRES the topology as it was founded, with the members that there are now.
void link_places(Topology& topology, const Directory& directory);

// kInvalid: a link to itself, of a stranger or declared twice, voters that cannot reach each other,
// a member that nobody who may lead can reach.
[[nodiscard]] core::Result<void> check_graph(const Topology& topology);

// Whom a member reaches, itself included, while `lost` is gone. REQUIRES topology.is_graph().
[[nodiscard]] std::set<world::NodeId> reach(const Topology& topology, world::NodeId from,
                                            world::NodeId lost = {});

// Members whose loss alone leaves no majority of the voters that reach each other and a worker.
[[nodiscard]] std::vector<world::NodeId> cut_members(const Topology& topology);

}  // namespace swarm
