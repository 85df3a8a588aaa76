#include "kernels.h"
#include "num/math.h"

namespace num {
namespace {

constexpr int kFractionTermsMax = 1'000'000;

// x^a y^b gamma(a + b) / (gamma(a) gamma(b)) with y = 1 - x, as Loader's binomial density.
double beta_weight(double x, double y, double a, double b) {
  const double n = a + b;
  const double rest = stirling_rest(n) - stirling_rest(a) - stirling_rest(b);
  const double distance = a * deviance(n * x, a) + b * deviance(n * y, b);
  return sqrt(a) * sqrt(b / n) * exp(rest - distance - kHalfLogTwoPi);
}

// Continued fraction (Abramowitz and Stegun 26.5.8) by the method of Lentz; it converges in about
// sqrt(max(a, b)) steps. REQUIRES x < (a + 1) / (a + b + 2).
double beta_fraction(double x, double a, double b) {
  double c = 1;
  double d = 1 / (1 - (a + b) * x / (a + 1));
  double value = d;
  for (int m = 1; m < kFractionTermsMax; ++m) {
    const double even = m * (b - m) * x / ((a + 2.0 * m - 1) * (a + 2.0 * m));
    d = 1 / (1 + even * d);
    c = 1 + even / c;
    value *= d * c;
    const double odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1));
    d = 1 / (1 + odd * d);
    c = 1 + odd / c;
    const double factor = d * c;
    value *= factor;
    if (magnitude(factor - 1) < 0x1p-52) {
      break;
    }
  }
  return value;
}

bool valid_shapes(double a, double b) {
  return a >= kShapeMin && a <= kShapeMax && b >= kShapeMin && b <= kShapeMax;
}

}  // namespace

double beta_cdf(double x, double a, double b) {
  if (!valid_shapes(a, b) || !(x >= 0 && x <= 1)) {
    return kNan;
  }
  if (x == 0 || x == 1) {
    return x;
  }
  const double y = 1 - x;
  const double weight = beta_weight(x, y, a, b);
  if (x < (a + 1) / (a + b + 2)) {
    return as_probability(weight * beta_fraction(x, a, b) / a);
  }
  return as_probability(1 - weight * beta_fraction(y, b, a) / b);
}

double beta_quantile(double p, double a, double b) {
  if (!valid_shapes(a, b) || !(p >= 0 && p <= 1)) {
    return kNan;
  }
  if (p == 0 || p == 1) {
    return p;
  }
  // Non-negative doubles are ordered as their bits are, so halving the bits reaches small and large
  // answers alike to full precision in 62 steps.
  std::uint64_t low = 0;
  std::uint64_t high = std::bit_cast<std::uint64_t>(1.0);
  while (high - low > 1) {
    const std::uint64_t middle = low + (high - low) / 2;
    if (beta_cdf(std::bit_cast<double>(middle), a, b) < p) {
      low = middle;
    } else {
      high = middle;
    }
  }
  return std::bit_cast<double>(high);
}

}  // namespace num
