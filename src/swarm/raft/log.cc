// The log (paper, section 5.3) and its snapshot (section 7).
#include <algorithm>
#include <utility>

#include "swarm/raft.h"

namespace swarm {

RaftLog::RaftLog(Snapshot snapshot, std::vector<Entry> entries)
    : snapshot_(std::move(snapshot)), entries_(std::move(entries)) {
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    core::check(entries_[i].index == snapshot_.index + i + 1, "a log has no gaps");
  }
}

Term RaftLog::last_term() const {
  return entries_.empty() ? snapshot_.term : entries_.back().term;
}

std::optional<Term> RaftLog::term_at(Index index) const {
  if (index < snapshot_.index || index > last_index()) {
    return std::nullopt;
  }
  return index == snapshot_.index ? snapshot_.term : at(index).term;
}

const Entry& RaftLog::at(Index index) const {
  core::check(index > snapshot_.index && index <= last_index(), "the entry is in the log");
  return entries_[index - snapshot_.index - 1];
}

std::vector<Entry> RaftLog::slice(Index first, std::size_t count, std::size_t bytes) const {
  core::check(first > snapshot_.index, "entries in the snapshot cannot be sliced");
  std::vector<Entry> taken;
  std::size_t taken_bytes = 0;
  for (Index index = first; index <= last_index() && taken.size() < count; ++index) {
    const Entry& entry = at(index);
    taken_bytes += entry.bytes.size();
    if (!taken.empty() && taken_bytes > bytes) {
      break;
    }
    taken.push_back(entry);
  }
  return taken;
}

std::pair<Index, Configuration> RaftLog::configuration_at(Index index) const {
  core::check(index >= snapshot_.index && index <= last_index(), "the index is in the log");
  for (Index i = index; i > snapshot_.index; --i) {
    if (at(i).kind == EntryKind::kConfiguration) {
      auto configuration = core::decode<Configuration>(at(i).bytes);
      core::check(configuration.has_value(), "a configuration was checked before it was appended");
      return {i, std::move(*configuration)};
    }
  }
  return {snapshot_.index, snapshot_.configuration};
}

void RaftLog::append(Entry entry) {
  core::check(entry.index == last_index() + 1, "a log has no gaps");
  core::check(entry.term >= last_term(), "terms in a log never go down");
  entries_.push_back(std::move(entry));
}

void RaftLog::truncate_after(Index index) {
  core::check(index >= snapshot_.index && index <= last_index(), "the index is in the log");
  entries_.resize(index - snapshot_.index);
}

void RaftLog::replace_prefix(Snapshot snapshot) {
  core::check(snapshot.index >= snapshot_.index, "a snapshot replaces only older ones");
  if (term_at(snapshot.index) == snapshot.term) {
    const auto covered = static_cast<std::ptrdiff_t>(snapshot.index - snapshot_.index);
    entries_.erase(entries_.begin(), entries_.begin() + covered);
  } else {
    entries_.clear();
  }
  snapshot_ = std::move(snapshot);
}

std::uint64_t entry_digest(const Entry& entry) {
  return core::digest(std::pair<EntryKind, const core::Bytes&>(entry.kind, entry.bytes));
}

}  // namespace swarm
