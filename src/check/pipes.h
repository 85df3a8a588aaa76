// orders_approved, order_kept, credits_kept and breakers_legal: what a ring owes, read from what
// its stages did. Nothing of a stage's own bookkeeping is believed: credits are counted from items
// sent and credits given back, approvals from the stamps of nodes that are the approving stage.
#pragma once

#include <map>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

#include "check/checks.h"
#include "market/event.h"
#include "swarm/pipeline_trace.h"
#include "verdict.h"

namespace check {

class Pipes {
 public:
  explicit Pipes(const CheckConfig& config);

  void on(const Moment& moment, const swarm::ItemSent& record);
  void on(const Moment& moment, const swarm::ItemTaken& record);
  void on(const Moment& moment, const swarm::CreditReturned& record);
  void on(const Moment& moment, const swarm::ItemStamped& record);
  void on(const Moment& moment, const swarm::ItemExecuted& record);
  void on(const Moment& moment, const swarm::BreakerChanged& record);
  void on(const Moment& moment, const swarm::BreakerProbed& record);
  void on(const Moment& moment, const swarm::PipelineLinkEnded& record);
  void on(const Moment& moment, const swarm::RingChanged& record);
  void on(const Moment& moment, const market::Accepted& event);
  void halted(world::NodeId node);

  // `calm`: the last fault ended long enough ago for every breaker to have closed.
  void finish(const FinalState& state, bool calm);
  void append_to(std::vector<Invariant>& results) const;

 private:
  using Ends = std::pair<world::NodeId, world::NodeId>;  // sender, receiver
  struct Breaking {
    swarm::BreakerState state = swarm::BreakerState::kClosed;
    core::Time since;
    std::uint32_t probes = 0;
  };

  Verdict approved_{"orders_approved"};
  Verdict order_{"order_kept"};
  Verdict credits_{"credits_kept"};
  Verdict breakers_{"breakers_legal"};
  bool ring_ = false;
  PipelineBounds bounds_;
  std::vector<bool> approving_;        // stages
  swarm::Ring now_;                    // by the newest RingChanged
  std::set<world::NodeId> approvers_;  // nodes that are or were
  std::set<swarm::TaskId> stamped_;    // approved
  std::map<std::pair<Ends, swarm::LinkEpoch>, std::set<swarm::LinkSequence>> outstanding_;
  std::map<std::pair<Ends, swarm::LinkEpoch>, swarm::LinkSequence> taken_;
  std::set<std::tuple<world::NodeId, std::uint64_t, std::uint64_t>> in_hand_;  // taken by, entry
  std::map<std::pair<world::NodeId, std::uint64_t>, std::set<std::uint64_t>> executed_;
  std::map<Ends, Breaking> breaking_;
};

}  // namespace check
