// A new version takes over the work of an old one, step by step, or is taken back: pure decisions.
//
// decide() takes what is known now and returns the weights that the route table should hold, with a
// verdict and the reason in words and numbers. Blue-green and canary are two plans of one machine:
//
//   shifting --(last step, 100 %)--> settling --(old share 0, soaked)--> promoted
//      |                                |
//      +------------- worse ------------+--> rolling back --(new share 0)--> rolled back
//
// Where it is known how many agents serve, the first step takes a baseline of the stable version,
// and whether the candidate is slow is asked only while its agents are no busier than that one's
// (judge.h): a load that rises during a rollout is not the new version's fault.
// The weight of the candidate grows only when the present step was found good (judge.h), and the
// candidate has the measured capacity for the next one and all the agents that it is to have in it:
// fewer would be busier than the stable version's, and slower for that alone. Inconclusive never
// promotes: it holds, and after a declared time it ends as declared. Missing telemetry is not zero:
// it holds as well. A roll-back gives the stable version what it has the measured capacity for and
// grows from there. A side may be removed only when the data plane has shown its share to be 0
// without a break for `quiet`; until then `may_remove` is none.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "core/time.h"
#include "rollout/judge.h"
#include "rollout/sides.h"
#include "rollout/weights.h"

namespace rollout {

enum class Phase : std::uint8_t { kShifting, kSettling, kPromoted, kRollingBack, kRolledBack };
constexpr Phase last_value(Phase) {
  return Phase::kRolledBack;
}
// "shifting", "settling", "promoted", "rolling back", "rolled back"
[[nodiscard]] std::string_view name_of(Phase phase);

enum class Verdict : std::uint8_t {
  kContinue,  // nothing to decide yet, or a step was taken
  kPromote,   // the candidate is the stable version now
  kRollBack,  // the candidate is taken back, or was
  kHold,      // inconclusive: telemetry is missing, tasks or capacity are
};
constexpr Verdict last_value(Verdict) {
  return Verdict::kHold;
}
// "continue", "promote", "roll back", "hold"
[[nodiscard]] std::string_view name_of(Verdict verdict);

enum class OnTimeout : std::uint8_t { kHold, kRollBack };
constexpr OnTimeout last_value(OnTimeout) {
  return OnTimeout::kRollBack;
}

enum class Version : std::uint8_t { kNone, kStable, kCandidate };
constexpr Version last_value(Version) {
  return Version::kCandidate;
}

struct Plan {
  // The candidate's parts of 10,000, ascending to 10,000. A step of 0 waits for its capacity.
  std::vector<std::uint32_t> steps;
  core::Duration least_step = core::seconds(10);  // a step lasts at least so long
  JudgeRules rules;
  // An inconclusive step ends after this long as declared; hold means: stay, for a person.
  core::Duration inconclusive_after = core::minutes(10);
  OnTimeout on_inconclusive = OnTimeout::kHold;
  // Telemetry that has been missing for this long ends the rollout as declared.
  core::Duration missing_after = core::seconds(30);
  OnTimeout on_missing = OnTimeout::kRollBack;
  core::Duration soak = core::seconds(10);   // at 100 %, before the old side may go
  core::Duration quiet = core::seconds(10);  // a share of 0 must last so long before removal
  // How much of its measured capacity the stable version may be given in a roll-back, in permille;
  // without a measurement its weight grows by `blind_step` parts for each second.
  std::uint32_t abort_headroom_permille = 900;
  std::uint32_t blind_step = 1'000;
  // A roll-back that has taken this long goes to the end whatever the capacity is: an overloaded
  // good version is better than a bad one.
  core::Duration abort_within = core::seconds(30);
  bool keep_stable_whole = true;  // the stable side keeps the capacity for all traffic to the end
  MUSTER_FIELDS(Plan, steps, least_step, rules, inconclusive_after, on_inconclusive, missing_after,
                on_missing, soak, quiet, abort_headroom_permille, blind_step, abort_within,
                keep_stable_whole)
};

// 0, 25, 50, 75, 100 %; what must be noticed at each step is 5 % to 30 % errors, 1 % to 20 % slow.
[[nodiscard]] Plan blue_green();
// 0, 5, 25, 50, 100 %; what must be noticed is 2 % to 10 % errors, 1 % to 5 % slow.
[[nodiscard]] Plan canary();
// Refuses: steps that do not ascend or do not end at 10,000, times that are not positive.
[[nodiscard]] core::Result<void> validate(const Plan& plan);

struct Decision {
  core::Time at{};
  Phase phase = Phase::kShifting;
  Verdict verdict = Verdict::kContinue;
  std::uint32_t step = 0;  // index in the plan
  Weights weights;         // what the route table should hold; sums to exactly 10,000
  // Parts of all traffic that each side must keep the capacity for: scaling must not go below.
  std::uint32_t stable_capacity_parts = kWhole;
  std::uint32_t candidate_capacity_parts = 0;
  Version may_remove = Version::kNone;
  std::uint32_t power_permille = 0;  // of the present step, at the declared effects
  std::uint64_t tasks_needed = 0;    // of the candidate, before the step can be found good
  std::uint64_t exposed = 0;         // tasks that the candidate has served since the beginning
  std::string reason;
  MUSTER_FIELDS(Decision, at, phase, verdict, step, weights, stable_capacity_parts,
                candidate_capacity_parts, may_remove, power_permille, tasks_needed, exposed, reason)
};

class Rollout {
 public:
  Rollout() = default;
  // Error: validate(plan) refuses it.
  static core::Result<Rollout> make(Plan plan, core::Time now);

  // REQUIRES seen.now not before that of the last call.
  Decision decide(const Observation& seen);
  // A person or the controller ends the rollout: roll back now, for this reason. Nothing once it
  // has ended.
  void abort(core::Time now, std::string reason);

  [[nodiscard]] const Plan& plan() const { return plan_; }
  [[nodiscard]] Phase phase() const { return phase_; }
  [[nodiscard]] const Weights& weights() const { return weights_; }

 private:
  void begin_step(std::uint32_t step, core::Time now);
  bool note_stable(const Observation& seen);
  bool note_candidate(const Observation& seen, std::uint64_t stable_busyness);
  void roll_back(core::Time now, std::string reason);
  void shift(const Observation& seen, Decision& decision);
  void advance(const Observation& seen, Decision& decision);
  void settle(const Observation& seen, Decision& decision);
  void ramp_back(const Observation& seen, Decision& decision);
  void wait(core::Time now, std::string reason, Decision& decision);
  void without_telemetry(core::Time now, std::string_view whose, Decision& decision);
  [[nodiscard]] std::uint32_t bearable_parts(const Observation& seen) const;
  [[nodiscard]] bool quiet(const Side& side, core::Time now);

  Plan plan_;
  Phase phase_ = Phase::kShifting;
  std::uint32_t step_ = 0;
  Weights weights_;
  core::Time step_began_{};
  core::Time last_call_{};
  Tally stable_;
  Tally candidate_;
  Busyness stable_busy_;
  Busyness candidate_busy_;
  Looks alike_;     // of the candidate in this step, while it was no busier than the stable version
  Counts busiest_;  // of the stable version, while it was about as busy as it ever was
  std::uint64_t busiest_from_ = 0;  // how busy that was at the least
  std::optional<core::Time> missing_since_;
  std::optional<core::Time> quiet_since_;
  core::Time back_since_{};
  std::uint32_t back_from_ = 0;  // the stable weight when the roll-back began
  std::string back_reason_;
  std::uint32_t asked_parts_ = 0;  // what the candidate was last asked to have the capacity for

 public:
  MUSTER_FIELDS(Rollout, plan_, phase_, step_, weights_, step_began_, last_call_, stable_,
                candidate_, stable_busy_, candidate_busy_, alike_, busiest_, busiest_from_,
                missing_since_, quiet_since_, back_since_, back_from_, back_reason_, asked_parts_)
};

}  // namespace rollout
