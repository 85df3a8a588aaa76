// The leader's duties: take offers into the ledger, hand tasks to agents, take them back from
// agents that fail, answer clients.
//
// Idle on every other member. A new leader first has the environment fence off older terms and
// assigns nothing until that is acknowledged; then it takes over every task that is not over. A
// task that used up its attempts is not simply reported as failed: the environment first voids its
// key, and if somebody's order was carried out after all, that outcome is the result. So "failed"
// means that nothing happened and nothing will.
//
// Only the newest attempt at a task ends it. An older one that says it is done may not have ordered
// while the newer one will; the newer one, which finds or voids what older ones ordered, knows the
// truth of both.
//
// Owns timers kCoordinatorTimers; no message types: the member decodes and calls.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "swarm/desk.h"
#include "swarm/dispatch.h"
#include "swarm/protocol.h"
#include "swarm/timer_range.h"
#include "swarm/trace.h"

namespace swarm {

inline constexpr TimerRange kCoordinatorTimers{0x0006};

struct CoordinatorConfig {
  GroupId group;
  DispatchConfig dispatch;
  std::uint32_t queue_limit = 1000;  // tasks that are not over; beyond it offers are shed
  core::Duration attempt_timeout = core::milliseconds(800);
  std::uint32_t max_attempts = 5;
  core::Duration environment_retry = core::milliseconds(200);   // unanswered requests are repeated
  std::map<world::NodeId, std::set<std::string>> capabilities;  // what each agent declares
  MUSTER_FIELDS(CoordinatorConfig, group, dispatch, queue_limit, attempt_timeout, max_attempts,
                environment_retry, capabilities)
};

// What the leader asks of the environment through its agent, which knows how to speak to it.
struct FenceWanted {
  Term term = 0;
  MUSTER_FIELDS(FenceWanted, term)
};
struct VoidWanted {
  Authority authority;
  MUSTER_FIELDS(VoidWanted, authority)
};
// Every task below has ended and will not be asked for again.
struct LowWaterWanted {
  TaskId below;
  Term term = 0;
  MUSTER_FIELDS(LowWaterWanted, below, term)
};

class Coordinator {
 public:
  // REQUIRES: limits and times above zero.
  explicit Coordinator(CoordinatorConfig config);

  [[nodiscard]] static bool owns(world::TimerId timer) {
    return kCoordinatorTimers.contains(timer);
  }
  [[nodiscard]] bool leading() const { return phase_ != Phase::kIdle; }
  [[nodiscard]] bool ready() const { return phase_ == Phase::kReady; }
  [[nodiscard]] Term term() const { return term_; }

  // Takes office in the raft's term. REQUIRES: raft.is_leader_ready(), everything committed is
  // applied.
  void lead(Desk& desk, const std::vector<world::NodeId>& workers);
  void stop(Desk& desk);
  // The environment refuses terms below `term`.
  void fenced(Desk& desk, Term term);
  // The environment answered VoidWanted: nothing happened (no result), or what did.
  void voided(Desk& desk, TaskId task, const std::optional<Result>& happened);

  void offered(Desk& desk, const Offer& offer);
  void reported(Desk& desk, const AttemptResult& report, world::NodeId from);
  // A command was applied; `changed` is what Ledger::apply said.
  void applied(Desk& desk, const Command& command, bool changed);
  void timer(Desk& desk, world::TimerId timer);

  // The stages of a ring changed: these take tasks in now. What others had goes to them. While it
  // is stopped nothing is taken in, and what cannot get through ends, once its key is void.
  void follow_ring(Desk& desk, const std::vector<world::NodeId>& workers, bool stopped);

  // What the failure detector and the links say of an agent. Losing trust takes its tasks back.
  void set_available(Desk& desk, world::NodeId agent, bool ready, bool suspected);

  // Tasks of a pool that wait for an agent.
  [[nodiscard]] std::uint32_t waiting(PoolId pool) const;
  // Tasks that an agent has, those included whose assignment is not committed yet.
  [[nodiscard]] std::uint32_t in_flight(world::NodeId agent) const {
    return dispatch_.in_flight(agent);
  }
  // The agent would be given a task if it had room.
  [[nodiscard]] bool takes_work(world::NodeId agent) const { return dispatch_.ready(agent); }

  // Requests since the last call.
  [[nodiscard]] std::vector<FenceWanted> take_fences() { return std::exchange(fences_, {}); }
  [[nodiscard]] std::vector<VoidWanted> take_voids() { return std::exchange(voids_, {}); }
  [[nodiscard]] std::vector<LowWaterWanted> take_low_waters() {
    return std::exchange(low_waters_, {});
  }

 private:
  enum class Phase : std::uint8_t { kIdle, kFencing, kReady };
  friend constexpr Phase last_value(Phase) { return Phase::kReady; }
  struct Running {
    world::NodeId agent;
    Attempt attempt = 0;
    core::Time deadline;
    bool fallback = false;
    bool sent = false;  // Assign is committed and the agent was told
    MUSTER_FIELDS(Running, agent, attempt, deadline, fallback, sent)
  };
  struct Resolving {
    Attempt attempt = 0;
    Outcome otherwise = Outcome::kAttemptsExhausted;  // when nothing happened
    MUSTER_FIELDS(Resolving, attempt, otherwise)
  };
  // Tasks of one class can be taken by the same agents: the pool, and what they must declare.
  using TaskClass = std::pair<PoolId, std::string>;
  // A task that waits for an agent.
  struct Waiting {
    TaskClass task_class;
    std::uint64_t turn = 0;
    MUSTER_FIELDS(Waiting, task_class, turn)
  };
  using Queue = std::map<std::uint64_t, TaskId>;  // by turn

  void apply(Desk& desk, const Accept& accept, bool changed);
  void apply(Desk& desk, const Refuse& refuse, bool changed);
  void apply(Desk& desk, const Assign& assign, bool changed);
  void apply(Desk& desk, const Finish& finish, bool changed);
  void apply(Desk& desk, const LowWater& low_water, bool changed);
  void apply(Desk& desk, const SetPool& set, bool changed);
  void apply(Desk& desk, const SetRoute& set, bool changed);
  void apply(Desk& desk, const AddMember& added, bool changed);
  void apply(Desk& desk, const RemoveMember& removed, bool changed);
  void apply(Desk& desk, const MemberGone& gone, bool changed);
  void employ(const MemberEntry& member, const Ledger& ledger);
  void answer(Desk& desk, world::NodeId client, const Reply& reply) const;
  [[nodiscard]] bool is_full(const Desk& desk, TaskId task) const;
  [[nodiscard]] PoolId serving_pool(const Desk& desk, TaskId task) const;
  [[nodiscard]] TaskClass class_of(const Desk& desk, TaskId task) const;
  void take_back_all(Desk& desk, world::NodeId agent, TakeBackReason reason);
  void apply(Desk&, const Stitch&, bool) {}  // the member follows the ring
  void pump(Desk& desk);
  bool place(Desk& desk, TaskId task);
  void finish(Desk& desk, TaskId task, Attempt attempt, const Result& result);
  void take_back(Desk& desk, TaskId task, TakeBackReason reason);
  void resolve(Desk& desk, TaskId task, Attempt attempt, Outcome otherwise);
  void stop_tasks(Desk& desk);
  void wait(Desk& desk, TaskId task);
  void stop_waiting(TaskId task);
  void arm(Desk& desk);
  void ask_environment(Desk& desk);

  CoordinatorConfig config_;
  Phase phase_ = Phase::kIdle;
  Term term_ = 0;
  Dispatch dispatch_;
  std::map<TaskId, Waiting> waiting_;
  std::map<TaskClass, Queue> queues_;  // of `waiting_` by class; none is empty
  std::uint64_t turns_ = 0;
  std::map<TaskId, Running> running_;          // proposed to or in the hands of an agent
  std::set<TaskId> let_fail_;                  // by the agent of their latest attempt
  std::set<TaskId> accepting_;                 // Accept proposed, not applied
  std::set<TaskId> finishing_;                 // Finish proposed, not applied
  std::map<TaskId, Resolving> resolving_;      // VoidWanted sent, not answered
  std::map<TaskId, world::NodeId> reporters_;  // to acknowledge when Finish is applied
  std::set<std::pair<core::Time, TaskId>> deadlines_;
  TaskId low_water_proposed_;
  std::set<world::NodeId> workers_;
  bool stopped_ = false;
  std::vector<FenceWanted> fences_;
  std::vector<VoidWanted> voids_;
  std::vector<LowWaterWanted> low_waters_;

 public:
  MUSTER_FIELDS(Coordinator, config_, phase_, term_, dispatch_, waiting_, queues_, turns_, running_,
                let_fail_, accepting_, finishing_, resolving_, reporters_, deadlines_,
                low_water_proposed_, workers_, stopped_, fences_, voids_, low_waters_)
};

}  // namespace swarm
