#include "lab/detector_bench.h"

#include <algorithm>
#include <functional>

#include "control/trace.h"
#include "monitor/anomaly.h"
#include "monitor/half_space_trees.h"

namespace lab {
namespace {

// Whether the second is anomalous; missing while the detector has not seen enough to say.
using Judge = std::function<std::optional<bool>(const monitor::MetricValues&)>;

constexpr std::size_t kFirstMinute = 60;

std::optional<double> of(const monitor::MetricValues& values, monitor::Metric metric) {
  return values[static_cast<std::size_t>(metric)];
}

// Twice the median of the first minute is too much.
class Doubled {
 public:
  std::optional<bool> exceeds(const std::optional<double>& value) {
    if (first_.size() == kFirstMinute) {
      return value && *value > limit_;
    }
    if (value) {
      first_.push_back(*value);
      limit_ = 2 * monitor::median(first_);
    }
    return std::nullopt;
  }

 private:
  std::vector<double> first_;
  double limit_ = 0;
};

Judge plain_threshold() {
  constexpr double kFailurePermille = 150;
  constexpr double kUtilisationPermille = 850;
  return [median = Doubled(),
          tail = Doubled()](const monitor::MetricValues& values) mutable -> std::optional<bool> {
    const auto slow = median.exceeds(of(values, monitor::Metric::kLatency));
    const auto slow_tail = tail.exceeds(of(values, monitor::Metric::kTailLatency));
    if (!slow || !slow_tail) {
      return std::nullopt;
    }
    return *slow || *slow_tail ||
           of(values, monitor::Metric::kFailureRate).value_or(0) > kFailurePermille ||
           of(values, monitor::Metric::kUtilisation).value_or(0) > kUtilisationPermille ||
           of(values, monitor::Metric::kAway).value_or(0) > 0;
  };
}

Judge esd() {
  std::vector<monitor::EsdDetector> detectors;
  for (std::size_t i = 0; i < monitor::kMetrics; ++i) {
    monitor::EsdDetectorOptions options;
    options.least_spread = monitor::resolution_of(static_cast<monitor::Metric>(i));
    options.least_share = monitor::relative_resolution_of(static_cast<monitor::Metric>(i));
    detectors.emplace_back(options);
  }
  return [detectors](const monitor::MetricValues& values) mutable -> std::optional<bool> {
    bool ready = false;
    bool anomalous = false;
    for (std::size_t i = 0; i < detectors.size(); ++i) {
      const monitor::Opinion opinion = detectors[i].observe(values[i]);
      ready |= opinion.ready;
      anomalous |= opinion.anomalous;
    }
    return ready ? std::optional(anomalous) : std::nullopt;
  };
}

// The ranges are twice what the run's first minute had: nothing of the faults goes into them.
monitor::HalfSpaceTrees trees_over(const std::vector<std::vector<double>>& first) {
  std::vector<monitor::MetricRange> ranges(monitor::kMetrics, {0, 1});
  for (const std::vector<double>& seen : first) {
    for (std::size_t i = 0; i < seen.size(); ++i) {
      ranges[i].high = std::max(ranges[i].high, 2 * seen[i]);
    }
  }
  monitor::HalfSpaceOptions options;
  options.window = monitor::EsdDetectorOptions().window;  // no longer a past than the others have
  return {ranges, options};
}

// Missing telemetry is no point of the trees' space.
Judge half_space_trees() {
  return [first = std::vector<std::vector<double>>(),
          trees = std::optional<monitor::HalfSpaceTrees>()](
             const monitor::MetricValues& values) mutable -> std::optional<bool> {
    std::vector<double> known;
    for (const std::optional<double>& value : values) {
      if (!value) {
        return std::nullopt;
      }
      known.push_back(*value);
    }
    if (!trees) {
      first.push_back(known);
      if (first.size() == kFirstMinute) {
        trees = trees_over(first);
      }
      return std::nullopt;
    }
    const monitor::Opinion opinion = trees->observe(known);
    return opinion.ready ? std::optional(opinion.anomalous) : std::nullopt;
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

// A fault that began before the detector could judge is none that it could find, and what follows
// it is no alarm for nothing.
core::Time watched_from(core::Time ready, const std::vector<monitor::Label>& labels) {
  for (const monitor::Label& label : labels) {
    if (label.begin < ready) {
      ready = std::max(ready, label.end + DetectorBench::kGrace);
    }
  }
  return ready;
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
  const std::vector<std::pair<std::string, Judge>> contenders = {
      {"S-H-ESD", esd()},
      {"half-space trees", half_space_trees()},
      {"plain threshold", plain_threshold()}};
  for (auto [name, judge] : contenders) {
    std::optional<core::Time> ready;
    std::vector<core::Time> anomalous;
    for (const Second& second : seconds_) {
      const std::optional<bool> judged = judge(second.values);
      ready = !ready && judged ? second.at : ready;
      if (judged.value_or(false) && second.at < end) {
        anomalous.push_back(second.at);
      }
    }
    scores.push_back({name, {}});
    if (const core::Time begin = ready ? watched_from(*ready, labels) : end; begin < end) {
      std::vector<core::Time> alarms = monitor::alarms_of(anomalous, kQuiet);
      std::erase_if(alarms, [&](core::Time alarm) { return alarm < begin; });
      std::vector<monitor::Label> watched = labels;
      std::erase_if(watched, [&](const monitor::Label& label) { return label.begin < begin; });
      scores.back().score = monitor::score(alarms, watched, begin, end, kGrace);
    }
  }
  return scores;
}

}  // namespace lab
