#include "swarm/meter.h"

#include <algorithm>
#include <utility>

#include "swarm/admin.h"

namespace swarm {
namespace {

std::int64_t second_of(core::Time time) {
  return core::to_ns(time) / core::Duration(core::seconds(1)).count();
}

}  // namespace

void PoolMeter::lead(const Ledger& ledger, core::Time now) {
  *this = {};
  since_ = now;
  told_ = now;
  for (const TaskId task : ledger.open_tasks()) {
    open_[task] = {now, false};
  }
}

void PoolMeter::applied(const Command& command, bool changed, const Ledger& ledger,
                        core::Time now) {
  if (!changed) {
    return;
  }
  const Directory& directory = ledger.directory();
  if (const auto* accept = std::get_if<Accept>(&command)) {
    ++counts_[directory.pool_of(accept->task.id)].offered;
    open_[accept->task.id] = {now, true};
  } else if (const auto* refuse = std::get_if<Refuse>(&command)) {
    world::PoolSample& counts = counts_[directory.pool_of(refuse->task.id)];
    ++counts.offered;
    ++counts.shed;
  } else if (const auto* assign = std::get_if<Assign>(&command)) {
    assigned_to(directory.find(assign->agent)->pool, now);
    ++counts_[directory.pool_of(assign->task)].assigned;
  } else if (const auto* finish = std::get_if<Finish>(&command)) {
    finished(*finish, ledger, now);
  }
}

void PoolMeter::finished(const Finish& finish, const Ledger& ledger, core::Time now) {
  const Directory& directory = ledger.directory();
  world::PoolSample& counts = counts_[directory.pool_of(finish.task)];
  const auto task = open_.extract(finish.task);
  if (!task.empty()) {
    counts.task_time += untold(task.mapped(), now);
  }
  if (finish.result.outcome != Outcome::kDone) {
    ++counts.failed;
    counts.undecided += finish.result.outcome == Outcome::kUndecided ? 1U : 0U;
  } else {
    ++counts.done;
    // What an earlier leader accepted is counted without its latency.
    if (!task.empty() && task.mapped().accepted) {
      ++counts.latency[world::latency_bucket_of(now - task.mapped().since)];
    }
  }
  if (const auto* agent = directory.find(ledger.find(finish.task)->agent)) {
    used_[agent->pool] = now;
  }
}

core::Duration PoolMeter::untold(const Open& task, core::Time now) const {
  return std::max(core::Duration{}, now - std::max(task.since, told_));
}

void PoolMeter::assigned_to(PoolId pool, core::Time now) {
  used_[pool] = now;
  Assignments& assignments = assignments_[pool];
  const std::int64_t second = second_of(now);
  const std::size_t slot = static_cast<std::size_t>(second) % kSlots;
  if (std::exchange(assignments.seconds[slot], second) != second) {
    assignments.counts[slot] = 0;
  }
  ++assignments.counts[slot];
}

std::uint64_t PoolMeter::recent(const Assignments& assignments, core::Time now) {
  std::uint64_t sum = 0;
  for (std::size_t slot = 0; slot < kSlots; ++slot) {
    if (assignments.seconds[slot] + static_cast<std::int64_t>(kSlots) > second_of(now)) {
      sum += assignments.counts[slot];
    }
  }
  return sum;
}

world::LeaderSample PoolMeter::take(const Directory& directory, core::Time now) {
  for (const auto& [id, task] : open_) {
    counts_[directory.pool_of(id)].task_time += untold(task, now);
  }
  world::LeaderSample sample;
  sample.covers = std::max(core::Duration{}, now - std::exchange(told_, std::max(told_, now)));
  for (const auto& [id, pool] : directory.pools()) {
    world::PoolSample& counts = sample.pools.emplace_back(std::exchange(counts_[id], {}));
    counts.pool = id;
  }
  return sample;
}

std::uint32_t PoolMeter::share(PoolId pool, core::Time now) const {
  std::uint64_t all = 0;
  std::uint64_t own = 0;
  for (const auto& [id, assignments] : assignments_) {
    const std::uint64_t count = recent(assignments, now);
    all += count;
    own += id == pool ? count : 0;
  }
  return all == 0 ? 0 : static_cast<std::uint32_t>(own * kWholeRoute / all);
}

core::Duration PoolMeter::unused_for(PoolId pool, core::Time now) const {
  const auto used = used_.find(pool);
  return now - (used == used_.end() ? since_ : used->second);
}

}  // namespace swarm
