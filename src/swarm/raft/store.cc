// What must be durable before what (paper, figure 2: "updated on stable storage before
// responding").
#include <algorithm>
#include <utility>
#include <vector>

#include "raft/step.h"

namespace swarm {

void RaftStep::persist(RecordContent content, Index last_index, Term self_vote) {
  const world::PersistId id(Raft::kPersistRange | raft_.next_persist_++);
  raft_.pending_.push_back({id, last_index, self_vote});
  effects_.persist(core::encode(RaftRecord{Raft::kComponent, std::move(content)}), id);
}

void RaftStep::persist_ballot(Term self_vote) {
  persist(raft_.ballot_, 0, self_vote);
  if (raft_.ballot_.voted_for) {
    effects_.trace(VoteDurable{group(), term(), raft_.ballot_.voted_for});
  }
}

void RaftStep::persist_entries(std::vector<Entry> entries, bool truncates) {
  core::check(!entries.empty(), "an append has entries");
  std::vector<EntryDurable> records;
  records.reserve(entries.size());
  for (const Entry& entry : entries) {
    records.push_back({group(), entry.index, entry.term, entry_digest(entry)});
  }
  const Index first = entries.front().index;
  const Index last = entries.back().index;
  persist(AppendedEntries{std::move(entries)}, last, 0);
  if (truncates) {
    effects_.trace(LogTruncated{group(), first - 1});
  }
  for (const EntryDurable& record : records) {
    effects_.trace(record);
  }
}

// A persist under way may hold entries that have been overwritten since; it then proves less.
void RaftStep::forget_durable_after(Index index) {
  raft_.durable_index_ = std::min(raft_.durable_index_, index);
  for (Raft::Pending& pending : raft_.pending_) {
    pending.last_index = std::min(pending.last_index, index);
  }
}

void RaftStep::persisted(world::PersistId id) {
  core::check(!raft_.pending_.empty() && raft_.pending_.front().id == id,
              "persists become durable in the order in which they were asked for");
  const Raft::Pending done = raft_.pending_.front();
  raft_.pending_.pop_front();
  raft_.durable_index_ = std::max(raft_.durable_index_, done.last_index);
  if (raft_.role_ == Role::kCandidate && done.self_vote == term()) {
    raft_.granted_.insert(self());
    count_votes();
  }
  if (raft_.role_ == Role::kLeader) {
    advance_commit();
  }
}

}  // namespace swarm
