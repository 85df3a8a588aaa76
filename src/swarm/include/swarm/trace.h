// What a swarm did with its tasks, for checks and reports. Raft's records are in raft_trace.h.
#pragma once

#include "swarm/agent_state.h"
#include "swarm/pools.h"
#include "swarm/protocol.h"
#include "swarm/task.h"
#include "world/trace.h"

namespace swarm {

// A member got an offer from a client.
struct OfferReceived {
  static constexpr world::TraceKind kKind = 0x0200;
  static constexpr std::string_view kName = "task.offered";
  TaskId task;
  MUSTER_FIELDS(OfferReceived, task)
};

// Made by the leader when the command is applied: the group answers for the task from here on.
struct TaskAccepted {
  static constexpr world::TraceKind kKind = 0x0201;
  static constexpr std::string_view kName = "task.accepted";
  TaskId task;
  Term term = 0;
  MUSTER_FIELDS(TaskAccepted, task, term)
};

struct TaskAssigned {
  static constexpr world::TraceKind kKind = 0x0202;
  static constexpr std::string_view kName = "task.assigned";
  TaskId task;
  Attempt attempt = 0;
  world::NodeId agent;
  Term term = 0;
  bool fallback = false;          // another capability than the one that it needs
  std::uint64_t route_epoch = 1;  // of the route table that is in force
  PoolId pool = kDefaultPool;     // the agent's
  MUSTER_FIELDS(TaskAssigned, task, attempt, agent, term, fallback, route_epoch, pool)
};

// Made by the agent that was told to do it.
struct AssignmentReceived {
  static constexpr world::TraceKind kKind = 0x0203;
  static constexpr std::string_view kName = "attempt.received";
  TaskId task;
  Attempt attempt = 0;
  Term term = 0;
  MUSTER_FIELDS(AssignmentReceived, task, attempt, term)
};

// The agent's record of the attempt is durable; work begins.
struct AttemptStarted {
  static constexpr world::TraceKind kKind = 0x0204;
  static constexpr std::string_view kName = "attempt.started";
  TaskId task;
  Attempt attempt = 0;
  MUSTER_FIELDS(AttemptStarted, task, attempt)
};

struct AttemptReported {
  static constexpr world::TraceKind kKind = 0x0205;
  static constexpr std::string_view kName = "attempt.reported";
  TaskId task;
  Attempt attempt = 0;
  AttemptEnd end = AttemptEnd::kFinished;
  MUSTER_FIELDS(AttemptReported, task, attempt, end)
};

// Made by every replica when it applies a Finish; `first` is false for one that changed nothing.
struct TaskFinished {
  static constexpr world::TraceKind kKind = 0x0206;
  static constexpr std::string_view kName = "task.finished";
  TaskId task;
  Attempt attempt = 0;
  Outcome outcome = Outcome::kDone;
  bool first = true;
  std::uint64_t result_digest = 0;
  MUSTER_FIELDS(TaskFinished, task, attempt, outcome, first, result_digest)
};

// Made by every replica when it applies the first Refuse of a task.
struct TaskShed {
  static constexpr world::TraceKind kKind = 0x0207;
  static constexpr std::string_view kName = "task.shed";
  TaskId task;
  MUSTER_FIELDS(TaskShed, task)
};

// The leader asked the environment to refuse older terms …
struct FenceRequested {
  static constexpr world::TraceKind kKind = 0x0208;
  static constexpr std::string_view kName = "fence.requested";
  Term term = 0;
  MUSTER_FIELDS(FenceRequested, term)
};
// … and it does: from here on the leader assigns.
struct LeaderReady {
  static constexpr world::TraceKind kKind = 0x0209;
  static constexpr std::string_view kName = "leader.ready";
  Term term = 0;
  std::uint64_t open_tasks = 0;
  MUSTER_FIELDS(LeaderReady, term, open_tasks)
};

// The leader took a task back from an agent before its attempt ended.
enum class TakeBackReason : std::uint8_t { kTimeout, kSuspected, kAborted, kNewLeader, kRebooted };
constexpr TakeBackReason last_value(TakeBackReason) {
  return TakeBackReason::kRebooted;
}
constexpr std::string_view name_of(TakeBackReason reason) {
  constexpr std::string_view kNames[] = {"timeout", "suspected", "aborted", "new leader",
                                         "agent rebooted"};
  return kNames[static_cast<std::size_t>(reason)];
}
struct TaskTakenBack {
  static constexpr world::TraceKind kKind = 0x020A;
  static constexpr std::string_view kName = "task.taken_back";
  TaskId task;
  Attempt attempt = 0;
  world::NodeId agent;
  TakeBackReason reason = TakeBackReason::kTimeout;
  MUSTER_FIELDS(TaskTakenBack, task, attempt, agent, reason)
};

// What a leader and an agent of a graph say to each other about a task came over others.
struct TaskRelayed {
  static constexpr world::TraceKind kKind = 0x0240;
  static constexpr std::string_view kName = "swarm.task_relayed";
  world::NodeId origin;
  world::MessageType type = 0;
  std::uint32_t hops = 0;  // links that it took
  MUSTER_FIELDS(TaskRelayed, origin, type, hops)
};

struct AgentStateChanged {
  static constexpr world::TraceKind kKind = 0x020B;
  static constexpr std::string_view kName = "agent.state";
  AgentState from = AgentState::kInitialising;
  AgentState to = AgentState::kInitialising;
  MUSTER_FIELDS(AgentStateChanged, from, to)
};

// ---- Pools, route and members: made by every replica when it applies the command that changes
// them; `index` is the command's place in the log, so the records of replicas can be compared ----

struct PoolChanged {
  static constexpr world::TraceKind kKind = 0x0250;
  static constexpr std::string_view kName = "pool.changed";
  std::uint64_t index = 0;
  Pool pool;
  MUSTER_FIELDS(PoolChanged, index, pool)
};

struct RouteChanged {
  static constexpr world::TraceKind kKind = 0x0251;
  static constexpr std::string_view kName = "route.changed";
  std::uint64_t index = 0;
  Route route;
  MUSTER_FIELDS(RouteChanged, index, route)
};

struct MemberJoined {
  static constexpr world::TraceKind kKind = 0x0252;
  static constexpr std::string_view kName = "member.joined";
  std::uint64_t index = 0;
  world::NodeId member;
  PoolId pool;
  world::Incarnation incarnation;
  std::string fleet = {};
  world::NodeId sub_leader = {};  // in a tree: below whom it works
  MUSTER_FIELDS(MemberJoined, index, member, pool, incarnation, fleet, sub_leader)
};

struct MemberDraining {
  static constexpr world::TraceKind kKind = 0x0253;
  static constexpr std::string_view kName = "member.draining";
  std::uint64_t index = 0;
  world::NodeId member;
  MUSTER_FIELDS(MemberDraining, index, member)
};

struct MemberLeft {
  static constexpr world::TraceKind kKind = 0x0254;
  static constexpr std::string_view kName = "member.left";
  std::uint64_t index = 0;
  world::NodeId member;
  world::Incarnation incarnation;
  bool lost = false;  // given up by the failure detector; otherwise it left idle
  MUSTER_FIELDS(MemberLeft, index, member, incarnation, lost)
};

struct VotersChanged {
  static constexpr world::TraceKind kKind = 0x0255;
  static constexpr std::string_view kName = "voters.changed";
  std::uint64_t index = 0;
  std::uint64_t epoch = 0;
  std::vector<world::NodeId> voters;  // ascending
  MUSTER_FIELDS(VotersChanged, index, epoch, voters)
};

// ---- The client's record: what was asked for and what was answered, the client's view alone ----

struct TaskOffered {
  static constexpr world::TraceKind kKind = 0x0400;
  static constexpr std::string_view kName = "client.offered";
  TaskId task;
  core::Time intended;  // when it was due; latency counts from here, whenever it really left
  std::uint32_t task_class = 0;  // index in the workload's list
  core::Duration service{};      // declared work: cpu and wait
  MUSTER_FIELDS(TaskOffered, task, intended, task_class, service)
};

// The first answer that the client got.
struct TaskAnswered {
  static constexpr world::TraceKind kKind = 0x0401;
  static constexpr std::string_view kName = "client.answered";
  TaskId task;
  core::Duration latency{};  // since intended
  std::uint32_t offers = 1;  // how often it was asked
  Result result;
  MUSTER_FIELDS(TaskAnswered, task, latency, offers, result)
};

// A later answer that says something else than the first: always a violation.
struct TaskContradicted {
  static constexpr world::TraceKind kKind = 0x0402;
  static constexpr std::string_view kName = "client.contradicted";
  TaskId task;
  std::uint64_t first_digest = 0;
  Result later;
  MUSTER_FIELDS(TaskContradicted, task, first_digest, later)
};

// The client stopped asking.
struct TaskGivenUp {
  static constexpr world::TraceKind kKind = 0x0403;
  static constexpr std::string_view kName = "client.gave_up";
  TaskId task;
  std::uint32_t offers = 0;
  MUSTER_FIELDS(TaskGivenUp, task, offers)
};

}  // namespace swarm
