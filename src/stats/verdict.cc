#include "stats/verdict.h"

#include <algorithm>
#include <cmath>

#include "core/check.h"
#include "stats/summary.h"

namespace stats {
namespace {

// Beyond this nobody waits: say that the estimate is too close to the bound instead.
constexpr double kMostRuns = 1e6;

std::string numbers(const Bound& bound, const Estimate& estimate, std::uint64_t runs) {
  return short_text(estimate.value) + " [" + short_text(estimate.interval.low) + ", " +
         short_text(estimate.interval.high) + "], " +
         (bound.side == Side::kAtMost ? "at most " : "at least ") + short_text(bound.value) +
         ", n = " + std::to_string(runs);
}

bool satisfies(const Bound& bound, double value) {
  return bound.side == Side::kAtMost ? value <= bound.value : value >= bound.value;
}

std::string what_is_missing(const Bound& bound, const Estimate& estimate, std::uint64_t runs) {
  const double distance = std::abs(estimate.value - bound.value);
  // The half of the interval that reaches over the bound has to become shorter than the distance.
  const double reach = bound.value > estimate.value ? estimate.interval.high - estimate.value
                                                    : estimate.value - estimate.interval.low;
  const double factor = reach / distance;
  const double needed = std::ceil(static_cast<double>(runs) * factor * factor);
  if (!std::isfinite(needed) || needed > kMostRuns) {
    return "; too close to the bound for any number of runs";
  }
  const double more = std::max(1.0, needed - static_cast<double>(runs));
  return "; about " + std::to_string(static_cast<std::uint64_t>(more)) + " more runs decide";
}

}  // namespace

std::string_view name_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::kPass:
      return "pass";
    case Outcome::kFail:
      return "fail";
    case Outcome::kInconclusive:
      return "inconclusive";
    case Outcome::kObserved:
      return "observed";
  }
  return "";
}

Verdict judge(const Bound& bound, const Estimate& estimate, std::uint64_t runs,
              std::uint64_t minimum_runs) {
  const Interval& interval = estimate.interval;
  core::check(!std::isnan(bound.value) && !std::isnan(estimate.value), "a verdict is on numbers");
  core::check(interval.low <= interval.high && runs > 0, "a verdict has an interval and runs");
  const std::string text = numbers(bound, estimate, runs);
  if (runs < minimum_runs) {
    return {Outcome::kObserved,
            "observed, " + text + "; judged from n = " + std::to_string(minimum_runs) + " on"};
  }
  const bool low = satisfies(bound, interval.low);
  const bool high = satisfies(bound, interval.high);
  if (low && high) {
    return {Outcome::kPass, text};
  }
  if (!low && !high) {
    return {Outcome::kFail, text};
  }
  return {Outcome::kInconclusive, text + what_is_missing(bound, estimate, runs)};
}

}  // namespace stats
