// Alerts: each raised once with its numbers, and cleared once.
//
// An alert is raised when a reading (reading.h) exceeds its threshold. It is cleared when
// the value has stayed at or below four fifths of the threshold for 10 s on end (hysteresis: a
// value that trembles at the threshold neither raises nor clears again and again), or when what it
// is about has left the swarm. Missing telemetry raises nothing and clears nothing: it is an alert
// of its own kind.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "monitor/health.h"

namespace monitor {

struct Alert {
  Kind kind = Kind::kFailureRate;
  Subject subject;
  core::Time raised;
  std::optional<core::Time> cleared;
  std::uint64_t value = 0;  // when it was raised
  std::uint64_t worst = 0;  // so far
  std::uint64_t threshold = 0;
  MUSTER_FIELDS(Alert, kind, subject, raised, cleared, value, worst, threshold)
};

// Whom it is about: "member 3", "pool 1", "swarm".
[[nodiscard]] std::string subject_of(const Alert& alert);
// "failure rate 40.0 % is above 15.0 %", with the value when it was raised.
[[nodiscard]] std::string words_of(const Alert& alert);

struct AlertRules {
  Limits limits;
  std::uint32_t clear_permille = 800;  // of the threshold
  core::Duration clear_after = core::seconds(10);
  MUSTER_FIELDS(AlertRules, limits, clear_permille, clear_after)
};

// The alerts that stand. A regular value.
class Alerts {
 public:
  explicit Alerts(AlertRules rules = {});

  // What changed with this view: alerts raised (`cleared` is missing) and alerts cleared, in the
  // order of kind and subject, with those last whose subject has left. REQUIRES: views come in the
  // order of their times.
  std::vector<Alert> evaluate(const View& view, const Baseline& baseline);
  [[nodiscard]] std::vector<Alert> standing() const;

 private:
  struct Key {
    Kind kind = Kind::kFailureRate;
    Subject subject;
    auto operator<=>(const Key&) const = default;
    MUSTER_FIELDS(Key, kind, subject)
  };
  struct Standing {
    Alert alert;
    std::optional<core::Time> calm_since;
    MUSTER_FIELDS(Standing, alert, calm_since)
  };

  // For how long the reading has been calm; negative when it is not. Notes the worst value.
  [[nodiscard]] core::Duration calm_for(Standing& standing, const Reading& reading,
                                        core::Time now) const;

  AlertRules rules_;
  std::map<Key, Standing> standing_;

 public:
  MUSTER_FIELDS(Alerts, rules_, standing_)
};

}  // namespace monitor
