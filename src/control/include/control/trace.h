// What the controller did and why, for reports. Kinds 0x0700 to 0x070F.
#pragma once

#include <string>

#include "control/config.h"
#include "monitor/anomaly.h"
#include "rollout/membership.h"
#include "world/trace.h"

namespace control {

struct FleetSized {
  static constexpr world::TraceKind kKind = 0x0700;
  static constexpr std::string_view kName = "control.fleet_sized";
  std::string fleet;
  std::uint32_t before = 0;
  std::uint32_t size = 0;
  std::string reason;
  MUSTER_FIELDS(FleetSized, fleet, before, size, reason)
};
struct AgentWanted {
  static constexpr world::TraceKind kKind = 0x0701;
  static constexpr std::string_view kName = "control.agent_wanted";
  world::NodeId agent;
  std::string fleet;
  MUSTER_FIELDS(AgentWanted, agent, fleet)
};
struct AgentReady {
  static constexpr world::TraceKind kKind = 0x0702;
  static constexpr std::string_view kName = "control.agent_ready";
  world::NodeId agent;
  core::Duration after{};  // since it was wanted; 0: adopted
  MUSTER_FIELDS(AgentReady, agent, after)
};
struct AgentRetired {
  static constexpr world::TraceKind kKind = 0x0703;
  static constexpr std::string_view kName = "control.agent_retired";
  world::NodeId agent;
  std::string reason;
  MUSTER_FIELDS(AgentRetired, agent, reason)
};
struct AgentEnded {
  static constexpr world::TraceKind kKind = 0x0704;
  static constexpr std::string_view kName = "control.agent_ended";
  world::NodeId agent;
  MUSTER_FIELDS(AgentEnded, agent)
};
struct RolloutDecided {
  static constexpr world::TraceKind kKind = 0x0705;
  static constexpr std::string_view kName = "control.rollout_decided";
  rollout::Phase phase = rollout::Phase::kShifting;
  rollout::Verdict verdict = rollout::Verdict::kContinue;
  std::uint32_t step = 0;
  std::uint32_t candidate_parts = 0;
  std::uint32_t power_permille = 0;
  std::uint64_t tasks_needed = 0;
  std::uint64_t exposed = 0;
  std::string reason;
  MUSTER_FIELDS(RolloutDecided, phase, verdict, step, candidate_parts, power_permille, tasks_needed,
                exposed, reason)
};
struct ProviderRefused {
  static constexpr world::TraceKind kKind = 0x0706;
  static constexpr std::string_view kName = "control.provider_refused";
  world::NodeId agent;
  std::string message;
  MUSTER_FIELDS(ProviderRefused, agent, message)
};
struct LeaderRefused {
  static constexpr world::TraceKind kKind = 0x0707;
  static constexpr std::string_view kName = "control.leader_refused";
  swarm::AdminRefusal refusal = swarm::AdminRefusal::kNone;
  MUSTER_FIELDS(LeaderRefused, refusal)
};
struct AlertChanged {
  static constexpr world::TraceKind kKind = 0x0708;
  static constexpr std::string_view kName = "control.alert_changed";
  monitor::Alert alert;
  MUSTER_FIELDS(AlertChanged, alert)
};
// The scaling policy decided something else than before.
struct ScalingDecided {
  static constexpr world::TraceKind kKind = 0x0709;
  static constexpr std::string_view kName = "control.scaling_decided";
  std::uint32_t ready = 0;
  std::uint32_t starting = 0;
  std::uint32_t desired = 0;
  bool panic = false;
  std::string reason;
  MUSTER_FIELDS(ScalingDecided, ready, starting, desired, panic, reason)
};
// Something is unlike its own past; said once, when it begins.
struct AnomalyBegan {
  static constexpr world::TraceKind kKind = 0x070A;
  static constexpr std::string_view kName = "control.anomaly_began";
  monitor::Anomaly anomaly;
  MUSTER_FIELDS(AnomalyBegan, anomaly)
};
// The swarm's health in one word is another than before.
struct HealthChanged {
  static constexpr world::TraceKind kKind = 0x070B;
  static constexpr std::string_view kName = "control.health_changed";
  monitor::Condition swarm;
  MUSTER_FIELDS(HealthChanged, swarm)
};

// How the coordinators' upgrade goes on is another than before.
struct UpgradeDecided {
  static constexpr world::TraceKind kKind = 0x070C;
  static constexpr std::string_view kName = "control.upgrade_decided";
  rollout::Progress progress = rollout::Progress::kWait;
  bool adds = false;    // when it changes who votes
  world::NodeId voter;  // likewise
  std::string reason;
  MUSTER_FIELDS(UpgradeDecided, progress, adds, voter, reason)
};

// What telemetry tells of the whole swarm's last second.
struct SecondSeen {
  static constexpr world::TraceKind kKind = 0x070E;
  static constexpr std::string_view kName = "control.second_seen";
  monitor::MetricValues values;
  MUSTER_FIELDS(SecondSeen, values)
};
// What another bin of arrivals showed of the forecasts of the load that were acted on: each is of
// the farthest bin that the size had to serve, when an agent created then is ready, and is out of
// sample; the naive one is of the same bin, said at the same time.
struct LoadForecastJudged {
  static constexpr world::TraceKind kKind = 0x070D;
  static constexpr std::string_view kName = "control.load_forecast_judged";
  std::uint64_t forecasts = 0;         // so far
  core::Duration ahead{};              // how far they looked, the mean of them
  std::uint64_t error_millionths = 0;  // mean error as a share of what came, of all of them
  std::uint64_t naive_millionths = 0;  // the same of "as many as now"
  MUSTER_FIELDS(LoadForecastJudged, forecasts, ahead, error_millionths, naive_millionths)
};

}  // namespace control
