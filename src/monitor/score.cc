#include "monitor/score.h"

#include <algorithm>

#include "core/check.h"
#include "num/math.h"

namespace monitor {
namespace {

constexpr double kSteepness = 5;
// Farther than so many lengths after a fault, an alarm has nothing to do with it.
constexpr double kNearness = 3;

// What an alarm in or after the fault is worth, -1 to 1.
double worth(core::Time alarm, const Label& label) {
  const double position =
      core::to_seconds(alarm - label.end) / core::to_seconds(label.end - label.begin);
  return position > kNearness ? -1 : early_sigmoid(position);
}

void check_order(std::span<const core::Time> alarms, std::span<const Label> labels,
                 core::Time begin, core::Time end) {
  core::check(std::is_sorted(alarms.begin(), alarms.end()), "alarms are in order");
  core::Time reached = begin;
  for (const Label& label : labels) {
    core::check(reached <= label.begin && label.begin < label.end && label.end <= end,
                "labels are in order and do not overlap");
    reached = label.end;
  }
}

}  // namespace

Score& Score::operator+=(const Score& other) {
  faults += other.faults;
  found += other.found;
  true_alarms += other.true_alarms;
  false_alarms += other.false_alarms;
  observed += other.observed;
  delays.insert(delays.end(), other.delays.begin(), other.delays.end());
  raw += other.raw;
  return *this;
}

std::optional<double> Score::precision() const {
  if (true_alarms + false_alarms == 0) {
    return std::nullopt;
  }
  return static_cast<double>(true_alarms) / static_cast<double>(true_alarms + false_alarms);
}

std::optional<double> Score::recall() const {
  if (faults == 0) {
    return std::nullopt;
  }
  return static_cast<double>(found) / static_cast<double>(faults);
}

std::optional<core::Duration> Score::median_delay() const {
  if (delays.empty()) {
    return std::nullopt;
  }
  std::vector<core::Duration> sorted = delays;
  std::sort(sorted.begin(), sorted.end());
  return sorted[(sorted.size() - 1) / 2];
}

std::optional<double> Score::false_alarms_per_hour() const {
  if (observed <= core::Duration{}) {
    return std::nullopt;
  }
  return static_cast<double>(false_alarms) * 3600 / core::to_seconds(observed);
}

std::optional<double> Score::normalised(const ScoreWeights& weights) const {
  if (faults == 0) {
    return std::nullopt;
  }
  const double silent = -weights.missed * static_cast<double>(faults);
  const double perfect = static_cast<double>(faults);
  return 100 * (raw - silent) / (perfect - silent);
}

std::vector<core::Time> alarms_of(std::span<const core::Time> anomalous, core::Duration quiet) {
  std::vector<core::Time> alarms;
  for (std::size_t i = 0; i < anomalous.size(); ++i) {
    if (i == 0 || anomalous[i] - anomalous[i - 1] > quiet) {
      alarms.push_back(anomalous[i]);
    }
  }
  return alarms;
}

double early_sigmoid(double position) {
  return 2 / (1 + num::exp(kSteepness * position)) - 1;
}

Score score(std::span<const core::Time> alarms, std::span<const Label> labels, core::Time begin,
            core::Time end, core::Duration grace, const ScoreWeights& weights) {
  check_order(alarms, labels, begin, end);
  const double earliest = early_sigmoid(-1);
  Score score;
  score.faults = labels.size();
  score.observed = end - begin;
  std::vector<bool> found(labels.size());
  for (const core::Time alarm : alarms) {
    const auto next = std::partition_point(
        labels.begin(), labels.end(), [alarm](const Label& label) { return label.begin <= alarm; });
    if (next == labels.begin()) {
      ++score.false_alarms;
      score.raw -= weights.false_alarm;
      continue;
    }
    const Label& label = *(next - 1);
    const auto index = static_cast<std::size_t>(next - labels.begin()) - 1;
    if (alarm < label.end) {
      ++score.true_alarms;
      if (!found[index]) {
        found[index] = true;
        ++score.found;
        score.delays.push_back(alarm - label.begin);
        score.raw += worth(alarm, label) / earliest;
      }
    } else if (alarm - label.end >= grace) {
      ++score.false_alarms;
      score.raw += weights.false_alarm * worth(alarm, label);
    }
  }
  score.raw -= weights.missed * static_cast<double>(score.faults - score.found);
  return score;
}

}  // namespace monitor
