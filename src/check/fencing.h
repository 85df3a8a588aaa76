// stale_terms_fenced and one_order_per_key: who may order, and how often.
//
// The chain that is judged: a leader is elected; the venue fences its term; only then is it ready;
// only then does it assign; only the agent that was assigned orders, with that authority; and
// nothing below a fence, or below a task's highest attempt, is accepted.
#pragma once

#include <map>
#include <set>
#include <vector>

#include "market/event.h"
#include "swarm/raft_trace.h"
#include "swarm/trace.h"
#include "verdict.h"

namespace check {

class Fencing {
 public:
  // In a ring whoever does, or did, the last stage acts for the entry that an attempt was assigned
  // to.
  void executes(world::NodeId node) { executors_.insert(node); }

  void on(const Moment& moment, const swarm::BecameLeader& record);
  void on(const Moment& moment, const swarm::LeaderReady& record);
  void on(const Moment& moment, const swarm::TaskAssigned& record);
  void on(const Moment& moment, const swarm::AssignmentReceived& record);
  void on(const Moment& moment, const market::Fenced& event);
  void on(const Moment& moment, const market::Accepted& event);
  void on(const Moment& moment, const market::Rejected& event);
  void on(const Moment& moment, const market::Repeated& event);
  void on(const market::TasksClosed& event);

  // A run that was not cut short has at least one leader that takes office.
  void finish(bool leader_expected);
  void append_to(std::vector<Invariant>& results) const;

 private:
  struct Office {
    world::NodeId leader;
    market::GroupId group;
    bool ready = false;
  };
  struct Assigned {
    world::NodeId agent;
    swarm::Term term = 0;
    bool operator==(const Assigned&) const = default;
  };
  using AttemptKey = std::pair<swarm::TaskId, swarm::Attempt>;

  [[nodiscard]] std::uint64_t fence_of(market::GroupId group) const;
  [[nodiscard]] std::string authority_fault(const market::Accepted& event) const;
  void note_attempt(market::IdempotencyKey key, std::uint32_t attempt);

  Verdict stale_{"stale_terms_fenced"};
  Verdict key_{"one_order_per_key"};
  std::map<swarm::Term, Office> offices_;
  std::set<world::NodeId> executors_;
  std::map<AttemptKey, Assigned> assigned_;  // of tasks that are not closed
  std::map<market::GroupId, std::uint64_t> fences_;
  // By key without leg; of tasks that are not closed.
  std::map<std::uint64_t, std::uint32_t> highest_attempt_;
  std::map<market::IdempotencyKey, market::OrderId> orders_;  // of all keys, for ever
};

}  // namespace check
