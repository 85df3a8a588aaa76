#include "num/math.h"

#include <array>
#include <bit>
#include <cstdint>
#include <limits>

namespace num {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

// ln 2 split so that k * kLn2High is exact for every binary exponent k.
constexpr double kLn2High = 0x1.62e42feep-1;
constexpr double kLn2Low = 0x1.a39ef35793c76p-33;
constexpr double kInverseLn2 = 0x1.71547652b82fep+0;

// 2^k for a normal result. REQUIRES -1022 <= k <= 1023.
double power_of_two(std::int64_t k) {
  return std::bit_cast<double>(static_cast<std::uint64_t>(k + 1023) << 52U);
}

// value * 2^k with a single rounding where the result is normal.
double scale(double value, std::int64_t k) {
  if (k > 1023) {
    return value * power_of_two(1023) * power_of_two(k - 1023);
  }
  if (k < -1022) {
    return value * power_of_two(k + 600) * power_of_two(-600);
  }
  return value * power_of_two(k);
}

// Coefficients in falling order of power.
template <std::size_t N>
double horner(const std::array<double, N>& coefficients, double x) {
  double value = 0;
  for (const double coefficient : coefficients) {
    value = value * x + coefficient;
  }
  return value;
}

// 1/14!, 1/13!, ... 1/3!: the Taylor series of e^r beyond the quadratic term.
constexpr std::array<double, 12> kExpTail = {1.0 / 87178291200, 1.0 / 6227020800, 1.0 / 479001600,
                                             1.0 / 39916800,    1.0 / 3628800,    1.0 / 362880,
                                             1.0 / 40320,       1.0 / 5040,       1.0 / 720,
                                             1.0 / 120,         1.0 / 24,         1.0 / 6};

// 2/25, 2/23, ... 2/3: the series of 2 atanh(s)/s - 2 in s^2, divided by s^2.
constexpr std::array<double, 12> kAtanhTail = {2.0 / 25, 2.0 / 23, 2.0 / 21, 2.0 / 19,
                                               2.0 / 17, 2.0 / 15, 2.0 / 13, 2.0 / 11,
                                               2.0 / 9,  2.0 / 7,  2.0 / 5,  2.0 / 3};

}  // namespace

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
  // x = k ln 2 + r with |r| <= ln 2 / 2; e^x = 2^k e^r.
  const auto k = static_cast<std::int64_t>(x * kInverseLn2 + (x < 0 ? -0.5 : 0.5));
  const double high = x - static_cast<double>(k) * kLn2High;
  const double low = static_cast<double>(k) * kLn2Low;
  const double r = high - low;
  const double tail = r * r * (0.5 + r * horner(kExpTail, r));
  return scale(1 + (high + (tail - low)), k);
}

double log(double x) {
  if (x != x || x == kInfinity) {
    return x;
  }
  if (x <= 0) {
    return x == 0 ? -kInfinity : kNan;
  }
  std::int64_t k = 0;
  if (x < std::numeric_limits<double>::min()) {
    x *= 0x1p54;
    k = -54;
  }
  // x = 2^k (1 + f) with 1 + f in [sqrt(1/2), sqrt(2)).
  auto bits = std::bit_cast<std::uint64_t>(x);
  k += static_cast<std::int64_t>(bits >> 52U) - 1023;
  bits = (bits & 0x000FFFFFFFFFFFFFULL) | 0x3FF0000000000000ULL;
  double m = std::bit_cast<double>(bits);
  if (m >= 0x1.6a09e667f3bcdp+0) {
    m *= 0.5;
    ++k;
  }
  // With s = f / (2 + f): log(1 + f) = 2 atanh(s) = f - f^2/2 + s (f^2/2 + R), in which the exact f
  // carries the leading digits.
  const double f = m - 1;
  const double s = f / (2 + f);
  const double s2 = s * s;
  const double half = 0.5 * f * f;
  const double rest = s * (half + s2 * horner(kAtanhTail, s2));
  const double scale_count = static_cast<double>(k);
  return scale_count * kLn2High - ((half - (rest + scale_count * kLn2Low)) - f);
}

namespace {

// Wichura's PPND16: numerator and denominator of three rational approximations.
constexpr std::array<double, 8> kCentreTop = {
    2509.0809287301226727, 33430.575583588128105, 67265.770927008700853, 45921.953931549871457,
    13731.693765509461125, 1971.5909503065514427, 133.14166789178437745, 3.387132872796366608};
constexpr std::array<double, 8> kCentreBottom = {
    5226.495278852545925,  28729.085735721942674, 39307.89580009271061,  21213.794301586595867,
    5394.1960214247511077, 687.1870074920579083,  42.313330701600911252, 1.0};
constexpr std::array<double, 8> kMiddleTop = {7.7454501427834140764e-4, 0.0227238449892691845833,
                                              0.24178072517745061177,   1.27045825245236838258,
                                              3.64784832476320460504,   5.7694972214606914055,
                                              4.6303378461565452959,    1.42343711074968357734};
constexpr std::array<double, 8> kMiddleBottom = {1.05075007164441684324e-9, 5.475938084995344946e-4,
                                                 0.0151986665636164571966,  0.14810397642748007459,
                                                 0.68976733498510000455,    1.6763848301838038494,
                                                 2.05319162663775882187,    1.0};
constexpr std::array<double, 8> kTailTop = {2.01033439929228813265e-7, 2.71155556874348757815e-5,
                                            0.0012426609473880784386,  0.026532189526576123093,
                                            0.29656057182850489123,    1.7848265399172913358,
                                            5.4637849111641143699,     6.6579046435011037772};
constexpr std::array<double, 8> kTailBottom = {2.04426310338993978564e-15, 1.4215117583164458887e-7,
                                               1.8463183175100546818e-5,   7.868691311456132591e-4,
                                               0.0148753612908506148525,   0.13692988092273580531,
                                               0.59983220655588793769,     1.0};

}  // namespace

double normal_quantile(double p) {
  if (!(p >= 0 && p <= 1)) {
    return kNan;
  }
  if (p == 0 || p == 1) {
    return p == 0 ? -kInfinity : kInfinity;
  }
  const double q = p - 0.5;
  if (q >= -0.425 && q <= 0.425) {
    const double r = 0.180625 - q * q;
    return q * horner(kCentreTop, r) / horner(kCentreBottom, r);
  }
  const double r = sqrt(-log(q < 0 ? p : 1 - p));
  const double size = r <= 5 ? horner(kMiddleTop, r - 1.6) / horner(kMiddleBottom, r - 1.6)
                             : horner(kTailTop, r - 5) / horner(kTailBottom, r - 5);
  return q < 0 ? -size : size;
}

}  // namespace num
