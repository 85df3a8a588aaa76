// Anomalies of a running swarm: a detector for each metric of each pool and of the whole, fed once
// a second from the view.
//
// It says what is unlike the swarm's own past; whether that is bad, limits and people decide. An
// anomaly is said once, when it begins; it is over when the detector has been content for
// `content_after` points in a row.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "monitor/esd.h"
#include "monitor/view.h"

namespace monitor {

enum class Metric : std::uint8_t {
  kDoneRate,     // tasks a second
  kFailureRate,  // permille of what ended
  kLatency,      // median, ms
  kUtilisation,  // permille
  // What becomes of few: the median hides an agent that is slow, and sums one that is away.
  kTailLatency,  // of the slowest tenth, ms
  kAway,         // members that are silent or ended, by no decision to end them
};
constexpr Metric last_value(Metric) {
  return Metric::kAway;
}
constexpr std::string_view name_of(Metric metric) {
  constexpr std::string_view kNames[] = {"done rate",   "failure rate", "latency",
                                         "utilisation", "tail latency", "members away"};
  return kNames[static_cast<std::size_t>(metric)];
}

inline constexpr std::size_t kMetrics = static_cast<std::size_t>(last_value(Metric{})) + 1;

// Of the last second, in the order of Metric and its units; missing where telemetry does not say.
using MetricValues = std::array<std::optional<double>, kMetrics>;
[[nodiscard]] MetricValues values_of(const GroupView& group);

// Below this a change of the metric is of no interest, however steady it was.
[[nodiscard]] double resolution_of(Metric metric);
// The same as a share of what is usual: the tail hops between latency buckets, of which each is up
// to a quarter wide, so it takes two of them to be told from that.
[[nodiscard]] double relative_resolution_of(Metric metric);

struct Anomaly {
  core::Time at;
  world::PoolId pool;  // 0: the whole swarm
  Metric metric = Metric::kDoneRate;
  double value = 0;
  double score = 0;
  double limit = 0;
  MUSTER_FIELDS(Anomaly, at, pool, metric, value, score, limit)
};

// "pool 1: latency 85.2 is unlike its past (12.3 deviations, 4.4 are usual)"
[[nodiscard]] std::string describe(const Anomaly& anomaly);

// A regular value.
class AnomalyWatch {
 public:
  // `least_spread` and `least_share` of the detector are replaced by each metric's resolution.
  explicit AnomalyWatch(EsdDetectorOptions detector = {}, std::uint32_t content_after = 5);
  // The anomalies that begin with the view's last whole second; a second that was seen is not
  // taken again.
  std::vector<Anomaly> observe(const View& view);
  // The last whole second that was observed; none yet.
  [[nodiscard]] const std::optional<std::int64_t>& newest_second() const { return newest_second_; }

 private:
  struct Series {
    EsdDetector detector;
    bool alarmed = false;
    std::uint32_t content = 0;
    MUSTER_FIELDS(Series, detector, alarmed, content)
  };
  struct Key {
    world::PoolId pool;
    Metric metric = Metric::kDoneRate;
    auto operator<=>(const Key&) const = default;
    MUSTER_FIELDS(Key, pool, metric)
  };
  void observe_group(world::PoolId pool, const GroupView& group, core::Time now,
                     std::vector<Anomaly>& begun);

  EsdDetectorOptions options_;
  std::uint32_t content_after_ = 0;
  std::map<Key, Series> series_;
  std::optional<std::int64_t> newest_second_;

 public:
  MUSTER_FIELDS(AnomalyWatch, options_, content_after_, series_, newest_second_)
};

}  // namespace monitor
