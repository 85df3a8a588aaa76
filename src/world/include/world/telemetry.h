// Telemetry: what a member tells the controller of itself from time to time.
//
// A Sample counts what happened at one member since its Sample before, over an ordinary message, so
// faults hit telemetry as they hit everything else: a Sample that does not arrive is missing, never
// zero. It is bounded: a fixed number of latency buckets and at most kMaximumPools pools. Every
// member reports its own work; the member that leads also reports what only it knows, by pool.
//
// Counts are of the interval (`at` - `covers`, `at`] on the member's own monotonic clock, which is
// comparable with that of no other node; the receiver dates a Sample by when it arrives.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "world/message.h"
#include "world/node.h"

namespace world {

// A pool of a deployment: agents of one version. 0: none, as of a coordinator.
using PoolId = core::Id<struct PoolIdTag, std::uint32_t>;

inline constexpr std::size_t kMaximumPools = 16;

// The state of an agent as it sees itself.
enum class AgentState : std::uint8_t { kInitialising, kReady, kBusy, kError, kOffline };
constexpr AgentState last_value(AgentState) {
  return AgentState::kOffline;
}
constexpr std::string_view name_of(AgentState state) {
  constexpr std::string_view kNames[] = {"initialising", "ready", "busy", "error", "offline"};
  return kNames[static_cast<std::size_t>(state)];
}

// ---- Latency buckets ----
//
// Bucket 0 counts latencies below 1 ms. From there each doubling is cut into four equal parts, so a
// bucket is at most a quarter of its lower bound wide: bucket 1 is [1, 1.25) ms, bucket 5 [2, 2.5)
// ms, bucket 64 [57.344, 65.536) s. The last one counts 65.536 s and more.
inline constexpr std::size_t kLatencyBuckets = 66;
using LatencyCounts = std::array<std::uint32_t, kLatencyBuckets>;

// The least latency that the bucket counts. REQUIRES bucket < kLatencyBuckets.
[[nodiscard]] constexpr core::Duration latency_bucket_begin(std::size_t bucket) {
  core::check(bucket < kLatencyBuckets, "a latency bucket exists");
  if (bucket == 0) {
    return core::Duration{};
  }
  const std::size_t doublings = (bucket - 1) / 4;
  const auto quarters = static_cast<std::int64_t>(4 + (bucket - 1) % 4);
  return core::microseconds(250) * (quarters << doublings);
}

// The first latency that the bucket no longer counts; of the last bucket its lower bound, as it has
// no end. REQUIRES bucket < kLatencyBuckets.
[[nodiscard]] constexpr core::Duration latency_bucket_end(std::size_t bucket) {
  return latency_bucket_begin(bucket + 1 < kLatencyBuckets ? bucket + 1 : bucket);
}

[[nodiscard]] constexpr std::size_t latency_bucket_of(core::Duration latency) {
  std::size_t bucket = kLatencyBuckets - 1;
  while (latency < latency_bucket_begin(bucket) && bucket > 0) {
    --bucket;
  }
  return bucket;
}

// What the leader knows of one pool.
struct PoolSample {
  PoolId pool;
  // Since the Sample before, of tasks that the route table gives to the pool:
  std::uint32_t offered = 0;   // new ones that came, also those that were shed
  std::uint32_t shed = 0;      // refused, since too much waited
  std::uint32_t assigned = 0;  // assignments that were committed, attempts after the first included
  std::uint32_t done = 0;      // over, with a result that stands
  std::uint32_t failed = 0;    // over, without
  std::uint32_t undecided = 0;  // the part of `failed` that are joint decisions without a quorum
  LatencyCounts latency{};      // of `done`: from accepted by the leader to over
  // Tasks that were accepted and not over, summed over the time that the LeaderSample covers:
  // divided by it, their mean number.
  core::Duration task_time{};
  // Now:
  std::uint32_t waiting = 0;        // accepted tasks that no agent has
  std::uint32_t in_flight = 0;      // tasks that its agents have
  std::uint32_t members = 0;        // agents in the pool, those that drain excluded
  std::uint32_t ready_members = 0;  // of them, those that would be given a task
  MUSTER_FIELDS(PoolSample, pool, offered, shed, assigned, done, failed, undecided, latency,
                task_time, waiting, in_flight, members, ready_members)
};

// What the leader of a term knows.
struct LeaderSample {
  std::uint64_t term = 0;
  core::Duration covers{};  // as the Sample's, or less: the time since it took office
  std::uint64_t route_epoch = 0;
  std::vector<PoolSample> pools;  // ascending by pool, at most kMaximumPools
  MUSTER_FIELDS(LeaderSample, term, covers, route_epoch, pools)
};

struct Sample {
  static constexpr MessageType kType = 0x0250;
  NodeId node;  // equals the message's sender; the receiver drops a Sample where it does not
  Incarnation incarnation;
  std::uint64_t sequence = 0;  // 1, 2, … within an incarnation: a gap is a Sample that was lost
  core::Time at;
  core::Duration covers{};
  PoolId pool;
  AgentState state = AgentState::kInitialising;
  // Since the Sample before, of attempts at tasks at this member:
  std::uint32_t done = 0;      // ended with a result that stands
  std::uint32_t failed = 0;    // ended with another outcome, aborted or superseded
  std::uint32_t shed = 0;      // refused by this member as leader, all pools together
  LatencyCounts latency{};     // of `done`: from the assignment's receipt to the end of the attempt
  core::Duration cpu_time{};   // declared CPU work of the attempts that ended, at reference speed
  core::Duration busy_time{};  // how much of `covers` it had a task in hand
  // Tasks in hand, summed over time: divided by `covers` it is the mean number in hand.
  core::Duration task_time{};
  std::uint32_t cpu_permille = 0;  // cpu_time / (covers x capacity of its CPUs), at most 1000
  // Now:
  std::uint32_t in_flight = 0;         // tasks in hand
  std::uint32_t slots = 0;             // how many tasks it is given at most at a time
  std::uint32_t queue_length = 0;      // tasks that wait for an agent; 0 where it does not lead
  std::optional<LeaderSample> leader;  // when it leads
  MUSTER_FIELDS(Sample, node, incarnation, sequence, at, covers, pool, state, done, failed, shed,
                latency, cpu_time, busy_time, task_time, cpu_permille, in_flight, slots,
                queue_length, leader)
};

}  // namespace world
