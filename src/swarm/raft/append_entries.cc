// Taking entries from a leader, and the leader's reading of the answers (paper, section 5.3 and
// figure 2, "AppendEntries RPC").
#include <algorithm>
#include <utility>
#include <vector>

#include "raft/step.h"

namespace swarm {

bool RaftStep::is_well_formed(Term term, const AppendEntries& request) const {
  Index index = request.previous_index;
  Term newest = request.previous_term;
  for (const Entry& entry : request.entries) {
    if (entry.index != ++index || entry.term < newest || entry.term == 0) {
      return false;
    }
    newest = entry.term;
    if (entry.kind == EntryKind::kConfiguration) {
      const auto configuration = core::decode<Configuration>(entry.bytes);
      if (!configuration.has_value() || !configuration->is_valid()) {
        return false;
      }
    }
  }
  return newest <= term;
}

void RaftStep::handle(const world::Message& header, AppendEntries& request) {
  if (!is_well_formed(header.term, request)) {
    return;
  }
  if (!follow(header.from, header.term)) {
    send(header.from, AppendReply{group(), false, request.previous_index, 0, 0});
    return;
  }
  const RaftLog& log = raft_.log_;
  const Index verified = request.previous_index + request.entries.size();
  // What the snapshot covers is committed, so it agrees with every leader of this or a later term.
  const bool covered = request.previous_index < log.snapshot().index;
  if (!covered && log.term_at(request.previous_index) != request.previous_term) {
    return refuse_append(header.from, request.previous_index);
  }
  std::erase_if(request.entries,
                [&](const Entry& entry) { return entry.index <= log.snapshot().index; });
  store_entries(std::move(request.entries));
  learn_commit(std::min(request.commit, verified));
  send(header.from, AppendReply{group(), true, std::max(verified, log.snapshot().index), 0, 0});
}

// Paper, end of section 5.3: "the follower can include the term of the conflicting entry and the
// first index it stores for that term".
void RaftStep::refuse_append(world::NodeId leader, Index previous_index) {
  const RaftLog& log = raft_.log_;
  AppendReply reply{group(), false, previous_index, log.last_index() + 1, 0};
  if (const auto conflicting = log.term_at(previous_index)) {
    core::check(previous_index > raft_.commit_index_, "committed entries never conflict");
    reply.hint_term = *conflicting;
    reply.hint_index = previous_index;
    while (reply.hint_index > raft_.commit_index_ + 1 &&
           log.term_at(reply.hint_index - 1) == *conflicting) {
      --reply.hint_index;
    }
  }
  send(leader, reply);
}

// Only a conflict removes entries: an append that arrives late may verify less than the log holds.
void RaftStep::store_entries(std::vector<Entry> entries) {
  RaftLog& log = raft_.log_;
  const auto first_new = std::ranges::find_if(
      entries, [&](const Entry& entry) { return log.term_at(entry.index) != entry.term; });
  entries.erase(entries.begin(), first_new);
  if (entries.empty()) {
    return;
  }
  const Index last_kept = entries.front().index - 1;
  const bool truncates = last_kept < log.last_index();
  if (truncates) {
    core::check(last_kept >= raft_.commit_index_, "committed entries are never overwritten");
    log.truncate_after(last_kept);
    forget_durable_after(last_kept);
  }
  for (const Entry& entry : entries) {
    log.append(entry);
  }
  const bool reconfigures = truncates || std::ranges::any_of(entries, [](const Entry& entry) {
                              return entry.kind == EntryKind::kConfiguration;
                            });
  persist_entries(std::move(entries), truncates);
  if (reconfigures) {
    refresh_configuration();
  }
}

void RaftStep::handle(const world::Message& header, const AppendReply& reply) {
  Raft::Progress* progress = heard_from(header);
  if (progress == nullptr || reply.index > raft_.log_.last_index()) {
    return;
  }
  if (reply.success) {
    progress->match = std::max(progress->match, reply.index);
    progress->next = std::max(progress->next, progress->match + 1);
    progress->probe_sent = false;
    while (!progress->in_flight.empty() && progress->in_flight.front() <= progress->match) {
      progress->in_flight.pop_front();
    }
    if (progress->next > raft_.log_.snapshot().index) {
      progress->flow = Raft::Flow::kReplicate;
    }
    advance_commit();
  } else if (reply.index <= progress->match || progress->flow == Raft::Flow::kSnapshot ||
             (progress->flow == Raft::Flow::kProbe && reply.index + 1 != progress->next)) {
    return;  // an old refusal, overtaken by what is known since
  } else {
    progress->next = next_after_refusal(*progress, reply);
    progress->flow = Raft::Flow::kProbe;
    progress->probe_sent = false;
    progress->in_flight.clear();
  }
  // advance_commit() may have ended this node's leadership, and progress with it.
  if (raft_.role_ == Role::kLeader) {
    replicate_to(header.from, *progress);
  }
}

// Paper, end of section 5.3: skip the whole conflicting term where the leader lacks it; where it
// has it, go to just after its own last entry of that term.
Index RaftStep::next_after_refusal(const Raft::Progress& progress, const AppendReply& reply) const {
  const RaftLog& log = raft_.log_;
  Index next = reply.hint_index;
  if (reply.hint_term != 0) {
    Index candidate = reply.index;
    while (candidate > log.snapshot().index &&
           log.term_at(candidate).value_or(0) > reply.hint_term) {
      --candidate;
    }
    if (log.term_at(candidate) == reply.hint_term) {
      next = candidate + 1;
    }
  }
  return std::clamp(next, progress.match + 1, reply.index);
}

}  // namespace swarm
