// What a run's controller noticed, from its trace: alerts, anomalies and changes of health, and how
// well they fit the faults of the plan.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "lab/measure.h"
#include "monitor/alert.h"
#include "world/trace.h"

namespace lab {

// An alert as reports show it.
struct AlertRecord {
  core::Time raised;
  std::optional<core::Time> cleared;  // absent: it stood when the run ended
  world::NodeId node;                 // 0: it is about a pool or the swarm
  std::string subject;                // "member 3", "pool 1", "swarm"
  std::string kind;                   // "failure rate"
  std::string text;                   // "failure rate 40.0 % is above 15.0 %"
  std::uint64_t value = 0;            // in the kind's unit (monitor/reading.h)
  std::uint64_t worst = 0;            // known when it is cleared
  std::uint64_t threshold = 0;
};

class AlertLog : public world::TraceSink {
 public:
  void receive(const world::TraceEntry& entry) override;

  [[nodiscard]] const std::vector<AlertRecord>& alerts() const { return alerts_; }
  // Anomalies and changes of health, in the order in which they were noticed.
  [[nodiscard]] const std::vector<Milestone>& milestones() const { return milestones_; }
  // Nothing for a run without a controller. An alert or an anomaly is explained by a fault while
  // the fault lasts and kAftermath longer.
  [[nodiscard]] Metrics metrics(const std::vector<FaultRecord>& faults) const;

  static constexpr core::Duration kAftermath = core::seconds(20);

 private:
  void changed(const monitor::Alert& alert, core::Time at);

  bool controlled_ = false;
  std::vector<AlertRecord> alerts_;
  std::map<std::pair<monitor::Kind, monitor::Subject>, std::size_t> standing_;
  std::vector<core::Time> anomalies_;
  std::vector<Milestone> milestones_;
};

}  // namespace lab
