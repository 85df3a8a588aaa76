// What declared links must satisfy: known members, no link twice, nobody out of reach.
#include <algorithm>
#include <map>
#include <set>

#include "rules.h"
#include "values.h"

namespace scenario {
namespace {

constexpr std::string_view kGraphKeys[] = {"candidates", "relays", "links"};
constexpr std::string_view kLeader = "leader";

bool is_written(const Desk& desk, const std::string& path) {
  return place_of(desk.tree, path) != place_of(desk.tree, "topology");
}

std::string item_path(std::string_view key, std::size_t index) {
  return "topology." + std::string(key) + "[" + std::to_string(index) + "]";
}

core::Result<void> check_key_use(const Scenario& scenario, const Desk& desk) {
  const Topology& topology = scenario.topology;
  const std::string kind(name_of(topology.kind));
  for (const std::string_view key : kGraphKeys) {
    const std::string path = "topology." + std::string(key);
    if (!topology.graph && is_written(desk, path)) {
      return desk.complain(path, "means nothing in a " + kind +
                                     " topology, only in a custom one; take it away or write "
                                     "kind: custom");
    }
  }
  if (topology.fan_out > 0 && topology.kind != TopologyKind::kHierarchical) {
    return desk.complain("topology.fan_out", "means nothing in a " + kind +
                                                 " topology, only in a hierarchical one; take it "
                                                 "away");
  }
  return {};
}

core::Result<void> check_relays(const Scenario& scenario, const Desk& desk) {
  const std::vector<std::string> agents = agent_names(scenario);
  std::set<std::string> taken(agents.begin(), agents.end());
  for (const char* word : {"leader", "venue", "client", "hub", "worker", "standby", "all",
                           "assignee", "rest", "node", "controller", "provider"}) {
    taken.insert(word);
  }
  const std::vector<std::string>& relays = scenario.topology.graph->relays;
  for (std::size_t i = 0; i < relays.size(); ++i) {
    if (!taken.insert(relays[i]).second) {
      return desk.complain(item_path("relays", i),
                           quote(relays[i]) + " is taken; give the relay a name of its own");
    }
  }
  return {};
}

core::Result<void> check_candidates(const Scenario& scenario, const Desk& desk) {
  const std::vector<std::string> agents = agent_names(scenario);
  const std::vector<std::string>& candidates = scenario.topology.graph->candidates;
  std::set<std::string> seen;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    if (std::ranges::find(agents, candidates[i]) == agents.end()) {
      return desk.complain(item_path("candidates", i), "no agent is named " + quote(candidates[i]) +
                                                           suggestion(candidates[i], agents));
    }
    if (!seen.insert(candidates[i]).second) {
      return desk.complain(item_path("candidates", i),
                           quote(candidates[i]) + " stands twice; write each candidate once");
    }
  }
  if (candidates.size() % 2 != 0) {
    return desk.complain("topology.candidates",
                         "are " + std::to_string(candidates.size()) +
                             ", which makes an even number of voters with the leader; write an "
                             "even number");
  }
  if (is_written(desk, "topology.standbys")) {
    return desk.complain("topology.standbys",
                         "mean nothing in a custom topology; name candidates instead");
  }
  return {};
}

core::Result<void> check_links(const Scenario& scenario, const Desk& desk) {
  std::vector<std::string> members = member_names(scenario);
  std::ranges::sort(members);
  std::set<std::pair<std::string, std::string>> seen;
  const std::vector<DeclaredLink>& links = scenario.topology.graph->links;
  for (std::size_t i = 0; i < links.size(); ++i) {
    const std::string path = item_path("links", i);
    for (const std::string& end : {links[i].one, links[i].other}) {
      if (!std::ranges::binary_search(members, end)) {
        return desk.complain(path, "no member is named " + quote(end) + suggestion(end, members));
      }
    }
    const auto [one, other] = std::minmax(links[i].one, links[i].other);
    if (one == other) {
      return desk.complain(path, "links " + quote(one) + " to itself; name two members");
    }
    if (!seen.insert({one, other}).second) {
      return desk.complain(path, "links " + quote(one) + " and " + quote(other) +
                                     " a second time; take one of the two away");
    }
  }
  return {};
}

// Whom the leader reaches over members that pass on.
std::set<std::string> reached_by_leader(const Scenario& scenario) {
  const GraphSpec& graph = *scenario.topology.graph;
  std::map<std::string, std::vector<std::string>> neighbours;
  for (const DeclaredLink& link : graph.links) {
    neighbours[link.one].push_back(link.other);
    neighbours[link.other].push_back(link.one);
  }
  std::set<std::string> passing(graph.candidates.begin(), graph.candidates.end());
  passing.insert(graph.relays.begin(), graph.relays.end());
  passing.insert(std::string(kLeader));
  std::set<std::string> reached;
  std::vector<std::string> open{std::string(kLeader)};
  while (!open.empty()) {
    const std::string name = open.back();
    open.pop_back();
    if (reached.insert(name).second && passing.contains(name)) {
      open.insert(open.end(), neighbours[name].begin(), neighbours[name].end());
    }
  }
  return reached;
}

core::Result<void> check_reach(const Scenario& scenario, const Desk& desk) {
  const std::set<std::string> reached = reached_by_leader(scenario);
  for (const std::string& candidate : scenario.topology.graph->candidates) {
    if (!reached.contains(candidate)) {
      return desk.complain("topology.links",
                           "leave the voters \"leader\" and " + quote(candidate) +
                               " out of each other's reach, since workers pass nothing on; link "
                               "them over relays or candidates");
    }
  }
  for (const std::string& member : member_names(scenario)) {
    if (!reached.contains(member)) {
      return desk.complain("topology.links",
                           "leave " + quote(member) +
                               " out of the leader's reach, since workers pass nothing on; link it "
                               "to the leader, a candidate or a relay");
    }
  }
  return {};
}

core::Result<void> check_tree(const Scenario& scenario, const Desk& desk) {
  const Topology& topology = scenario.topology;
  const std::uint32_t agents = agent_count(scenario);
  const std::uint32_t workers = agents - std::min(agents, topology.standbys);
  if (workers <= topology.fan_out) {
    return desk.complain("topology.fan_out",
                         "is " + std::to_string(topology.fan_out) + ", and the leader can have " +
                             std::to_string(workers) +
                             " workers itself; write less than that or take it away");
  }
  for (std::size_t i = 0; i < scenario.pools.size(); ++i) {
    if (scenario.pools[i].name == "sub-leader") {
      return desk.complain("pools[" + std::to_string(i) + "].name",
                           "\"sub-leader\" names the members between leader and workers; name the "
                           "pool otherwise");
    }
  }
  return {};
}

}  // namespace

core::Result<void> apply_graph_rules(const Scenario& scenario, const Tree& tree,
                                     const Source& source) {
  const Desk desk{.tree = tree, .source = source};
  TRY_VOID(check_key_use(scenario, desk));
  if (!scenario.topology.graph && scenario.topology.fan_out == 0) {
    return {};
  }
  if (const std::size_t members = member_names(scenario).size(); members > kMaxGraphMembers) {
    return desk.complain("topology", "has " + std::to_string(members) +
                                         " members that pass messages over each other; write at "
                                         "most " +
                                         std::to_string(kMaxGraphMembers));
  }
  if (is_changing(scenario)) {
    return desk.complain(scenario.scaling   ? "scaling"
                         : scenario.rollout ? "rollout"
                         : scenario.upgrade ? "upgrade"
                                            : "sandbox.replace",
                         "adds members, which no declared link leads to; take it away, or write a "
                         "topology without fan_out and links");
  }
  if (scenario.topology.fan_out > 0) {
    return check_tree(scenario, desk);
  }
  if (scenario.topology.graph->links.empty()) {
    return desk.complain("topology", "is custom and has no links; list them as pairs of members");
  }
  TRY_VOID(check_relays(scenario, desk));
  TRY_VOID(check_candidates(scenario, desk));
  TRY_VOID(check_links(scenario, desk));
  return check_reach(scenario, desk);
}

}  // namespace scenario
