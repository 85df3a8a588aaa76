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

// What a link's name stands for. Whoever is created in a pool is called like the pool here.
class Ends {
 public:
  explicit Ends(const Scenario& scenario) {
    for (std::string& member : member_names(scenario)) {
      names_.push_back(member);
      members_[member] = {member};
    }
    for (const Pool& pool : scenario.pools) {
      names_.push_back(pool.name);
      std::vector<std::string>& agents = pools_[pool.name];
      for (std::uint32_t i = 1; is_founding(scenario, pool) && i <= pool.size; ++i) {
        agents.push_back(pool.name + "-" + std::to_string(i));
      }
      agents.push_back(pool.name);
    }
    std::ranges::sort(names_);
  }

  [[nodiscard]] bool is_member(const std::string& name) const { return members_.contains(name); }
  [[nodiscard]] bool is_pool(const std::string& name) const { return pools_.contains(name); }
  [[nodiscard]] const std::vector<std::string>& of(const std::string& name) const {
    return is_pool(name) ? pools_.at(name) : members_.at(name);
  }
  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }

 private:
  std::vector<std::string> names_;
  std::map<std::string, std::vector<std::string>> members_;
  std::map<std::string, std::vector<std::string>> pools_;
};

// What makes a controller create agents.
std::string_view creator(const Scenario& scenario) {
  return scenario.scaling ? "scaling" : scenario.rollout ? "rollout" : "sandbox.replace";
}

bool is_candidate(const Scenario& scenario, const std::string& name) {
  const std::vector<std::string>& candidates = scenario.topology.graph->candidates;
  return std::ranges::find(candidates, name) != candidates.end();
}

// Whether agents of the pool may be created: it grows, or has somebody that is replaced when lost.
bool is_refilled(const Scenario& scenario, const Pool& pool) {
  if (!is_changing(scenario)) {
    return false;
  }
  bool refilled =
      !is_founding(scenario, pool) || (scenario.scaling && scenario.scaling->pool == pool.name);
  for (std::uint32_t i = 1; i <= pool.size; ++i) {
    refilled = refilled || !is_candidate(scenario, pool.name + "-" + std::to_string(i));
  }
  return refilled;
}

core::Result<void> check_relays(const Scenario& scenario, const Desk& desk) {
  const std::vector<std::string> agents = agent_names(scenario);
  std::set<std::string> taken(agents.begin(), agents.end());
  for (const Pool& pool : scenario.pools) {
    taken.insert(pool.name);
  }
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

core::Result<void> check_pools_of_links(const Scenario& scenario, const Desk& desk) {
  const std::vector<std::string> agents = agent_names(scenario);
  for (std::size_t i = 0; i < scenario.pools.size(); ++i) {
    const std::string& name = scenario.pools[i].name;
    if (std::ranges::find(agents, name) != agents.end()) {
      return desk.complain("pools[" + std::to_string(i) + "].name",
                           quote(name) + " is an agent's name too; name the pool otherwise");
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

core::Result<void> check_end(const Scenario& scenario, const Desk& desk, const Ends& ends,
                             const std::string& path, const std::string& end) {
  if (!ends.is_member(end) && !ends.is_pool(end)) {
    return desk.complain(
        path, "no member or pool is named " + quote(end) + suggestion(end, ends.names()));
  }
  const std::vector<std::string> agents = agent_names(scenario);
  const bool agent = std::ranges::find(agents, end) != agents.end();
  if (is_changing(scenario) && agent && !is_candidate(scenario, end)) {
    return desk.complain(path, "is of " + quote(end) + " alone, but with " +
                                   std::string(creator(scenario)) +
                                   " another agent may replace it; name its pool");
  }
  return {};
}

core::Result<void> check_links(const Scenario& scenario, const Desk& desk) {
  const Ends ends(scenario);
  std::set<std::pair<std::string, std::string>> seen;
  const std::vector<DeclaredLink>& links = scenario.topology.graph->links;
  for (std::size_t i = 0; i < links.size(); ++i) {
    const std::string path = item_path("links", i);
    TRY_VOID(check_end(scenario, desk, ends, path, links[i].one));
    TRY_VOID(check_end(scenario, desk, ends, path, links[i].other));
    for (const std::string& one : ends.of(links[i].one)) {
      for (const std::string& other : ends.of(links[i].other)) {
        if (one == other) {
          return desk.complain(path, "links " + quote(one) + " to itself; name two members");
        }
        if (!seen.insert(std::minmax(one, other)).second) {
          return desk.complain(path, "links " + quote(one) + " and " + quote(other) +
                                         " a second time; take one of the two away");
        }
      }
    }
  }
  return {};
}

// Whom the leader reaches over members that pass on.
std::set<std::string> reached_by_leader(const Scenario& scenario) {
  const GraphSpec& graph = *scenario.topology.graph;
  const Ends ends(scenario);
  std::map<std::string, std::vector<std::string>> neighbours;
  for (const DeclaredLink& link : graph.links) {
    for (const std::string& one : ends.of(link.one)) {
      for (const std::string& other : ends.of(link.other)) {
        neighbours[one].push_back(other);
        neighbours[other].push_back(one);
      }
    }
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
  for (const Pool& pool : scenario.pools) {
    if (is_refilled(scenario, pool) && !reached.contains(pool.name)) {
      return desk.complain("topology.links",
                           "leave agents that " + std::string(creator(scenario)) +
                               " creates in pool " + quote(pool.name) +
                               " out of the leader's reach; link the pool to the leader, a "
                               "candidate or a relay");
    }
  }
  return {};
}

core::Result<void> check_tree(const Scenario& scenario, const Desk& desk) {
  const Topology& topology = scenario.topology;
  const std::uint32_t agents = most_agents(scenario);
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
  const std::size_t members = 1 + relay_names(scenario).size() + most_agents(scenario);
  if (members > kMaxGraphMembers) {
    return desk.complain("topology", "has " + std::to_string(members) +
                                         " members that pass messages over each other; write at "
                                         "most " +
                                         std::to_string(kMaxGraphMembers));
  }
  if (scenario.upgrade) {
    return desk.complain("upgrade",
                         "adds voters, which no declared link leads to; take it away, or write a "
                         "topology without fan_out and links");
  }
  if (scenario.topology.fan_out > 0) {
    return check_tree(scenario, desk);
  }
  if (scenario.topology.graph->links.empty()) {
    return desk.complain("topology", "is custom and has no links; list them as pairs of members");
  }
  TRY_VOID(check_pools_of_links(scenario, desk));
  TRY_VOID(check_relays(scenario, desk));
  TRY_VOID(check_candidates(scenario, desk));
  TRY_VOID(check_links(scenario, desk));
  return check_reach(scenario, desk);
}

}  // namespace scenario
