// The leader's side of replication, and commitment.
//
// Paper, section 5.3, and 5.4.2: "only log entries from the leader's current term are committed by
// counting replicas; once an entry from the current term has been committed in this way, then all
// prior entries are committed indirectly". Thesis, section 10.2: appends are pipelined, and leave
// before the leader's own write is durable.
#include <algorithm>
#include <functional>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "raft/step.h"

namespace swarm {

core::Result<void> RaftStep::check_leading() const {
  if (raft_.role_ == Role::kLeader) {
    return {};
  }
  const std::string who = raft_.leader_
                              ? "the leader is node " + std::to_string(raft_.leader_.value)
                              : "no leader is known";
  return core::fail(core::Code::kUnavailable, "node " + std::to_string(self().value) +
                                                  " does not lead group " +
                                                  std::to_string(group().value) + "; " + who);
}

core::Result<Index> RaftStep::propose(core::Bytes command) {
  TRY_VOID(check_leading());
  if (command.size() > Raft::kMaximumCommandBytes) {
    return core::fail(core::Code::kInvalid, "a command of " + std::to_string(command.size()) +
                                                " bytes is above the " + "limit of " +
                                                std::to_string(Raft::kMaximumCommandBytes));
  }
  if (raft_.log_.last_index() - raft_.commit_index_ >= raft_.options_.uncommitted_limit) {
    return core::fail(core::Code::kExhausted,
                      std::to_string(raft_.options_.uncommitted_limit) +
                          " entries wait for a majority; try again when some are committed");
  }
  return append_as_leader(EntryKind::kCommand, std::move(command));
}

Index RaftStep::append_as_leader(EntryKind kind, core::Bytes bytes) {
  const Index index = raft_.log_.last_index() + 1;
  std::vector<Entry> added(1, Entry{index, term(), kind, std::move(bytes)});
  raft_.log_.append(added.front());
  if (kind == EntryKind::kConfiguration) {
    refresh_configuration();
  }
  replicate_to_all();
  persist_entries(std::move(added), false);
  return index;
}

Raft::Progress* RaftStep::heard_from(const world::Message& header) {
  const auto it = raft_.progress_.find(header.from);
  if (it == raft_.progress_.end() || header.incarnation < it->second.incarnation) {
    return nullptr;
  }
  if (header.term > term()) {
    adopt_term(header.term);
    return nullptr;
  }
  if (header.term < term()) {
    return nullptr;
  }
  Raft::Progress& progress = it->second;
  if (progress.incarnation && header.incarnation > progress.incarnation) {
    // What was in flight to its last incarnation is lost.
    progress.flow = Raft::Flow::kProbe;
    progress.next = progress.match + 1;
    progress.probe_sent = false;
    progress.in_flight.clear();
  }
  progress.incarnation = header.incarnation;
  progress.last_contact = context_.now;
  return &progress;
}

void RaftStep::replicate_to_all() {
  for (auto& [node, progress] : raft_.progress_) {
    replicate_to(node, progress);
  }
}

void RaftStep::replicate_to(world::NodeId node, Raft::Progress& progress) {
  const RaftLog& log = raft_.log_;
  if (progress.flow != Raft::Flow::kSnapshot && progress.next <= log.snapshot().index) {
    progress.flow = Raft::Flow::kSnapshot;
    progress.snapshot_index = 0;
    return send_snapshot_piece(node, progress);
  }
  if (progress.flow == Raft::Flow::kProbe && !progress.probe_sent) {
    progress.probe_sent = true;
    send_entries(node, progress.next);
  }
  while (progress.flow == Raft::Flow::kReplicate && progress.next <= log.last_index() &&
         progress.in_flight.size() < raft_.options_.in_flight_limit) {
    const Index last = send_entries(node, progress.next);
    progress.next = last + 1;
    progress.in_flight.push_back(last);
  }
}

// An empty append that claims all that was sent: if something was lost, the refusal shows it.
void RaftStep::send_heartbeat(world::NodeId node, Raft::Progress& progress) {
  if (progress.flow == Raft::Flow::kSnapshot) {
    return send_snapshot_piece(node, progress);
  }
  if (progress.flow == Raft::Flow::kReplicate && progress.next > raft_.log_.snapshot().index) {
    return send(node, append_after(progress.next - 1, {}));
  }
  progress.probe_sent = false;
  replicate_to(node, progress);
}

AppendEntries RaftStep::append_after(Index previous_index, std::vector<Entry> entries) const {
  const auto previous_term = raft_.log_.term_at(previous_index);
  core::check(previous_term.has_value(), "an append starts inside the log");
  return {group(), previous_index, *previous_term, raft_.commit_index_, std::move(entries)};
}

// Most members need the same entries, so what one was sent is kept for the others.
Index RaftStep::send_entries(world::NodeId node, Index first) {
  const RaftLog& log = raft_.log_;
  const RaftOptions& options = raft_.options_;
  const SentEntries wanted{first, log.last_index(), raft_.commit_index_, term(), 0, {}};
  if (!sent_.same_as(wanted)) {
    auto entries = log.slice(first, options.append_entries_limit, options.append_bytes_limit);
    sent_ = wanted;
    sent_.last = first + entries.size() - 1;
    sent_.message =
        world::make_message({}, append_after(first - 1, std::move(entries)), raft_.ballot_.term);
  }
  world::Message message = sent_.message;
  message.to = node;
  effects_.send(std::move(message));
  return sent_.last;
}

Index RaftStep::durable_on(world::NodeId node) const {
  if (node == self()) {
    return raft_.durable_index_;
  }
  const auto it = raft_.progress_.find(node);
  return it == raft_.progress_.end() ? 0 : it->second.match;
}

void RaftStep::advance_commit() {
  std::vector<Index> durable;
  for (const world::NodeId voter : raft_.configuration_.voters) {
    durable.push_back(durable_on(voter));
  }
  std::ranges::sort(durable, std::greater());
  const Index majority = durable[raft_.configuration_.quorum() - 1];
  if (majority <= raft_.commit_index_ || raft_.log_.term_at(majority) != term()) {
    return;
  }
  commit_as_leader(majority);
}

void RaftStep::commit_as_leader(Index upto) {
  const auto& voters = raft_.configuration_.voters;
  while (raft_.commit_index_ < upto) {
    const Entry& entry = raft_.log_.at(++raft_.commit_index_);
    std::vector<world::NodeId> durable;
    std::ranges::copy_if(voters, std::back_inserter(durable),
                         [&](world::NodeId voter) { return durable_on(voter) >= entry.index; });
    effects_.trace(Committed{group(), entry.index, entry.term, entry_digest(entry), voters,
                             std::move(durable), term()});
  }
  // Thesis, section 4.2.2: a leader that is not in the configuration steps down once it is
  // committed; a last append tells the others, so that they need not wait for the next leader to
  // commit it.
  if (raft_.is_configuration_committed() && !raft_.configuration_.is_voter(self())) {
    for (auto& [node, progress] : raft_.progress_) {
      send_heartbeat(node, progress);
    }
    become_follower(StepDownReason::kRemoved);
  }
}

void RaftStep::learn_commit(Index upto) {
  core::check(upto <= raft_.log_.last_index(), "what is committed here is in the log");
  while (raft_.commit_index_ < upto) {
    const Entry& entry = raft_.log_.at(++raft_.commit_index_);
    effects_.trace(CommitLearned{group(), entry.index, entry.term, entry_digest(entry)});
  }
}

}  // namespace swarm
