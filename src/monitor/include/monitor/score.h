// How good a detector is, judged on labelled series: what it found, when, and how often it cried
// for nothing.
//
// The score is that of the Numenta anomaly benchmark (Lavin and Ahmad, "Evaluating real-time
// anomaly detection algorithms", 2015, section III) with its standard weights: each labelled fault
// found counts by how early its first alarm is (a sigmoid over the fault's time), each one missed
// costs 1, each false alarm up to 0.11. A detector that never speaks has 0, a perfect one 100; a
// noisy one is below 0.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/time.h"

namespace monitor {

// When something was wrong: [begin, end). Labels are disjoint and ascending.
struct Label {
  core::Time begin;
  core::Time end;
};

struct ScoreWeights {
  double false_alarm = 0.11;
  double missed = 1;
};

struct Score {
  std::uint64_t faults = 0;
  std::uint64_t found = 0;         // faults with an alarm in their time
  std::uint64_t true_alarms = 0;   // alarms in the time of a fault
  std::uint64_t false_alarms = 0;  // the others
  core::Duration observed{};
  std::vector<core::Duration> delays;  // of the first alarm of each fault found
  double raw = 0;                      // weighted sum

  Score& operator+=(const Score& other);
  // Missing where there is nothing to divide by.
  [[nodiscard]] std::optional<double> precision() const;
  [[nodiscard]] std::optional<double> recall() const;
  [[nodiscard]] std::optional<core::Duration> median_delay() const;
  [[nodiscard]] std::optional<double> false_alarms_per_hour() const;
  // 0: says nothing; 100: finds every fault at once and nothing else.
  [[nodiscard]] std::optional<double> normalised(const ScoreWeights& weights = {}) const;
};

// The points in time at which a detector that says `anomalous` at these times begins to sound: one
// that sounds again within `quiet` has not stopped. REQUIRES: ascending.
[[nodiscard]] std::vector<core::Time> alarms_of(std::span<const core::Time> anomalous,
                                                core::Duration quiet);

// The benchmark's sigmoid: 1 long before position 0, 0 at it, -1 long after. -1 is the beginning of
// a fault, 0 its end, positions are in units of its length.
[[nodiscard]] double early_sigmoid(double position);

// `alarms` ascending, within [begin, end); so are the labels. An alarm within `grace` after a fault
// is neither true nor false: the system still recovers.
[[nodiscard]] Score score(std::span<const core::Time> alarms, std::span<const Label> labels,
                          core::Time begin, core::Time end, core::Duration grace = {},
                          const ScoreWeights& weights = {});

}  // namespace monitor
