#include "lab/fault_log.h"

#include <algorithm>

#include "core/check.h"
#include "swarm/pipeline_trace.h"
#include "swarm/protocol.h"
#include "swarm/raft_trace.h"
#include "swarm/suspicion.h"
#include "swarm/trace.h"

namespace lab {
namespace {

bool has(const std::vector<world::NodeId>& nodes, world::NodeId node) {
  return std::ranges::find(nodes, node) != nodes.end();
}

bool has_two_sides(const FaultRecord& fault) {
  return fault.kind == "partition";
}

bool cuts_off(const FaultRecord& fault) {
  return fault.kind == "isolate" || fault.kind == "region_loss";
}

bool has_stage(const swarm::Ring& ring, world::NodeId node) {
  return ring.stage_of(node).has_value();
}

}  // namespace

RecoverySplit split_of(const FaultRecord& fault) {
  RecoverySplit split;
  const auto between = [](const std::optional<core::Time>& from,
                          const std::optional<core::Time>& to) -> std::optional<core::Duration> {
    return from && to && *from <= *to ? std::optional(*to - *from) : std::nullopt;
  };
  split.detect = between(fault.began, fault.detected);
  split.decide = between(fault.detected, fault.decided);
  split.execute = between(fault.decided, fault.recovered);
  split.total = between(fault.began, fault.recovered);
  return split;
}

FaultLog::FaultLog(const std::vector<std::string>& kinds, const world::FaultPlan& plan)
    : led_(plan.size()) {
  core::check(kinds.size() == plan.size(), "every fault of the plan has a name");
  for (std::size_t i = 0; i < plan.size(); ++i) {
    FaultRecord record;
    record.kind = kinds[i];
    record.index = static_cast<std::uint32_t>(i);
    records_.push_back(std::move(record));
    peers_.push_back(plan[i].peers);
  }
}

void FaultLog::receive(const world::TraceEntry& entry, world::NodeId leader) {
  if (records_.empty()) {
    return;
  }
  if (const auto started = world::as<world::FaultStarted>(entry)) {
    begin(started->fault, started->targets, entry.at, leader);
  } else if (const auto ended = world::as<world::FaultEnded>(entry)) {
    end(ended->fault, ended->acted, entry.at);
  } else if (const auto suspected = world::as<swarm::Suspected>(entry)) {
    notice(suspected->member, entry.at);
  } else if (const auto breaker = world::as<swarm::BreakerChanged>(entry)) {
    if (breaker->to == swarm::BreakerState::kOpen) {
      notice(breaker->peer, entry.at);
    }
  } else if (const auto changed = world::as<swarm::RingChanged>(entry)) {
    follow_ring(changed->ring, entry.at);
  } else {
    follow_leadership(entry);
    follow_tasks(entry);
  }
}

void FaultLog::begin(std::uint32_t index, const std::vector<world::NodeId>& targets, core::Time at,
                     world::NodeId leader) {
  FaultRecord& fault = records_.at(index);
  fault.began = at;
  fault.targets = targets;
  fault.on_leader = leader && has(targets, leader);
  led_[index] = leader;
  for (FaultRecord& earlier : records_) {
    if (earlier.ended && *earlier.began < at && !earlier.watched_until) {
      earlier.watched_until = at;
    }
  }
}

void FaultLog::end(std::uint32_t index, std::uint64_t acted, core::Time at) {
  FaultRecord& fault = records_.at(index);
  fault.ended = at;
  fault.acted = acted;
  const bool followed = std::ranges::any_of(
      records_, [&](const FaultRecord& other) { return other.began == at && fault.began < at; });
  if (followed) {
    fault.watched_until = at;
  }
}

bool FaultLog::listens(const FaultRecord& fault, core::Time at) const {
  return fault.began && *fault.began < at && !fault.watched_until;
}

bool FaultLog::hits(const FaultRecord& fault, world::NodeId node) const {
  return has(fault.targets, node) || (has_two_sides(fault) && has(peers_[fault.index], node));
}

bool FaultLog::may_speak(const FaultRecord& fault, world::NodeId node) const {
  return fault.ended ||
         (node != led_[fault.index] && !(cuts_off(fault) && has(fault.targets, node)));
}

void FaultLog::notice(world::NodeId member, core::Time at) {
  for (FaultRecord& fault : records_) {
    if (listens(fault, at) && !fault.detected && hits(fault, member)) {
      fault.detected = at;
    }
  }
}

void FaultLog::follow_leadership(const world::TraceEntry& entry) {
  const bool stands = entry.record.kind == swarm::ElectionStarted::kKind;
  const bool leads = entry.record.kind == swarm::LeaderReady::kKind;
  if (!stands && !leads) {
    return;
  }
  for (FaultRecord& fault : records_) {
    const bool concerned = fault.on_leader || has_two_sides(fault);
    if (!listens(fault, entry.at) || !concerned || !may_speak(fault, entry.node)) {
      continue;
    }
    if (stands && !fault.detected) {
      fault.detected = entry.at;
    } else if (leads && fault.detected && !fault.decided) {
      fault.decided = entry.at;
    }
  }
}

void FaultLog::follow_tasks(const world::TraceEntry& entry) {
  if (const auto assigned = world::as<swarm::TaskAssigned>(entry)) {
    const auto held = holds_.find(assigned->task);
    for (FaultRecord& fault : records_) {
      const bool again = held != holds_.end() && assigned->attempt > held->second.attempt;
      if (!again || !listens(fault, entry.at) || !fault.detected || fault.decided) {
        continue;
      }
      const Hold& hold = held->second;
      const bool in_its_time = hold.from <= fault.ended.value_or(entry.at) &&
                               hold.until.value_or(entry.at) >= *fault.began;
      if (in_its_time && hits(fault, hold.node)) {
        fault.decided = entry.at;
      }
    }
    holds_[assigned->task] = {assigned->agent, assigned->attempt, entry.at, std::nullopt};
  } else if (const auto taken = world::as<swarm::ItemTaken>(entry)) {
    const auto held = holds_.find(taken->task);
    if (held != holds_.end() && held->second.attempt == taken->attempt && !held->second.until) {
      held->second.node = entry.node;
      held->second.from = entry.at;
    }
  } else if (const auto back = world::as<swarm::TaskTakenBack>(entry)) {
    if (const auto held = holds_.find(back->task); held != holds_.end()) {
      held->second.until = entry.at;
      // A new leader takes stock of every task; an attempt that gives up says so itself.
      if (back->reason != swarm::TakeBackReason::kNewLeader &&
          back->reason != swarm::TakeBackReason::kAborted) {
        notice(held->second.node, entry.at);
      }
    }
  } else if (const auto finished = world::as<swarm::TaskFinished>(entry)) {
    holds_.erase(finished->task);
  }
}

// Every replica says it; the first is when it was committed.
void FaultLog::follow_ring(const swarm::Ring& ring, core::Time at) {
  if (ring_ && ring.epoch <= ring_->epoch) {
    return;
  }
  for (FaultRecord& fault : records_) {
    if (!listens(fault, at) || !fault.detected || fault.decided) {
      continue;
    }
    const auto put_out = [&](world::NodeId node) {
      return (!ring_ || has_stage(*ring_, node)) && !has_stage(ring, node);
    };
    if (ring.stopped || std::ranges::any_of(fault.targets, put_out) ||
        (has_two_sides(fault) && std::ranges::any_of(peers_[fault.index], put_out))) {
      fault.decided = at;
    }
  }
  ring_ = ring;
}

}  // namespace lab
