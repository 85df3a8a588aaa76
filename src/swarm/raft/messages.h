// What the members of a group say to each other about the log.
//
// The header's term is always the sender's current term. Decoding checks form only; each handler
// weighs the sense.
#pragma once

#include <vector>

#include "swarm/raft.h"
#include "world/message.h"

namespace swarm {

// Paper, figure 2, "RequestVote RPC"; thesis, section 9.6, for the pre-vote. A candidate has
// already moved to the term that it stands for; a pre-candidate asks about the term after its own.
struct RequestVote {
  static constexpr world::MessageType kType = 0x0100;
  GroupId group;
  bool pre_vote = false;
  Index last_index = 0;
  Term last_term = 0;
  MUSTER_FIELDS(RequestVote, group, pre_vote, last_index, last_term)
};

struct VoteReply {
  static constexpr world::MessageType kType = 0x0101;
  GroupId group;
  bool pre_vote = false;
  bool granted = false;
  Term for_term = 0;  // the one that was asked for
  MUSTER_FIELDS(VoteReply, group, pre_vote, granted, for_term)
};

// Paper, figure 2, "AppendEntries RPC". Without entries it is a heartbeat.
struct AppendEntries {
  static constexpr world::MessageType kType = 0x0102;
  GroupId group;
  Index previous_index = 0;
  Term previous_term = 0;
  Index commit = 0;
  std::vector<Entry> entries;
  MUSTER_FIELDS(AppendEntries, group, previous_index, previous_term, commit, entries)
};

// Success: the follower's durable log equals the leader's up to `index`. Otherwise `index` is the
// refused previous_index and the hint says where to look next (paper, end of section 5.3): the term
// that stands there and its first index, or term 0 and the first index that is missing.
struct AppendReply {
  static constexpr world::MessageType kType = 0x0103;
  GroupId group;
  bool success = false;
  Index index = 0;
  Index hint_index = 0;
  Term hint_term = 0;
  MUSTER_FIELDS(AppendReply, group, success, index, hint_index, hint_term)
};

// Paper, figure 13: a snapshot in pieces, because a message has at most 1 MiB. Once whole, it is
// answered by an AppendReply.
struct InstallSnapshot {
  static constexpr world::MessageType kType = 0x0104;
  GroupId group;
  Index last_index = 0;
  Term last_term = 0;
  Configuration configuration;
  std::uint64_t total_bytes = 0;
  std::uint64_t offset = 0;
  core::Bytes data;
  MUSTER_FIELDS(InstallSnapshot, group, last_index, last_term, configuration, total_bytes, offset,
                data)
};

// The follower has the bytes before `next_offset` and waits for those from there on.
struct SnapshotReply {
  static constexpr world::MessageType kType = 0x0105;
  GroupId group;
  Index last_index = 0;
  std::uint64_t next_offset = 0;
  MUSTER_FIELDS(SnapshotReply, group, last_index, next_offset)
};

}  // namespace swarm
