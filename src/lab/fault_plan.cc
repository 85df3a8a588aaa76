#include "fault_plan.h"

#include <algorithm>
#include <map>

#include "agent/trace.h"
#include "swarm/raft_trace.h"
#include "swarm/trace.h"

namespace lab {
namespace {

world::TraceKind kind_of(scenario::Probe probe) {
  switch (probe) {
    case scenario::Probe::kOffered:
      return swarm::OfferReceived::kKind;
    case scenario::Probe::kAccepted:
      return swarm::TaskAccepted::kKind;
    case scenario::Probe::kAssigned:
      return swarm::AssignmentReceived::kKind;
    case scenario::Probe::kPersisted:
      return swarm::AttemptStarted::kKind;
    case scenario::Probe::kOrdered:
      return agent::OrderSent::kKind;
    case scenario::Probe::kFilled:
      return agent::OutcomeSeen::kKind;
    case scenario::Probe::kReplied:
      return swarm::AttemptReported::kKind;
    case scenario::Probe::kBecameLeader:
      return swarm::BecameLeader::kKind;
  }
  core::check(false, "every probe has a trace record");
  return 0;
}

core::Result<world::FaultKind> kind_of(const scenario::Fault& fault) {
  const scenario::FaultKind kind = fault.kind;
  if (kind == scenario::FaultKind::kIsolate) {
    return world::FaultKind::kPartition;  // from everybody else
  }
  if (kind == scenario::FaultKind::kRegionLoss) {
    return fault.fate == scenario::RegionFate::kCut ? world::FaultKind::kPartition
                                                    : world::FaultKind::kCrash;
  }
  for (int i = 0; i <= static_cast<int>(last_value(world::FaultKind{})); ++i) {
    const auto candidate = static_cast<world::FaultKind>(i);
    if (world::name_of(candidate) == scenario::name_of(kind)) {
      return candidate;
    }
  }
  return core::fail(core::Code::kInvalid,
                    "fault kind " + std::string(scenario::name_of(kind)) + " is not supported");
}

num::Probability probability_of(std::int64_t ppm) {
  return num::Probability::parts_per_million(static_cast<std::uint32_t>(ppm));
}

std::uint32_t permille_of(std::int64_t part, std::int64_t whole) {
  return static_cast<std::uint32_t>(std::max<std::int64_t>(1, part * 1000 / whole));
}

core::Result<std::vector<world::NodeId>> nodes_named(const std::vector<std::string>& names,
                                                     const Deployment& deployment) {
  std::vector<world::NodeId> nodes;
  for (const std::string& name : names) {
    const world::NodeId node = deployment.find(name);
    if (!node) {
      return core::fail(core::Code::kInvalid,
                        "fault names node '" + name + "', which this topology does not have");
    }
    nodes.push_back(node);
  }
  return nodes;
}

core::Result<std::vector<world::NodeId>> members_in(const std::string& name,
                                                    const scenario::Scenario& scenario,
                                                    const Deployment& deployment) {
  core::check(scenario.regions.has_value(), "the loader has seen the region that a fault names");
  for (const scenario::Region& region : scenario.regions->places) {
    if (region.name == name) {
      return nodes_named(region.members, deployment);
    }
  }
  return core::fail(core::Code::kInvalid, "fault names region '" + name + "', which is nowhere");
}

// The members, and those who may become one.
std::vector<world::NodeId> who_belongs(const Deployment& deployment) {
  std::vector<world::NodeId> nodes;
  for (const Node& node : deployment.nodes) {
    if (node.spare || deployment.topology.find(node.spec.id) != nullptr) {
      nodes.push_back(node.spec.id);
    }
  }
  return nodes;
}

core::Result<world::Target> target_of(const scenario::Target& target,
                                      const Deployment& deployment) {
  world::Target made;
  switch (target.kind) {
    case scenario::TargetKind::kNode:
      made.nodes = TRY(nodes_named({target.name}, deployment));
      break;
    case scenario::TargetKind::kHub:
      made.nodes = {deployment.coordinator};
      break;
    case scenario::TargetKind::kVenue:
      made.nodes = {deployment.venue};
      break;
    case scenario::TargetKind::kAssignee:
      made.of_trigger = true;
      break;
    case scenario::TargetKind::kLeader:
    case scenario::TargetKind::kWorker:
    case scenario::TargetKind::kStandby:
    case scenario::TargetKind::kAll:
      made.role = scenario::name_of(target.kind);
      break;
  }
  return made;
}

world::Trigger trigger_of(const scenario::Fault& fault) {
  world::Trigger trigger;
  trigger.not_before = core::at(kSettle);
  if (fault.at) {
    trigger.not_before += *fault.at;
  }
  if (fault.on) {
    trigger.on = kind_of(fault.on->probe);
    trigger.nth = static_cast<std::uint32_t>(fault.on->nth);
  }
  return trigger;
}

// The numbers that the kind needs, in the world's units.
void set_parameters(const scenario::Fault& fault, const scenario::Sandbox& sandbox,
                    world::Fault& made) {
  made.probability = probability_of(fault.probability_ppm);
  made.correlation = probability_of(fault.correlation_ppm);
  switch (fault.kind) {
    case scenario::FaultKind::kSlowCpu:
      made.permille = permille_of(fault.speed_ppm, scenario::kMillion);
      break;
    case scenario::FaultKind::kCpuSpike:
      made.amount = std::max<std::int64_t>(
          1, fault.load_ppm * static_cast<std::int64_t>(sandbox.vcpu) / scenario::kMillion);
      break;
    case scenario::FaultKind::kMemoryLeak:
      made.permille =
          permille_of(fault.bytes_per_s, static_cast<std::int64_t>(sandbox.memory_bytes));
      break;
    case scenario::FaultKind::kDelay:
      made.delay = fault.mean;
      made.jitter = fault.jitter;
      break;
    case scenario::FaultKind::kReorder:
      made.jitter = fault.window;
      break;
    case scenario::FaultKind::kBandwidth:
      made.amount = fault.bytes_per_s;
      break;
    case scenario::FaultKind::kDiskSlow:
      made.delay = fault.latency;
      break;
    case scenario::FaultKind::kClockOffset:
    case scenario::FaultKind::kClockStep:
      made.delay = fault.offset;
      break;
    case scenario::FaultKind::kClockDrift:
      made.amount = fault.drift_ppm;
      break;
    default:
      break;
  }
}

world::UnsyncedWrites unsynced_of(scenario::DiskFate fate) {
  switch (fate) {
    case scenario::DiskFate::kKeep:
      return world::UnsyncedWrites::kKeep;
    case scenario::DiskFate::kTear:
      return world::UnsyncedWrites::kTear;
    case scenario::DiskFate::kLose:
      break;
  }
  return world::UnsyncedWrites::kLose;
}

}  // namespace

core::Result<std::vector<PlannedFault>> plan_faults(const scenario::Scenario& scenario,
                                                    const Deployment& deployment) {
  std::vector<PlannedFault> plan;
  for (const scenario::Fault& fault : scenario.faults) {
    PlannedFault planned;
    planned.name = scenario::name_of(fault.kind);
    world::Fault& made = planned.fault;
    made.kind = TRY(kind_of(fault));
    made.trigger = trigger_of(fault);
    made.duration = fault.lasts.value_or(core::Duration{});
    made.one_way = fault.one_way;
    made.unsynced = unsynced_of(fault.disk);
    set_parameters(fault, scenario.sandbox, made);
    if (fault.kind == scenario::FaultKind::kRegionLoss) {
      made.target.nodes = TRY(members_in(fault.region, scenario, deployment));
      plan.push_back(std::move(planned));
      continue;
    }
    if (fault.sides.empty()) {
      made.target = TRY(target_of(fault.target, deployment));
      if (fault.members_only) {
        made.peers = who_belongs(deployment);
      }
      plan.push_back(std::move(planned));
      continue;
    }
    for (std::size_t one = 0; one < fault.sides.size(); ++one) {
      for (std::size_t other = one + 1; other < fault.sides.size(); ++other) {
        made.target.nodes = TRY(nodes_named(fault.sides[one], deployment));
        made.peers = TRY(nodes_named(fault.sides[other], deployment));
        plan.push_back(planned);
      }
    }
  }
  return plan;
}

}  // namespace lab
