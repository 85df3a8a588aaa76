// An estimate with its interval against a bound.
//
// Three-valued: an interval that straddles the bound decides nothing, and says how many runs would.
// Below the minimum number of runs a number is only observed and decides nothing either.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "stats/bootstrap.h"

namespace stats {

enum class Side : std::uint8_t { kAtMost, kAtLeast };
enum class Outcome : std::uint8_t { kPass, kFail, kInconclusive, kObserved };

constexpr Outcome last_value(Outcome) {
  return Outcome::kObserved;
}
// "pass", "fail", "inconclusive", "observed"
std::string_view name_of(Outcome outcome);

struct Bound {
  Side side = Side::kAtMost;
  double value = 0;
  bool operator==(const Bound&) const = default;
};

struct Verdict {
  Outcome outcome = Outcome::kObserved;
  // "0.41 [0.39, 0.45], at most 1, n = 200"; for the last two outcomes with what is missing.
  std::string text;
  bool operator==(const Verdict&) const = default;
};

// Pass: the whole interval satisfies the bound (its ends included); fail: no point of it does. The
// number of runs that would decide is extrapolated from a width that shrinks with the square root
// of n. REQUIRES no NaN, interval.low <= interval.high, runs > 0.
Verdict judge(const Bound& bound, const Estimate& estimate, std::uint64_t runs,
              std::uint64_t minimum_runs);

}  // namespace stats
