// The algorithm: what a Raft does in one step, in the surroundings of that step.
#pragma once

#include <vector>

#include "raft/messages.h"
#include "raft/record.h"
#include "swarm/raft.h"
#include "swarm/raft_trace.h"

namespace swarm {

class RaftStep {
 public:
  RaftStep(Raft& raft, world::Context& context, world::Effects& effects)
      : raft_(raft), context_(context), effects_(effects) {}

  // recovery.cc
  core::Result<void> start(const std::vector<core::Bytes>& recovered);
  // raft.cc
  void receive(const world::Message& message);
  // election.cc
  void election_timer();
  void heartbeat_timer();
  // store.cc
  void persisted(world::PersistId id);
  // replication.cc
  core::Result<Index> propose(core::Bytes command);
  // membership.cc
  core::Result<Index> change_membership(MembershipChange change, world::NodeId node);

 private:
  // raft.cc
  template <world::Payload T>
  void dispatch(const world::Message& message);

  // recovery.cc
  core::Result<void> recover(const core::Bytes& record);
  core::Result<void> recover_entries(std::vector<Entry> entries);
  void trace_recovered();

  // request_vote.cc
  void handle(const world::Message& header, const RequestVote& request);
  void handle(const world::Message& header, const VoteReply& reply);
  [[nodiscard]] bool may_vote_for(world::NodeId candidate, const RequestVote& request) const;
  void answer_vote(const world::Message& header, const RequestVote& request, bool granted);
  [[nodiscard]] bool hears_leader() const;

  // append_entries.cc
  void handle(const world::Message& header, AppendEntries& request);
  void handle(const world::Message& header, const AppendReply& reply);
  [[nodiscard]] bool is_well_formed(Term term, const AppendEntries& request) const;
  void refuse_append(world::NodeId leader, Index previous_index);
  void store_entries(std::vector<Entry> entries);
  [[nodiscard]] Index next_after_refusal(const Raft::Progress& progress,
                                         const AppendReply& reply) const;

  // install_snapshot.cc
  void handle(const world::Message& header, InstallSnapshot& request);
  void handle(const world::Message& header, const SnapshotReply& reply);
  void install(Snapshot snapshot);
  void send_snapshot_piece(world::NodeId node, Raft::Progress& progress);

  // election.cc
  void arm_election_timer(core::Duration after);
  void postpone_election();
  [[nodiscard]] core::Duration draw_election_timeout();
  [[nodiscard]] bool may_stand() const;
  void stand(Role role);
  void ask_for_votes();
  void count_votes();
  void become_leader();
  // Moves to a term that somebody else has reached.
  void adopt_term(Term term);
  void become_follower(StepDownReason reason);
  // Accepts `leader` as the leader of `term`, unless that term is over.
  [[nodiscard]] bool follow(world::NodeId leader, Term term);
  [[nodiscard]] bool has_quorum_contact() const;

  // replication.cc
  // The follower's progress if this node leads and `header` is a timely answer of a member.
  [[nodiscard]] Raft::Progress* heard_from(const world::Message& header);
  Index append_as_leader(EntryKind kind, core::Bytes bytes);
  void replicate_to(world::NodeId node, Raft::Progress& progress);
  void replicate_to_all();
  void send_heartbeat(world::NodeId node, Raft::Progress& progress);
  [[nodiscard]] AppendEntries append_after(Index previous_index, std::vector<Entry> entries) const;
  // As many entries from `first` on as one message takes; returns the last one's index.
  Index send_entries(world::NodeId node, Index first);
  void advance_commit();
  void commit_as_leader(Index upto);
  void learn_commit(Index upto);
  [[nodiscard]] Index durable_on(world::NodeId node) const;

  // membership.cc
  void refresh_configuration();
  void refresh_progress();
  [[nodiscard]] core::Result<Configuration> changed(MembershipChange change,
                                                    world::NodeId node) const;
  [[nodiscard]] core::Result<void> may_promote(world::NodeId node) const;
  [[nodiscard]] core::Result<void> check_leading() const;

  // store.cc
  void persist(RecordContent content, Index last_index, Term self_vote);
  void persist_ballot(Term self_vote);
  // `truncates`: they replace what stood there.
  void persist_entries(std::vector<Entry> entries, bool truncates);
  void forget_durable_after(Index index);

  template <world::Payload T>
  void send(world::NodeId to, const T& payload) {
    effects_.send(to, payload, raft_.ballot_.term);
  }
  [[nodiscard]] GroupId group() const { return raft_.options_.group; }
  [[nodiscard]] world::NodeId self() const { return raft_.options_.self; }
  [[nodiscard]] Term term() const { return raft_.ballot_.term; }

  // The append that this step sent last, and what it was made of.
  struct SentEntries {
    Index first = 0;
    Index log_end = 0;
    Index commit = 0;
    Term term = 0;
    Index last = 0;
    world::Message message;

    [[nodiscard]] bool same_as(const SentEntries& other) const {
      return first == other.first && log_end == other.log_end && commit == other.commit &&
             term == other.term;
    }
  };

  Raft& raft_;
  world::Context& context_;
  world::Effects& effects_;
  SentEntries sent_;
};

}  // namespace swarm
