#include "rollout/judge.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

#include "core/check.h"
#include "num/math.h"
#include "rollout/weights.h"
#include "text.h"

namespace rollout {
namespace {

// Bad tasks among all of one side.
struct Share {
  std::uint64_t bad = 0;
  std::uint64_t all = 0;
};

double number(std::uint64_t value) {
  return static_cast<double>(value);
}

// log B(1 + bad, 1 + good): the likelihood of a sequence under a uniform mixture of shares.
double log_mixture(std::uint64_t bad, std::uint64_t good) {
  return num::lgamma(number(bad) + 1) + num::lgamma(number(good) + 1) -
         num::lgamma(number(bad) + number(good) + 2);
}

// n log p with 0 log 0 = 0.
double log_power(double p, std::uint64_t n) {
  return n == 0 ? 0 : number(n) * num::log(p);
}

double log_likelihood(double share, const Share& seen) {
  return log_power(share, seen.bad) + log_power(1 - share, seen.all - seen.bad);
}

// How much better a mixture explains where bad tasks fell than "in proportion to tasks" does; none
// at all (0, so a factor of 1) when the candidate has no more than its part.
double log_worse(const Share& stable, const Share& candidate) {
  const std::uint64_t bad = stable.bad + candidate.bad;
  const std::uint64_t all = stable.all + candidate.all;
  if (bad == 0 || stable.all == 0 || candidate.all == 0) {
    return 0;
  }
  const double exposure = number(candidate.all) / number(all);
  if (number(candidate.bad) <= exposure * number(bad)) {
    return 0;
  }
  return log_mixture(candidate.bad, stable.bad) -
         log_likelihood(exposure, Share{candidate.bad, bad});
}

// Evidence that the share is not `limit`, on the side of `above`; else 0.
double log_differs(double limit, const Share& seen, bool above) {
  const double observed = seen.all == 0 ? limit : number(seen.bad) / number(seen.all);
  if (seen.all == 0 || (above ? observed <= limit : observed >= limit)) {
    return 0;
  }
  return log_mixture(seen.bad, seen.all - seen.bad) - log_likelihood(limit, seen);
}

// The share of a candidate that must not pass: the effect, on top of what the stable version has.
double bad_share(const Effect& effect, const Share& stable) {
  const double declared = number(effect.bad_parts - effect.stable_parts) / kWhole;
  const double base = stable.all == 0 ? number(effect.stable_parts) / kWhole
                                      : number(stable.bad) / number(stable.all);
  return std::min(base + declared, 0.999);
}

// The upper end of the 95 % Wilson interval (Wilson 1927).
double upper_share(const Share& seen) {
  constexpr double kDeviations = 1.959963984540054;
  const double n = number(seen.all);
  const double p = number(seen.bad) / n;
  const double square = kDeviations * kDeviations;
  const double spread = num::sqrt(p * (1 - p) / n + square / (4 * n * n));
  return std::min((p + square / (2 * n) + kDeviations * spread) / (1 + square / n), 0.999);
}

struct Question {
  std::string_view name;
  Effect effect;
  Share stable;
  Share candidate;
  Share alike;  // of the candidate's: those that can tell that it is worse
  // What the candidate is held against, where that is no sample of the same time but a bound on
  // what the stable version did before; else none.
  std::optional<double> limit;
  // How many bad tasks count as one where evidence of worse is concerned; none: not known yet.
  std::optional<double> dispersion = 1;
};

// A bound is as good as any number of the stable version's tasks.
constexpr std::uint64_t kExact = 1'000;

std::uint64_t stable_tasks(const Question& question) {
  return question.limit ? question.candidate.all * kExact : question.stable.all;
}

// alpha is shared by the two questions.
double worse_bound(const JudgeRules& rules) {
  return num::log(2'000.0 / rules.alpha_permille);
}
double good_bound(const JudgeRules& rules) {
  return num::log(1'000.0 / rules.beta_permille);
}

std::uint64_t needed_for(const JudgeRules& rules, const Question& question) {
  const std::uint64_t ratio =
      question.candidate.all == 0
          ? 1'000
          : std::clamp<std::uint64_t>(stable_tasks(question) * 1'000 / question.candidate.all, 1,
                                      kExact * 1'000);
  return std::max(rules.least_tasks, tasks_for_power(question.effect, rules.alpha_permille,
                                                     rules.power_permille, ratio));
}

std::string text_of(const Effect& effect) {
  return percent_text(effect.stable_parts) + " -> " + percent_text(effect.bad_parts);
}

std::string text_of(const Question& question, double worse, double good) {
  const std::string under_like_load =
      question.alike.all == question.candidate.all
          ? ""
          : ", " + share_text(question.alike.bad, question.alike.all) + " of them under like load";
  const double dispersion = question.dispersion.value_or(1);
  const std::string in_bursts =
      dispersion < 1.05 ? "" : ", in bursts as if " + tenths_text(dispersion) + " tasks were one";
  return std::string(question.name) + " " +
         share_text(question.candidate.bad, question.candidate.all) + " against " +
         share_text(question.stable.bad, question.stable.all) + under_like_load + in_bursts +
         ", evidence of worse " + factor_text(worse) + ", of good " + factor_text(good);
}

Judgement conclude(const JudgeRules& rules, const Question& errors, const Question& slow,
                   Judgement found) {
  const std::uint64_t tasks = errors.candidate.all;
  const std::uint64_t needed = std::max(needed_for(rules, errors), needed_for(rules, slow));
  found.power_permille =
      std::min(power_of(errors.effect, rules.alpha_permille, stable_tasks(errors), tasks),
               power_of(slow.effect, rules.alpha_permille, stable_tasks(slow), tasks));
  const double worse = worse_bound(rules);
  const double good = good_bound(rules);
  const bool has_tasks = tasks >= needed;
  if (found.errors_worse >= worse || found.slow_worse >= worse) {
    found.finding = Finding::kWorse;
  } else if (has_tasks && found.errors_good >= good && found.slow_good >= good) {
    found.finding = Finding::kGood;
  } else {
    // Evidence grows in proportion to tasks: where it is the last that is missing, say how many.
    const double least = std::min(found.errors_good, found.slow_good);
    const std::uint64_t more = has_tasks ? std::max<std::uint64_t>(tasks / 4, 1) : needed - tasks;
    found.tasks_needed =
        has_tasks && least > 0
            ? std::min<std::uint64_t>(
                  more * 100, static_cast<std::uint64_t>(number(tasks) * (good / least - 1)) + 1)
            : more;
  }
  found.reason = text_of(errors, found.errors_worse, found.errors_good) + "; " +
                 text_of(slow, found.slow_worse, found.slow_good) + "; worse from " +
                 factor_text(worse) + " on, good from " + factor_text(good) + " on and " +
                 std::to_string(needed) + " tasks; power " +
                 percent_text(std::uint64_t{found.power_permille} * 10) + " to see " +
                 text_of(errors.effect) + " errors, " + text_of(slow.effect) + " slow";
  return found;
}

Question errors_of(const JudgeRules& rules, const Counts& stable,
                   const CandidateCounts& candidate) {
  const Share share{candidate.counts.errors, candidate.counts.done};
  return {"errors", rules.errors, {stable.errors, stable.done}, share, share, {}};
}

Question slow_of(const JudgeRules& rules, const Counts& stable, const CandidateCounts& candidate) {
  const Counts alike = candidate.alike.value_or(candidate.counts);
  return {"slow",
          rules.slow,
          {stable.slow, stable.done},
          {candidate.counts.slow, candidate.counts.done},
          {alike.slow, alike.done},
          {},
          candidate.slow_dispersion};
}

// Evidence that the candidate is worse; none while it is not known how bad tasks fall in time.
double log_worse(const Question& question) {
  if (!question.dispersion) {
    return 0;
  }
  const double logarithm = question.limit ? log_differs(*question.limit, question.alike, true)
                                          : log_worse(question.stable, question.alike);
  return logarithm / *question.dispersion;
}

double log_good(const Question& question) {
  return log_differs(bad_share(question.effect, question.stable), question.candidate, false);
}

void require(const JudgeRules& rules, const Counts& stable, const CandidateCounts& candidate) {
  core::check(validate(rules).has_value(), "a judge has valid rules");
  for (const Counts& counts :
       {stable, candidate.counts, candidate.alike.value_or(candidate.counts)}) {
    core::check(counts.errors <= counts.done && counts.slow <= counts.done,
                "a side has no more bad tasks than tasks");
  }
}

core::Result<void> validate(std::string_view name, const Effect& effect) {
  if (effect.stable_parts >= effect.bad_parts || effect.bad_parts > kWhole) {
    return core::fail(core::Code::kInvalid, "rollout: the effect on " + std::string(name) +
                                                " from " + percent_text(effect.stable_parts) +
                                                " to " + percent_text(effect.bad_parts) +
                                                " must ascend and end at most at 100 %");
  }
  return {};
}

}  // namespace

std::string_view name_of(Finding finding) {
  switch (finding) {
    case Finding::kInconclusive:
      return "inconclusive";
    case Finding::kGood:
      return "good";
    case Finding::kWorse:
      return "worse";
  }
  return "unknown";
}

core::Result<void> validate(const JudgeRules& rules) {
  for (const std::uint32_t permille :
       {rules.alpha_permille, rules.beta_permille, rules.power_permille}) {
    if (permille == 0 || permille >= 1'000) {
      return core::fail(core::Code::kInvalid,
                        "rollout: alpha, beta and power must be between 0 and 1,000 permille");
    }
  }
  TRY_VOID(validate("errors", rules.errors));
  TRY_VOID(validate("slow tasks", rules.slow));
  return {};
}

Judgement judge(const JudgeRules& rules, const StableCounts& stable,
                const CandidateCounts& candidate) {
  require(rules, stable.counts, candidate);
  const Question errors = errors_of(rules, stable.counts, candidate);
  const Question slow = slow_of(rules, stable.counts, candidate);
  Judgement found;
  found.errors_worse = log_worse(errors);
  found.slow_worse = log_worse(slow);
  found.errors_good = log_good(errors);
  found.slow_good = log_good(slow);
  return conclude(rules, errors, slow, found);
}

Judgement judge_alone(const JudgeRules& rules, const StableCounts& before,
                      const CandidateCounts& candidate) {
  require(rules, before.counts, candidate);
  Question errors = errors_of(rules, before.counts, candidate);
  Question slow = slow_of(rules, before.counts, candidate);
  if (before.busiest) {
    const Question busy = slow_of(rules, *before.busiest, candidate);
    // So few that even a bad share might be theirs bound nothing.
    if (busy.stable.all > 0 && upper_share(busy.stable) < bad_share(busy.effect, busy.stable)) {
      slow = busy;
    }
  }
  Judgement found;
  if (before.counts.done > 0) {
    errors.limit = upper_share(errors.stable);
    slow.limit = upper_share(slow.stable);
    found.errors_worse = log_worse(errors);
    found.slow_worse = log_worse(slow);
  }
  found.errors_good = log_good(errors);
  found.slow_good = log_good(slow);
  return conclude(rules, errors, slow, found);
}

}  // namespace rollout
