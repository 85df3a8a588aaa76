// live_after_heal and bounds: when the faults are over the swarm comes back, and at no time does it
// use more than it may.
//
// To come back is to have a leader in office within ten election timeouts after the last fault
// ended, and never to be without one for longer while no fault goes on; and at the end to have
// answered every task, with equal ledgers at all voters.
#pragma once

#include <deque>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "check/checks.h"
#include "swarm/raft_trace.h"
#include "swarm/trace.h"
#include "verdict.h"

namespace check {

class Liveness {
 public:
  explicit Liveness(const CheckConfig& config);

  void on(const Moment& moment, const world::FaultStarted& record);
  void on(const Moment& moment, const world::FaultEnded& record);
  void halted(const Moment& moment);  // its node
  void on(const Moment& moment, const swarm::BecameLeader& record);
  void on(const Moment& moment, const swarm::LeaderReady& record);
  void on(const Moment& moment, const swarm::SteppedDown& record);
  void on(const Moment& moment, const swarm::ElectionStarted& record);
  void on(const Moment& moment, const swarm::Committed& record);
  void on(const swarm::MemberJoined& record);
  void on(const swarm::ConfigurationChanged& record);

  // Whether by the end of the run everything must have come back: liveness is expected, the run was
  // not cut short, and the last fault ended long enough ago.
  [[nodiscard]] bool due(const FinalState& state) const;
  // `abandoned`: tasks that the client gave up and that may still be open.
  void finish(const FinalState& state, std::uint64_t abandoned);
  void append_to(std::vector<Invariant>& results) const;

 private:
  void settle(core::Time now);
  void wait_for_leader(core::Time since);
  void judge_wait(core::Time until);
  void lost_leader(core::Time at);
  void judge_recovery(const FinalState& state, std::uint64_t abandoned);
  void judge_bounds(const FinalState& state);
  [[nodiscard]] std::string replica_fault(const FinalState& state,
                                          const FinalState::Replica& replica,
                                          std::uint64_t abandoned) const;

  Verdict live_{"live_after_heal"};
  Verdict bounds_{"bounds"};
  CheckConfig config_;
  std::vector<world::NodeId> voters_;  // of the newest configuration
  swarm::Index configured_ = 0;        // by this entry
  std::set<world::NodeId> joined_;     // besides those who founded
  std::set<std::uint32_t> faults_;     // that go on
  core::Time calm_since_;
  world::NodeId leader_;  // of the highest term; none once it stepped down or halted
  swarm::Term term_ = 0;
  bool ready_ = false;
  std::optional<core::Time> leaderless_since_;  // in the calm that is now
  std::uint64_t elections_ = 0;                 // without pre-votes
  // Commits of the last election timeout, of which a voter may not have heard; those before it.
  std::deque<std::pair<core::Time, swarm::Index>> under_way_;
  swarm::Index settled_ = 0;
};

}  // namespace check
