#include "state_transfer.h"

#include <algorithm>

#include "core/describe.h"
#include "core/hash.h"

namespace lab {

std::size_t entries_apart(const swarm::Ledger& one, const swarm::Ledger& other) {
  return one == other ? 0 : std::max<std::size_t>(1, core::difference(one, other).size());
}

void StateTransfer::receive(const world::TraceEntry& entry) {
  if (const auto joined = world::as<swarm::MemberJoined>(entry)) {
    if (joined->pool == candidate_) {
      new_side_.insert(joined->member);
    }
  } else if (const auto left = world::as<swarm::MemberLeft>(entry)) {
    new_side_.erase(left->member);
    to_compare_.erase(left->member);
  } else if (const auto changed = world::as<swarm::RouteChanged>(entry)) {
    if (changed->route.epoch <= epoch_) {
      return;
    }
    epoch_ = changed->route.epoch;
    const auto weight = changed->route.weights.find(candidate_);
    const std::uint32_t parts = weight == changed->route.weights.end() ? 0 : weight->second;
    if (parts > parts_) {
      unseen_ += to_compare_.size();
      to_compare_ = new_side_;
      index_ = changed->index;
    }
    parts_ = parts;
  }
}

void StateTransfer::look(const std::vector<world::NodeId>& members, const MemberOf& member_of) {
  for (auto node = to_compare_.begin(); node != to_compare_.end();) {
    const swarm::Member* mine = member_of(*node);
    const swarm::Member* other = nullptr;
    for (const world::NodeId one : members) {
      const swarm::Member* held = new_side_.contains(one) ? nullptr : member_of(one);
      if (mine != nullptr && held != nullptr && held->applied_index() == mine->applied_index()) {
        other = held;
      }
    }
    if (other == nullptr || mine->applied_index() < index_) {
      ++node;
      continue;
    }
    ++compared_;
    apart_ += entries_apart(other->ledger(), mine->ledger());
    node = to_compare_.erase(node);
  }
}

Metrics StateTransfer::metrics() const {
  Metrics metrics;
  if (compared_ > 0) {
    metrics["state_divergence"] = static_cast<double>(apart_);
  }
  metrics["state_transfers"] = static_cast<double>(compared_);
  metrics["state_transfers_unseen"] = static_cast<double>(unseen_ + to_compare_.size());
  return metrics;
}

}  // namespace lab
