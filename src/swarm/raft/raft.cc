// The face of Raft: routing of events, and what an owner may ask.
#include "swarm/raft.h"

#include <utility>

#include "raft/step.h"

namespace swarm {

Raft::Raft(RaftOptions options)
    : options_(std::move(options)),
      log_(Snapshot{0, 0, options_.initial, {}}, {}),
      configuration_(options_.initial) {
  core::check(static_cast<bool>(options_.self), "a Raft knows its own node");
  core::check(options_.initial.is_valid(), "the initial configuration is sorted and disjoint");
  core::check(
      options_.heartbeat > core::Duration::zero() && options_.heartbeat < options_.election_timeout,
      "heartbeats are shorter than the election timeout");
  core::check(options_.snapshot_threshold > 0 && options_.append_entries_limit > 0 &&
                  options_.append_bytes_limit > 0 && options_.in_flight_limit > 0 &&
                  options_.uncommitted_limit > 0,
              "limits are above zero");
  core::check(options_.append_bytes_limit <= kMaximumCommandBytes, "appends fit into one message");
}

core::Result<void> Raft::start(const std::vector<core::Bytes>& recovered, world::Context& context,
                               world::Effects& effects) {
  return RaftStep(*this, context, effects).start(recovered);
}

void Raft::receive(const world::Message& message, world::Context& context,
                   world::Effects& effects) {
  RaftStep(*this, context, effects).receive(message);
}

void Raft::timer(world::TimerId timer, world::Context& context, world::Effects& effects) {
  if (timer == kElectionTimer) {
    RaftStep(*this, context, effects).election_timer();
  } else if (timer == kHeartbeatTimer) {
    RaftStep(*this, context, effects).heartbeat_timer();
  }
}

void Raft::persisted(world::PersistId id, world::Context& context, world::Effects& effects) {
  RaftStep(*this, context, effects).persisted(id);
}

core::Result<Index> Raft::propose(core::Bytes command, world::Context& context,
                                  world::Effects& effects) {
  return RaftStep(*this, context, effects).propose(std::move(command));
}

core::Result<Index> Raft::change_membership(MembershipChange change, world::NodeId node,
                                            world::Context& context, world::Effects& effects) {
  return RaftStep(*this, context, effects).change_membership(change, node);
}

const Entry* Raft::take_committed() {
  if (snapshot_waits_ || applied_index_ == commit_index_) {
    return nullptr;
  }
  return &log_.at(++applied_index_);
}

std::optional<Snapshot> Raft::take_installed_snapshot() {
  if (!snapshot_waits_) {
    return std::nullopt;
  }
  snapshot_waits_ = false;
  applied_index_ = log_.snapshot().index;
  return log_.snapshot();
}

bool Raft::wants_compaction() const {
  return !snapshot_waits_ && applied_index_ >= log_.snapshot().index + options_.snapshot_threshold;
}

void Raft::compact(Index upto, core::Bytes state) {
  core::check(!snapshot_waits_, "an installed snapshot is taken before the next one is made");
  core::check(upto >= log_.snapshot().index && upto <= applied_index_,
              "only entries that were applied are forgotten");
  const auto term = log_.term_at(upto);
  core::check(term.has_value(), "an applied entry is in the log");
  log_.replace_prefix({upto, *term, log_.configuration_at(upto).second, std::move(state)});
}

core::Bytes Raft::durable_image() const {
  return core::encode(RaftRecord{kComponent, RaftImage{ballot_, log_}});
}

bool Raft::is_leader_ready() const {
  return is_leader() && commit_index_ >= term_start_index_;
}

std::optional<core::Time> Raft::last_contact(world::NodeId node) const {
  const auto it = progress_.find(node);
  return it == progress_.end() ? std::nullopt : std::optional(it->second.last_contact);
}

std::optional<Index> Raft::match_index(world::NodeId node) const {
  const auto it = progress_.find(node);
  return it == progress_.end() ? std::nullopt : std::optional(it->second.match);
}

bool Raft::has_caught_up(world::NodeId node) const {
  const Index has = node == options_.self ? durable_index_ : match_index(node).value_or(0);
  return is_leader() && has > 0 && has + options_.append_entries_limit >= log_.last_index();
}

template <world::Payload T>
void RaftStep::dispatch(const world::Message& message) {
  auto payload = world::payload<T>(message);
  if (payload.has_value() && payload->group == group()) {
    handle(message, *payload);
  }
}

void RaftStep::receive(const world::Message& message) {
  if (!message.from || message.from == self()) {
    return;
  }
  switch (message.type) {
    case RequestVote::kType:
      return dispatch<RequestVote>(message);
    case VoteReply::kType:
      return dispatch<VoteReply>(message);
    case AppendEntries::kType:
      return dispatch<AppendEntries>(message);
    case AppendReply::kType:
      return dispatch<AppendReply>(message);
    case InstallSnapshot::kType:
      return dispatch<InstallSnapshot>(message);
    case SnapshotReply::kType:
      return dispatch<SnapshotReply>(message);
    default:
      return;
  }
}

}  // namespace swarm
