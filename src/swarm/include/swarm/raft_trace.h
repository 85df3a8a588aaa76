// What Raft tells the trace, enough to judge it from outside.
//
// A record "...Durable" is released by the outbox when the persist before it is durable, so its
// time is the moment of durability. A crash may keep a record on disk whose trace was never
// released; so a start repeats what it recovered: Recovered first, then VoteDurable and
// EntryDurable as they stand. A checker treats repetitions as facts, not as events.
//
// What can be judged:
//   one leader per term              BecameLeader
//   one vote per node and term       VoteDurable, across restarts
//   a commit rests on a majority     Committed against EntryDurable of its `durable` nodes so far
//   an index has one value for ever  Committed, CommitLearned: index -> (term, digest)
//   log matching                     EntryDurable, LogTruncated, SnapshotDurable: where index and
//                                    term are equal in two logs, so are all digests up to there
//   leader completeness              BecameLeader and that node's durable log against Committed of
//                                    earlier leader terms; a leader of an older term may still come
//                                    to office late, by votes that were long on their way
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "swarm/raft.h"
#include "world/trace.h"

namespace swarm {

// The first record of each incarnation: what its store held.
struct Recovered {
  static constexpr world::TraceKind kKind = 0x0100;
  static constexpr std::string_view kName = "raft.recovered";
  GroupId group;
  Term term = 0;
  Index snapshot_index = 0;
  Term snapshot_term = 0;
  Index last_index = 0;  // the durable log ends here; later entries, if any, are lost
  MUSTER_FIELDS(Recovered, group, term, snapshot_index, snapshot_term, last_index)
};

struct ElectionStarted {
  static constexpr world::TraceKind kKind = 0x0101;
  static constexpr std::string_view kName = "raft.election_started";
  GroupId group;
  Term term = 0;  // the one that is stood for
  bool pre_vote = false;
  MUSTER_FIELDS(ElectionStarted, group, term, pre_vote)
};

struct VoteDurable {
  static constexpr world::TraceKind kKind = 0x0102;
  static constexpr std::string_view kName = "raft.vote_durable";
  GroupId group;
  Term term = 0;
  world::NodeId candidate;
  MUSTER_FIELDS(VoteDurable, group, term, candidate)
};

struct BecameLeader {
  static constexpr world::TraceKind kKind = 0x0103;
  static constexpr std::string_view kName = "raft.became_leader";
  GroupId group;
  Term term = 0;
  std::vector<world::NodeId> voters;   // the configuration that elected it
  std::vector<world::NodeId> granted;  // those of them that voted for it
  Index last_index = 0;                // of its log, before its no-op
  MUSTER_FIELDS(BecameLeader, group, term, voters, granted, last_index)
};

enum class StepDownReason : std::uint8_t {
  kHigherTerm,  // somebody is ahead
  kNoQuorum,    // no contact to a majority within an election timeout
  kRemoved,     // the configuration without it is committed
};
constexpr StepDownReason last_value(StepDownReason) {
  return StepDownReason::kRemoved;
}
constexpr std::string_view name_of(StepDownReason reason) {
  constexpr std::string_view kNames[] = {"higher term", "no quorum", "removed"};
  return kNames[static_cast<std::size_t>(reason)];
}

struct SteppedDown {
  static constexpr world::TraceKind kKind = 0x0104;
  static constexpr std::string_view kName = "raft.stepped_down";
  GroupId group;
  Term term = 0;  // the one that it led
  StepDownReason reason = StepDownReason::kHigherTerm;
  MUSTER_FIELDS(SteppedDown, group, term, reason)
};

struct EntryDurable {
  static constexpr world::TraceKind kKind = 0x0105;
  static constexpr std::string_view kName = "raft.entry_durable";
  GroupId group;
  Index index = 0;
  Term term = 0;
  std::uint64_t digest = 0;  // entry_digest()
  MUSTER_FIELDS(EntryDurable, group, index, term, digest)
};

// A conflicting tail is gone from the store.
struct LogTruncated {
  static constexpr world::TraceKind kKind = 0x0106;
  static constexpr std::string_view kName = "raft.log_truncated";
  GroupId group;
  Index last_kept = 0;
  MUSTER_FIELDS(LogTruncated, group, last_kept)
};

// A leader's snapshot is in the store; entries up to `index` are as good as durable, and the log
// ends at `last_index`.
struct SnapshotDurable {
  static constexpr world::TraceKind kKind = 0x0107;
  static constexpr std::string_view kName = "raft.snapshot_durable";
  GroupId group;
  Index index = 0;
  Term term = 0;
  Index last_index = 0;
  MUSTER_FIELDS(SnapshotDurable, group, index, term, last_index)
};

// The leader's claim that an entry is committed, and what it rests on. Entries of earlier terms
// commit with the first of the leader's own term above them (paper, section 5.4.2).
struct Committed {
  static constexpr world::TraceKind kKind = 0x0108;
  static constexpr std::string_view kName = "raft.committed";
  GroupId group;
  Index index = 0;
  Term term = 0;
  std::uint64_t digest = 0;
  std::vector<world::NodeId> voters;   // the configuration that counts
  std::vector<world::NodeId> durable;  // those of them known to hold the entry durably
  Term leader_term = 0;                // leaders of later terms, not of earlier ones, must have it
  MUSTER_FIELDS(Committed, group, index, term, digest, voters, durable, leader_term)
};

// Another member hears that an entry is committed.
struct CommitLearned {
  static constexpr world::TraceKind kKind = 0x0109;
  static constexpr std::string_view kName = "raft.commit_learned";
  GroupId group;
  Index index = 0;
  Term term = 0;
  std::uint64_t digest = 0;
  MUSTER_FIELDS(CommitLearned, group, index, term, digest)
};

// A configuration is in force on this node: by an appended entry, a snapshot, or because the entry
// that had replaced it was overwritten.
struct ConfigurationChanged {
  static constexpr world::TraceKind kKind = 0x010A;
  static constexpr std::string_view kName = "raft.configuration_changed";
  GroupId group;
  Index index = 0;  // of the entry that set it
  std::vector<world::NodeId> voters;
  std::vector<world::NodeId> learners;
  MUSTER_FIELDS(ConfigurationChanged, group, index, voters, learners)
};

}  // namespace swarm
