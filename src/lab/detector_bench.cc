#include "lab/detector_bench.h"

#include <algorithm>
#include <functional>

#include "control/trace.h"
#include "monitor/anomaly.h"
#include "monitor/half_space_trees.h"

namespace lab {
namespace {

using Point = monitor::MetricValues;
using Judge = std::function<bool(const Point&)>;

constexpr std::size_t kFailures = static_cast<std::size_t>(monitor::Metric::kFailureRate);
constexpr std::size_t kLatency = static_cast<std::size_t>(monitor::Metric::kLatency);
constexpr std::size_t kUtilisation = static_cast<std::size_t>(monitor::Metric::kUtilisation);
constexpr std::size_t kTail = static_cast<std::size_t>(monitor::Metric::kTailLatency);
constexpr std::size_t kAway = static_cast<std::size_t>(monitor::Metric::kAway);

// Twice the median of the first minute is too much.
class Doubled {
 public:
  bool exceeds(const std::optional<double>& value) {
    constexpr std::size_t kFirst = 60;
    if (!value) {
      return false;
    }
    if (first_.size() < kFirst) {
      first_.push_back(*value);
      return false;
    }
    std::vector<double> sorted = first_;
    std::ranges::sort(sorted);
    return *value > 2 * sorted[sorted.size() / 2];
  }

 private:
  std::vector<double> first_;
};

Judge plain_threshold() {
  constexpr double kFailurePermille = 150;
  constexpr double kUtilisationPermille = 850;
  return [latency = Doubled(), tail = Doubled()](const Point& point) mutable {
    const bool slow = latency.exceeds(point[kLatency]);
    const bool slow_tail = tail.exceeds(point[kTail]);
    return slow || slow_tail || point[kFailures].value_or(0) > kFailurePermille ||
           point[kUtilisation].value_or(0) > kUtilisationPermille || point[kAway].value_or(0) > 0;
  };
}

Judge esd() {
  std::vector<monitor::EsdDetector> detectors;
  for (std::size_t i = 0; i < Point().size(); ++i) {
    monitor::EsdDetectorOptions options;
    options.least_spread = monitor::resolution_of(static_cast<monitor::Metric>(i));
    options.least_share = monitor::relative_resolution_of(static_cast<monitor::Metric>(i));
    detectors.emplace_back(options);
  }
  return [detectors](const Point& point) mutable {
    bool anomalous = false;
    for (std::size_t i = 0; i < detectors.size(); ++i) {
      anomalous |= detectors[i].observe(point[i]).anomalous;
    }
    return anomalous;
  };
}

// Missing telemetry is no point of the trees' space. The ranges are twice what the run's first
// minute had: nothing of the faults goes into them.
Judge half_space_trees() {
  constexpr std::size_t kFirst = 60;
  return [first = std::vector<std::vector<double>>(),
          trees = std::optional<monitor::HalfSpaceTrees>()](const Point& point) mutable {
    std::vector<double> known;
    for (const std::optional<double>& value : point) {
      if (!value) {
        return false;
      }
      known.push_back(*value);
    }
    if (!trees) {
      first.push_back(known);
      if (first.size() < kFirst) {
        return false;
      }
      std::vector<monitor::MetricRange> ranges(known.size(), {0, 1});
      for (const std::vector<double>& seen : first) {
        for (std::size_t i = 0; i < seen.size(); ++i) {
          ranges[i].high = std::max(ranges[i].high, 2 * seen[i]);
        }
      }
      trees.emplace(ranges);
      return false;
    }
    return trees->observe(known).anomalous;
  };
}

std::vector<monitor::Label> fault_labels(const std::vector<FaultRecord>& faults, core::Time end) {
  std::vector<monitor::Label> labels;
  for (const FaultRecord& fault : faults) {
    const core::Time over = std::min(fault.ended.value_or(end), end);
    if (fault.acted > 0 && fault.began && *fault.began < over) {
      labels.push_back({*fault.began, over});
    }
  }
  std::ranges::sort(labels, {}, &monitor::Label::begin);
  std::vector<monitor::Label> apart;
  for (const monitor::Label& label : labels) {
    if (!apart.empty() && label.begin <= apart.back().end) {
      apart.back().end = std::max(apart.back().end, label.end);
    } else {
      apart.push_back(label);
    }
  }
  return apart;
}

}  // namespace

void DetectorBench::receive(const world::TraceEntry& entry) {
  if (const auto seen = world::as<control::SecondSeen>(entry)) {
    const bool again = !seconds_.empty() && entry.at - seconds_.back().at < monitor::kBin / 2;
    if (!again) {
      seconds_.push_back({entry.at, seen->values});
    }
  }
}

std::vector<DetectorScore> DetectorBench::scores(const std::vector<FaultRecord>& faults,
                                                 core::Time end) const {
  std::vector<DetectorScore> scores;
  if (seconds_.empty()) {
    return scores;
  }
  const std::vector<monitor::Label> labels = fault_labels(faults, end);
  core::Time begin = std::min(seconds_.front().at, end);
  begin = labels.empty() ? begin : std::min(begin, labels.front().begin);
  const std::vector<std::pair<std::string, Judge>> contenders = {
      {"S-H-ESD", esd()},
      {"half-space trees", half_space_trees()},
      {"plain threshold", plain_threshold()}};
  for (auto [name, judge] : contenders) {
    std::vector<core::Time> anomalous;
    for (const Second& second : seconds_) {
      if (judge(second.values) && second.at < end) {
        anomalous.push_back(second.at);
      }
    }
    scores.push_back(
        {name, monitor::score(monitor::alarms_of(anomalous, kQuiet), labels, begin, end, kGrace)});
  }
  return scores;
}

}  // namespace lab
