// How long after a heal the members see each other alike again, and who was suspected only for want
// of CPU.
//
// A member's view: which peers its links are proven to, and whom it suspects. The views of the
// live members agree when somebody leads, every declared link between two of them is proven at both
// ends, and none of them suspects another. A cut is a partition, an isolation or a region's loss;
// it heals when the last one is over.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "lab/measure.h"
#include "swarm/topology.h"

namespace lab {

class ViewLog : public world::TraceSink {
 public:
  // The founders' topology must outlive it; `kinds` as the scenario names each fault of the plan.
  ViewLog(const swarm::Topology& topology, std::vector<std::string> kinds);

  void receive(const world::TraceEntry& entry) override;

  // `end`: of the load. A heal after which views did not agree before the next cut or the end
  // counts as having lasted until then, and is counted apart.
  [[nodiscard]] Metrics metrics(core::Time end) const;

 private:
  void on_driver(const world::TraceEntry& entry);
  void on_fault(const world::TraceEntry& entry);
  void on_swarm(const world::TraceEntry& entry);
  void suspect(world::NodeId observer, world::NodeId member);
  void close(core::Time at, bool agreed);
  [[nodiscard]] bool live(world::NodeId node) const { return !away_.contains(node); }
  [[nodiscard]] bool agree() const;

  const swarm::Topology& topology_;
  std::vector<std::string> kinds_;
  std::map<world::NodeId, std::set<world::NodeId>> proven_;
  std::map<world::NodeId, std::set<world::NodeId>> suspects_;
  std::set<world::NodeId> away_;  // halted or paused
  world::NodeId leader_;
  std::map<std::uint32_t, std::vector<world::NodeId>> active_;  // faults, and whom they hit
  std::size_t cuts_ = 0;                                        // now active
  std::optional<core::Time> healed_;                            // views do not agree since
  std::optional<core::Duration> longest_;
  std::uint64_t apart_ = 0;
  std::size_t stresses_ = 0;  // faults of CPUs, now active
  core::Time stressed_since_;
  core::Duration stressed_{};
  std::uint64_t suspected_in_stress_ = 0;
};

}  // namespace lab
