// Raft: one group's replicated log, as a component of a node's step machine.
//
// The algorithm is Ongaro and Ousterhout, "In Search of an Understandable Consensus Algorithm"
// (extended version, 2014), with what Ongaro's thesis ("Consensus: Bridging Theory and Practice",
// 2014) adds: single-server membership change (chapter 4), pre-vote (9.6), leader stickiness
// (4.2.3) and check-quorum (6.2). Each file under raft/ names the section that it implements.
//
// Raft is not a Machine: its owner, the member, hands it the events that it owns() and after each
// step drains take_installed_snapshot() and take_committed(), in that order. It is a regular value:
// all state is in its fields, so == and digest cover it.
//
// What it relies on (world/effect.h, world/outbox.h): a persist holds back every later effect of
// the node until the record is durable. So a vote and an acknowledgement, put after their persist,
// never leave before it is durable, and a trace record put there marks the moment of durability. A
// leader puts its appends before its own persist, so that disks work in parallel, and counts itself
// only when Persisted arrives. Because Work lets later steps overtake the rest of its own, the
// owner never puts Work before Raft's effects in a step.
//
// The store. Every record of Raft starts with byte kComponent, so that the owner can route
// recovered records. Raft only appends records, never replaces the store, because other components
// share it. To shrink it the owner calls compact() and then, in the same step, replaces the store
// with one record composed of durable_image() and its other components' images; at the next start
// it passes that image back to start() as one of Raft's records.
//
// Who may speak. A voter is (node, store): a node that lost its store must come back under another
// id, as a joiner. A message of another group is refused, as is an answer from a node outside the
// configuration. Requests of a node outside the configuration are weighed, not refused: a follower
// that lags may not have heard yet who has joined (thesis 4.1). A vote for or by such a node needs
// a log strictly newer than the voter's own, which the entry that they lack implies. That is how a
// learner may vote: asked only when promoted by an entry that it has not seen yet.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <vector>

#include "core/bytes.h"
#include "core/codec.h"
#include "core/result.h"
#include "core/time.h"
#include "swarm/task.h"
#include "world/machine.h"

namespace swarm {

using Index = std::uint64_t;  // of a log entry, from 1; 0: before the first

// Who takes part. Both lists are sorted and disjoint. Voters elect and commit; learners only
// replicate.
struct Configuration {
  std::vector<world::NodeId> voters;
  std::vector<world::NodeId> learners;

  [[nodiscard]] bool is_voter(world::NodeId node) const;
  [[nodiscard]] bool is_learner(world::NodeId node) const;
  [[nodiscard]] bool contains(world::NodeId node) const {
    return is_voter(node) || is_learner(node);
  }
  // The least number of voters that is a majority: floor(n / 2) + 1.
  [[nodiscard]] std::size_t quorum() const { return voters.size() / 2 + 1; }
  // Sorted, without repetition, disjoint, no node 0.
  [[nodiscard]] bool is_valid() const;
  MUSTER_FIELDS(Configuration, voters, learners)
};

enum class EntryKind : std::uint8_t {
  kCommand,        // proposed by the owner, opaque
  kNoOp,           // a leader's first entry (paper, section 8); bytes are empty
  kConfiguration,  // bytes are an encoded Configuration
};
constexpr EntryKind last_value(EntryKind) {
  return EntryKind::kConfiguration;
}

struct Entry {
  Index index = 0;
  Term term = 0;
  EntryKind kind = EntryKind::kCommand;
  core::Bytes bytes;
  MUSTER_FIELDS(Entry, index, term, kind, bytes)
};

// What trace records call an entry's digest: kind and bytes, not its place.
[[nodiscard]] std::uint64_t entry_digest(const Entry& entry);

// The owner's state after applying every entry up to `index`.
struct Snapshot {
  Index index = 0;
  Term term = 0;
  Configuration configuration;  // in force at `index`
  core::Bytes state;            // opaque; empty when index is 0
  MUSTER_FIELDS(Snapshot, index, term, configuration, state)
};

enum class MembershipChange : std::uint8_t {
  kAddVoter,  // at once; prefer a learner first, so that an empty log never blocks commits
  kAddLearner,
  kPromote,  // a learner that has caught up becomes a voter
  kDemote,   // a voter becomes a learner
  kRemove,
};
constexpr MembershipChange last_value(MembershipChange) {
  return MembershipChange::kRemove;
}

enum class Role : std::uint8_t { kFollower, kPreCandidate, kCandidate, kLeader };
constexpr Role last_value(Role) {
  return Role::kLeader;
}
constexpr std::string_view name_of(Role role) {
  constexpr std::string_view kNames[] = {"follower", "pre-candidate", "candidate", "leader"};
  return kNames[static_cast<std::size_t>(role)];
}

// Must be the same at every boot of a node. The initial configuration is that of a group in which
// nothing has happened yet, equal on all its members; it is empty on a node that joins later.
struct RaftOptions {
  GroupId group{};
  world::NodeId self{};
  Configuration initial{};
  core::Duration heartbeat = core::milliseconds(100);
  core::Duration election_timeout = core::milliseconds(1000);  // T; each wait is drawn from [T, 2T)
  bool preferred = false;  // starts its first election at boot; refused while a leader is heard
  bool may_lead = true;    // false: votes, but never stands
  std::uint32_t snapshot_threshold = 4096;        // applied entries after which wants_compaction()
  std::uint32_t append_entries_limit = 256;       // entries in one AppendEntries
  std::uint32_t append_bytes_limit = 64U << 10U;  // command or snapshot bytes in one message, about
  std::uint32_t in_flight_limit = 16;             // unanswered appends to one follower
  std::uint32_t uncommitted_limit = 16'384;       // entries; beyond it propose() answers kExhausted
  MUSTER_FIELDS(RaftOptions, group, self, initial, heartbeat, election_timeout, preferred, may_lead,
                snapshot_threshold, append_entries_limit, append_bytes_limit, in_flight_limit,
                uncommitted_limit)
};

// The entries after a snapshot, which may be the empty one at index 0.
class RaftLog {
 public:
  RaftLog() = default;
  RaftLog(Snapshot snapshot, std::vector<Entry> entries);

  [[nodiscard]] const Snapshot& snapshot() const { return snapshot_; }
  [[nodiscard]] const std::vector<Entry>& entries() const { return entries_; }
  [[nodiscard]] Index last_index() const { return snapshot_.index + entries_.size(); }
  [[nodiscard]] Term last_term() const;
  // Nothing for an index before the snapshot's or after the last.
  [[nodiscard]] std::optional<Term> term_at(Index index) const;
  // REQUIRES: snapshot().index < index <= last_index().
  [[nodiscard]] const Entry& at(Index index) const;
  // From `first` on, at most `count` entries and about `bytes` bytes, but at least one if there is
  // one.
  [[nodiscard]] std::vector<Entry> slice(Index first, std::size_t count, std::size_t bytes) const;
  // The configuration in force at `index`, and the index of the entry that set it.
  [[nodiscard]] std::pair<Index, Configuration> configuration_at(Index index) const;

  // REQUIRES: entry.index == last_index() + 1.
  void append(Entry entry);
  // REQUIRES: snapshot().index <= index <= last_index().
  void truncate_after(Index index);
  // Entries up to snapshot.index go; those after it stay if the log holds the snapshot's last
  // entry.
  void replace_prefix(Snapshot snapshot);

 private:
  Snapshot snapshot_;
  std::vector<Entry> entries_;

 public:
  MUSTER_FIELDS(RaftLog, snapshot_, entries_)
};

class Raft {
 public:
  // Ranges that Raft uses in the spaces that a node's components share.
  static constexpr core::Byte kComponent = 0x01;  // first byte of each record
  static constexpr world::MessageType kFirstMessageType = 0x0100;
  static constexpr world::MessageType kLastMessageType = 0x01FF;
  static constexpr world::TimerId kElectionTimer{0x0100};  // timers: 0x0100 to 0x01FF
  static constexpr world::TimerId kHeartbeatTimer{0x0101};
  static constexpr std::uint64_t kPersistRange = 0x01ULL << 56U;  // persist ids: top byte 0x01
  static constexpr std::size_t kMaximumCommandBytes = 512U << 10U;

  [[nodiscard]] static constexpr bool owns(const world::Message& message) {
    return message.type >= kFirstMessageType && message.type <= kLastMessageType;
  }
  [[nodiscard]] static constexpr bool owns(world::TimerId timer) {
    return (timer.value & ~0xFFULL) == 0x0100;
  }
  [[nodiscard]] static constexpr bool owns(world::PersistId id) {
    return (id.value >> 56U) == (kPersistRange >> 56U);
  }
  [[nodiscard]] static constexpr bool owns_record(core::BytesView record) {
    return !record.empty() && record.front() == kComponent;
  }

  // REQUIRES: a valid initial configuration, 0 < heartbeat < election_timeout, limits above 0.
  explicit Raft(RaftOptions options);

  // The first call of an incarnation, with Raft's own recovered records in order. kCorrupt when
  // they do not add up; such a node must not run. A recovered snapshot is then handed out by
  // take_installed_snapshot(); entries after it are handed out again once a leader says that they
  // are committed.
  [[nodiscard]] core::Result<void> start(const std::vector<core::Bytes>& recovered,
                                         world::Context& context, world::Effects& effects);

  // The three kinds of events that it owns(). Anything malformed, stale or foreign is ignored.
  void receive(const world::Message& message, world::Context& context, world::Effects& effects);
  void timer(world::TimerId timer, world::Context& context, world::Effects& effects);
  void persisted(world::PersistId id, world::Context& context, world::Effects& effects);

  // Appends a command; returns where it stands if it commits. Another leader may overwrite it: only
  // take_committed() tells. kUnavailable: not the leader, see leader(); kExhausted: too many
  // uncommitted entries; kInvalid: larger than kMaximumCommandBytes.
  core::Result<Index> propose(core::Bytes command, world::Context& context,
                              world::Effects& effects);

  // Appends a configuration that differs by one node (thesis 4.1); in force as soon as it is in the
  // log. kUnavailable: not the leader, no entry of its own term committed yet, the previous change
  // is not committed yet, or the learner to promote has not caught up. kInvalid: the
  // node is already what it should become, is not a member, or is the last voter.
  core::Result<Index> change_membership(MembershipChange change, world::NodeId node,
                                        world::Context& context, world::Effects& effects);

  // The next committed entry, of whatever kind, in order, without gap or repetition within an
  // incarnation; null when there is none, and while an installed snapshot waits to be taken. Valid
  // until the next call that is not const.
  [[nodiscard]] const Entry* take_committed();
  // A snapshot that replaces the owner's whole state: recovered at start, or sent by a leader.
  [[nodiscard]] std::optional<Snapshot> take_installed_snapshot();

  // Enough entries were applied since the last snapshot that the owner should call compact().
  [[nodiscard]] bool wants_compaction() const;
  // Forgets the entries up to `upto`, whose effect is in `state`. The owner then replaces its
  // store; see above. REQUIRES: snapshot index <= upto <= applied_index(), and no snapshot waits to
  // be taken.
  void compact(Index upto, core::Bytes state);
  // One record from which start() recovers everything that Raft has persisted so far.
  [[nodiscard]] core::Bytes durable_image() const;

  [[nodiscard]] Role role() const { return role_; }
  [[nodiscard]] bool is_leader() const { return role_ == Role::kLeader; }
  // Leads, and has committed its own no-op: it knows every committed entry (paper, section 8).
  [[nodiscard]] bool is_leader_ready() const;
  [[nodiscard]] Term term() const { return ballot_.term; }
  // The leader of this term as far as known; 0: none.
  [[nodiscard]] world::NodeId leader() const { return leader_; }
  [[nodiscard]] Index commit_index() const { return commit_index_; }
  // The last entry that take_committed() or take_installed_snapshot() has handed out.
  [[nodiscard]] Index applied_index() const { return applied_index_; }
  [[nodiscard]] Index last_index() const { return log_.last_index(); }
  // The latest in the log, committed or not.
  [[nodiscard]] const Configuration& configuration() const { return configuration_; }
  // The latest configuration is committed.
  [[nodiscard]] bool is_configuration_committed() const {
    return configuration_index_ <= commit_index_;
  }
  // When the leader last heard `node` answer in this term, or took office. Nothing on other nodes
  // and for non-members. For failure detection.
  [[nodiscard]] std::optional<core::Time> last_contact(world::NodeId node) const;
  // The last index that `node` is known to hold durably. On the leader only.
  [[nodiscard]] std::optional<Index> match_index(world::NodeId node) const;
  // The node is known to lag by no more than one append takes. On the leader only.
  [[nodiscard]] bool has_caught_up(world::NodeId node) const;
  [[nodiscard]] const RaftLog& log() const { return log_; }
  [[nodiscard]] const RaftOptions& options() const { return options_; }
  [[nodiscard]] std::uint64_t digest() const { return core::digest(*this); }

  // ---- State, public so that it can be declared field by field; not for callers ----

  // Durable: what this node has promised (paper, figure 2).
  struct Ballot {
    Term term = 0;
    world::NodeId voted_for;
    MUSTER_FIELDS(Ballot, term, voted_for)
  };
  enum class Flow : std::uint8_t {
    kProbe,      // where its log agrees is unknown: one append at a time
    kReplicate,  // appends stream without waiting
    kSnapshot,   // it needs entries that are compacted away
  };
  friend constexpr Flow last_value(Flow) { return Flow::kSnapshot; }
  // What a leader knows of another member.
  struct Progress {
    Flow flow = Flow::kProbe;
    Index match = 0;                    // durable there
    Index next = 1;                     // the next entry to send
    bool probe_sent = false;            // kProbe: an answer is awaited
    std::deque<Index> in_flight;        // kReplicate: last index of each unanswered append
    Index snapshot_index = 0;           // kSnapshot: which one
    std::uint64_t snapshot_offset = 0;  // kSnapshot: bytes that it has
    world::Incarnation incarnation;     // the latest that answered
    core::Time last_contact;
    MUSTER_FIELDS(Progress, flow, match, next, probe_sent, in_flight, snapshot_index,
                  snapshot_offset, incarnation, last_contact)
  };
  // A persist whose Persisted has not come yet.
  struct Pending {
    world::PersistId id;
    Index last_index =
        0;               // the log is durable up to here when it comes; 0: says nothing of the log
    Term self_vote = 0;  // the own vote of this term is durable when it comes; 0: no own vote
    MUSTER_FIELDS(Pending, id, last_index, self_vote)
  };
  // A snapshot arriving in pieces. Volatile: a restart begins anew.
  struct Incoming {
    Snapshot snapshot;
    std::uint64_t total_bytes = 0;
    MUSTER_FIELDS(Incoming, snapshot, total_bytes)
  };

 private:
  // One step's surroundings and the Raft it acts on; the algorithm lives in its methods
  // (raft/step.h).
  friend class RaftStep;

  RaftOptions options_;
  // Durable once persisted.
  Ballot ballot_;
  RaftLog log_;
  // Volatile.
  Role role_ = Role::kFollower;
  world::NodeId leader_;
  core::Time leader_contact_;     // when leader_ was last heard
  core::Time election_deadline_;  // followers and candidates
  Configuration configuration_;
  Index configuration_index_ = 0;  // of the entry, or the snapshot, that set it
  Index commit_index_ = 0;
  Index applied_index_ = 0;
  bool snapshot_waits_ = false;
  std::uint64_t next_persist_ = 1;
  std::deque<Pending> pending_;
  Index durable_index_ = 0;
  std::set<world::NodeId> granted_;  // candidates: who said yes, who said no
  std::set<world::NodeId> refused_;
  std::map<world::NodeId, Progress> progress_;  // leaders: every other member
  Index term_start_index_ = 0;                  // leaders: the no-op
  std::optional<Incoming> incoming_;

 public:
  MUSTER_FIELDS(Raft, options_, ballot_, log_, role_, leader_, leader_contact_, election_deadline_,
                configuration_, configuration_index_, commit_index_, applied_index_,
                snapshot_waits_, next_persist_, pending_, durable_index_, granted_, refused_,
                progress_, term_start_index_, incoming_)
};

}  // namespace swarm
