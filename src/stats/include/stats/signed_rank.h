// Do paired values differ: the same seed before and after.
#pragma once

#include <cstddef>
#include <span>

namespace stats {

struct SignedRank {
  double w = 0;  // sum of the ranks of positive differences, ties counted half
  double p_two_sided = 1;
  bool exact = false;  // from all signs that the differences could have; else normal
  bool operator==(const SignedRank&) const = default;
};

// Wilcoxon, "Individual comparisons by ranking methods", Biometrics Bulletin 1 (1945). Differences
// of zero are dropped, as he does; with none left p is 1. Up to kExactDifferences the p-value is
// exact, beyond it the normal approximation with the correction for ties. Five differences never
// get below p = 0.06. REQUIRES no NaN.
inline constexpr std::size_t kExactDifferences = 30;
SignedRank signed_rank(std::span<const double> differences);

}  // namespace stats
