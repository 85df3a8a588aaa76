// Is the candidate worse than the stable version, as good, or is it too early to say?
//
// Two questions with two kinds of evidence, both anytime-valid: looking after every task does not
// make false alarms more likely.
//  - Worse: with candidate share q of the tasks and S of its bad tasks against T of the stable
//    version, the Bayes factor BF = [B(1+S, 1+T) / B(1, 1)] / [q^S (1-q)^T], a beta mixture against
//    "bad tasks fall on the candidate in proportion to its tasks" (in the spirit of Lindon and
//    Malek, "Anytime-valid inference for multinomial count data", 2022). Worse when BF >= 1/alpha
//    and S/(S+T) > q. q comes from task counts, never from weights.
//    Slow tasks come in bursts, so the logarithm of their factor is divided by the dispersion that
//    the looks at the candidate show (quasi-likelihood, sides.h).
//  - Good: the candidate's share of bad tasks against the stable version's plus the effect that
//    must not pass: the beta mixture of its tasks over the likelihood at that share. Good when that
//    is >= 1/beta and the observed share is below. Nothing is good before `tasks_needed`.
// More load makes any version slower. So tasks that ended while the candidate's agents were busier
// than the stable version's do not tell that it is slower; that they are fast enough, they do.
// "Bad" is asked twice: failed, and slower than the stable version's 99th percentile (the simple
// substitute for a quantile test of Lindon, Sanden, Shirikian, "Rapid regression detection in
// software deployments through sequential testing", 2022). alpha is shared between the two.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/result.h"
#include "rollout/power.h"
#include "rollout/sides.h"

namespace rollout {

enum class Finding : std::uint8_t { kInconclusive, kGood, kWorse };
constexpr Finding last_value(Finding) {
  return Finding::kWorse;
}
// "inconclusive", "good", "worse"
[[nodiscard]] std::string_view name_of(Finding finding);

struct JudgeRules {
  std::uint32_t alpha_permille = 10;  // chance to call an equal candidate worse, in one comparison
  std::uint32_t beta_permille = 50;   // chance to call one with the effect good
  std::uint32_t power_permille = 800;
  Effect errors{200, 1'000};
  Effect slow{100, 500};
  std::uint64_t least_tasks = 20;  // of the candidate, whatever the power says
  MUSTER_FIELDS(JudgeRules, alpha_permille, beta_permille, power_permille, errors, slow,
                least_tasks)
};
// Refuses shares out of range and effects that are none.
[[nodiscard]] core::Result<void> validate(const JudgeRules& rules);

// Counts of one comparison, in which the weights did not change.
struct StableCounts {
  Counts counts;
  // Of them, those that ended while its agents were about as busy as they ever were. None: all.
  std::optional<Counts> busiest;
  MUSTER_FIELDS(StableCounts, counts, busiest)
};
struct CandidateCounts {
  Counts counts;
  // Of them, those that ended while its agents were no busier than the stable version's. None: all.
  std::optional<Counts> alike;
  // How many of its slow tasks count as one, since they came in bursts: Looks::dispersion().
  std::optional<double> slow_dispersion = 1;  // none: not known
  MUSTER_FIELDS(CandidateCounts, counts, alike, slow_dispersion)
};

struct Judgement {
  Finding finding = Finding::kInconclusive;
  // Natural logarithms of the two kinds of evidence.
  double errors_worse = 0;
  double slow_worse = 0;
  double errors_good = 0;
  double slow_good = 0;
  std::uint32_t power_permille = 0;  // the lesser of the two questions, at the declared effects
  std::uint64_t tasks_needed = 0;    // more tasks of the candidate before it can be called good
  std::string reason;                // the numbers
  MUSTER_FIELDS(Judgement, finding, errors_worse, slow_worse, errors_good, slow_good,
                power_permille, tasks_needed, reason)
};

// REQUIRES rules that validate() accepts, errors and slow at most done on either side.
[[nodiscard]] Judgement judge(const JudgeRules& rules, const StableCounts& stable,
                              const CandidateCounts& candidate);
// Against a stable version that serves nothing any more: its shares are those of the counts that it
// had, at the upper end of their 95 % Wilson intervals for "worse"; of slow tasks, the share that
// it had when it was busiest, since the candidate serves everything now, unless those are too few
// to bound anything. Nothing is added to these counts, and so power is that of the candidate's
// tasks against the declared share of the stable version: to wait for more would be to wait for
// ever. Same REQUIRES.
[[nodiscard]] Judgement judge_alone(const JudgeRules& rules, const StableCounts& before,
                                    const CandidateCounts& candidate);

}  // namespace rollout
