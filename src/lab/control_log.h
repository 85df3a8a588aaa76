// What changed while the run went on, in numbers: sizes, starts, ends and rollouts.
#pragma once

#include <map>
#include <set>
#include <vector>

#include "control/trace.h"
#include "lab/measure.h"
#include "sandbox_sim/provider.h"

namespace lab {

// An agent serves while it is a member that does not drain, runs, and is ready or busy.
class ControlLog : public world::TraceSink {
 public:
  // Must outlive it.
  explicit ControlLog(const Deployment& deployment);

  void receive(const world::TraceEntry& entry) override;

  // REQUIRES: deployment.changing.
  [[nodiscard]] Metrics metrics(const Measure& measure, const sandbox_sim::SimProvider& provider,
                                core::Time end) const;
  // How far the size led the rises of a load that comes `lag` after the bars of a series.
  // REQUIRES: `metrics` has those of metrics().
  void volatility_leads(core::Duration lag, core::Duration bar, Metrics& metrics) const;
  [[nodiscard]] const std::vector<Milestone>& milestones() const { return milestones_; }

 private:
  struct Sized {
    core::Time at;
    std::uint32_t ready = 0;
  };
  // The rollout's side of the story.
  struct RolloutLog {
    std::optional<core::Time> first_task;
    std::optional<core::Time> first_failure;
    std::optional<core::Time> last_task;  // given to it or over
    std::optional<core::Time> back_decided;
    std::optional<core::Time> decided;
    std::uint64_t exposure = 0;
    std::uint64_t bad = 0;
    std::uint32_t parts_max = 0;
    std::uint64_t route_epoch = 0;
    std::uint32_t routed_parts = 0;                       // in the newest route
    std::uint32_t first_parts = 0;                        // the first ones above 0
    std::map<std::uint32_t, std::uint64_t> routed_tasks;  // under which parts
    std::set<world::NodeId> first_agents;
    std::uint32_t power_permille = 0;
    bool grows = false;  // agents of the new version are added, for the second step
    bool begun = false;
    bool promoted = false;
    bool rolled_back = false;
  };

  void on_swarm(const world::TraceEntry& entry);
  void on_control(const world::TraceEntry& entry);
  void on_driver(const world::TraceEntry& entry);
  void on_tasks(const world::TraceEntry& entry);
  void on_sizing(const world::TraceEntry& entry);
  void on_voters(const world::TraceEntry& entry);
  void on_route(const world::TraceEntry& entry);
  void note_undone(const world::TraceEntry& entry);
  void note_size(core::Time at);
  [[nodiscard]] std::uint32_t ready_at(core::Time at) const;
  [[nodiscard]] std::uint32_t needed_at(core::Time at) const;
  [[nodiscard]] std::uint32_t needed_for(double rate_per_s) const;

  void sizes(const Measure& measure, Metrics& metrics) const;
  void rises(const Measure& measure, Metrics& metrics) const;
  void shrinks(const Measure& measure, Metrics& metrics) const;
  void steps(Metrics& metrics) const;
  void sandboxes(const sandbox_sim::SimProvider& provider, core::Time end, Metrics& metrics) const;
  void rollouts(Metrics& metrics) const;
  void upgrades(Metrics& metrics) const;
  [[nodiscard]] std::size_t old_voters() const;

  const Deployment& deployment_;
  std::set<world::NodeId> members_;       // agents, founders included
  std::set<world::NodeId> coordinators_;  // that never work
  std::set<world::NodeId> draining_;      //
  std::map<world::NodeId, core::Time> left_;
  std::set<world::NodeId> up_;
  std::map<world::NodeId, swarm::AgentState> states_;
  std::map<world::NodeId, std::set<swarm::TaskId>> in_hand_;
  std::map<swarm::TaskId, swarm::PoolId> pool_of_;
  std::set<swarm::TaskId> over_;
  std::vector<Sized> sizes_;
  std::vector<Sized> wanted_;  // as the scaling policy decided
  std::optional<std::uint32_t> desired_;
  int direction_ = 0;
  std::uint64_t direction_changes_ = 0;
  std::optional<control::LoadForecastJudged> forecast_;
  std::uint64_t created_ = 0;
  std::uint64_t ended_ = 0;
  std::uint64_t busy_kills_ = 0;
  std::map<world::NodeId, std::optional<core::Time>> made_ready_;  // those that it created
  std::optional<std::uint32_t> parts_;  // the new version's, as decided last
  bool parts_fell_ = false;
  std::uint64_t undone_ = 0;
  RolloutLog rollout_;
  std::uint64_t voters_epoch_ = 1;
  std::vector<world::NodeId> voters_;
  std::size_t voters_least_;
  std::optional<core::Time> replaced_;  // when no voter of the start was left
  std::vector<Milestone> milestones_;
};

}  // namespace lab
