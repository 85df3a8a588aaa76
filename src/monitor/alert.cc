#include "monitor/alert.h"

#include <algorithm>

#include "wording.h"

namespace monitor {

std::string subject_of(const Alert& alert) {
  if (alert.subject.node) {
    return "member " + std::to_string(alert.subject.node.value);
  }
  if (alert.subject.pool) {
    return "pool " + std::to_string(alert.subject.pool.value);
  }
  return "swarm";
}

std::string words_of(const Alert& alert) {
  return words_of(Reading{alert.kind, alert.subject, alert.value, alert.threshold});
}

Alerts::Alerts(AlertRules rules) : rules_(rules) {
  core::check(rules_.clear_permille <= 1000, "an alert clears at or below its threshold");
}

std::vector<Alert> Alerts::evaluate(const View& view, const Baseline& baseline) {
  std::vector<Alert> changes;
  std::map<Key, Standing> gone = std::move(standing_);
  standing_.clear();
  for (const Reading& reading : readings(view, baseline, rules_.limits)) {
    const Key key{reading.kind, reading.subject};
    const auto found = gone.find(key);
    if (found != gone.end()) {
      Standing standing = found->second;
      gone.erase(found);
      if (calm_for(standing, reading, view.at) >= rules_.clear_after) {
        standing.alert.cleared = view.at;
        changes.push_back(standing.alert);
      } else {
        standing_.emplace(key, standing);
      }
    } else if (reading.broken()) {
      const Alert alert{reading.kind,   reading.subject, view.at,          std::nullopt,
                        *reading.value, *reading.value,  reading.threshold};
      standing_.emplace(key, Standing{alert, std::nullopt});
      changes.push_back(alert);
    }
  }
  for (auto& [key, standing] : gone) {
    standing.alert.cleared = view.at;
    changes.push_back(standing.alert);
  }
  return changes;
}

core::Duration Alerts::calm_for(Standing& standing, const Reading& reading, core::Time now) const {
  if (!reading.value) {
    standing.calm_since.reset();
    return core::Duration{-1};
  }
  standing.alert.worst = std::max(standing.alert.worst, *reading.value);
  if (*reading.value > reading.threshold * rules_.clear_permille / 1000) {
    standing.calm_since.reset();
    return core::Duration{-1};
  }
  if (!standing.calm_since) {
    standing.calm_since = now;
  }
  return now - *standing.calm_since;
}

std::vector<Alert> Alerts::standing() const {
  std::vector<Alert> alerts;
  for (const auto& [key, standing] : standing_) {
    alerts.push_back(standing.alert);
  }
  return alerts;
}

}  // namespace monitor
