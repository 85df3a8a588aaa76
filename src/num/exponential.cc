#include "kernels.h"
#include "num/math.h"

namespace num {
namespace {

constexpr double kInverseLn2 = 0x1.71547652b82fep+0;
constexpr double kSqrtTwo = 0x1.6a09e667f3bcdp+0;

// 1/14!, 1/13!, ... 1/3!: the Taylor series of e^r beyond the quadratic term.
constexpr std::array<double, 12> kExpTail = {1.0 / 87178291200, 1.0 / 6227020800, 1.0 / 479001600,
                                             1.0 / 39916800,    1.0 / 3628800,    1.0 / 362880,
                                             1.0 / 40320,       1.0 / 5040,       1.0 / 720,
                                             1.0 / 120,         1.0 / 24,         1.0 / 6};

// 2/25, 2/23, ... 2/3: the series of 2 atanh(s)/s - 2 in s^2, divided by s^2.
constexpr std::array<double, 12> kAtanhTail = {2.0 / 25, 2.0 / 23, 2.0 / 21, 2.0 / 19,
                                               2.0 / 17, 2.0 / 15, 2.0 / 13, 2.0 / 11,
                                               2.0 / 9,  2.0 / 7,  2.0 / 5,  2.0 / 3};

std::int64_t nearest_multiple_of_ln2(double x) {
  return static_cast<std::int64_t>(x * kInverseLn2 + (x < 0 ? -0.5 : 0.5));
}

}  // namespace

Split split(double x) {
  std::int64_t exponent = 0;
  if (x < std::numeric_limits<double>::min()) {
    x *= 0x1p54;
    exponent = -54;
  }
  const auto bits = std::bit_cast<std::uint64_t>(x);
  exponent += static_cast<std::int64_t>(bits >> 52U) - 1023;
  double mantissa = std::bit_cast<double>((bits & 0x000FFFFFFFFFFFFFULL) | 0x3FF0000000000000ULL);
  if (mantissa >= kSqrtTwo) {
    mantissa *= 0.5;
    ++exponent;
  }
  return {exponent, mantissa};
}

double exp_tail(double r) {
  return r * r * (0.5 + r * horner(kExpTail, r));
}

double exp_of(double high, double low) {
  // high + low = k ln 2 + r with |r| <= ln 2 / 2; the result is 2^k e^r.
  const std::int64_t k = nearest_multiple_of_ln2(high);
  const double top = high - static_cast<double>(k) * kLn2High;
  const double rest = static_cast<double>(k) * kLn2Low - low;
  return scale(1 + (top + (exp_tail(top - rest) - rest)), k);
}

double log_of(std::int64_t exponent, double f, double low) {
  // With s = f / (2 + f): log(1 + f) = 2 atanh(s) = f - f^2/2 + s (f^2/2 + R), in which the exact f
  // carries the leading digits.
  const double s = f / (2 + f);
  const double s2 = s * s;
  const double half = 0.5 * f * f;
  const double rest = s * (half + s2 * horner(kAtanhTail, s2));
  const auto k = static_cast<double>(exponent);
  return k * kLn2High - ((half - (rest + (k * kLn2Low + low))) - f);
}

double exp(double x) {
  if (x != x) {
    return x;
  }
  if (x > 709.782712893384) {
    return kInfinity;
  }
  if (x < -745.1332191019412) {
    return 0;
  }
  return exp_of(x, 0);
}

double expm1(double x) {
  if (x != x || x == 0) {
    return x;
  }
  if (x < -38) {
    return -1;
  }
  if (x > 38) {
    return exp(x);
  }
  const std::int64_t k = nearest_multiple_of_ln2(x);
  const double top = x - static_cast<double>(k) * kLn2High;
  const double rest = static_cast<double>(k) * kLn2Low;
  const double fraction = top + (exp_tail(top - rest) - rest);
  const double power = power_of_two(k);
  return power * fraction + (power - 1);
}

double log(double x) {
  if (x != x || x == kInfinity) {
    return x;
  }
  if (x <= 0) {
    return x == 0 ? -kInfinity : kNan;
  }
  const Split parts = split(x);
  return log_of(parts.exponent, parts.mantissa - 1, 0);
}

double log1p(double x) {
  if (x != x || x == kInfinity || x == 0) {
    return x;
  }
  if (x <= -1) {
    return x == -1 ? -kInfinity : kNan;
  }
  if (x > -0.29 && x < 0.41) {
    return log_of(0, x, 0);
  }
  // What rounding took from 1 + x goes in again as a first-order correction.
  const double sum = 1 + x;
  const double lost = x >= 1 ? 1 - (sum - x) : x - (sum - 1);
  const Split parts = split(sum);
  return log_of(parts.exponent, parts.mantissa - 1, lost / sum);
}

}  // namespace num
