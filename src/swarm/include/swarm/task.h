// Tasks: what a client offers, what the group answers for, exactly once.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/bytes.h"
#include "core/codec.h"
#include "core/id.h"
#include "world/message.h"

namespace swarm {

using GroupId = core::Id<struct GroupIdTag, std::uint16_t>;  // 12 bits are used
using TaskId = core::Id<struct TaskIdTag, std::uint64_t>;    // 44 bits; unique in its group
using Term = std::uint64_t;     // Raft's term; 0: before the first election
using Attempt = std::uint32_t;  // counts the assignments of a task, from 1
using Leg = std::uint8_t;       // counts the orders of one task, from 1

// What a task needs from the agent that gets it, and what happens when no agent declares it.
struct Requirement {
  std::string capability;  // empty: any agent will do
  bool fallback_to_any = false;
  std::string fallback;  // another capability to try; empty: none
  MUSTER_FIELDS(Requirement, capability, fallback_to_any, fallback)
};

// A task as offered. The payload is opaque to the swarm.
struct Task {
  TaskId id;
  world::NodeId client;
  Requirement requirement;
  bool joint = false;  // needs a joint decision of the configured members
  core::Duration service_cpu{};
  core::Duration service_wait{};
  core::Bytes payload;
  MUSTER_FIELDS(Task, id, client, requirement, joint, service_cpu, service_wait, payload)
};

enum class Outcome : std::uint8_t {
  kDone,
  kNoCapableAgent,  // no member declares the capability and there is no fallback
  kAttemptsExhausted,
  kRejected,   // the environment refused the order for a reason that a retry does not change
  kUndecided,  // a joint decision found no quorum
  kShed,       // refused before it entered the ledger: the queue is full
  kStopped,    // the pipeline is stopped: a stage is lost and no spare has its capabilities
};
constexpr Outcome last_value(Outcome) {
  return Outcome::kStopped;
}
constexpr std::string_view name_of(Outcome outcome) {
  constexpr std::string_view kNames[] = {
      "done", "no capable agent", "attempts exhausted", "rejected", "undecided", "shed", "stopped"};
  return kNames[static_cast<std::size_t>(outcome)];
}

// What a result is worth when its program does not say.
inline constexpr std::uint16_t kNeutralScore = 500;

struct Result {
  Outcome outcome = Outcome::kDone;
  core::Bytes payload;
  // How good it is in the eyes of the program that did it, 0 to 1000; a trader: the task's profit,
  // bounded.
  std::uint16_t score_permille = kNeutralScore;
  MUSTER_FIELDS(Result, outcome, payload, score_permille)
};

// The right to act for a task: who was told to do it, by which leader, for the how manyeth time.
struct Authority {
  GroupId group;
  Term term = 0;
  TaskId task;
  Attempt attempt = 0;
  Leg leg = 0;
  MUSTER_FIELDS(Authority, group, term, task, attempt, leg)
};

// (group, task, leg) in 12 + 44 + 8 bits: never agent or attempt, so that every attempt at the same
// leg has the same key and the environment carries it out once.
[[nodiscard]] constexpr std::uint64_t idempotency_key(GroupId group, TaskId task, Leg leg) {
  core::check(group.value < (1U << 12U) && task.value < (1ULL << 44U), "the ids fit their bits");
  return (static_cast<std::uint64_t>(group.value) << 52U) | (task.value << 8U) | leg;
}

}  // namespace swarm
