// What a run came to, in numbers: folds the trace into the metrics of the catalogue
// (scenario/metrics.h).
//
// Tasks are counted from the client's record; what the swarm says of itself only explains. A metric
// that a run does not have is absent.
#pragma once

#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "lab/deployment.h"
#include "lab/fault_log.h"
#include "market/trace.h"
#include "swarm/raft_trace.h"
#include "swarm/trace.h"
#include "world/trace.h"

namespace lab {

using Metrics = std::map<std::string, double, std::less<>>;
// What was due in a run and did not come; a metric that the run lacks does not apply to it.
inline constexpr double kNever = std::numeric_limits<double>::infinity();

// One task as its client saw it.
struct TaskRecord {
  core::Time intended;
  std::uint32_t task_class = 0;
  core::Duration service{};
  std::optional<core::Duration> latency;  // absent: never answered
  swarm::Outcome outcome = swarm::Outcome::kDone;
  std::uint16_t score_permille = 0;  // what the agent says it is worth
  std::uint32_t offers = 0;
  world::NodeId agent;  // whose attempt ended it, 0 if nobody's
  bool fallback = false;
};

// Something worth a line on a time axis.
struct Milestone {
  core::Time at;
  world::NodeId node;
  std::string text;
};

class Measure : public world::TraceSink {
 public:
  // Both must outlive it.
  Measure(const Deployment& deployment, const scenario::Scenario& scenario);

  void receive(const world::TraceEntry& entry) override;
  // Takes what is true at this moment as the state when the load begins: links and readiness.
  void begin_load();

  // What the trace alone tells; the runner adds what only the driver knows. `end`: when the run
  // ended. Completes faults(): what recovered from which is known by then.
  [[nodiscard]] Metrics metrics(core::Time end);

  [[nodiscard]] const std::map<swarm::TaskId, TaskRecord>& tasks() const { return tasks_; }
  // Cash and positions at the last prices, less what they began with; 0 for who never traded.
  [[nodiscard]] double profit_of(market::AccountId account) const;  // in dollars
  // Out-of-sample error of the agents' latest forecasts as a share of the naive one's, the mean
  // over forecasts; none when nobody forecasts.
  [[nodiscard]] std::optional<double> forecast_error() const;
  [[nodiscard]] const std::vector<FaultRecord>& faults() const { return faults_.records(); }
  [[nodiscard]] const std::vector<Milestone>& milestones() const { return milestones_; }
  [[nodiscard]] core::Duration deadline() const { return scenario_.workload.deadline; }
  [[nodiscard]] core::Time load_begin() const { return core::at(kSettle); }
  // From here on numbers count.
  [[nodiscard]] core::Time measured_from() const { return load_begin() + scenario_.warm_up; }
  [[nodiscard]] core::Time load_end() const { return core::at(kSettle + scenario_.duration); }
  // Links of the declared topology, and those of them that were proven from both ends, when the
  // load began.
  [[nodiscard]] const std::vector<swarm::Link>& declared_links() const { return declared_; }
  [[nodiscard]] const std::vector<swarm::Link>& proven_links() const { return proven_at_load_; }

 private:
  struct Holding {
    std::int64_t cash_micros = 0;
    std::map<market::SymbolId, std::int64_t> shares;
  };

  void on_client(const world::TraceEntry& entry);
  void on_agent(const world::TraceEntry& entry);
  void on_group(const world::TraceEntry& entry);
  void on_leadership(const world::TraceEntry& entry);
  [[nodiscard]] bool cut_off_from(world::NodeId node, std::size_t quorum) const;
  void on_members(const world::TraceEntry& entry);
  void on_links(const world::TraceEntry& entry);
  void on_assignments(const world::TraceEntry& entry);
  void on_driver(const world::TraceEntry& entry);
  void on_venue(const world::TraceEntry& entry);
  void on_fill(const market::Filled& fill);
  void lose_leader(core::Time at);
  void has_leader(world::NodeId node, core::Time at);
  [[nodiscard]] bool declares(world::NodeId agent, const std::string& capability) const;
  [[nodiscard]] bool running_well(world::NodeId node) const;

  // Not of the warm-up.
  [[nodiscard]] bool counts(const TaskRecord& task) const {
    return task.intended >= measured_from();
  }
  void count_tasks(Metrics& metrics) const;
  void latencies(Metrics& metrics) const;
  void shares(Metrics& metrics) const;
  void shares_after(Metrics& metrics) const;
  void links(Metrics& metrics) const;
  void routing(Metrics& metrics) const;
  void ways(Metrics& metrics) const;
  void decisions(Metrics& metrics) const;
  void recovery(Metrics& metrics);
  void trading(Metrics& metrics) const;

  const Deployment& deployment_;
  const scenario::Scenario& scenario_;
  std::map<swarm::TaskId, TaskRecord> tasks_;
  std::map<std::pair<swarm::TaskId, swarm::Attempt>, std::pair<world::NodeId, bool>> assigned_;
  // Assignments on their way, and how many links the latest to each node came over.
  std::map<std::pair<swarm::TaskId, swarm::Attempt>, core::Time> sent_;
  std::map<world::NodeId, std::uint32_t> relayed_;
  std::vector<std::pair<core::Duration, std::uint32_t>> arrivals_;  // and links; 0: its own one
  std::map<swarm::TaskId, world::NodeId> holder_;                   // of tasks now with an agent
  std::map<world::NodeId, std::string> fleets_;  // of agents that a controller knows
  std::set<swarm::TaskId> finished_;
  std::set<swarm::TaskId> queued_;
  std::size_t queue_peak_ = 0;
  std::map<world::NodeId, std::set<world::NodeId>> proven_;
  std::map<world::NodeId, swarm::AgentState> states_;
  std::vector<swarm::Link> declared_;
  std::vector<swarm::Link> proven_at_load_;
  double readiness_ = 0;
  std::set<world::NodeId> halted_ever_;
  std::set<world::NodeId> down_;
  std::map<world::NodeId, std::uint32_t> afflicted_;  // targets of faults now active
  world::NodeId leader_;
  std::uint64_t elections_ = 0;
  std::optional<core::Time> leaderless_since_;
  std::optional<core::Time> leader_cut_off_since_;     // if it loses the lead, from then on
  world::NodeId hung_leader_;                          // that nobody has taken the lead of
  std::map<world::NodeId, swarm::Term> led_;           // the latest term of who was elected
  std::map<world::NodeId, swarm::Term> paused_terms_;  // of leaders that hang
  std::set<swarm::Term> resumed_terms_;                // of leaders that hung and woke up
  std::optional<core::Duration> failover_;
  std::uint64_t false_suspicions_ = 0;
  std::uint64_t out_of_memory_ = 0;
  std::vector<core::Duration> decided_;
  std::uint64_t undecided_ = 0;
  std::uint64_t dissent_ = 0;
  std::set<std::pair<world::NodeId, swarm::TaskId>> asked_alone_;  // begun while cut off
  std::uint64_t decided_by_isolated_ = 0;
  std::uint64_t undecided_by_isolated_ = 0;
  std::map<std::string, std::uint64_t, std::less<>> venue_;
  market::JournalPosition last_position_;
  std::map<market::AccountId, Holding> holdings_;
  std::map<market::SymbolId, market::Price> last_price_;
  std::map<world::NodeId, std::pair<double, double>> forecasts_;  // error and how many
  FaultLog faults_;
  std::vector<Milestone> milestones_;
};

// Says of each fault that began until when it was watched and, if so, from when on the objective
// was met; by the client's record of what fell due. A second meets the objective when at least 95 %
// of the tasks due in it were done within the deadline. A fault is recovered from its onset, or the
// first task after it that was done in time, from which on `hold_seconds` seconds, counted from
// there, meet it one after another. A second in which nothing fell due shows nothing: it neither
// breaks the row nor counts for it. Seconds that are not over by the end of the load, or when the
// next fault begins (FaultRecord::watched_until), do not count either: what was not seen to hold is
// not recovered from. A notice that came after the fault's end and recovery is not the fault's, and
// is taken out.
void watch_recovery(const std::map<swarm::TaskId, TaskRecord>& tasks, core::Duration deadline,
                    core::Time load_end, std::size_t hold_seconds,
                    std::vector<FaultRecord>& faults);

// Median by Kaplan-Meier of how long each fault that began from `begin` on took to recover, and
// what all of them cost. One that was not seen to recover counts as longer than it was watched.
// What is lost is of the tasks due from the second of the first fault's onset on. REQUIRES
// watch_recovery() of the same faults.
void measure_recovery(const std::map<swarm::TaskId, TaskRecord>& tasks,
                      const std::vector<FaultRecord>& faults, core::Duration deadline,
                      core::Time begin, core::Time load_end, Metrics& metrics);

}  // namespace lab
