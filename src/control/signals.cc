#include "control/signals.h"

#include <algorithm>

namespace control {
namespace {

constexpr std::uint64_t kThousand = 1'000;

std::int64_t second_of(core::Time time) {
  return time.time_since_epoch() / monitor::kBin;
}

const monitor::GroupView* group_of(const monitor::View& view, swarm::PoolId pool) {
  const auto found = view.pools.find(pool);
  return found == view.pools.end() ? nullptr : &found->second;
}

bool among(const std::vector<swarm::PoolId>& pools, swarm::PoolId pool) {
  return std::ranges::find(pools, pool) != pools.end();
}

}  // namespace

void LoadHistory::learn(const monitor::View& view, const std::vector<swarm::PoolId>& pools) {
  Second second;
  second.number = second_of(view.at) - 1;
  if (!seconds_.empty() && seconds_.back().number >= second.number) {
    return;
  }
  bool known = false;
  for (const swarm::PoolId pool : pools) {
    const monitor::GroupView* group = group_of(view, pool);
    if (group == nullptr || !group->last.waiting_milli() || !group->last.in_system_milli()) {
      continue;
    }
    known = true;
    second.queue_milli += *group->last.waiting_milli();
    second.concurrency_milli += *group->last.in_system_milli();
  }
  if (!known) {
    return;
  }
  seconds_.push_back(second);
  while (second.number - seconds_.front().number > 600) {
    seconds_.pop_front();
  }
}

scaling::WindowLoad LoadHistory::mean(core::Time now, core::Duration length) const {
  const std::int64_t until = second_of(now);
  const std::int64_t from = until - std::max<std::int64_t>(1, length / monitor::kBin);
  std::uint64_t seconds = 0;
  std::uint64_t concurrency = 0;
  std::uint64_t queue = 0;
  for (const Second& second : seconds_) {
    if (second.number >= from && second.number < until) {
      ++seconds;
      concurrency += second.concurrency_milli;
      queue += second.queue_milli;
    }
  }
  scaling::WindowLoad load;
  if (seconds > 0) {
    load.concurrency_milli = concurrency / seconds;
    load.queue_milli = queue / seconds;
  }
  return load;
}

Census count(const std::set<std::string>& fleets, const Desired& desired,
             const Observed& observed) {
  Census census;
  for (const auto& [node, instance] : desired.instances) {
    if (!fleets.contains(instance.fleet)) {
      continue;
    }
    if (instance.retiring) {
      ++census.draining;
    } else if (standing_of(node, observed) == Standing::kReady) {
      ++census.ready;
    } else {
      ++census.starting;
    }
  }
  return census;
}

std::optional<core::Duration> percentile95(std::vector<core::Duration> times) {
  if (times.empty()) {
    return std::nullopt;
  }
  std::ranges::sort(times);
  // Nearest rank: the least value that 95 % of them do not exceed.
  return times[(times.size() * 95 + 99) / 100 - 1];
}

scaling::Signals signals_for(const ScalingPlan& plan, const std::vector<swarm::PoolId>& pools,
                             const Census& census, const monitor::View& view,
                             const LoadHistory& load) {
  scaling::Signals signals;
  signals.now = view.at;
  signals.ready = census.ready;
  signals.starting = census.starting;
  signals.draining = census.draining;
  signals.stable = load.mean(view.at, plan.stable_window);
  signals.panic = load.mean(view.at, plan.panic_window);
  for (const swarm::PoolId pool : pools) {
    const monitor::GroupView* group = group_of(view, pool);
    if (group != nullptr && group->waiting) {
      signals.arrivals = signals.arrivals.value_or(0) + group->total.offered;
    }
  }
  monitor::Work work;
  scaling::Metric utilisation{"utilisation", 0, {0, scaling::Unit::kFraction}};
  for (const monitor::MemberView& member : view.members) {
    if (!member.now || !among(pools, member.pool)) {
      continue;
    }
    work += member.steady.work;
    if (const auto permille = member.recent.utilisation_permille()) {
      ++utilisation.reporting;
      utilisation.sum.thousandths += *permille;
    }
  }
  signals.metrics = {utilisation};
  if (work.attempts > 0) {
    signals.service_time = work.task_time / static_cast<std::int64_t>(work.attempts);
  }
  return signals;
}

std::optional<rollout::Counts> counts_of(const monitor::View& view, swarm::PoolId pool,
                                         std::optional<core::Duration> slow_from) {
  const monitor::GroupView* group = group_of(view, pool);
  if (group == nullptr || !group->waiting) {
    return std::nullopt;
  }
  rollout::Counts counts;
  counts.done = group->total.ended();
  counts.errors = group->total.failed + group->total.shed;
  for (std::size_t bucket = 0; slow_from && bucket < world::kLatencyBuckets; ++bucket) {
    if (world::latency_bucket_begin(bucket) >= *slow_from) {
      counts.slow += group->total.latency[bucket];
    }
  }
  return counts;
}

namespace {

// An agent serves at most what its slots allow at the measured time of a task, and what its CPU
// does when it is fully used.
std::optional<std::uint64_t> capacity_of(const monitor::MemberView& member) {
  const auto service = member.steady.service_time();
  if (!service || *service <= core::Duration::zero()) {
    return std::nullopt;
  }
  const std::int64_t slots = member.now->slots;
  auto capacity = static_cast<std::uint64_t>(core::seconds(1000) * slots / *service);
  const auto rate = member.steady.rate_milli(member.steady.tally.done);
  const auto used = member.steady.utilisation_permille();
  constexpr std::uint32_t kTellingPermille = 50;
  if (rate && used && *used >= kTellingPermille) {
    capacity = std::min(capacity, *rate * kThousand / *used);
  }
  return capacity;
}

// What the ready agents of a pool can serve, in tasks of 1,000 s. Agents that have done nothing yet
// count like the average one that has, of their own pool or else of the reference.
std::optional<std::uint64_t> capacity_of(const monitor::View& view, swarm::PoolId pool,
                                         swarm::PoolId reference) {
  std::uint64_t own = 0;
  std::uint64_t own_measured = 0;
  std::uint64_t unmeasured = 0;
  std::uint64_t others = 0;
  std::uint64_t others_measured = 0;
  for (const monitor::MemberView& member : view.members) {
    if (!member.now || !swarm::takes_work(member.now->state)) {
      continue;
    }
    const auto capacity = capacity_of(member);
    if (member.pool == pool) {
      own += capacity.value_or(0);
      ++(capacity ? own_measured : unmeasured);
    } else if (member.pool == reference && capacity) {
      others += *capacity;
      ++others_measured;
    }
  }
  if (own_measured > 0) {
    return own + unmeasured * (own / own_measured);
  }
  if (others_measured > 0) {
    return unmeasured * (others / others_measured);
  }
  return std::nullopt;
}

}  // namespace

rollout::Side side_of(const monitor::View& view, swarm::PoolId pool, swarm::PoolId reference,
                      std::optional<core::Duration> slow_from,
                      const std::optional<swarm::StatusAnswer>& status) {
  rollout::Side side;
  side.counts = counts_of(view, pool, slow_from);
  side.capacity_per_1000_s = capacity_of(view, pool, reference);
  side.agents = static_cast<std::uint32_t>(
      std::ranges::count_if(view.members, [&](const monitor::MemberView& member) {
        return member.pool == pool && member.now && swarm::takes_work(member.now->state);
      }));
  if (status) {
    for (const swarm::PoolStatus& known : status->pools) {
      if (known.pool.id == pool) {
        side.in_flight = known.in_flight;
        side.share = known.share;
      }
    }
  }
  return side;
}

}  // namespace control
