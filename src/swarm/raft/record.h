// What Raft keeps in the node's store.
#pragma once

#include <variant>
#include <vector>

#include "swarm/raft.h"

namespace swarm {

// These entries follow each other; whatever stood at the first one's index or above is void.
struct AppendedEntries {
  std::vector<Entry> entries;
  MUSTER_FIELDS(AppendedEntries, entries)
};

// Everything: replaces what all records before it said.
struct RaftImage {
  Raft::Ballot ballot;
  RaftLog log;
  MUSTER_FIELDS(RaftImage, ballot, log)
};

using RecordContent = std::variant<Raft::Ballot, AppendedEntries, RaftImage>;

struct RaftRecord {
  core::Byte component = Raft::kComponent;
  RecordContent content;
  MUSTER_FIELDS(RaftRecord, component, content)
};

}  // namespace swarm
