// Two versions under real traffic in virtual time: every task is drawn, sent to a version by
// weight, and ends a second later, well or not. What the versions report is what a rollout is told.
#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "num/stream.h"
#include "rollout/rollout.h"

namespace rollout {

// What a task of a version comes to, in parts of 10,000. May depend on the time since the version
// got its first task, and on its present weight.
struct Behaviour {
  std::function<std::uint32_t(double seconds, std::uint32_t weight)> errors;
  std::function<std::uint32_t(double seconds, std::uint32_t weight)> slow;
};

inline Behaviour always(std::uint32_t errors, std::uint32_t slow) {
  return {[errors](double, std::uint32_t) { return errors; },
          [slow](double, std::uint32_t) { return slow; }};
}

class Traffic {
 public:
  Traffic(Plan plan, Behaviour stable, Behaviour candidate, std::uint64_t seed = 1)
      : stable_{std::move(stable), {}, 0, 0, {}},
        candidate_{std::move(candidate), {}, 0, 0, {}},
        draws_(seed, 0, num::purpose_of("test.traffic")) {
    auto made = Rollout::make(std::move(plan), now_);
    EXPECT_TRUE(made.has_value()) << (made ? "" : made.error().message);
    rollout_ = made ? *std::move(made) : Rollout();
  }

  std::uint32_t tasks_a_second = 20;
  // Tasks in 1,000 s; none: not measured.
  std::optional<std::uint64_t> stable_capacity = 1'000'000;
  std::optional<std::uint64_t> candidate_capacity = 1'000'000;
  bool candidate_complete = true;
  std::optional<std::uint32_t> agents;  // of either version
  bool stable_reports = true;
  bool candidate_reports = true;
  // The data plane follows the route table; a test may freeze it.
  std::optional<Weights> stuck_at;

  // Runs for this long, or until it has ended. Returns the last decision.
  Decision run(core::Duration time) {
    const core::Time until = now_ + time;
    while (now_ < until && !ended()) {
      second();
    }
    return last();
  }
  // Runs until a decision is as wanted; the test fails if none is within an hour.
  template <class Wanted>
  void run_until(Wanted wanted) {
    for (int seconds = 0; seconds < 3'600; ++seconds) {
      if (wanted(second())) {
        return;
      }
    }
    ADD_FAILURE() << "it is still " << name_of(last().phase) << ": " << last().reason;
  }
  void run_until(Phase phase) {
    run_until([phase](const Decision& decision) { return decision.phase == phase; });
  }
  // One second more, whatever the phase is.
  Decision second() {
    now_ += core::seconds(1);
    finish(stable_);
    finish(candidate_);
    const Weights weights = stuck_at.value_or(decisions_.empty() ? Weights{} : last().weights);
    for (std::uint32_t i = 0; i < tasks_a_second; ++i) {
      Version& version = draws_.below(kWhole) < weights.candidate ? candidate_ : stable_;
      assign(version, &version == &candidate_ ? weights.candidate : weights.stable);
    }
    shares_.push_back({stable_.in_flight, candidate_.in_flight});
    if (shares_.size() > 2) {
      shares_.pop_front();
    }
    decisions_.push_back(rollout_.decide(observation()));
    return last();
  }

  [[nodiscard]] const Decision& last() const { return decisions_.back(); }
  [[nodiscard]] const std::vector<Decision>& decisions() const { return decisions_; }
  [[nodiscard]] Rollout& rollout() { return rollout_; }
  [[nodiscard]] core::Time now() const { return now_; }
  [[nodiscard]] bool ended() const {
    return rollout_.phase() == Phase::kPromoted || rollout_.phase() == Phase::kRolledBack;
  }
  [[nodiscard]] std::uint64_t candidate_done() const { return candidate_.counts.done; }
  // What counts the tasks is restarted.
  void forget_counts() {
    stable_.counts = {};
    candidate_.counts = {};
  }
  void change_candidate(Behaviour behaviour) { candidate_.behaviour = std::move(behaviour); }

  // The candidate's weights that were decided, without repetitions.
  [[nodiscard]] std::vector<std::uint32_t> weights() const {
    std::vector<std::uint32_t> seen;
    for (const Decision& decision : decisions_) {
      if (seen.empty() || seen.back() != decision.weights.candidate) {
        seen.push_back(decision.weights.candidate);
      }
    }
    return seen;
  }
  // The first decision of a phase; the test fails if there is none.
  [[nodiscard]] const Decision& first(Phase phase) const {
    for (const Decision& decision : decisions_) {
      if (decision.phase == phase) {
        return decision;
      }
    }
    ADD_FAILURE() << "it was never " << name_of(phase);
    return decisions_.front();
  }

 private:
  struct Version {
    Behaviour behaviour;
    Counts counts;
    std::uint64_t in_flight = 0;
    double first_task = 0;
    std::vector<std::pair<bool, bool>> ending;  // failed, slow
  };

  [[nodiscard]] bool happens(std::uint32_t parts) { return draws_.below(kWhole) < parts; }

  void assign(Version& version, std::uint32_t weight) {
    const double seconds = core::to_seconds(now_.time_since_epoch());
    if (version.counts.done + version.in_flight == 0) {
      version.first_task = seconds;
    }
    ++version.in_flight;
    const double age = seconds - version.first_task;
    const bool failed = happens(version.behaviour.errors(age, weight));
    version.ending.emplace_back(failed, happens(version.behaviour.slow(age, weight)));
  }

  static void finish(Version& version) {
    for (const auto& [failed, slow] : version.ending) {
      ++version.counts.done;
      version.counts.errors += failed ? 1 : 0;
      version.counts.slow += slow ? 1 : 0;
    }
    version.ending.clear();
    version.in_flight = 0;
  }

  [[nodiscard]] Observation observation() const {
    std::uint64_t all = 0;
    std::uint64_t candidate = 0;
    for (const auto& [to_stable, to_candidate] : shares_) {
      all += to_stable + to_candidate;
      candidate += to_candidate;
    }
    const auto part = static_cast<std::uint32_t>(all == 0 ? 0 : candidate * kWhole / all);
    Observation seen;
    seen.now = now_;
    seen.offered_per_1000_s = std::uint64_t{tasks_a_second} * 1'000;
    seen.stable.side = {std::nullopt, stable_.in_flight, stable_capacity, kWhole - part, agents};
    seen.candidate.side = {std::nullopt, candidate_.in_flight, candidate_capacity, part, agents};
    seen.candidate.complete = candidate_complete;
    if (stable_reports) {
      seen.stable.side.counts = stable_.counts;
    }
    if (candidate_reports) {
      seen.candidate.side.counts = candidate_.counts;
    }
    return seen;
  }

  Version stable_;
  Version candidate_;
  num::Stream draws_;
  core::Time now_{};
  Rollout rollout_;
  std::deque<std::pair<std::uint64_t, std::uint64_t>> shares_;
  std::vector<Decision> decisions_;
};

}  // namespace rollout
