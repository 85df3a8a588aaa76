// Becoming leader, staying leader, ceasing to be leader.
//
// Paper, section 5.2 (randomised election timeouts, majority) and 8 (a no-op at the start of a
// term). Thesis, section 9.6 (pre-vote) and 6.2: "a leader steps down if an election timeout
// elapses without a successful round of heartbeats to a majority of its cluster".
#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

#include "raft/step.h"

namespace swarm {

core::Duration RaftStep::draw_election_timeout() {
  const core::Duration shortest = raft_.options_.election_timeout;
  return context_.random.uniform(shortest, 2 * shortest - core::nanoseconds(1));
}

void RaftStep::arm_election_timer(core::Duration after) {
  raft_.election_deadline_ = context_.now + after;
  effects_.set_timer(Raft::kElectionTimer, after);
}

// The timer itself goes on and finds the later deadline when it fires: one effect per timeout, not
// one per heartbeat.
void RaftStep::postpone_election() {
  raft_.election_deadline_ = context_.now + draw_election_timeout();
}

void RaftStep::election_timer() {
  if (raft_.role_ == Role::kLeader) {
    return;
  }
  if (context_.now < raft_.election_deadline_) {
    effects_.set_timer(Raft::kElectionTimer, raft_.election_deadline_ - context_.now);
    return;
  }
  raft_.leader_ = {};
  if (may_stand()) {
    return stand(Role::kPreCandidate);
  }
  raft_.role_ = Role::kFollower;
  arm_election_timer(draw_election_timeout());
}

// Thesis, section 4.2.2: a server that its latest configuration leaves out may still be needed
// until that configuration is committed. And a log that is not durable yet must not win votes.
bool RaftStep::may_stand() const {
  if (!raft_.options_.may_lead || raft_.durable_index_ != raft_.log_.last_index()) {
    return false;
  }
  if (raft_.configuration_.is_voter(self()) || raft_.is_configuration_committed()) {
    return raft_.configuration_.is_voter(self());
  }
  return raft_.log_.configuration_at(raft_.configuration_index_ - 1).second.is_voter(self());
}

void RaftStep::stand(Role role) {
  const bool pre_vote = role == Role::kPreCandidate;
  raft_.role_ = role;
  raft_.granted_.clear();
  raft_.refused_.clear();
  effects_.trace(ElectionStarted{group(), term() + 1, pre_vote});
  arm_election_timer(draw_election_timeout());
  effects_.set_timer(Raft::kHeartbeatTimer, raft_.options_.heartbeat);
  if (pre_vote) {
    raft_.granted_.insert(self());
  } else {
    raft_.ballot_ = {term() + 1, self()};
    persist_ballot(term());
  }
  ask_for_votes();
  if (pre_vote) {
    count_votes();  // alone, it is its own majority
  }
}

void RaftStep::ask_for_votes() {
  const bool pre_vote = raft_.role_ == Role::kPreCandidate;
  const RequestVote request{group(), pre_vote, raft_.log_.last_index(), raft_.log_.last_term()};
  for (const world::NodeId voter : raft_.configuration_.voters) {
    if (voter != self() && !raft_.granted_.contains(voter) && !raft_.refused_.contains(voter)) {
      send(voter, request);
    }
  }
}

void RaftStep::count_votes() {
  const auto& voters = raft_.configuration_.voters;
  const auto granted = std::ranges::count_if(
      voters, [&](world::NodeId voter) { return raft_.granted_.contains(voter); });
  if (static_cast<std::size_t>(granted) < raft_.configuration_.quorum()) {
    return;
  }
  if (raft_.role_ == Role::kPreCandidate) {
    stand(Role::kCandidate);
  } else {
    become_leader();
  }
}

void RaftStep::become_leader() {
  core::check(raft_.role_ == Role::kCandidate, "only a candidate becomes leader");
  core::check(raft_.ballot_.voted_for == self(), "a leader has voted for itself");
  raft_.role_ = Role::kLeader;
  raft_.leader_ = self();
  raft_.progress_.clear();
  refresh_progress();
  const auto& voters = raft_.configuration_.voters;
  std::vector<world::NodeId> granted;
  std::ranges::copy_if(voters, std::back_inserter(granted),
                       [&](world::NodeId voter) { return raft_.granted_.contains(voter); });
  effects_.trace(
      BecameLeader{group(), term(), voters, std::move(granted), raft_.log_.last_index()});
  raft_.granted_.clear();
  raft_.refused_.clear();
  effects_.cancel_timer(Raft::kElectionTimer);
  effects_.set_timer(Raft::kHeartbeatTimer, raft_.options_.heartbeat);
  raft_.term_start_index_ = append_as_leader(EntryKind::kNoOp, {});
}

void RaftStep::adopt_term(Term term) {
  core::check(term > raft_.ballot_.term, "terms only go up");
  become_follower(StepDownReason::kHigherTerm);
  raft_.ballot_ = {term, {}};
  persist_ballot(0);
}

void RaftStep::become_follower(StepDownReason reason) {
  const bool led = raft_.role_ == Role::kLeader;
  if (raft_.role_ != Role::kFollower) {
    effects_.cancel_timer(Raft::kHeartbeatTimer);
  }
  raft_.role_ = Role::kFollower;
  raft_.leader_ = {};
  raft_.granted_.clear();
  raft_.refused_.clear();
  raft_.progress_.clear();
  raft_.term_start_index_ = 0;
  if (led) {
    effects_.trace(SteppedDown{group(), term(), reason});
    arm_election_timer(draw_election_timeout());
  }
}

bool RaftStep::follow(world::NodeId leader, Term term) {
  if (term < raft_.ballot_.term) {
    return false;
  }
  if (term > raft_.ballot_.term) {
    adopt_term(term);
  }
  core::check(raft_.role_ != Role::kLeader, "a term has one leader");
  core::check(!raft_.leader_ || raft_.leader_ == leader, "a term has one leader");
  if (raft_.role_ != Role::kFollower) {
    become_follower(StepDownReason::kHigherTerm);
  }
  raft_.leader_ = leader;
  raft_.leader_contact_ = context_.now;
  postpone_election();
  return true;
}

bool RaftStep::has_quorum_contact() const {
  const auto& voters = raft_.configuration_.voters;
  const auto heard = std::ranges::count_if(voters, [&](world::NodeId voter) {
    const auto it = raft_.progress_.find(voter);
    return voter == self() ||
           (it != raft_.progress_.end() &&
            context_.now - it->second.last_contact < raft_.options_.election_timeout);
  });
  return static_cast<std::size_t>(heard) >= raft_.configuration_.quorum();
}

void RaftStep::heartbeat_timer() {
  if (raft_.role_ == Role::kFollower) {
    return;
  }
  if (raft_.role_ == Role::kLeader) {
    if (!has_quorum_contact()) {
      return become_follower(StepDownReason::kNoQuorum);
    }
    for (auto& [node, progress] : raft_.progress_) {
      send_heartbeat(node, progress);
    }
  } else {
    ask_for_votes();
  }
  effects_.set_timer(Raft::kHeartbeatTimer, raft_.options_.heartbeat);
}

}  // namespace swarm
