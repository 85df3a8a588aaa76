// How good detectors of anomalies are on a run of a scenario: its faults are the labels, what the
// controller saw second by second of the whole swarm is what they are given.
//
// The detectors are the controller's own (a generalised ESD on each metric, without a season),
// trees over half-spaces of all metrics together, and a plain threshold: failures above 15 %,
// utilisation above 85 %, latency (its median or its slowest tenth) above twice that of the run's
// first minute, or anybody away. Each is judged from when it has seen enough to judge: 20 s, five
// minutes and a minute of telemetry.
#pragma once

#include <string>
#include <vector>

#include "lab/fault_log.h"
#include "monitor/anomaly.h"
#include "monitor/score.h"
#include "world/trace.h"

namespace lab {

struct DetectorScore {
  std::string name;
  monitor::Score score;  // of no time where the run was too short for it
};

class DetectorBench : public world::TraceSink {
 public:
  // A detector that speaks again within so long has not stopped.
  static constexpr core::Duration kQuiet = core::seconds(10);
  // An alarm so long after a fault is neither true nor false: the swarm still recovers.
  static constexpr core::Duration kGrace = core::seconds(20);

  void receive(const world::TraceEntry& entry) override;
  // Nothing for a run without a controller. A fault that hit nothing is no label, nor is one that
  // began before the detector could judge; faults that overlap are one. `end`: of the load.
  [[nodiscard]] std::vector<DetectorScore> scores(const std::vector<FaultRecord>& faults,
                                                  core::Time end) const;

 private:
  struct Second {
    core::Time at;
    monitor::MetricValues values;
  };
  std::vector<Second> seconds_;
};

}  // namespace lab
