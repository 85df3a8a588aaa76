// What the function families share: exact scaling, polynomial evaluation, and e^x, log(1+f) and the
// gamma function in forms that take or give more than 53 bits.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace num {

inline constexpr double kInfinity = std::numeric_limits<double>::infinity();
inline constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
// Half a unit in the last place of 1: a series ends when its terms fall below this share of the
// sum.
inline constexpr double kNegligible = 0x1p-54;

// Shapes of the incomplete functions: above, their series need a million terms; below, powers of
// the shape cancel away.
inline constexpr double kShapeMin = 1e-9;
inline constexpr double kShapeMax = 1e9;

// ln 2 split so that k * kLn2High is exact for every binary exponent k.
inline constexpr double kLn2High = 0x1.62e42feep-1;
inline constexpr double kLn2Low = 0x1.a39ef35793c76p-33;
inline constexpr double kHalfLogTwoPi = 0.91893853320467274178;

// False for infinities and NaN.
constexpr bool finite(double value) {
  return value - value == 0;
}

constexpr double magnitude(double x) {
  return x < 0 ? -x : x;
}

// Takes away the last-place excess that rounding may leave.
constexpr double as_probability(double p) {
  return p < 0 ? 0 : p > 1 ? 1 : p;
}

// 2^k for a normal result. REQUIRES -1022 <= k <= 1023.
constexpr double power_of_two(std::int64_t k) {
  return std::bit_cast<double>(static_cast<std::uint64_t>(k + 1023) << 52U);
}

// value * 2^k, rounded only where the result is subnormal. REQUIRES value near 1, -1600 < k < 2046.
constexpr double scale(double value, std::int64_t k) {
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
constexpr double horner(const std::array<double, N>& coefficients, double x) {
  double value = 0;
  for (const double coefficient : coefficients) {
    value = value * x + coefficient;
  }
  return value;
}

// x = 2^exponent * mantissa with mantissa in [sqrt(1/2), sqrt(2)). REQUIRES 0 < x < infinity.
struct Split {
  std::int64_t exponent = 0;
  double mantissa = 1;
};
Split split(double x);

// e^r - 1 - r. REQUIRES |r| <= 0.35.
double exp_tail(double r);
// e^(high + low). REQUIRES -800 < high < 711 and |low| far below 1.
double exp_of(double high, double low);
// exponent * ln 2 + log(1 + f) + low. REQUIRES 1 + f in [0.7, 1.42].
double log_of(std::int64_t exponent, double f, double low);

// The sum high + low, |low| at most half a unit in the last place of high: about 106 bits.
struct Extended {
  double high = 0;
  double low = 0;
};
// a * b exactly. REQUIRES |a| and |b| below 2^990 (Dekker, "A floating-point technique for
// extending the available precision", 1971).
Extended exact_product(double a, double b);

// log gamma(a) - ((a - 1/2) log a - a + log(2 pi)/2): what Stirling's formula leaves. REQUIRES a >
// 0.
double stirling_rest(double a);
// x/a - 1 - log(x/a), accurate also where x is close to a. REQUIRES x > 0 and a > 0. Loader, "Fast
// and accurate computation of binomial probabilities" (2000), builds densities from it without the
// cancellation of large logarithms.
double deviance(double x, double a);

}  // namespace num
