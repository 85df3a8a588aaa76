// The fault plan: when faults begin and end, whom they hit, and what they do to processes.
#include <algorithm>
#include <limits>
#include <utility>

#include "core/check.h"
#include "engine.h"

namespace world_sim {
namespace {

using world::FaultIndex;
using world::FaultKind;

__extension__ using Wide = unsigned __int128;

// Of the two queue entries that a fault has.
constexpr std::uint64_t kBeginSequence = 0;
constexpr std::uint64_t kEndSequence = 1;

// A role may be nobody's for a moment, as between two leaders. Its fault then waits for whoever
// plays it next; when nobody does for so long, it hits nobody and so does not act.
constexpr core::Duration kRoleLook = core::milliseconds(10);
constexpr core::Duration kRoleWait = core::seconds(5);

// permille per second, in parts per nanosecond
constexpr std::uint64_t kLeakScale = 1000ULL * 1'000'000'000ULL;

template <class List>
bool erase_value(List& list, FaultIndex fault) {
  return std::erase(list, fault) != 0;
}

}  // namespace

void Engine::arm_faults() {
  for (FaultIndex fault = 0; fault < gate_.plan().size(); ++fault) {
    const world::Trigger& trigger = gate_.plan()[fault].trigger;
    if (trigger.on != 0) {
      armed_.push_back(fault);
      continue;
    }
    Scheduled scheduled;
    scheduled.kind = Scheduled::Kind::kFaultBegins;
    scheduled.fault = fault;
    queue_.push({trigger.not_before, EventClass::kFault, fault, kBeginSequence},
                std::move(scheduled));
  }
}

void Engine::note_record(const world::TraceEntry& entry) {
  std::erase_if(armed_, [&](FaultIndex fault) {
    const world::Trigger& trigger = gate_.plan()[fault].trigger;
    if (trigger.on != entry.record.kind || entry.at < trigger.not_before ||
        ++faults_[fault].records_seen < trigger.nth) {
      return false;
    }
    triggered_.push_back({fault, entry.node});
    return true;
  });
}

void Engine::begin_triggered() {
  while (!triggered_.empty()) {
    for (const Triggered& due : std::exchange(triggered_, {})) {
      begin_fault(due.fault, due.node);
    }
  }
}

std::vector<world::NodeId> Engine::resolve(const world::Target& target,
                                           world::NodeId trigger_node) const {
  std::vector<world::NodeId> found;
  if (target.of_trigger) {
    found.push_back(trigger_node);
  } else if (!target.nodes.empty()) {
    found = target.nodes;
  } else if (options_.roles) {
    found = options_.roles(target.role);
  } else {
    for (const world::NodeId id : nodes()) {
      if (target.role == "all" || at(id).spec.role == target.role) {
        found.push_back(id);
      }
    }
  }
  std::ranges::sort(found);
  found.erase(std::ranges::unique(found).begin(), found.end());
  return found;
}

void Engine::begin_fault(FaultIndex fault, world::NodeId trigger_node) {
  const world::Fault& what = gate_.plan()[fault];
  FaultState& state = faults_[fault];
  core::check(!state.begun, "a fault begins once");
  state.targets = resolve(what.target, trigger_node);
  state.due = state.due.value_or(now_);
  if (state.targets.empty() && !what.target.role.empty() && now_ < *state.due + kRoleWait) {
    Scheduled again;
    again.kind = Scheduled::Kind::kFaultBegins;
    again.fault = fault;
    queue_.push({now_ + kRoleLook, EventClass::kFault, fault, kBeginSequence}, std::move(again));
    return;
  }
  state.begun = true;
  state.active = true;
  emit({}, {}, world::make_trace(world::FaultStarted{fault, state.targets}));
  if (what.duration > core::Duration(0)) {
    Scheduled scheduled;
    scheduled.kind = Scheduled::Kind::kFaultEnds;
    scheduled.fault = fault;
    queue_.push({now_ + what.duration, EventClass::kFault, fault, kEndSequence},
                std::move(scheduled));
  }
  if (world::is_link_fault(what.kind) || world::is_clock_fault(what.kind)) {
    gate_.begin(fault, state.targets, now_);
  }
  for (const world::NodeId target : state.targets) {
    if (Node* node = find(target)) {
      begin_on_node(fault, *node);
    }
  }
}

void Engine::end_fault(FaultIndex fault) {
  const world::Fault& what = gate_.plan()[fault];
  FaultState& state = faults_[fault];
  core::check(state.active, "a fault that ends is active");
  state.active = false;
  if (world::is_link_fault(what.kind) || world::is_clock_fault(what.kind)) {
    gate_.end(fault, now_);
  }
  for (const world::NodeId target : state.targets) {
    if (Node* node = find(target)) {
      end_on_node(fault, *node);
    }
  }
  release_held(fault);
  emit({}, {}, world::make_trace(world::FaultEnded{fault, gate_.acted(fault)}));
}

void Engine::begin_on_node(FaultIndex fault, Node& node) {
  const world::Fault& what = gate_.plan()[fault];
  switch (what.kind) {
    case FaultKind::kCrash:
      if (node.running()) {
        gate_.count(fault);
        stop(node, world::HaltReason::kCrash, what.unsynced, fault);
      } else if (!node.down_by.empty()) {
        node.down_by.push_back(fault);
      }
      return;
    case FaultKind::kHang:
      return pause(fault, node);
    case FaultKind::kSlowCpu:
    case FaultKind::kCpuSpike:
      node.cpu_faults.push_back(fault);
      apply_cpu_faults(node);
      if (processors_.running(node.spec.id) > 0 &&
          (what.kind == FaultKind::kSlowCpu || processors_.squeezed(node.spec.id))) {
        gate_.count(fault, processors_.running(node.spec.id));
      }
      return;
    case FaultKind::kMemoryLeak:
      node.leaks.push_back({fault, now_, what.permille});
      return plan_out_of_memory(node);
    case FaultKind::kDiskError:
    case FaultKind::kDiskSlow:
    case FaultKind::kDiskFull:
      node.disk_faults.push_back({fault, node.disk.used_bytes()});
      return;
    case FaultKind::kClockDrift:
      return retime(node);
    default:
      return;  // the gate carries it out
  }
}

void Engine::end_on_node(FaultIndex fault, Node& node) {
  switch (gate_.plan()[fault].kind) {
    case FaultKind::kHang:
      return unpause(fault, node);
    case FaultKind::kSlowCpu:
    case FaultKind::kCpuSpike:
      erase_value(node.cpu_faults, fault);
      return apply_cpu_faults(node);
    case FaultKind::kMemoryLeak:
      std::erase_if(node.leaks, [&](const Leak& leak) { return leak.fault == fault; });
      plan_out_of_memory(node);
      return let_up(fault, node);
    case FaultKind::kDiskError:
    case FaultKind::kDiskSlow:
    case FaultKind::kDiskFull:
      std::erase_if(node.disk_faults, [&](const DiskFault& disk) { return disk.fault == fault; });
      return let_up(fault, node);
    case FaultKind::kCrash:
      return let_up(fault, node);
    case FaultKind::kClockDrift:
      return retime(node);
    default:
      return;
  }
}

// The node boots when the last fault that holds it down lets up. One that keeps it down beyond the
// end of another has acted.
void Engine::let_up(FaultIndex fault, Node& node) {
  if (!erase_value(node.down_by, fault)) {
    return;
  }
  if (node.down_by.empty()) {
    start_incarnation(node);
  } else {
    gate_.count(node.down_by.front());
  }
}

void Engine::pause(FaultIndex fault, Node& node) {
  if (!node.running()) {
    return;
  }
  gate_.count(fault);
  node.paused_by.push_back(fault);
  if (node.paused_by.size() == 1) {
    processors_.set_paused(node.spec.id, true, now_);
    emit_for(node, world::NodePaused{false});
  }
}

void Engine::unpause(FaultIndex fault, Node& node) {
  if (!erase_value(node.paused_by, fault) || node.paused()) {
    return;
  }
  processors_.set_paused(node.spec.id, false, now_);
  emit_for(node, world::NodePaused{true});
  drain(node);
  dispatch(node);
}

void Engine::apply_cpu_faults(Node& node) {
  std::uint64_t permille = 1000;
  std::uint64_t busy_loops = 0;
  for (const FaultIndex fault : node.cpu_faults) {
    const world::Fault& what = gate_.plan()[fault];
    if (what.kind == FaultKind::kSlowCpu) {
      permille = permille * what.permille / 1000;
    } else {
      busy_loops += static_cast<std::uint64_t>(std::max<std::int64_t>(0, what.amount));
    }
  }
  constexpr std::uint64_t kMost = std::numeric_limits<std::uint32_t>::max() / 2;
  processors_.set_load(node.spec.id, static_cast<std::uint32_t>(std::min(busy_loops, kMost)),
                       static_cast<std::uint32_t>(std::min(permille, kMost)), now_);
}

// Timers keep their deadlines on the node's own clock, whose speed has just changed.
void Engine::retime(Node& node) {
  const core::Time local = monotonic(node);
  for (auto& [id, timer] : node.timers) {
    if (timer.armed) {
      const core::Duration left = std::max(core::Duration(0), timer.deadline - local);
      queue_timer(node, id, timer, now_ + gate_.true_span(node.spec.id, left));
    }
  }
}

std::uint64_t Engine::memory_bytes(const Node& node) const {
  Wide leaked = 0;
  for (const Leak& leak : node.leaks) {
    const auto elapsed = static_cast<std::uint64_t>((now_ - leak.since).count());
    leaked += static_cast<Wide>(node.spec.hardware.memory_bytes) * leak.permille_per_second *
              elapsed / kLeakScale;
  }
  const Wide used = node.spec.hardware.memory_base_bytes + leaked;
  return static_cast<std::uint64_t>(std::min<Wide>(used, node.spec.hardware.memory_bytes));
}

// The leaks grow linearly from their starts s_i with rates r_i: base + sum r_i (t - s_i) = limit.
void Engine::plan_out_of_memory(Node& node) {
  node.memory_token = 0;
  const world::Hardware& hardware = node.spec.hardware;
  Wide rate = 0;
  Wide offset = 0;
  for (const Leak& leak : node.leaks) {
    rate += leak.permille_per_second;
    offset += static_cast<Wide>(leak.permille_per_second) *
              static_cast<std::uint64_t>(core::to_ns(leak.since));
  }
  if (!node.running() || rate == 0 || hardware.memory_bytes == 0) {
    return;
  }
  const std::uint64_t room =
      hardware.memory_bytes - std::min(hardware.memory_bytes, hardware.memory_base_bytes);
  const Wide growth =
      (static_cast<Wide>(room) * kLeakScale + hardware.memory_bytes - 1) / hardware.memory_bytes;
  const Wide at_ns = (growth + offset + rate - 1) / rate;
  if (at_ns > static_cast<Wide>(std::numeric_limits<std::int64_t>::max())) {
    return;
  }
  const core::Time at = std::max(now_, core::at(core::Duration(static_cast<std::int64_t>(at_ns))));
  node.memory_token = node.next_token++;
  Scheduled scheduled;
  scheduled.kind = Scheduled::Kind::kOutOfMemory;
  scheduled.node = node.spec.id;
  scheduled.incarnation = node.incarnation;
  scheduled.token = node.memory_token;
  schedule(node, EventClass::kCpu, at, std::move(scheduled));
}

void Engine::out_of_memory(Node& node, std::uint64_t token) {
  if (token != node.memory_token) {
    return;
  }
  const std::vector<Leak> leaks = node.leaks;
  for (const Leak& leak : leaks) {
    gate_.count(leak.fault);
  }
  stop(node, world::HaltReason::kOutOfMemory, world::UnsyncedWrites::kLose, leaks.front().fault);
  for (std::size_t other = 1; other < leaks.size(); ++other) {
    node.down_by.push_back(leaks[other].fault);
  }
}

}  // namespace world_sim
