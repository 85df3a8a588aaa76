// The offered work, fixed before the run: what arrives when does not depend on how the swarm does.
//
// Open loop: arrivals follow their own clock, so a slow swarm gets no fewer tasks and latency
// counts from the intended time (coordinated omission: wrk2). Equal configurations and seeds give
// equal work in every world and under every topology, so patterns are compared on the same tasks.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "num/stream.h"
#include "swarm/task.h"

namespace load {

enum class Arrivals : std::uint8_t { kPoisson, kConstant };
constexpr Arrivals last_value(Arrivals) {
  return Arrivals::kConstant;
}
enum class Spread : std::uint8_t { kFixed, kExponential, kLognormal };
constexpr Spread last_value(Spread) {
  return Spread::kLognormal;
}

// One kind of task. Each task of the class gets one of the payloads, chosen evenly.
struct TaskClass {
  std::string name;
  std::uint32_t share = 1;  // relative to the other classes'; > 0
  swarm::Requirement requirement;
  bool joint = false;
  std::vector<core::Bytes> payloads;  // at least one
  MUSTER_FIELDS(TaskClass, name, share, requirement, joint, payloads)
};

// Another rate from a moment on.
struct RateStep {
  core::Duration after{};                   // since WorkloadConfig::begins
  std::uint64_t rate_millitasks_per_s = 0;  // > 0
  MUSTER_FIELDS(RateStep, after, rate_millitasks_per_s)
};

struct WorkloadConfig {
  std::uint64_t seed = 0;
  Arrivals arrivals = Arrivals::kPoisson;
  std::uint64_t rate_millitasks_per_s = 50'000;  // > 0
  std::vector<RateStep> steps;                   // ascending; before the first: the rate above
  // Arrivals fall into (begins, begins + lasts] after the client's start, so that links stand by
  // then: a constant rate gives rate x lasts of them.
  core::Duration begins{};
  core::Duration lasts = core::seconds(30);
  std::optional<std::uint64_t> tasks;                  // at most so many
  core::Duration service_cpu = core::milliseconds(5);  // means
  core::Duration service_wait = core::milliseconds(20);
  Spread spread = Spread::kFixed;
  std::vector<TaskClass> classes;  // at least one
  MUSTER_FIELDS(WorkloadConfig, seed, arrivals, rate_millitasks_per_s, steps, begins, lasts, tasks,
                service_cpu, service_wait, spread, classes)
};

struct Arrival {
  core::Duration after{};  // since the client's start
  std::uint32_t task_class = 0;
  swarm::Task task;  // ids count from 1; `client` is left to the caller
  MUSTER_FIELDS(Arrival, after, task_class, task)
};

// The rate so long after `begins`.
[[nodiscard]] std::uint64_t rate_at(const WorkloadConfig& config, core::Duration after);

// Hands out the arrivals in order. A regular value.
class Workload {
 public:
  // REQUIRES: the configuration's stated bounds.
  explicit Workload(WorkloadConfig config);

  // The next arrival, or nothing when the time is over or the number reached.
  [[nodiscard]] std::optional<Arrival> next();
  [[nodiscard]] const WorkloadConfig& config() const { return config_; }

 private:
  core::Duration draw(core::Duration mean);
  core::Duration next_interval();
  std::uint32_t draw_class();

  WorkloadConfig config_;
  num::Stream arrivals_;
  num::Stream classes_;
  num::Stream service_;
  num::Stream payloads_;
  core::Duration clock_{};
  std::uint64_t made_ = 0;

 public:
  MUSTER_FIELDS(Workload, config_, arrivals_, classes_, service_, payloads_, clock_, made_)
};

}  // namespace load
