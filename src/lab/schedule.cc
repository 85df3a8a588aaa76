#include "lab/schedule.h"

#include <algorithm>
#include <set>
#include <span>

#include "fleet_setup.h"
#include "lab/deployment.h"
#include "num/stream.h"
#include "scenario/schedule.h"

namespace lab {
namespace {

using scenario::Fault;
using scenario::FaultKind;
using scenario::Scenario;

// Who joins later goes to either side in turn: a rollout leaves none of the first members but the
// hub, and halves of these alone would then part nobody.
std::vector<std::vector<std::string>> random_halves(const Scenario& scenario, num::Stream& random) {
  std::vector<std::string> members = scenario::member_names(scenario);
  random.shuffle(std::span(members));
  const auto middle = members.begin() + static_cast<std::ptrdiff_t>(members.size() / 2);
  std::vector<std::vector<std::string>> sides = {{members.begin(), middle},
                                                 {middle, members.end()}};
  for (std::uint32_t i = 1; is_changing(scenario) && i <= spare_nodes(scenario); ++i) {
    sides[i % 2].push_back(spare_name(i));
  }
  return sides;
}

// One component of a deployment, and what it is to lose it.
struct Component {
  std::string name;
  Fault fault;
};

Component component(std::string name, FaultKind kind, std::string_view node) {
  Component made{std::move(name), {}};
  made.fault.kind = kind;
  made.fault.target = {scenario::TargetKind::kNode, std::string(node)};
  return made;
}

// Of both kinds; where the leader decides who has one, it is the member that leads first.
std::set<swarm::Link> links_of(const swarm::Topology& topology) {
  const world::NodeId leads =
      topology.coordinator() ? topology.coordinator() : topology.voters().front();
  const auto work = topology.declared_links(leads);
  const auto consensus = topology.consensus_links();
  std::set<swarm::Link> links(work.begin(), work.end());
  links.insert(consensus.begin(), consensus.end());
  return links;
}

std::vector<std::string> region_names(const Scenario& scenario) {
  std::vector<std::string> names;
  if (scenario.regions) {
    for (const scenario::Region& region : scenario.regions->places) {
      names.push_back(region.name);
    }
  }
  return names;
}

std::vector<Component> components_of(const Deployment& deployment,
                                     const std::vector<std::string>& regions) {
  std::vector<Component> components;
  const swarm::Topology& topology = deployment.topology;
  const auto name = [&](world::NodeId node) { return std::string(deployment.name(node)); };
  for (const swarm::TopologyMember& member : topology.members) {
    components.push_back(
        component("node-" + name(member.node), FaultKind::kCrash, name(member.node)));
  }
  for (const world::NodeId voter : topology.voters()) {
    components.push_back(component("store-" + name(voter), FaultKind::kDiskError, name(voter)));
  }
  if (deployment.changing) {
    components.push_back(component("node-controller", FaultKind::kCrash, "controller"));
  }
  for (const std::string& region : regions) {
    Component lost;
    lost.name = "region-" + region;
    lost.fault.kind = FaultKind::kRegionLoss;
    lost.fault.region = region;
    components.push_back(std::move(lost));
  }
  for (const swarm::Link& link : links_of(topology)) {
    Component cut;
    cut.name = "link-" + name(link.low) + "-" + name(link.high);
    cut.fault.kind = FaultKind::kPartition;
    cut.fault.sides = {{name(link.low)}, {name(link.high)}};
    components.push_back(std::move(cut));
  }
  return components;
}

}  // namespace

Scenario with_schedule(const Scenario& scenario, std::uint64_t seed) {
  if (!scenario::has_slots(scenario.schedule)) {
    return scenario;
  }
  const scenario::SchedulePlan plan = scenario::plan_of(scenario.schedule);
  num::Stream random(seed, 0, num::purpose_of("lab.schedule"));
  Scenario made = scenario;
  made.faults = plan.slots;
  random.shuffle(std::span(made.faults));
  core::Duration begins = plan.warm_up;
  for (Fault& fault : made.faults) {
    fault.at = begins + plan.clean;
    fault.lasts = plan.fault;
    begins += plan.slot();
    if (fault.kind == FaultKind::kPartition) {
      fault.sides = random_halves(scenario, random);
    } else if (fault.kind == FaultKind::kMemoryLeak) {
      const auto limit = static_cast<std::int64_t>(scenario.sandbox.memory_bytes);
      fault.bytes_per_s = limit / scenario::kMillion * fault.load_ppm;
    }
  }
  return made;
}

core::Result<void> enumerate_components(scenario::ScenarioFile& file) {
  std::vector<Scenario> runs;
  for (const Scenario& one : file.runs) {
    if (one.schedule == scenario::Schedule::kScalability && !scenario::is_sizable(one)) {
      continue;
    }
    if (one.schedule != scenario::Schedule::kS2 || !one.component.empty()) {
      runs.push_back(one);
      continue;
    }
    const scenario::SchedulePlan plan = scenario::plan_of(one.schedule);
    const Deployment deployment = TRY(deploy(file, one, 1));
    for (const Component& lost : components_of(deployment, region_names(one))) {
      Scenario& run = runs.emplace_back(one);
      run.run += "." + lost.name;
      run.component = lost.name;
      run.faults = {lost.fault};
      run.faults.front().at = plan.warm_up + plan.clean;
    }
  }
  file.runs = std::move(runs);
  return {};
}

}  // namespace lab
