// Is A different from B, and which of many differences are real.
#pragma once

#include <span>
#include <vector>

namespace stats {

struct MannWhitney {
  double u = 0;  // pairs (a, b) with a > b, ties counted half
  double p_two_sided = 1;
  bool exact = false;        // from the permutation distribution, ties included; else normal
  double superiority = 0.5;  // u / (n m): the chance that a random a exceeds a random b
  bool operator==(const MannWhitney&) const = default;
};

// Up to so many values in both samples together the p-value is exact.
inline constexpr std::size_t kExactValues = 50;

// Mann and Whitney, "On a test of whether one of two random variables is stochastically larger",
// 1947. Infinite values rank beyond all others. Above kExactValues: normal approximation with
// corrections for ties and continuity. Note that n = m = 3 never gets below p = 0.1, and n = m = 4
// not below 0.029. REQUIRES both samples non-empty and without NaN.
MannWhitney mann_whitney(std::span<const double> a, std::span<const double> b);

// Adjusted p-values, in the order given: reject those at most alpha, and the chance of any false
// rejection is at most alpha. Holm, "A simple sequentially rejective multiple test procedure",
// 1979. REQUIRES values from 0 to 1.
std::vector<double> holm(std::span<const double> p_values);

}  // namespace stats
