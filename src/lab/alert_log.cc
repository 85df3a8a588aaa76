#include "lab/alert_log.h"

#include <algorithm>

#include "control/trace.h"

namespace lab {
namespace {

constexpr world::TraceKind kControllersKinds = 0x07;

bool explains(const FaultRecord& fault, core::Time at) {
  return fault.began && *fault.began <= at &&
         (!fault.ended || at <= *fault.ended + AlertLog::kAftermath);
}

bool unexplained(const std::vector<FaultRecord>& faults, core::Time at) {
  return std::ranges::none_of(faults,
                              [at](const FaultRecord& fault) { return explains(fault, at); });
}

}  // namespace

void AlertLog::receive(const world::TraceEntry& entry) {
  if (entry.record.kind >> 8U != kControllersKinds) {
    return;
  }
  controlled_ = true;
  if (const auto alert = world::as<control::AlertChanged>(entry)) {
    changed(alert->alert, entry.at);
  } else if (const auto anomaly = world::as<control::AnomalyBegan>(entry)) {
    anomalies_.push_back(entry.at);
    milestones_.push_back({entry.at, entry.node, monitor::describe(anomaly->anomaly)});
  } else if (const auto health = world::as<control::HealthChanged>(entry)) {
    std::string text = "finds the swarm " + std::string(monitor::name_of(health->swarm.health));
    text += health->swarm.reason.empty() ? "" : ": " + health->swarm.reason;
    milestones_.push_back({entry.at, entry.node, std::move(text)});
  }
}

void AlertLog::changed(const monitor::Alert& alert, core::Time at) {
  const std::pair key{alert.kind, alert.subject};
  const auto standing = standing_.find(key);
  if (!alert.cleared) {
    standing_[key] = alerts_.size();
    alerts_.push_back({at, std::nullopt, alert.subject.node, monitor::subject_of(alert),
                       std::string(monitor::name_of(alert.kind)), monitor::words_of(alert),
                       alert.value, alert.worst, alert.threshold});
  } else if (standing != standing_.end()) {
    alerts_[standing->second].cleared = at;
    alerts_[standing->second].worst = alert.worst;
    standing_.erase(standing);
  }
}

Metrics AlertLog::metrics(const std::vector<FaultRecord>& faults) const {
  Metrics metrics;
  if (!controlled_) {
    return metrics;
  }
  metrics["alerts"] = static_cast<double>(alerts_.size());
  metrics["alerts_unexplained"] = static_cast<double>(std::ranges::count_if(
      alerts_, [&](const AlertRecord& alert) { return unexplained(faults, alert.raised); }));
  metrics["anomalies"] = static_cast<double>(anomalies_.size());
  metrics["anomalies_unexplained"] = static_cast<double>(
      std::ranges::count_if(anomalies_, [&](core::Time at) { return unexplained(faults, at); }));
  std::optional<core::Duration> longest;
  for (const FaultRecord& fault : faults) {
    const auto first = std::ranges::find_if(
        alerts_, [&](const AlertRecord& alert) { return explains(fault, alert.raised); });
    if (first != alerts_.end()) {
      longest = std::max(longest.value_or(core::Duration{}), first->raised - *fault.began);
    }
  }
  if (longest) {
    metrics["alert_delay"] = core::to_seconds(*longest);
  }
  return metrics;
}

}  // namespace lab
