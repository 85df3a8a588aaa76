#include "monitor/reading.h"

#include <algorithm>

namespace monitor {
namespace {

std::uint64_t whole_ms(core::Duration duration) {
  return static_cast<std::uint64_t>(duration / core::milliseconds(1));
}

std::optional<std::uint64_t> failure_rate(const Window& window, const Limits& limits) {
  if (window.tally.ended() < limits.minimum_ended) {
    return std::nullopt;
  }
  return window.failure_permille();
}

std::optional<std::uint64_t> slowness(const Window& window,
                                      const std::optional<LatencyBand>& baseline,
                                      const Limits& limits) {
  const auto median = window.latency(500);
  if (window.tally.done < limits.minimum_ended || !median || !baseline) {
    return std::nullopt;
  }
  const std::int64_t usual = std::max<std::int64_t>(baseline->estimate / core::microseconds(1), 1);
  return static_cast<std::uint64_t>(median->estimate / core::microseconds(1) * 1000 / usual);
}

std::optional<std::uint64_t> silence(const MemberView& member) {
  if (member.presence == Presence::kEnded) {
    return 0;  // nothing more is expected of it
  }
  return whole_ms(member.age.value_or(member.known_for));
}

std::optional<std::uint64_t> down(const MemberView& member) {
  if (member.presence == Presence::kEnded) {
    return 1;
  }
  if (!member.now) {
    return std::nullopt;
  }
  return member.now->state == world::AgentState::kError ||
                 member.now->state == world::AgentState::kOffline
             ? 1
             : 0;
}

// Of a group that mostly does not report, nobody knows whether it has a leader.
std::optional<std::uint64_t> leaderless(const View& view) {
  if (view.whole.members == 0 || 2 * view.whole.reporting < view.whole.members) {
    return std::nullopt;
  }
  return whole_ms(view.leader_age.value_or(view.known_for));
}

std::optional<std::uint64_t> undecided(const Window& window) {
  if (!window.known()) {
    return std::nullopt;
  }
  return window.tally.undecided;
}

class Readings {
 public:
  Readings(const Baseline& baseline, const Limits& limits) : baseline_(baseline), limits_(limits) {}

  void of_member(const MemberView& member) {
    const Subject subject{member.node, {}};
    add(Kind::kSilent, subject, silence(member), whole_ms(limits_.member_silent));
    add(Kind::kEnded, subject, down(member), 0);
    if (member.presence == Presence::kEnded) {
      return;
    }
    // What a silent member did before says nothing of now.
    const Window window = member.now ? member.recent : Window{};
    of_window(subject, window, baseline_.attempts());
    add(Kind::kUtilisation, subject, window.utilisation_permille(), limits_.utilisation_permille);
  }
  void of_pool(world::PoolId pool, const GroupView& group) {
    const Subject subject{{}, pool};
    of_window(subject, group.recent, baseline_.tasks());
    add(Kind::kUtilisation, subject, group.recent.utilisation_permille(),
        limits_.utilisation_permille);
  }
  void of_swarm(const View& view) {
    of_window({}, view.whole.recent, baseline_.tasks());
    add(Kind::kUndecided, {}, undecided(view.whole.recent), 0);
    add(Kind::kLeaderLost, {}, leaderless(view), whole_ms(limits_.leader_silent));
  }

  std::vector<Reading> ordered() {
    std::sort(readings_.begin(), readings_.end(), [](const Reading& a, const Reading& b) {
      return a.kind != b.kind ? a.kind < b.kind : a.subject < b.subject;
    });
    return std::move(readings_);
  }

 private:
  void of_window(const Subject& subject, const Window& window,
                 const std::optional<LatencyBand>& baseline) {
    add(Kind::kFailureRate, subject, failure_rate(window, limits_), limits_.failure_permille);
    add(Kind::kLatency, subject, slowness(window, baseline, limits_),
        limits_.latency_permille_of_baseline);
  }
  void add(Kind kind, const Subject& subject, std::optional<std::uint64_t> value,
           std::uint64_t threshold) {
    readings_.push_back({kind, subject, value, threshold});
  }

  const Baseline& baseline_;
  const Limits& limits_;
  std::vector<Reading> readings_;
};

}  // namespace

Baseline::Baseline(std::uint32_t minimum_seconds, std::uint64_t minimum_done)
    : minimum_seconds_(minimum_seconds), minimum_done_(minimum_done) {}

void Baseline::learn(const View& view) {
  const std::int64_t second = view.at.time_since_epoch() / kBin;
  if (newest_second_ && *newest_second_ >= second) {
    return;
  }
  newest_second_ = second;
  if (attempts_ && tasks_) {
    return;
  }
  Tally attempts;
  for (const MemberView& member : view.members) {
    attempts += member.last.tally;
  }
  const auto take = [this](const Tally& tally, Learnt& learnt, std::optional<LatencyBand>& median) {
    if (median || tally.done == 0) {
      return;
    }
    ++learnt.seconds;
    learnt.tally += tally;
    if (learnt.seconds >= minimum_seconds_ && learnt.tally.done >= minimum_done_) {
      median = quantile(learnt.tally.latency, 500);
    }
  };
  take(view.whole.last.tally, tasks_learnt_, tasks_);
  take(attempts, attempts_learnt_, attempts_);
}

std::vector<Reading> readings(const View& view, const Baseline& baseline, const Limits& limits) {
  Readings readings(baseline, limits);
  for (const MemberView& member : view.members) {
    readings.of_member(member);
  }
  for (const auto& [pool, group] : view.pools) {
    readings.of_pool(pool, group);
  }
  readings.of_swarm(view);
  return readings.ordered();
}

}  // namespace monitor
