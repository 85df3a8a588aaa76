#include <cstdint>

#include "core/check.h"
#include "num/math.h"
#include "num/stream.h"

namespace num {
namespace {

constexpr double kInversionMeanMax = 30;

}  // namespace

std::uint64_t Stream::poisson(double mean) {
  core::check(mean >= 0 && mean <= 1e15, "the mean of a Poisson lies between 0 and 1e15");
  if (mean < kInversionMeanMax) {
    double left = unit();
    double probability = exp(-mean);
    std::uint64_t count = 0;
    // The terms fall below one unit of the draw long before 200.
    while (left >= probability && count < 200) {
      left -= probability;
      ++count;
      probability *= mean / static_cast<double>(count);
    }
    return count;
  }
  const double b = 0.931 + 2.53 * sqrt(mean);
  const double a = -0.059 + 0.02483 * b;
  const double log_inverse_alpha = log(1.1239 + 1.1328 / (b - 3.4));
  const double quick = 0.9277 - 3.6224 / (b - 2);
  const double log_mean = log(mean);
  for (;;) {
    const double u = open_unit() - 0.5;
    const double v = open_unit();
    const double edge = 0.5 - (u < 0 ? -u : u);
    const double place = (2 * a / edge + b) * u + mean + 0.43;
    if (place < 0 || place > 1e16) {
      continue;
    }
    const auto count = static_cast<std::uint64_t>(place);
    if (edge >= 0.07 && v <= quick) {
      return count;
    }
    if (edge < 0.013 && v > edge) {
      continue;
    }
    const auto k = static_cast<double>(count);
    if (log(v) + log_inverse_alpha - log(a / (edge * edge) + b) <=
        k * log_mean - mean - lgamma(k + 1)) {
      return count;
    }
  }
}

}  // namespace num
