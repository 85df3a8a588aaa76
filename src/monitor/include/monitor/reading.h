// What is measured against a limit: one reading for each kind and subject. Health and alerts are
// made of them.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "monitor/view.h"

namespace monitor {

// The limits of the suite that readers compare with: an agent fails more than 15 % of its tasks,
// takes more than twice the baseline's time, is used more than 85 %. A limit that is reached holds;
// it is broken when it is exceeded. Rates are those of the short window.
struct Limits {
  std::uint32_t failure_permille = 150;
  std::uint32_t latency_permille_of_baseline = 2000;
  std::uint32_t utilisation_permille = 850;
  std::uint64_t minimum_ended = 5;       // fewer ended tasks in the window say nothing of rates
  std::uint32_t serving_permille = 800;  // of its members, for a swarm to be up
  core::Duration member_silent = core::seconds(3);  // a member sent nothing
  core::Duration leader_silent = core::seconds(5);  // nobody said that it leads
  MUSTER_FIELDS(Limits, failure_permille, latency_permille_of_baseline, utilisation_permille,
                minimum_ended, serving_permille, member_silent, leader_silent)
};

// What latencies are compared with: the medians of the first tasks since the swarm was deployed.
// Learnt once and then kept, so that a swarm which grows slow by and by does not become its own
// yardstick; begin a new one after a change that is meant to change it. A regular value.
class Baseline {
 public:
  // Is known after `minimum_seconds` seconds in which something was done, and `minimum_done` tasks.
  explicit Baseline(std::uint32_t minimum_seconds = 20, std::uint64_t minimum_done = 50);
  // Takes the view's last whole second; a second that was seen is not taken again.
  void learn(const View& view);
  // Of tasks, as pools and the swarm count them, and of attempts, as members do; missing until
  // known.
  [[nodiscard]] std::optional<LatencyBand> tasks() const { return tasks_; }
  [[nodiscard]] std::optional<LatencyBand> attempts() const { return attempts_; }

 private:
  struct Learnt {
    std::uint32_t seconds = 0;
    Tally tally;
    MUSTER_FIELDS(Learnt, seconds, tally)
  };

  std::uint32_t minimum_seconds_ = 0;
  std::uint64_t minimum_done_ = 0;
  std::optional<std::int64_t> newest_second_;
  Learnt tasks_learnt_;
  Learnt attempts_learnt_;
  std::optional<LatencyBand> tasks_;
  std::optional<LatencyBand> attempts_;

 public:
  MUSTER_FIELDS(Baseline, minimum_seconds_, minimum_done_, newest_second_, tasks_learnt_,
                attempts_learnt_, tasks_, attempts_)
};

enum class Kind : std::uint8_t {
  kFailureRate,  // permille of what ended; members, pools, swarm
  kLatency,      // median, permille of the baseline; members, pools, swarm
  kUtilisation,  // permille; members, pools
  kUndecided,    // joint decisions without a quorum in the short window; swarm. The threshold is 0
  kLeaderLost,   // ms since somebody last said that it leads; swarm
  kSilent,       // ms since a member's newest sample; members
  kEnded,        // a member failed or its sandbox ended; members
};
constexpr Kind last_value(Kind) {
  return Kind::kEnded;
}
constexpr std::string_view name_of(Kind kind) {
  constexpr std::string_view kNames[] = {"failure rate", "latency", "utilisation", "undecided",
                                         "leader lost",  "silent",  "member ended"};
  return kNames[static_cast<std::size_t>(kind)];
}

// Whom a reading is about: a member, a pool, or with neither the swarm.
struct Subject {
  world::NodeId node;
  world::PoolId pool;
  auto operator<=>(const Subject&) const = default;
  MUSTER_FIELDS(Subject, node, pool)
};

struct Reading {
  Kind kind = Kind::kFailureRate;
  Subject subject;
  std::optional<std::uint64_t> value;  // missing: telemetry does not say
  std::uint64_t threshold = 0;

  [[nodiscard]] bool broken() const { return value && *value > threshold; }
  MUSTER_FIELDS(Reading, kind, subject, value, threshold)
};

// Every reading of the view, also those whose value is missing, in the order of kind and subject. A
// member that has ended has no rates.
[[nodiscard]] std::vector<Reading> readings(const View& view, const Baseline& baseline,
                                            const Limits& limits);

}  // namespace monitor
