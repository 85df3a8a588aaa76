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

void PoolMeter::lead(core::Time now) {
  *this = {};
  since_ = now;
}

void PoolMeter::applied(const Command& command, bool changed, const Ledger& ledger,
                        core::Time now) {
  if (!changed) {
    return;
  }
  const Directory& directory = ledger.directory();
  if (const auto* accept = std::get_if<Accept>(&command)) {
    ++counts_[directory.pool_of(accept->task.id)].offered;
    accepted_[accept->task.id] = now;
  } else if (const auto* refuse = std::get_if<Refuse>(&command)) {
    world::PoolSample& counts = counts_[directory.pool_of(refuse->task.id)];
    ++counts.offered;
    ++counts.shed;
  } else if (const auto* assign = std::get_if<Assign>(&command)) {
    assigned_to(directory.find(assign->agent)->pool, now);
    ++counts_[directory.pool_of(assign->task)].assigned;
  } else if (const auto* finish = std::get_if<Finish>(&command)) {
    const auto accepted = accepted_.extract(finish->task);
    world::PoolSample& counts = counts_[directory.pool_of(finish->task)];
    if (finish->result.outcome != Outcome::kDone) {
      ++counts.failed;
      counts.undecided += finish->result.outcome == Outcome::kUndecided ? 1U : 0U;
    } else {
      ++counts.done;
      // What an earlier leader accepted is counted without its latency.
      if (!accepted.empty()) {
        ++counts.latency[world::latency_bucket_of(now - accepted.mapped())];
      }
    }
    if (const auto* agent = directory.find(ledger.find(finish->task)->agent)) {
      used_[agent->pool] = now;
    }
  }
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

std::vector<world::PoolSample> PoolMeter::take(const Directory& directory) {
  std::vector<world::PoolSample> samples;
  for (const auto& [id, pool] : directory.pools()) {
    world::PoolSample& sample = samples.emplace_back(std::exchange(counts_[id], {}));
    sample.pool = id;
  }
  return samples;
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
