// Everything that must hold in every run, whatever the scenario: read from the trace as it happens,
// and from what the driver knows at the end. The same checks judge a simulated run and the
// recordings of a real one.
//
// Names of the invariants: cash_conserved, shares_conserved, order_life, limits_respected,
// price_time_priority, one_leader_per_term, one_vote_per_term, commits_durable_at_quorum,
// log_agreement, leader_completeness, voters_change_one_by_one, stale_terms_fenced,
// one_order_per_key, tasks_end_once, answers_agree, links_as_declared, isolated_decide_nothing,
// routed_as_committed, no_busy_agent_ended, live_after_heal, bounds.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "check/invariant.h"
#include "swarm/pools.h"
#include "swarm/topology.h"
#include "world/fault.h"
#include "world/trace.h"

namespace check {

// Of the links of a ring.
struct PipelineBounds {
  std::uint32_t credits = 0;
  bool ordered = false;
  std::uint32_t probes = 0;
  core::Duration open_for{};
};

struct CheckConfig {
  swarm::Topology topology;
  world::NodeId venue;
  world::NodeId client;
  std::uint32_t joint_quorum = 0;  // 0: no joint decisions
  core::Duration election_timeout{};
  world::FaultPlan faults;
  // Every fault ends and stays within the budget of losses, so the swarm must come back. False: a
  // fault stays for ever or is beyond the budget, and only safety is checked.
  bool expects_liveness = true;
  bool uses_joint = false;
  PipelineBounds pipeline;
  swarm::Founding founding;  // as the members' configuration has it
};

// What only the driver knows when a run is over.
struct FinalState {
  core::Time ended;
  bool complete = true;  // not cut off by a budget or an interrupt
  struct Replica {
    world::NodeId node;
    std::uint64_t applied_index = 0;
    std::uint64_t ledger_digest = 0;
    std::uint64_t open_tasks = 0;
  };
  std::vector<Replica> replicas;     // of running members
  std::uint64_t open_at_client = 0;  // offered, neither answered nor given up
  std::uint64_t inbox_peak = 0;      // largest of all nodes
  std::uint64_t inbox_limit = 0;
  std::uint64_t messages_sent = 0;  // by members
  std::uint64_t tasks_offered = 0;
  std::uint64_t timers_peak = 0;  // largest number of timers of a member at the end
};

class Checks : public world::TraceSink {
 public:
  explicit Checks(CheckConfig config);
  ~Checks() override;
  Checks(const Checks&) = delete;
  Checks& operator=(const Checks&) = delete;

  void receive(const world::TraceEntry& entry) override;
  // Once, when the run is over.
  void finish(const FinalState& state);

  // In the order of the names above.
  [[nodiscard]] std::vector<Invariant> results() const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace check
