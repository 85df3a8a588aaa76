// Starting from what the store holds.
#include <string>
#include <utility>
#include <variant>

#include "raft/step.h"

namespace swarm {

core::Result<void> RaftStep::start(const std::vector<core::Bytes>& recovered) {
  core::check(context_.self == self(), "a Raft runs on the node that its options name");
  core::check(raft_.next_persist_ == 1 && raft_.last_index() == 0, "an incarnation starts once");
  for (const core::Bytes& record : recovered) {
    TRY_VOID(recover(record));
  }
  const Index covered = raft_.log_.snapshot().index;
  raft_.commit_index_ = covered;
  raft_.snapshot_waits_ = covered > 0;
  raft_.durable_index_ = raft_.log_.last_index();
  trace_recovered();
  refresh_configuration();
  const bool alone = raft_.configuration_.voters == std::vector{self()};
  const bool at_once = (raft_.options_.preferred || alone) && may_stand();
  arm_election_timer(at_once ? core::Duration::zero() : draw_election_timeout());
  return {};
}

core::Result<void> RaftStep::recover(const core::Bytes& bytes) {
  auto record = core::decode<RaftRecord>(bytes);
  if (!record.has_value() || record->component != Raft::kComponent) {
    return core::fail(core::Code::kCorrupt,
                      "a Raft record in the node's store does not decode; the store is damaged: "
                      "remove the node from its group and let a new one join");
  }
  if (const auto* ballot = std::get_if<Raft::Ballot>(&record->content)) {
    raft_.ballot_ = *ballot;
  } else if (auto* appended = std::get_if<AppendedEntries>(&record->content)) {
    return recover_entries(std::move(appended->entries));
  } else if (auto* image = std::get_if<RaftImage>(&record->content)) {
    raft_.ballot_ = image->ballot;
    raft_.log_ = RaftLog({0, 0, image->log.snapshot().configuration, {}}, {});
    raft_.log_.replace_prefix(image->log.snapshot());
    return recover_entries(image->log.entries());
  }
  return {};
}

core::Result<void> RaftStep::recover_entries(std::vector<Entry> entries) {
  for (Entry& entry : entries) {
    const Index covered = raft_.log_.snapshot().index;
    const bool fits = entry.index > covered && entry.index <= raft_.log_.last_index() + 1 &&
                      entry.term >= raft_.log_.term_at(entry.index - 1).value_or(0);
    const auto configuration = entry.kind == EntryKind::kConfiguration
                                   ? core::decode<Configuration>(entry.bytes)
                                   : core::Result<Configuration>();
    if (!fits || !configuration.has_value() || !configuration->is_valid()) {
      return core::fail(core::Code::kCorrupt,
                        "entry " + std::to_string(entry.index) + " in the node's store does not " +
                            "fit the log before it; the store is damaged: remove the node from " +
                            "its group and let a new one join");
    }
    raft_.log_.truncate_after(entry.index - 1);
    raft_.log_.append(std::move(entry));
  }
  return {};
}

void RaftStep::trace_recovered() {
  const Snapshot& snapshot = raft_.log_.snapshot();
  effects_.trace(
      Recovered{group(), term(), snapshot.index, snapshot.term, raft_.log_.last_index()});
  if (raft_.ballot_.voted_for) {
    effects_.trace(VoteDurable{group(), term(), raft_.ballot_.voted_for});
  }
  for (const Entry& entry : raft_.log_.entries()) {
    effects_.trace(EntryDurable{group(), entry.index, entry.term, entry_digest(entry)});
  }
}

}  // namespace swarm
