// What the stages of a ring did, in numbers: where items spend their time, which stage limits the
// ring, and what its breakers and its stitcher did when a stage was lost.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <vector>

#include "lab/run.h"
#include "swarm/pipeline_trace.h"

namespace lab {

class StageLog : public world::TraceSink {
 public:
  // Both must outlive it. Without a ring it notes nothing.
  StageLog(const Deployment& deployment, const scenario::Scenario& scenario);

  void receive(const world::TraceEntry& entry) override;

  // `cpu_in_use`: of each node since the load began. Empty without a ring.
  [[nodiscard]] std::vector<StageResult> stages(
      const std::map<world::NodeId, double>& cpu_in_use) const;
  // Of the same stages. `end`: of the run.
  [[nodiscard]] Metrics metrics(const std::vector<StageResult>& stages, core::Time end) const;
  // What became of breakers and of the ring itself.
  [[nodiscard]] const std::vector<Milestone>& milestones() const { return milestones_; }

 private:
  using Entry = std::pair<std::uint64_t, std::uint64_t>;  // of a swarm::ItemEntry
  using Arrival = std::tuple<world::NodeId, world::NodeId, swarm::LinkEpoch, swarm::LinkSequence>;
  struct Passing {
    std::size_t stage = 0;
    core::Time taken;
    std::optional<core::Time> worked;
    std::optional<core::Time> sent;
  };
  struct Times {
    std::vector<double> work;
    std::vector<double> wait;
    std::vector<double> hop;
    std::vector<double> whole;
    std::size_t peak = 0;
    std::uint64_t breaks = 0;
  };

  void on_item(const world::TraceEntry& entry);
  void on_breaker(const world::TraceEntry& entry);
  void on_ring(const swarm::Ring& next, const world::TraceEntry& entry);
  void on_driver(const world::TraceEntry& entry);
  void take(const swarm::ItemTaken& taken, const world::TraceEntry& entry);
  void wait_over(const swarm::ItemEntry& item, const world::TraceEntry& entry);
  void credit_back(const swarm::CreditReturned& returned, const world::TraceEntry& entry);
  void empty(world::NodeId node);
  [[nodiscard]] Passing* find(world::NodeId node, const swarm::ItemEntry& item);
  [[nodiscard]] core::Duration lost_for(const std::vector<world::NodeId>& nodes,
                                        core::Time now) const;
  // Whether a stage is without anybody in a ring that goes on, and whether a spare could do it.
  enum class Gap : std::uint8_t { kNone, kSpared, kUnspared };
  [[nodiscard]] Gap gap() const;
  [[nodiscard]] double places(std::size_t stage) const;
  void say(const world::TraceEntry& entry, std::string text);

  const Deployment& deployment_;
  const scenario::Scenario& scenario_;
  std::vector<Times> times_;  // of the stages; empty without a ring
  std::map<world::NodeId, std::map<Entry, Passing>> inside_;
  std::map<Arrival, Entry> arrivals_;
  swarm::Ring ring_;  // the newest
  std::map<world::NodeId, core::Time> lost_;
  std::set<world::NodeId> down_;                                             // halted or hung
  std::map<std::pair<world::NodeId, world::NodeId>, core::Time> unreached_;  // over that link
  std::map<std::uint32_t, std::pair<core::Time, std::vector<world::NodeId>>> faults_;  // now
  std::set<std::pair<world::NodeId, world::NodeId>> broken_;  // links that ever broke
  std::uint64_t opened_ = 0;
  std::uint64_t closed_ = 0;
  std::uint64_t probes_ = 0;
  std::uint64_t stitched_ = 0;
  std::uint64_t stopped_ = 0;
  std::uint64_t in_flight_lost_ = 0;
  std::size_t items_peak_ = 0;  // of all stages together
  std::vector<double> items_;   // the same at each entry
  std::optional<core::Duration> to_stitch_;
  std::optional<core::Duration> to_stop_;
  std::optional<core::Time> stopped_since_;
  core::Duration stopped_for_{};
  std::vector<Milestone> milestones_;
};

}  // namespace lab
