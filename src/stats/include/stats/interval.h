// Intervals for proportions and means.
#pragma once

#include <cstdint>
#include <span>

namespace stats {

struct Interval {
  double low = 0;
  double high = 0;
  bool operator==(const Interval&) const = default;
};

inline constexpr double kConfidence = 0.95;

// Of a proportion, two-sided. Wilson, "Probable inference, the law of succession, and statistical
// inference", JASA 22 (1927): close to the stated confidence on average. REQUIRES successes <=
// trials, trials > 0 and 0 < confidence < 1.
Interval wilson(std::uint64_t successes, std::uint64_t trials, double confidence = kConfidence);

// Of a proportion, two-sided. Clopper and Pearson, Biometrika 26 (1934): never below the stated
// confidence. REQUIRES as wilson().
Interval clopper_pearson(std::uint64_t successes, std::uint64_t trials,
                         double confidence = kConfidence);

// The one-sided Clopper-Pearson bound: with no event in n trials about 3/n at 95 %. For rates of
// what should never happen. REQUIRES as wilson().
double upper_bound(std::uint64_t events, std::uint64_t trials, double confidence = kConfidence);

struct Mean {
  double value = 0;
  Interval interval;  // infinite on both sides for one value
  bool operator==(const Mean&) const = default;
};

// Student's interval of the mean of independent values, one per run. REQUIRES at least one value,
// all of them finite.
Mean mean(std::span<const double> values, double confidence = kConfidence);

}  // namespace stats
