// routed_as_committed: every assignment goes to the pool that the committed route names for the
// task, to an agent that is a member and does not drain; routes follow each other without gap, and
// their weights are the whole. no_busy_agent_ended: who leaves, and whose sandbox is ended, has
// nothing in hand.
#pragma once

#include <map>
#include <set>
#include <vector>

#include "check/checks.h"
#include "swarm/trace.h"
#include "verdict.h"

namespace check {

class Routes {
 public:
  explicit Routes(const CheckConfig& config);

  void on(const Moment& moment, const swarm::PoolChanged& record);
  void on(const Moment& moment, const swarm::RouteChanged& record);
  void on(const Moment& moment, const swarm::MemberJoined& record);
  void on(const Moment& moment, const swarm::MemberDraining& record);
  void on(const Moment& moment, const swarm::MemberLeft& record);
  void on(const Moment& moment, const swarm::TaskAssigned& record);
  void on(const swarm::TaskTakenBack& record);
  void on(const Moment& moment, const swarm::AttemptStarted& record);
  void on(const Moment& moment, const swarm::AttemptReported& record);
  void booted(const Moment& moment);
  void halted(const Moment& moment, const world::NodeHalted& record);

  // `due`: the swarm must have come back to work by the end.
  void finish(const FinalState& state, bool due);
  void append_to(std::vector<Invariant>& results) const;

 private:
  // What one replica has applied. Replicas say the same at different times, a deposed leader late;
  // each is held to its own view.
  struct View {
    std::uint64_t epoch = 0;         // 0: no route was told since it booted
    std::set<world::NodeId> closed;  // those who drain or have left
  };

  [[nodiscard]] std::string assignment_fault(const View& view,
                                             const swarm::TaskAssigned& record) const;
  [[nodiscard]] std::string in_hand(world::NodeId agent) const;

  Verdict routed_{"routed_as_committed"};
  Verdict idle_{"no_busy_agent_ended"};
  std::map<std::uint64_t, swarm::Route> routes_;                // by epoch
  std::map<swarm::PoolId, std::set<swarm::PoolId>> fallbacks_;  // declared at any time
  std::map<world::NodeId, View> views_;                         // by replica
  std::map<world::NodeId, std::set<swarm::TaskId>> hands_;      // by agent
  std::map<world::NodeId, std::set<swarm::PoolId>> pools_;      // of agents, at any time
  std::map<world::NodeId, std::uint64_t> lost_;  // given up, so not kept; by which entry
  std::set<std::uint64_t> leaves_;               // entries that were judged
};

}  // namespace check
