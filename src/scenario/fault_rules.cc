#include <algorithm>
#include <map>
#include <set>

#include "rules.h"
#include "scenario/load.h"
#include "values.h"

namespace scenario {
namespace {

// The nodes of a scenario, by name.
struct Nodes {
  std::vector<std::string> members;  // agents and the coordinator: what `rest` can stand for
  std::vector<std::string> words;    // everything that a target or a side may name
};

Nodes nodes_of(const Scenario& scenario) {
  Nodes nodes;
  nodes.members = member_names(scenario);
  nodes.words = nodes.members;
  nodes.words.emplace_back("client");
  nodes.words.emplace_back("venue");
  if (is_changing(scenario)) {
    nodes.words.emplace_back("controller");
  }
  std::sort(nodes.words.begin(), nodes.words.end());
  return nodes;
}

bool is_known(const Nodes& nodes, const std::string& name) {
  return std::binary_search(nodes.words.begin(), nodes.words.end(), name);
}

std::string number(std::uint64_t value) {
  return std::to_string(value);
}

// Empty where the target exists in this scenario; else what is wrong with it.
std::string target_problem(const Fault& fault, const Scenario& scenario, const Nodes& nodes) {
  switch (fault.target.kind) {
    case TargetKind::kNode: {
      if (is_known(nodes, fault.target.name)) {
        return "";
      }
      std::vector<std::string> valid = nodes.words;
      for (const std::string_view word : {"leader", "worker", "standby", "all", "assignee"}) {
        valid.emplace_back(word);
      }
      return "no agent is named " + quote(fault.target.name) + suggestion(fault.target.name, valid);
    }
    case TargetKind::kHub:
      return scenario.topology.kind == TopologyKind::kStar
                 ? ""
                 : "a " + std::string(name_of(scenario.topology.kind)) +
                       " has no hub; write leader, or use the star pattern";
    case TargetKind::kStandby:
      return scenario.topology.standbys > 0
                 ? ""
                 : "there are no standbys; set topology.standbys or name another target";
    case TargetKind::kAssignee:
      return fault.on ? "" : "assignee needs a probe that names it; write on: {probe: assigned}";
    case TargetKind::kLeader:
    case TargetKind::kWorker:
    case TargetKind::kVenue:
    case TargetKind::kAll:
      break;
  }
  return "";
}

core::Result<void> check_sides(Fault& fault, const std::string& path, const Nodes& nodes,
                               const Tree& tree, const Source& source) {
  std::set<std::string> placed;
  std::vector<std::string>* rest = nullptr;
  for (std::size_t side = 0; side < fault.sides.size(); ++side) {
    for (std::size_t i = 0; i < fault.sides[side].size(); ++i) {
      const std::string& name = fault.sides[side][i];
      const std::string where = path + ".sides[" + number(side) + "][" + number(i) + "]";
      const Place place = place_of(tree, where);
      if (!placed.insert(name).second) {
        return refuse(source, place, where,
                      quote(name) + " stands twice; write each node in one side only");
      }
      if (name == "rest") {
        rest = &fault.sides[side];
      } else if (!is_known(nodes, name)) {
        std::vector<std::string> valid = nodes.words;
        valid.emplace_back("rest");
        return refuse(source, place, where,
                      "no node is named " + quote(name) + suggestion(name, valid));
      }
    }
  }
  if (rest == nullptr) {
    return {};
  }
  std::erase(*rest, "rest");
  for (const std::string& member : nodes.members) {
    if (!placed.contains(member)) {
      rest->push_back(member);
    }
  }
  if (rest->empty()) {
    return refuse(source, place_of(tree, path + ".sides"), path + ".sides",
                  "rest is nobody; every node stands in another side, so take rest away");
  }
  return {};
}

// Empty where the region exists and its loss is one that the scenario speaks of.
std::string region_problem(const Fault& fault, const Scenario& scenario) {
  if (!scenario.regions) {
    return "names a region, and there are none; add regions with who is where";
  }
  std::vector<std::string> names;
  for (const Region& region : scenario.regions->places) {
    names.push_back(region.name);
  }
  const bool known = std::find(names.begin(), names.end(), fault.region) != names.end();
  return known ? "" : "no region is named " + quote(fault.region) + suggestion(fault.region, names);
}

// Random targets are drawn anew for each fault, and a trigger's time is unknown: only faults at
// stated times on stated targets can overlap by mistake.
bool can_overlap(const Fault& fault) {
  return fault.at && fault.target.kind != TargetKind::kWorker &&
         fault.target.kind != TargetKind::kStandby;
}

bool same_target(const Fault& a, const Fault& b) {
  if (a.kind == FaultKind::kRegionLoss) {
    return a.region == b.region;
  }
  const bool everyone = a.kind != FaultKind::kPartition &&
                        (a.target.kind == TargetKind::kAll || b.target.kind == TargetKind::kAll);
  return everyone || (a.target == b.target && a.sides == b.sides);
}

bool overlap(const Fault& a, const Fault& b) {
  const bool a_first = *a.at <= *b.at;
  const Fault& first = a_first ? a : b;
  const Fault& second = a_first ? b : a;
  return !first.lasts || *first.at + *first.lasts > *second.at;
}

core::Result<void> check_overlaps(const Scenario& scenario, const Tree& tree,
                                  const Source& source) {
  std::map<FaultKind, std::vector<std::size_t>> of_kind;
  for (std::size_t i = 0; i < scenario.faults.size(); ++i) {
    const Fault& fault = scenario.faults[i];
    if (!can_overlap(fault)) {
      continue;
    }
    for (const std::size_t other : of_kind[fault.kind]) {
      if (same_target(scenario.faults[other], fault) && overlap(scenario.faults[other], fault)) {
        const std::string path = "faults[" + number(i) + "]";
        return refuse(source, place_of(tree, path), path,
                      "overlaps faults[" + number(other) + "], also " +
                          std::string(name_of(fault.kind)) +
                          " of the same target; move it or shorten the first with for");
      }
    }
    of_kind[fault.kind].push_back(i);
  }
  return {};
}

core::Result<void> check_fault(Fault& fault, const std::string& path, const Scenario& scenario,
                               const Nodes& nodes, const Tree& tree, const Source& source) {
  const auto complain = [&](const std::string& key, const std::string& message) {
    return refuse(source, place_of(tree, path + key), path + key, message);
  };
  if (fault.at && *fault.at >= scenario.duration) {
    return complain(".at", "is " + duration_text(fault.at->count()) +
                               ", after the run's end; write less than the duration of " +
                               duration_text(scenario.duration.count()));
  }
  if (fault.jitter > fault.mean) {
    return complain(".jitter",
                    "is more than the mean, and no message arrives before it is sent; "
                    "write at most the mean");
  }
  if (fault.kind == FaultKind::kRegionLoss) {
    const std::string problem = region_problem(fault, scenario);
    return problem.empty() ? core::Result<void>() : complain(".region", problem);
  }
  if (fault.kind == FaultKind::kPartition) {
    return check_sides(fault, path, nodes, tree, source);
  }
  if (const std::string problem = target_problem(fault, scenario, nodes); !problem.empty()) {
    return complain(".target", problem);
  }
  return {};
}

}  // namespace

core::Result<void> apply_fault_rules(Scenario& scenario, const Tree& tree, const Source& source) {
  const Nodes nodes = nodes_of(scenario);
  std::size_t side_names = 0;
  for (std::size_t i = 0; i < scenario.faults.size(); ++i) {
    TRY_VOID(check_fault(scenario.faults[i], "faults[" + number(i) + "]", scenario, nodes, tree,
                         source));
    for (const std::vector<std::string>& side : scenario.faults[i].sides) {
      side_names += side.size();
    }
    if (side_names > kMaxSideNames) {
      return refuse(source, place_of(tree, "faults"), "faults",
                    "have more than " + number(kMaxSideNames) +
                        " nodes in partitions; write fewer partitions or agents");
    }
  }
  return check_overlaps(scenario, tree, source);
}

}  // namespace scenario
