// Changing who takes part, one server at a time (thesis, chapter 4).
//
// 4.1: majorities of two configurations that differ by one server overlap, so a server uses "the
// latest configuration in its log, regardless of whether the entry is committed". The correction
// that Ongaro published for 4.1 (raft-dev, 2015): a leader changes the configuration only after it
// has committed an entry of its own term.
#include <algorithm>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "raft/step.h"

namespace swarm {

namespace {

bool is_sorted_set(const std::vector<world::NodeId>& nodes) {
  return std::ranges::adjacent_find(nodes, std::greater_equal()) == nodes.end() &&
         (nodes.empty() || nodes.front());
}

void insert_sorted(std::vector<world::NodeId>& nodes, world::NodeId node) {
  nodes.insert(std::ranges::lower_bound(nodes, node), node);
}

std::string name_of_node(world::NodeId node) {
  return "node " + std::to_string(node.value);
}

}  // namespace

bool Configuration::is_voter(world::NodeId node) const {
  return std::ranges::binary_search(voters, node);
}

bool Configuration::is_learner(world::NodeId node) const {
  return std::ranges::binary_search(learners, node);
}

bool Configuration::is_valid() const {
  return is_sorted_set(voters) && is_sorted_set(learners) &&
         std::ranges::none_of(learners, [&](world::NodeId node) { return is_voter(node); });
}

core::Result<Index> RaftStep::change_membership(MembershipChange change, world::NodeId node) {
  TRY_VOID(check_leading());
  if (!raft_.is_leader_ready() || !raft_.is_configuration_committed()) {
    return core::fail(core::Code::kUnavailable,
                      "the membership of group " + std::to_string(group().value) +
                          " cannot change before " +
                          (raft_.is_leader_ready() ? "the last change is committed"
                                                   : "its new leader has committed an entry"));
  }
  const Configuration next = TRY(changed(change, node));
  core::check(next.is_valid() && !next.voters.empty(), "a change keeps the configuration valid");
  return append_as_leader(EntryKind::kConfiguration, core::encode(next));
}

core::Result<Configuration> RaftStep::changed(MembershipChange change, world::NodeId node) const {
  Configuration next = raft_.configuration_;
  const bool adds =
      change == MembershipChange::kAddVoter || change == MembershipChange::kAddLearner;
  if (!node || (adds && next.contains(node))) {
    return core::fail(core::Code::kInvalid, name_of_node(node) + " is already a member");
  }
  if (change == MembershipChange::kRemove && !next.contains(node)) {
    return core::fail(core::Code::kInvalid, name_of_node(node) + " is not a member");
  }
  const bool loses_vote =
      change == MembershipChange::kRemove || change == MembershipChange::kDemote;
  if (change == MembershipChange::kDemote && !next.is_voter(node)) {
    return core::fail(core::Code::kInvalid, name_of_node(node) + " is not a voter");
  }
  if (loses_vote && next.voters == std::vector{node}) {
    return core::fail(core::Code::kInvalid, name_of_node(node) + " is the last voter");
  }
  if (change == MembershipChange::kPromote) {
    TRY_VOID(may_promote(node));
  }
  std::erase(next.voters, node);
  std::erase(next.learners, node);
  if (change == MembershipChange::kAddLearner || change == MembershipChange::kDemote) {
    insert_sorted(next.learners, node);
  } else if (change != MembershipChange::kRemove) {
    insert_sorted(next.voters, node);
  }
  return next;
}

// Thesis, section 4.2.1: a server catches up before it counts, or it delays commits.
core::Result<void> RaftStep::may_promote(world::NodeId node) const {
  if (!raft_.configuration_.is_learner(node)) {
    return core::fail(core::Code::kInvalid, name_of_node(node) + " is not a learner");
  }
  if (!raft_.has_caught_up(node)) {
    return core::fail(core::Code::kUnavailable, name_of_node(node) + " holds entries up to " +
                                                    std::to_string(durable_on(node)) + " of " +
                                                    std::to_string(raft_.log_.last_index()) +
                                                    "; promote it when it has " + "caught up");
  }
  return {};
}

void RaftStep::refresh_configuration() {
  auto [index, configuration] = raft_.log_.configuration_at(raft_.log_.last_index());
  raft_.configuration_index_ = index;
  raft_.configuration_ = std::move(configuration);
  effects_.trace(ConfigurationChanged{group(), index, raft_.configuration_.voters,
                                      raft_.configuration_.learners});
  if (raft_.role_ == Role::kLeader) {
    refresh_progress();
  }
}

// Keeps what is known of members that stay.
void RaftStep::refresh_progress() {
  std::erase_if(raft_.progress_,
                [&](const auto& known) { return !raft_.configuration_.contains(known.first); });
  Raft::Progress fresh;
  fresh.next = raft_.log_.last_index() + 1;
  fresh.last_contact = context_.now;
  for (const auto* nodes : {&raft_.configuration_.voters, &raft_.configuration_.learners}) {
    for (const world::NodeId node : *nodes) {
      if (node != self()) {
        raft_.progress_.try_emplace(node, fresh);
      }
    }
  }
}

}  // namespace swarm
