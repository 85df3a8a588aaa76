// The safety of the group's log (Ongaro and Ousterhout 2014, figure 3), judged from the trace.
//
// What a trace says to be durable is durable: the record is released after the disk. More may be on
// a disk than its trace said, when a node halted in between; but nobody may rely on that, because
// the acknowledgement is released after the trace. So a commit must be backed by what was traced.
#pragma once

#include <map>
#include <vector>

#include "check/checks.h"
#include "durable_log.h"
#include "swarm/raft_trace.h"
#include "verdict.h"

namespace check {

class Consensus {
 public:
  // `voters`: in force until a record says otherwise.
  explicit Consensus(std::vector<world::NodeId> voters) : voters_(std::move(voters)) {}

  void on(const Moment& moment, const swarm::Recovered& record);
  void on(const Moment& moment, const swarm::ConfigurationChanged& record);
  void on(const Moment& moment, const swarm::VoteDurable& record);
  void on(const Moment& moment, const swarm::BecameLeader& record);
  void on(const Moment& moment, const swarm::EntryDurable& record);
  void on(const Moment& moment, const swarm::LogTruncated& record);
  void on(const Moment& moment, const swarm::SnapshotDurable& record);
  void on(const Moment& moment, const swarm::Committed& record);
  void on(const Moment& moment, const swarm::CommitLearned& record);
  void on(const Moment& moment, const swarm::SteppedDown& record);
  void booted(world::NodeId node) { down_since_.erase(node); }
  void halted(const Moment& moment) { down_since_.try_emplace(moment.who, moment.at); }

  void finish(const FinalState& state);
  void append_to(std::vector<Invariant>& results) const;

 private:
  struct Member {
    DurableLog log;
    swarm::Index commit = 0;       // heard of in this incarnation
    swarm::Term highest_vote = 0;  // durable
    std::vector<world::NodeId> voters;
    std::vector<world::NodeId> learners;
    swarm::Index configured = 0;  // by this entry
    bool leads = false;
  };

  Member& member(world::NodeId node);
  void expect_snapshot(const Moment& moment, const std::string& which, swarm::Index index,
                       swarm::Term term);
  [[nodiscard]] std::string election_fault(const Moment& moment, const swarm::BecameLeader& record);
  [[nodiscard]] std::string removal_fault(const Member& self, swarm::Index last_kept,
                                          swarm::Index final) const;
  [[nodiscard]] std::string backing_fault(const Moment& moment, const swarm::Committed& record);
  [[nodiscard]] std::string change_fault(const Moment& moment,
                                         const swarm::ConfigurationChanged& record);
  [[nodiscard]] std::size_t present(const std::vector<world::NodeId>& voters, core::Time at) const;
  void agree(const Moment& moment, swarm::Index index, const Known& known);
  void judge_later_leaders(const Moment& moment, const swarm::Committed& record);

  Verdict leader_{"one_leader_per_term"};
  Verdict vote_{"one_vote_per_term"};
  Verdict durable_{"commits_durable_at_quorum"};
  Verdict agreement_{"log_agreement"};
  Verdict completeness_{"leader_completeness"};
  Verdict change_{"voters_change_one_by_one"};

  std::vector<world::NodeId> voters_;
  std::map<world::NodeId, Member> members_;
  std::map<swarm::Term, world::NodeId> leaders_;
  std::map<std::pair<world::NodeId, swarm::Term>, world::NodeId> votes_;
  std::map<world::NodeId, core::Time> down_since_;
  CommittedLog committed_;
  std::map<swarm::Term, swarm::Index> claimed_;  // the last that each leader's term committed
  // The value of each (index, term) that was durable somewhere and is not committed yet.
  std::map<std::pair<swarm::Index, swarm::Term>, std::uint64_t> proposed_;
};

}  // namespace check
