#include "view_log.h"

#include <algorithm>

#include "swarm/raft_trace.h"
#include "swarm/suspicion.h"

namespace lab {
namespace {

bool cuts(const std::string& kind) {
  return kind == "partition" || kind == "isolate" || kind == "region_loss";
}

bool stresses(const std::string& kind) {
  return kind == "cpu_spike" || kind == "slow_cpu";
}

bool is_among(const std::vector<world::NodeId>& nodes, world::NodeId node) {
  return std::ranges::find(nodes, node) != nodes.end();
}

}  // namespace

ViewLog::ViewLog(const swarm::Topology& topology, std::vector<std::string> kinds)
    : topology_(topology), kinds_(std::move(kinds)) {}

void ViewLog::receive(const world::TraceEntry& entry) {
  const world::TraceKind family = entry.record.kind >> 8U;
  if (family > 0x02) {
    return;
  }
  on_driver(entry);
  on_fault(entry);
  on_swarm(entry);
  if (healed_ && agree()) {
    close(entry.at, true);
  }
}

void ViewLog::on_driver(const world::TraceEntry& entry) {
  if (world::as<world::NodeHalted>(entry)) {
    away_.insert(entry.node);
    proven_.erase(entry.node);
    suspects_.erase(entry.node);
    leader_ = entry.node == leader_ ? world::NodeId() : leader_;
  } else if (world::as<world::NodeBooted>(entry)) {
    away_.erase(entry.node);
  } else if (const auto paused = world::as<world::NodePaused>(entry)) {
    if (paused->resumed) {
      away_.erase(entry.node);
    } else {
      away_.insert(entry.node);
    }
  }
}

void ViewLog::on_fault(const world::TraceEntry& entry) {
  if (const auto started = world::as<world::FaultStarted>(entry)) {
    active_[started->fault] = started->targets;
    const std::string& kind = kinds_.at(started->fault);
    if (cuts(kind)) {
      ++cuts_;
      close(entry.at, false);
    }
    if (stresses(kind) && stresses_++ == 0) {
      stressed_since_ = entry.at;
    }
  } else if (const auto ended = world::as<world::FaultEnded>(entry)) {
    if (active_.erase(ended->fault) == 0) {
      return;
    }
    const std::string& kind = kinds_.at(ended->fault);
    if (cuts(kind) && --cuts_ == 0) {
      healed_ = entry.at;
    }
    if (stresses(kind) && --stresses_ == 0) {
      stressed_ += entry.at - stressed_since_;
    }
  }
}

void ViewLog::on_swarm(const world::TraceEntry& entry) {
  if (const auto proven = world::as<swarm::LinkProven>(entry)) {
    proven_[entry.node].insert(proven->peer);
  } else if (const auto lost = world::as<swarm::LinkLost>(entry)) {
    proven_[entry.node].erase(lost->peer);
  } else if (const auto suspected = world::as<swarm::Suspected>(entry)) {
    suspect(entry.node, suspected->member);
  } else if (const auto trusted = world::as<swarm::Trusted>(entry)) {
    suspects_[entry.node].erase(trusted->member);
  } else if (world::as<swarm::LeaderReady>(entry)) {
    leader_ = entry.node;
  } else if (world::as<swarm::BecameLeader>(entry)) {
    suspects_.erase(entry.node);  // who begins to watch suspects nobody
  } else if (world::as<swarm::SteppedDown>(entry)) {
    suspects_.erase(entry.node);
    leader_ = entry.node == leader_ ? world::NodeId() : leader_;
  }
}

// A suspicion for want of CPU: both run, and nothing but a fault of CPUs hits either.
void ViewLog::suspect(world::NodeId observer, world::NodeId member) {
  suspects_[observer].insert(member);
  const bool otherwise_hit = std::ranges::any_of(active_, [&](const auto& fault) {
    return !stresses(kinds_[fault.first]) &&
           (is_among(fault.second, observer) || is_among(fault.second, member));
  });
  if (stresses_ > 0 && live(observer) && live(member) && !otherwise_hit) {
    ++suspected_in_stress_;
  }
}

void ViewLog::close(core::Time at, bool agreed) {
  if (healed_) {
    longest_ = std::max(longest_.value_or(core::Duration{}), at - *healed_);
    apart_ += agreed ? 0U : 1U;
    healed_.reset();
  }
}

// Of a topology whose links follow the leader, one of a later member shows nothing of the
// founders'.
bool ViewLog::agree() const {
  if (!leader_) {
    return false;
  }
  for (const auto& [observer, members] : suspects_) {
    if (live(observer) &&
        std::ranges::any_of(members, [this](world::NodeId member) { return live(member); })) {
      return false;
    }
  }
  const auto sees = [this](world::NodeId from, world::NodeId to) {
    const auto peers = proven_.find(from);
    return peers != proven_.end() && peers->second.contains(to);
  };
  return std::ranges::all_of(topology_.declared_links(leader_), [&](const swarm::Link& link) {
    return !live(link.low) || !live(link.high) ||
           (sees(link.low, link.high) && sees(link.high, link.low));
  });
}

Metrics ViewLog::metrics(core::Time end) const {
  Metrics metrics;
  ViewLog whole = *this;
  if (whole.healed_ && *whole.healed_ < end) {
    whole.close(end, false);
  }
  if (whole.longest_ && topology_.kind != swarm::TopologyKind::kRing) {
    metrics["view_convergence"] = core::to_seconds(*whole.longest_);
    metrics["views_apart"] = static_cast<double>(whole.apart_);
  }
  const core::Duration stressed =
      stressed_ + (stresses_ > 0 ? end - stressed_since_ : core::Duration{});
  if (stressed > core::Duration::zero()) {
    metrics["false_suspicions_per_hour"] =
        static_cast<double>(suspected_in_stress_) / (core::to_seconds(stressed) / 3'600);
  }
  return metrics;
}

}  // namespace lab
