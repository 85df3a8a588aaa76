#include "load/workload.h"

#include <utility>

namespace load {
namespace {

// One entity for the whole workload: each use of randomness has a purpose of its own.
constexpr std::uint64_t kEntity = 0;
// Shape of a lognormal service time; the median is chosen so that the mean is as stated.
constexpr double kSigma = 0.5;
constexpr double kMedianOverMean = 0.8824969025845955;  // exp(-kSigma^2 / 2)

core::Duration interval_of(std::uint64_t rate_millitasks_per_s) {
  return core::Duration(static_cast<std::int64_t>(1'000'000'000'000ULL / rate_millitasks_per_s));
}

}  // namespace

std::uint64_t rate_at(const WorkloadConfig& config, core::Duration after) {
  std::uint64_t rate = config.rate_millitasks_per_s;
  for (const RateStep& step : config.steps) {
    if (step.after <= after) {
      rate = step.rate_millitasks_per_s;
    }
  }
  return rate;
}

Workload::Workload(WorkloadConfig config)
    : config_(std::move(config)),
      arrivals_(config_.seed, kEntity, num::purpose_of("load.arrivals")),
      classes_(config_.seed, kEntity, num::purpose_of("load.classes")),
      service_(config_.seed, kEntity, num::purpose_of("load.service")),
      payloads_(config_.seed, kEntity, num::purpose_of("load.payloads")),
      clock_(config_.begins) {
  core::check(config_.rate_millitasks_per_s > 0 && !config_.classes.empty(),
              "a workload has a rate and a class of tasks");
  for (const RateStep& step : config_.steps) {
    core::check(step.rate_millitasks_per_s > 0, "a changed rate is above zero");
  }
  for (const TaskClass& task_class : config_.classes) {
    core::check(task_class.share > 0 && !task_class.payloads.empty(),
                "a class of tasks has a share and a payload");
  }
}

core::Duration Workload::draw(core::Duration mean) {
  switch (config_.spread) {
    case Spread::kFixed:
      return mean;
    case Spread::kExponential:
      return service_.exponential(mean);
    case Spread::kLognormal:
      return service_.lognormal(core::Duration(static_cast<std::int64_t>(
                                    static_cast<double>(mean.count()) * kMedianOverMean)),
                                kSigma);
  }
  core::check(false, "every spread is drawn");
  return mean;
}

// With a rate that changes, arrivals are those of rate 1 in the time that the rate's integral is:
// the standard way to an inhomogeneous Poisson process (Cinlar, "Introduction to Stochastic
// Processes", 1975, chapter 4).
core::Duration Workload::next_interval() {
  const bool constant = config_.arrivals == Arrivals::kConstant;
  if (config_.steps.empty()) {
    const core::Duration interval = interval_of(config_.rate_millitasks_per_s);
    return constant ? interval : arrivals_.exponential(interval);
  }
  constexpr core::Duration kUnit = core::seconds(1);
  double left = core::to_seconds(constant ? kUnit : arrivals_.exponential(kUnit));
  core::Duration at = clock_ - config_.begins;
  for (const RateStep& step : config_.steps) {
    if (step.after <= at) {
      continue;
    }
    const double rate = static_cast<double>(rate_at(config_, at)) / 1000.0;
    const double until_step = core::to_seconds(step.after - at) * rate;
    if (left < until_step) {
      break;
    }
    left -= until_step;
    at = step.after;
  }
  const double rate = static_cast<double>(rate_at(config_, at)) / 1000.0;
  at += core::Duration(static_cast<std::int64_t>(left / rate * 1e9));
  return at - (clock_ - config_.begins);
}

std::uint32_t Workload::draw_class() {
  std::uint64_t shares = 0;
  for (const TaskClass& task_class : config_.classes) {
    shares += task_class.share;
  }
  std::uint64_t ticket = classes_.below(shares);
  for (std::uint32_t index = 0; index < config_.classes.size(); ++index) {
    if (ticket < config_.classes[index].share) {
      return index;
    }
    ticket -= config_.classes[index].share;
  }
  core::check(false, "a ticket below the sum of shares falls into one of them");
  return 0;
}

std::optional<Arrival> Workload::next() {
  if (config_.tasks && made_ == *config_.tasks) {
    return std::nullopt;
  }
  clock_ += next_interval();
  if (clock_ > config_.begins + config_.lasts) {
    return std::nullopt;
  }
  Arrival arrival;
  arrival.after = clock_;
  arrival.task_class = draw_class();
  const TaskClass& task_class = config_.classes[arrival.task_class];
  arrival.task.id = swarm::TaskId(++made_);
  arrival.task.requirement = task_class.requirement;
  arrival.task.joint = task_class.joint;
  arrival.task.service_cpu = draw(config_.service_cpu);
  arrival.task.service_wait = draw(config_.service_wait);
  arrival.task.payload = task_class.payloads[payloads_.below(task_class.payloads.size())];
  return arrival;
}

}  // namespace load
