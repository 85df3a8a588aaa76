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

#include "monitor/reading.h"

namespace monitor {

enum class Health : std::uint8_t { kHealthy, kDegraded, kCritical, kFailed, kUnknown };
constexpr Health last_value(Health) {
  return Health::kUnknown;
}
constexpr std::string_view name_of(Health health) {
  constexpr std::string_view kNames[] = {"healthy", "degraded", "critical", "failed", "unknown"};
  return kNames[static_cast<std::size_t>(health)];
}

struct Condition {
  Health health = Health::kUnknown;
  std::string reason;  // empty when healthy
  MUSTER_FIELDS(Condition, health, reason)
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
