// By whose right an order is sent: (group, term, task, attempt, leg).
//
// The idempotency key is (group, task, leg), packed into 64 bits: neither the agent nor the attempt
// is part of it, so whoever retries a task asks for the same order. The swarm knows these numbers
// by types of its own (it may not include market); the layout below is the contract between the
// two.
//
//   bits 63..52  group (12)   1..4095
//   bits 51..8   task  (44)   1..2^44-1, ascending in the order in which the group accepts tasks
//   bits  7..0   leg    (8)   0..255: which order of the task
#pragma once

#include <cstdint>

#include "core/codec.h"
#include "core/id.h"

namespace market {

using GroupId = core::Id<struct GroupIdTag, std::uint16_t>;
using TaskId = core::Id<struct TaskIdTag, std::uint64_t>;
using Leg = std::uint8_t;
using IdempotencyKey = core::Id<struct IdempotencyKeyTag, std::uint64_t>;

inline constexpr unsigned kLegBits = 8;
inline constexpr unsigned kTaskBits = 44;
inline constexpr std::uint16_t kLargestGroup = (1U << 12U) - 1;
inline constexpr std::uint64_t kLargestTask = (1ULL << kTaskBits) - 1;

[[nodiscard]] constexpr bool can_make_key(GroupId group, TaskId task) {
  return group && group.value <= kLargestGroup && task && task.value <= kLargestTask;
}

// REQUIRES can_make_key(group, task).
[[nodiscard]] constexpr IdempotencyKey make_key(GroupId group, TaskId task, Leg leg) {
  core::check(can_make_key(group, task), "group and task fit into an idempotency key");
  return IdempotencyKey((static_cast<std::uint64_t>(group.value) << (kTaskBits + kLegBits)) |
                        (task.value << kLegBits) | leg);
}

[[nodiscard]] constexpr GroupId group_of(IdempotencyKey key) {
  return GroupId(static_cast<std::uint16_t>(key.value >> (kTaskBits + kLegBits)));
}
[[nodiscard]] constexpr TaskId task_of(IdempotencyKey key) {
  return TaskId((key.value >> kLegBits) & kLargestTask);
}
[[nodiscard]] constexpr Leg leg_of(IdempotencyKey key) {
  return static_cast<Leg>(key.value & 0xFFU);
}

struct Authority {
  GroupId group;
  std::uint64_t term = 0;  // of the leader that assigned the task
  TaskId task;
  std::uint32_t attempt = 0;  // of the task, from 1
  Leg leg = 0;

  // REQUIRES can_make_key(group, task).
  [[nodiscard]] constexpr IdempotencyKey key() const { return make_key(group, task, leg); }
  MUSTER_FIELDS(Authority, group, term, task, attempt, leg)
};

}  // namespace market
