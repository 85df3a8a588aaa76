// How a member, a pool and the swarm are, in one word with the reason.
//
// Silence is never failure: a member that does not report is unknown, because a controller that is
// cut off sees the same. Failed is what a member says of itself or what whoever runs its sandbox
// knows.
//
//   member   failed    it reports error or offline, or its sandbox has ended
//            unknown   no fresh telemetry
//            critical  two limits are exceeded, or more than half of what it ended failed
//            degraded  one limit is exceeded, or it is still initialising
//   group    failed    no member can serve, and none is unknown
//            critical  fewer than 80 % can serve, or (swarm) nobody is known to lead
//            unknown   fewer than half of the members report
//            degraded  some member is not healthy
// A group is what the first line that holds says, in the order failed, unknown, critical, degraded.
// "Can serve": healthy or degraded, and ready or busy.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "monitor/view.h"

namespace monitor {

enum class Health : std::uint8_t { kHealthy, kDegraded, kCritical, kFailed, kUnknown };
constexpr Health last_value(Health) {
  return Health::kUnknown;
}
constexpr std::string_view name_of(Health health) {
  constexpr std::string_view kNames[] = {"healthy", "degraded", "critical", "failed", "unknown"};
  return kNames[static_cast<std::size_t>(health)];
}

// The limits of the suite that readers compare with: an agent fails more than 15 % of its tasks,
// takes more than twice the baseline's time, is used more than 85 %. A limit that is reached holds;
// it is broken when it is exceeded. Rates are those of the short window.
struct Limits {
  std::uint32_t failure_permille = 150;
  std::uint32_t latency_permille_of_baseline = 2000;
  std::uint32_t utilisation_permille = 850;
  std::uint64_t minimum_ended = 5;       // fewer ended tasks in the window say nothing of rates
  std::uint32_t serving_permille = 800;  // of its members, for a swarm to be up
  core::Duration leader_silent = core::seconds(5);  // nobody said for so long that it leads
  MUSTER_FIELDS(Limits, failure_permille, latency_permille_of_baseline, utilisation_permille,
                minimum_ended, serving_permille, leader_silent)
};

struct Condition {
  Health health = Health::kUnknown;
  std::string reason;  // empty when healthy
  MUSTER_FIELDS(Condition, health, reason)
};

// What latencies are compared with: the medians of the first tasks since the swarm was deployed.
// Learnt once and then kept, so that a swarm which grows slow by and by does not become its own
// yardstick; begin a new one after a change that is meant to change it. A regular value.
class Baseline {
 public:
  // Is known once `minimum_seconds` seconds with telemetry and `minimum_done` tasks were seen.
  explicit Baseline(std::uint32_t minimum_seconds = 20, std::uint64_t minimum_done = 50);
  // Takes the view's last whole second; a second that was seen is not taken again.
  void learn(const View& view);
  // Of tasks, as pools and the swarm count them, and of attempts, as members do; missing until
  // known.
  [[nodiscard]] std::optional<LatencyBand> tasks() const { return tasks_; }
  [[nodiscard]] std::optional<LatencyBand> attempts() const { return attempts_; }

 private:
  std::uint32_t minimum_seconds_ = 0;
  std::uint64_t minimum_done_ = 0;
  std::uint32_t seconds_ = 0;
  std::optional<std::int64_t> newest_second_;
  Tally task_counts_;
  Tally attempt_counts_;
  std::optional<LatencyBand> tasks_;
  std::optional<LatencyBand> attempts_;

 public:
  MUSTER_FIELDS(Baseline, minimum_seconds_, minimum_done_, seconds_, newest_second_, task_counts_,
                attempt_counts_, tasks_, attempts_)
};

struct HealthReport {
  std::map<world::NodeId, Condition> members;
  std::map<world::PoolId, Condition> pools;
  Condition swarm;
  MUSTER_FIELDS(HealthReport, members, pools, swarm)
};

[[nodiscard]] HealthReport assess(const View& view, const Baseline& baseline,
                                  const Limits& limits = {});

}  // namespace monitor
