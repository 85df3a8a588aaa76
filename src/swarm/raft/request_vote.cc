// Asking for votes and giving them.
//
// Paper, section 5.2 and figure 2; 5.4.1: "the voter denies its vote if its own log is more
// up-to-date than that of the candidate". Thesis, section 9.6 (pre-vote) and 4.2.3: "if a server
// receives a RequestVote request within the minimum election timeout of hearing from a current
// leader, it does not update its term or grant its vote".
#include "raft/step.h"

namespace swarm {

void RaftStep::handle(const world::Message& header, const RequestVote& request) {
  const Term wanted = header.term + (request.pre_vote ? 1 : 0);
  // A leader that asks for votes leads no more, so hearing from it means nothing.
  const bool disturbs = hears_leader() && raft_.leader_ != header.from;
  if (request.pre_vote) {
    const bool granted = !disturbs && wanted > term() && may_vote_for(header.from, request);
    return answer_vote(header, request, granted);
  }
  if (disturbs) {
    return;  // not even an answer: asked again after the leader is gone, it may say yes
  }
  if (wanted > term()) {
    adopt_term(wanted);
  }
  const bool free = !raft_.ballot_.voted_for || raft_.ballot_.voted_for == header.from;
  const bool granted = wanted == term() && free && may_vote_for(header.from, request);
  if (granted && !raft_.ballot_.voted_for) {
    raft_.ballot_.voted_for = header.from;
    persist_ballot(0);
  }
  if (granted) {
    postpone_election();
  }
  answer_vote(header, request, granted);
}

bool RaftStep::hears_leader() const {
  return raft_.role_ == Role::kLeader ||
         (raft_.leader_ && context_.now - raft_.leader_contact_ < raft_.options_.election_timeout);
}

bool RaftStep::may_vote_for(world::NodeId candidate, const RequestVote& request) const {
  const auto theirs = std::pair(request.last_term, request.last_index);
  const auto ours = std::pair(raft_.log_.last_term(), raft_.log_.last_index());
  const bool known =
      raft_.configuration_.is_voter(candidate) && raft_.configuration_.is_voter(self());
  return known ? theirs >= ours : theirs > ours;
}

void RaftStep::answer_vote(const world::Message& header, const RequestVote& request, bool granted) {
  const Term wanted = header.term + (request.pre_vote ? 1 : 0);
  send(header.from, VoteReply{group(), request.pre_vote, granted, wanted});
}

void RaftStep::handle(const world::Message& header, const VoteReply& reply) {
  if (!raft_.configuration_.is_voter(header.from)) {
    return;
  }
  if (header.term > term()) {
    return adopt_term(header.term);
  }
  const bool pre_voting = raft_.role_ == Role::kPreCandidate;
  const bool voting = raft_.role_ == Role::kCandidate;
  const bool timely = reply.pre_vote ? pre_voting && reply.for_term == term() + 1
                                     : voting && reply.for_term == term();
  if (!timely) {
    return;
  }
  if (reply.granted) {
    raft_.granted_.insert(header.from);
    count_votes();
  } else {
    raft_.refused_.insert(header.from);
  }
}

}  // namespace swarm
