#include "rollout/rollout.h"

#include <algorithm>

#include "core/check.h"
#include "core/text.h"
#include "text.h"

namespace rollout {
namespace {

// What an agent that is busier by so much does is slower by less than what a rollout must notice.
constexpr std::uint64_t kTolerancePercent = 125;

void add_since(const Counts& before, const Counts& now, Counts& to) {
  to.done += now.done - before.done;
  to.errors += now.errors - before.errors;
  to.slow += now.slow - before.slow;
}

}  // namespace

core::Result<Rollout> Rollout::make(Plan plan, core::Time now) {
  TRY_VOID(validate(plan));
  Rollout rollout;
  rollout.plan_ = std::move(plan);
  rollout.last_call_ = now;
  // It is begun when the agents for its first tasks are there.
  rollout.asked_parts_ =
      *std::ranges::find_if(rollout.plan_.steps, [](std::uint32_t parts) { return parts > 0; });
  rollout.begin_step(0, now);
  return rollout;
}

void Rollout::begin_step(std::uint32_t step, core::Time now) {
  stable_.begin_step();
  candidate_.begin_step();
  stable_busy_.begin_step();
  candidate_busy_.begin_step();
  alike_ = {};
  step_ = step;
  step_began_ = now;
  weights_ = Weights::with_candidate(plan_.steps[step]);
  quiet_since_.reset();
  phase_ = step + 1 == plan_.steps.size() ? Phase::kSettling : Phase::kShifting;
}

void Rollout::roll_back(core::Time now, std::string reason) {
  phase_ = Phase::kRollingBack;
  quiet_since_.reset();
  back_since_ = now;
  back_from_ = weights_.stable;
  back_reason_ = std::move(reason);
}

void Rollout::abort(core::Time now, std::string reason) {
  if (phase_ == Phase::kShifting || phase_ == Phase::kSettling) {
    roll_back(now, std::move(reason));
  }
}

Decision Rollout::decide(const Observation& seen) {
  core::check(seen.now >= last_call_, "time does not go back between decisions");
  last_call_ = seen.now;
  Decision decision;
  decision.at = seen.now;
  decision.candidate_capacity_parts = 0;
  if (phase_ == Phase::kShifting) {
    shift(seen, decision);
  } else if (phase_ == Phase::kSettling) {
    settle(seen, decision);
  }
  if (phase_ == Phase::kRollingBack) {
    ramp_back(seen, decision);
  }
  const bool back = phase_ == Phase::kRollingBack || phase_ == Phase::kRolledBack;
  if (phase_ == Phase::kPromoted) {
    decision.verdict = Verdict::kPromote;
    decision.may_remove = Version::kStable;
    decision.stable_capacity_parts = 0;
    decision.reason += decision.reason.empty() ? "the new version serves all" : "";
  } else if (back) {
    decision.verdict = Verdict::kRollBack;
    decision.may_remove = phase_ == Phase::kRolledBack ? Version::kCandidate : Version::kNone;
    decision.reason += decision.reason.empty() ? "was taken back: " + back_reason_ : "";
  } else if (!plan_.keep_stable_whole) {
    decision.stable_capacity_parts = weights_.stable;
  }
  decision.phase = phase_;
  decision.step = step_;
  decision.weights = weights_;
  decision.candidate_capacity_parts =
      back ? weights_.candidate : std::max(decision.candidate_capacity_parts, weights_.candidate);
  decision.exposed = candidate_.all().done;
  asked_parts_ = decision.candidate_capacity_parts;
  return decision;
}

bool Rollout::note_stable(const Observation& seen) {
  const Counts before = stable_.all();
  const bool known = stable_.note(seen.stable.side.counts);
  stable_busy_.note(seen.now, stable_.all().done, seen.stable.side.agents);
  // Slowness grows with the load, so what the stable version did under less is no measure for a
  // candidate that serves everything.
  const std::uint64_t least = stable_busy_.most() * 100 / kTolerancePercent;
  if (least * 100 > busiest_from_ * kTolerancePercent) {
    busiest_ = {};
    busiest_from_ = least;
  }
  if (stable_busy_.now().value_or(0) >= busiest_from_) {
    add_since(before, stable_.all(), busiest_);
  }
  return known;
}

bool Rollout::note_candidate(const Observation& seen, std::uint64_t stable_busyness) {
  const Counts before = candidate_.step();
  const bool known = candidate_.note(seen.candidate.side.counts);
  candidate_busy_.note(seen.now, candidate_.all().done, seen.candidate.side.agents);
  const auto& busyness = candidate_busy_.now();
  if (!busyness || stable_busyness == 0 || *busyness * 100 <= stable_busyness * kTolerancePercent) {
    Counts since;
    add_since(before, candidate_.step(), since);
    alike_.note(since);
  }
  return known;
}

// A step in which the stable version still serves.
void Rollout::shift(const Observation& seen, Decision& decision) {
  const bool stable_known = note_stable(seen);
  const bool candidate_known = note_candidate(seen, stable_busy_.most_in_step());
  if (weights_.candidate == 0) {
    missing_since_.reset();
    if (seen.stable.side.agents && stable_.step().done < plan_.rules.least_tasks) {
      wait(seen.now, "the baseline of the stable version is taken", decision);
    } else {
      advance(seen, decision);
    }
    return;
  }
  if (!stable_known || !candidate_known) {
    without_telemetry(seen.now, candidate_known ? "stable" : "new", decision);
    return;
  }
  missing_since_.reset();
  const Judgement found =
      judge(plan_.rules, StableCounts{stable_.step(), {}},
            CandidateCounts{candidate_.step(), alike_.all(), alike_.dispersion()});
  decision.power_permille = found.power_permille;
  decision.tasks_needed = found.tasks_needed;
  decision.reason = found.reason;
  if (found.finding == Finding::kWorse) {
    roll_back(seen.now, "worse at " + percent_text(weights_.candidate) + ": " + found.reason);
  } else if (found.finding == Finding::kInconclusive) {
    wait(seen.now, std::to_string(found.tasks_needed) + " more tasks are needed", decision);
  } else if (seen.now - step_began_ >= plan_.least_step) {
    advance(seen, decision);
  }
}

// The present step is over; the next one begins when the candidate can serve it.
void Rollout::advance(const Observation& seen, Decision& decision) {
  const std::uint32_t next = plan_.steps[step_ + 1];
  decision.candidate_capacity_parts = next;
  const std::optional<std::uint64_t>& capacity = seen.candidate.side.capacity_per_1000_s;
  if (!capacity || !seen.offered_per_1000_s) {
    wait(seen.now,
         !capacity ? "the capacity of the new version is not measured"
                   : "the offered load is not measured",
         decision);
    return;
  }
  const std::uint64_t share = *seen.offered_per_1000_s * next / kWhole;
  if (*capacity < share || *capacity == 0) {
    wait(seen.now,
         "the new version can serve " + std::to_string(*capacity) + " tasks in 1,000 s, " +
             percent_text(next) + " of the load are " + std::to_string(share),
         decision);
    return;
  }
  if (asked_parts_ < next || !seen.candidate.complete) {
    wait(seen.now, "the new version's agents for " + percent_text(next) + " are not all ready",
         decision);
    return;
  }
  decision.reason += (decision.reason.empty() ? "" : "; ") + percent_text(weights_.candidate) +
                     " -> " + percent_text(next);
  begin_step(step_ + 1, seen.now);
}

// The candidate serves all; the stable version is kept until nothing reaches it any more. It is
// compared with what that did before.
void Rollout::settle(const Observation& seen, Decision& decision) {
  const bool calm = quiet(seen.stable.side, seen.now);
  if (!note_candidate(seen, stable_busy_.most())) {
    without_telemetry(seen.now, "new", decision);
    return;
  }
  missing_since_.reset();
  const std::optional<Counts> busiest = busiest_.done > 0 ? std::optional(busiest_) : std::nullopt;
  const Judgement found =
      judge_alone(plan_.rules, StableCounts{stable_.all(), busiest},
                  CandidateCounts{candidate_.step(), alike_.all(), alike_.dispersion()});
  decision.power_permille = found.power_permille;
  decision.tasks_needed = found.tasks_needed;
  decision.reason = found.reason;
  if (found.finding == Finding::kWorse) {
    roll_back(seen.now, "worse at 100 %: " + found.reason);
  } else if (found.finding == Finding::kInconclusive) {
    wait(seen.now, std::to_string(found.tasks_needed) + " more tasks are needed", decision);
  } else if (!calm) {
    wait(seen.now,
         "the share of the old version has not been 0 for " + core::seconds_text(plan_.quiet),
         decision);
  } else if (seen.now - step_began_ >= plan_.soak) {
    phase_ = Phase::kPromoted;
  }
}

void Rollout::wait(core::Time now, std::string reason, Decision& decision) {
  const core::Duration age = now - step_began_;
  decision.reason += (decision.reason.empty() ? "" : "; ") + reason;
  if (age < plan_.inconclusive_after) {
    return;
  }
  reason = "inconclusive for " + core::seconds_text(age) + ": " + decision.reason;
  if (plan_.on_inconclusive == OnTimeout::kRollBack) {
    roll_back(now, std::move(reason));
  } else {
    decision.verdict = Verdict::kHold;
    decision.reason = std::move(reason);
  }
}

void Rollout::without_telemetry(core::Time now, std::string_view whose, Decision& decision) {
  if (!missing_since_) {
    missing_since_ = now;
  }
  const core::Duration age = now - *missing_since_;
  decision.verdict = Verdict::kHold;
  decision.reason = "telemetry of the " + std::string(whose) + " version has been missing for " +
                    core::seconds_text(age) + ", which is not the same as no errors";
  if (age >= plan_.missing_after && plan_.on_missing == OnTimeout::kRollBack) {
    roll_back(now, decision.reason);
  }
}

// How much of all traffic the stable version can take now.
std::uint32_t Rollout::bearable_parts(const Observation& seen) const {
  const core::Duration age = seen.now - back_since_;
  if (age >= plan_.abort_within) {
    return kWhole;
  }
  const std::optional<std::uint64_t>& capacity = seen.stable.side.capacity_per_1000_s;
  if (!capacity || !seen.offered_per_1000_s) {
    const auto seconds = static_cast<std::uint64_t>(age / core::seconds(1));
    return static_cast<std::uint32_t>(
        std::min<std::uint64_t>(back_from_ + plan_.blind_step * seconds, kWhole));
  }
  const std::uint64_t bearable = *capacity * plan_.abort_headroom_permille / 1'000;
  if (bearable >= *seen.offered_per_1000_s) {
    return kWhole;
  }
  return static_cast<std::uint32_t>(bearable * kWhole / *seen.offered_per_1000_s);
}

void Rollout::ramp_back(const Observation& seen, Decision& decision) {
  // Kept for the count of exposed tasks; it decides nothing any more.
  static_cast<void>(candidate_.note(seen.candidate.side.counts));
  const std::uint32_t stable = std::max(weights_.stable, bearable_parts(seen));
  weights_ = Weights::with_candidate(kWhole - stable);
  if (weights_.candidate > 0) {
    decision.reason = "the stable version can take " + percent_text(weights_.stable) +
                      " at present; taken back: " + back_reason_;
  } else if (quiet(seen.candidate.side, seen.now)) {
    phase_ = Phase::kRolledBack;
  } else {
    decision.reason = "the share of the new version has not been 0 for " +
                      core::seconds_text(plan_.quiet) + "; taken back: " + back_reason_;
  }
}

// Has nothing reached the side for long enough? What is not known is not quiet.
bool Rollout::quiet(const Side& side, core::Time now) {
  if (side.share != 0U || side.in_flight != std::uint64_t{0}) {
    quiet_since_.reset();
    return false;
  }
  if (!quiet_since_) {
    quiet_since_ = now;
  }
  return now - *quiet_since_ >= plan_.quiet;
}

}  // namespace rollout
