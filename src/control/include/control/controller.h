// The controller: the one place where decisions become actions.
//
// A step machine on a node of its own, off the task path: while it is down goodput holds, and when
// it is back it adopts what runs. Every `every` it looks at the provider's list and the leader's
// status, folds in what telemetry has arrived, asks the policies, and does what reconcile.h says is
// missing. Its store holds what it has decided (sizes, instances, the rollout); a decision is
// durable before it is acted on.
//
// Messages: world::Sample from members, answers of swarm/admin.h. Services: sandbox::kService, and
// the volatility service of its plan.
#pragma once

#include <deque>
#include <map>
#include <optional>

#include "control/reconcile.h"
#include "control/signals.h"
#include "monitor/alert.h"
#include "monitor/anomaly.h"
#include "sandbox/protocol.h"
#include "scaling/scaler.h"
#include "world/machine.h"

namespace control {

class Controller : public world::Machine {
 public:
  // REQUIRES: voters, fleets of different names, valid policies that name fleets and pools that
  // exist.
  explicit Controller(ControllerConfig config);

  void step(const world::Event& event, world::Context& context, world::Effects& effects) override;
  [[nodiscard]] std::uint64_t digest() const override { return core::digest(state_); }

  [[nodiscard]] const Desired& desired() const { return state_.durable.desired; }
  [[nodiscard]] const std::optional<rollout::Rollout>& rollout() const {
    return state_.durable.rollout;
  }

 private:
  // What a restart must not forget.
  struct Durable {
    bool begun = false;
    Desired desired;
    std::optional<rollout::Rollout> rollout;
    std::optional<std::uint32_t> scaled_size;  // what the scaling policy decided last
    std::optional<core::Duration> slow_from;   // what counts as slow in the rollout's comparison
    MUSTER_FIELDS(Durable, begun, desired, rollout, scaled_size, slow_from)
  };
  enum class CallKind : std::uint8_t { kList, kCreate, kStart, kKill, kVolatility };
  friend constexpr CallKind last_value(CallKind) { return CallKind::kVolatility; }
  struct Pending {
    CallKind kind = CallKind::kList;
    world::NodeId node;
    MUSTER_FIELDS(Pending, kind, node)
  };
  struct State {
    ControllerConfig config;
    Durable durable;
    std::uint64_t calls = 0;
    std::map<world::CallId, Pending> pending;
    std::optional<std::vector<sandbox::SandboxInfo>> sandboxes;  // of this round
    std::optional<swarm::StatusAnswer> status;                   // of this round
    world::NodeId leader;
    std::uint32_t next_voter = 0;
    std::uint64_t tokens = 0;
    bool reconciled = false;  // in this round
    std::map<world::NodeId, core::Time> unwell_since;
    std::map<world::NodeId, core::Time> wanted_at;
    std::set<world::NodeId> seen_ready;
    std::vector<core::Duration> cold_starts;  // the latest, at most kColdStartsKept
    monitor::Monitor monitor;
    monitor::Baseline baseline;
    monitor::Alerts alerts;
    monitor::AnomalyWatch anomalies;
    std::optional<monitor::Health> health;  // of the swarm, as it was last traced
    LoadHistory load;
    std::optional<scaling::Scaler> scaler;
    std::optional<scaling::Decision> scaled;
    std::optional<core::Time> next_scaling;
    std::optional<core::Time> next_rollout;
    std::optional<rollout::Decision> rolled;
    std::optional<scaling::Quantity> volatility;
    std::optional<rollout::NextChange> upgrade;  // as it was last traced
    MUSTER_FIELDS(State, config, durable, calls, pending, sandboxes, status, leader, next_voter,
                  tokens, reconciled, unwell_since, wanted_at, seen_ready, cold_starts, monitor,
                  baseline, alerts, anomalies, health, load, scaler, scaled, next_scaling,
                  next_rollout, rolled, volatility, upgrade)
  };

  void start(const world::Start& start, world::Context& context, world::Effects& effects);
  void look(world::Context& context, world::Effects& effects);
  void receive(const world::Message& message, world::Context& context, world::Effects& effects);
  void returned(const world::Returned& returned, world::Context& context, world::Effects& effects);
  void answered(const Pending& pending, const sandbox::Answer& answer, world::Effects& effects);
  void call(CallKind kind, world::NodeId node, const sandbox::Request& request,
            world::Effects& effects);
  [[nodiscard]] std::vector<world::NodeId> may_lead() const;
  [[nodiscard]] bool votes(world::NodeId node) const;  // as far as this round knows
  void act_when_known(world::Context& context, world::Effects& effects);
  void act(world::Context& context, world::Effects& effects);
  void note_members(core::Time now, world::Effects& effects);
  void note_ended(world::NodeId node);
  void note_telemetry(core::Time now, world::Effects& effects);
  void decide_scaling(const monitor::View& view, world::Effects& effects);
  void decide_rollout(const monitor::View& view, world::Effects& effects);
  [[nodiscard]] bool candidate_ready(core::Time now) const;
  void set_sizes(world::Effects& effects);
  void begin_upgrade(core::Time now);
  void keep(const Durable& before, world::Effects& effects);
  void trace_changes(const Desired& before, world::Effects& effects);
  void trace_upgrade(const std::optional<rollout::NextChange>& voters, world::Effects& effects);
  void carry_out(const Action& action, world::Effects& effects);
  [[nodiscard]] Observed observed(core::Time now) const;

  State state_;
};

[[nodiscard]] world::Program controller(ControllerConfig config);

}  // namespace control
