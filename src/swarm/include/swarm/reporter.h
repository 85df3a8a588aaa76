// A member's telemetry: counts what it does and tells the controller every so often.
//
// Off the task path: nobody waits for a Sample, and a controller that is dead or not there changes
// nothing else. Off altogether when the configuration names no controller.
//
// Owns timers kTelemetryTimers.
#pragma once

#include <map>
#include <optional>

#include "swarm/desk.h"
#include "swarm/protocol.h"
#include "swarm/timer_range.h"
#include "world/telemetry.h"

namespace swarm {

inline constexpr TimerRange kTelemetryTimers{0x000E};

struct TelemetryConfig {
  world::NodeId controller;  // 0: none; also the only one that may ask for changes (admin.h)
  core::Duration every{};    // 0: no Samples
  std::uint32_t cpu_capacity_permille = 1000;  // of the member's machine: cores x speed
  MUSTER_FIELDS(TelemetryConfig, controller, every, cpu_capacity_permille)

  [[nodiscard]] bool on() const { return controller && every > core::Duration{}; }
};

class Reporter {
 public:
  // REQUIRES: cpu_capacity_permille > 0.
  explicit Reporter(const TelemetryConfig& config);

  [[nodiscard]] static bool owns(world::TimerId timer) { return kTelemetryTimers.contains(timer); }
  [[nodiscard]] bool on() const { return config_.on(); }

  void start(core::Time now, world::Effects& effects);
  void began(const Task& task, core::Time now);
  // REQUIRES: it began in this incarnation, or telemetry is off.
  void ended(TaskId task, AttemptEnd end, Outcome outcome, core::Time now);

  // The Sample that is due, with everything that this class knows; the caller adds pool, state,
  // slots and what a leader knows, and sends it. Sets the next timer.
  [[nodiscard]] world::Sample take(world::Context& context, world::Effects& effects);

 private:
  struct Attempted {
    core::Time since;
    core::Duration cpu{};
    MUSTER_FIELDS(Attempted, since, cpu)
  };
  void count_time(core::Time now);

  TelemetryConfig config_;
  world::Sample counted_;  // since the last one
  std::uint64_t sequence_ = 0;
  core::Time sampled_;  // when the last one was taken
  core::Time counted_until_;
  std::map<TaskId, Attempted> in_hand_;

 public:
  MUSTER_FIELDS(Reporter, config_, counted_, sequence_, sampled_, counted_until_, in_hand_)
};

}  // namespace swarm
