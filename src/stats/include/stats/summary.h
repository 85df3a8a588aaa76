// Quantiles and shares.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace stats {

// The rank, from 1, of the p-quantile among `count` values: the least r with r >= p x count, and at
// least 1. This is the inverse of the empirical distribution function (definition 1 of Hyndman and
// Fan, "Sample quantiles in statistical packages", 1996): the result is always one of the values,
// so infinities need no arithmetic. p x count is rounded at the ninth digit, so that 0.07 x 100
// is 7. REQUIRES count > 0 and 0 <= p <= 1.
std::size_t quantile_rank(std::size_t count, double p);

// REQUIRES ascending values without NaN, and as above.
double quantile(std::span<const double> ascending, double p);

// Any order. REQUIRES at least one value and no NaN.
double quantile_of(std::vector<double> values, double p);

// Four significant digits, the same in every locale: "0.4123", "1e+06", "inf".
std::string short_text(double value);

// "0.412 s", or ">1 s" where the quantile is infinite: so many tasks failed or were late that it
// does not exist (patterns.md A20).
std::string quantile_text(double seconds, double deadline_s);

// How evenly work is spread over agents.
struct Shares {
  double max = 0;
  double min = 0;
  double ratio = 1;  // max / min; infinite where an agent did nothing
  bool operator==(const Shares&) const = default;
};

// Of each agent's work, which must not be negative; all zero where nobody did any (and the ratio
// 1). REQUIRES at least one agent.
Shares shares(std::span<const double> work);

}  // namespace stats
