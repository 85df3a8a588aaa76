// What is on a node's disk of the group's log, as far as its trace says.
//
// Only the tail is kept: entries at the front that equal what is committed are final and need no
// copy, so memory follows what is in flight and not the length of the run.
#pragma once

#include <deque>
#include <optional>
#include <vector>

#include "swarm/raft_trace.h"

namespace check {

// An entry as traces know it. Term 0: not known.
struct Known {
  swarm::Term term = 0;
  std::uint64_t digest = 0;
  bool operator==(const Known&) const = default;
};

class CommittedLog {
 public:
  // The entry at `index`; term 0 when nobody has claimed it.
  [[nodiscard]] Known at(swarm::Index index) const;
  // REQUIRES index > 0, nothing known there.
  void put(swarm::Index index, Known known);
  [[nodiscard]] swarm::Index last() const { return entries_.size(); }

 private:
  std::vector<Known> entries_;  // from index 1
};

class DurableLog {
 public:
  void put(swarm::Index index, Known known);
  void truncate_after(swarm::Index last_kept);
  // Everything up to `index` is held, nothing above `last`.
  void cover(swarm::Index index, swarm::Index last);
  // A restart: a snapshot up to `index`, the entries after it will be told again.
  void recover(swarm::Index index);
  // Drops the front as far as it equals what is committed.
  void settle(const CommittedLog& committed);

  // Up to here the log is final.
  [[nodiscard]] swarm::Index settled() const { return first_ - 1; }
  [[nodiscard]] swarm::Index last() const { return first_ - 1 + entries_.size(); }
  [[nodiscard]] bool holds(swarm::Index index, const Known& known) const;
  [[nodiscard]] std::optional<Known> at(swarm::Index index) const;

 private:
  swarm::Index first_ = 1;  // of entries_
  std::deque<Known> entries_;
};

}  // namespace check
