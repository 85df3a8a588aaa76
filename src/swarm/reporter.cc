#include "swarm/reporter.h"

#include <algorithm>
#include <utility>

namespace swarm {
namespace {

constexpr world::TimerId kSampleTimer = kTelemetryTimers.timer(1);

// cpu / (covers x capacity), in thousandths, both of them in microseconds so that it fits.
std::uint32_t utilisation(core::Duration cpu, core::Duration covers, std::uint32_t capacity) {
  const std::int64_t used = cpu / core::microseconds(1);
  const std::int64_t had = covers / core::microseconds(1) * capacity / 1000;
  return had <= 0 ? 0 : static_cast<std::uint32_t>(std::min<std::int64_t>(1000, used * 1000 / had));
}

}  // namespace

Reporter::Reporter(const TelemetryConfig& config) : config_(config) {
  core::check(config.cpu_capacity_permille > 0, "a member has a CPU");
}

void Reporter::start(core::Time now, world::Effects& effects) {
  sampled_ = now;
  counted_until_ = now;
  if (on()) {
    effects.set_timer(kSampleTimer, config_.every);
  }
}

void Reporter::count_time(core::Time now) {
  const core::Duration passed = now - std::exchange(counted_until_, now);
  if (!in_hand_.empty()) {
    counted_.busy_time += passed;
    counted_.task_time += passed * static_cast<std::int64_t>(in_hand_.size());
  }
}

void Reporter::began(const Task& task, core::Time now) {
  if (on()) {
    count_time(now);
    in_hand_[task.id] = {now, task.service_cpu};
  }
}

void Reporter::ended(TaskId task, AttemptEnd end, Outcome outcome, core::Time now) {
  if (!on()) {
    return;
  }
  count_time(now);
  const auto attempted = in_hand_.extract(task);
  core::check(!attempted.empty(), "an attempt that ends has begun");
  counted_.cpu_time += attempted.mapped().cpu;
  if (end == AttemptEnd::kFinished && outcome == Outcome::kDone) {
    ++counted_.done;
    ++counted_.latency[world::latency_bucket_of(now - attempted.mapped().since)];
  } else {
    ++counted_.failed;
  }
}

world::Sample Reporter::take(world::Context& context, world::Effects& effects) {
  count_time(context.now);
  world::Sample sample = std::exchange(counted_, {});
  sample.node = context.self;
  sample.incarnation = context.incarnation;
  sample.sequence = ++sequence_;
  sample.at = context.now;
  sample.covers = context.now - std::exchange(sampled_, context.now);
  sample.cpu_permille = utilisation(sample.cpu_time, sample.covers, config_.cpu_capacity_permille);
  sample.in_flight = static_cast<std::uint32_t>(in_hand_.size());
  effects.set_timer(kSampleTimer, config_.every);
  return sample;
}

}  // namespace swarm
