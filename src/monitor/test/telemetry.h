// Telemetry for tests: samples as members would send them, and a swarm that reports each second.
#pragma once

#include <map>
#include <optional>

#include "monitor/view.h"

namespace monitor {

inline constexpr world::PoolId kPool(1);
inline constexpr world::NodeId kLeader(1);
inline constexpr world::NodeId kFirst(2);
inline constexpr world::NodeId kSecond(3);
inline constexpr world::NodeId kThird(4);

// What one member did in the second before it reports.
struct Second {
  std::uint32_t done = 10;
  std::uint32_t failed = 0;
  core::Duration latency = core::milliseconds(20);
  std::uint32_t cpu_permille = 400;
  world::AgentState state = world::AgentState::kReady;
};

[[nodiscard]] inline world::Sample sample_of(world::NodeId node, std::uint64_t sequence,
                                             const Second& second = {}) {
  world::Sample sample;
  sample.node = node;
  sample.incarnation = world::Incarnation(1);
  sample.sequence = sequence;
  sample.covers = core::seconds(1);
  sample.pool = kPool;
  sample.state = second.state;
  sample.done = second.done;
  sample.failed = second.failed;
  sample.latency[world::latency_bucket_of(second.latency)] = second.done;
  sample.cpu_permille = second.cpu_permille;
  return sample;
}

// A leader and three members of one pool that report a tenth before every whole second; a test says
// what is different. The leader is a coordinator: it belongs to no pool.
class ReportingSwarm {
 public:
  ReportingSwarm() {
    for (const world::NodeId node : {kLeader, kFirst, kSecond, kThird}) {
      monitor.expect(node, node == kLeader ? world::PoolId{} : kPool, core::at({}));
    }
  }

  std::map<world::NodeId, Second> seconds;  // what is unusual about a member
  std::map<world::NodeId, bool> silent;
  std::uint32_t undecided = 0;  // joint decisions in each second
  std::uint32_t shed = 0;
  std::uint32_t waiting = 0;
  Monitor monitor;

  // One more second passes and everybody who speaks reports on it; the view a moment later.
  View tick() {
    const core::Time arrival = now_ + core::milliseconds(900);
    now_ += core::seconds(1);
    ++sequence_;
    world::PoolSample pool;
    pool.pool = kPool;
    for (const world::NodeId node : {kFirst, kSecond, kThird}) {
      const Second second = seconds[node];
      pool.done += second.done;
      pool.failed += second.failed;
      pool.latency[world::latency_bucket_of(second.latency)] += second.done;
      if (!silent[node]) {
        monitor.fold(node, sample_of(node, sequence_, second), arrival);
      }
    }
    pool.undecided = undecided;
    pool.failed += undecided;
    pool.shed = shed;
    pool.offered = pool.done + pool.failed + shed;
    pool.waiting = waiting;
    pool.task_time = waiting * core::seconds(1) + pool.done * core::milliseconds(20);
    if (!silent[kLeader]) {
      world::Sample sample = sample_of(kLeader, sequence_, {0, 0, {}, 0, seconds[kLeader].state});
      sample.pool = {};
      sample.leader = world::LeaderSample{term, sample.covers, 1, {pool}};
      monitor.fold(kLeader, sample, arrival);
    }
    return monitor.view(now_);
  }
  View tick(std::uint32_t times) {
    View view;
    for (std::uint32_t i = 0; i < times; ++i) {
      view = tick();
    }
    return view;
  }

  std::uint64_t term = 1;

 private:
  core::Time now_;
  std::uint64_t sequence_ = 0;
};

}  // namespace monitor
