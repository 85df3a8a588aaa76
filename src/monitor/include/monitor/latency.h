// Latency quantiles from counts in buckets.
//
// A bucket knows how many latencies fell into it and not which, so a quantile is a band: the truth
// is at least `low` and below `high`. Members count into the buckets of world/telemetry.h, each at
// most a quarter of its lower bound wide, so an estimate is wrong by less than 25 % from 1 ms on.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "core/codec.h"
#include "core/time.h"
#include "world/telemetry.h"

namespace monitor {

// Sums of world::LatencyCounts.
using LatencySums = std::array<std::uint64_t, world::kLatencyBuckets>;

struct LatencyBand {
  core::Duration low{};
  core::Duration high{};      // equals `low` in the last bucket, which has no end
  core::Duration estimate{};  // as if latencies were spread evenly in their bucket
  MUSTER_FIELDS(LatencyBand, low, high, estimate)
};

// The band of the least latency that at least `permille` of the counted ones do not exceed;
// missing without counts. REQUIRES: 0 < permille <= 1000.
[[nodiscard]] std::optional<LatencyBand> quantile(const LatencySums& counts,
                                                  std::uint32_t permille);

}  // namespace monitor
