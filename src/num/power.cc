#include "kernels.h"
#include "num/math.h"

namespace num {
namespace {

// REQUIRES |a| >= |b| or a = 0.
Extended ordered_sum(double a, double b) {
  const double sum = a + b;
  return {sum, b - (sum - a)};
}

// Knuth's exact sum, in any order.
Extended exact_sum(double a, double b) {
  const double sum = a + b;
  const double part = sum - a;
  return {sum, (a - (sum - part)) + (b - part)};
}

Extended add(Extended a, Extended b) {
  const Extended sum = exact_sum(a.high, b.high);
  return ordered_sum(sum.high, sum.low + (a.low + b.low));
}

Extended multiply(Extended a, Extended b) {
  const Extended product = exact_product(a.high, b.high);
  return ordered_sum(product.high, product.low + (a.high * b.low + a.low * b.high));
}

Extended divide(Extended a, Extended b) {
  const double quotient = a.high / b.high;
  const Extended back = multiply({quotient, 0}, b);
  const Extended rest = add(a, {-back.high, -back.low});
  return ordered_sum(quotient, rest.high / b.high);
}

// log x to about 100 bits: y log x reaches 745, so that a power needs ten bits more than a double
// holds. The series is that of log_of(). REQUIRES 0 < x < infinity.
Extended extended_log(double x) {
  constexpr int kTerms = 18;
  const Split parts = split(x);
  const double f = parts.mantissa - 1;
  const Extended s = divide({f, 0}, exact_sum(2, f));
  const Extended s2 = multiply(s, s);
  Extended sum;
  for (int n = kTerms; n >= 0; --n) {
    sum = add(multiply(sum, s2), divide({2, 0}, {2.0 * n + 1, 0}));
  }
  const auto k = static_cast<double>(parts.exponent);
  return add({k * kLn2High, k * kLn2Low}, multiply(s, sum));
}

bool is_integer(double y) {
  return magnitude(y) >= 0x1p53 || static_cast<double>(static_cast<std::int64_t>(y)) == y;
}

bool is_odd(double y) {
  return magnitude(y) < 0x1p53 && is_integer(y) && (static_cast<std::int64_t>(y) & 1) != 0;
}

// REQUIRES x >= 0, x != 1, y != 0 and no NaN.
double positive_power(double x, double y) {
  // Beyond this |y| every x != 1 overflows or vanishes: |log x| is at least 2^-53.
  constexpr double kExponentMax = 1e20;
  const bool large = (x > 1) == (y > 0);
  if (x == 0 || x == kInfinity || magnitude(y) > kExponentMax) {
    return large ? kInfinity : 0;
  }
  const Extended exponent = multiply(extended_log(x), {y, 0});
  if (exponent.high > 710) {
    return kInfinity;
  }
  if (exponent.high < -746) {
    return 0;
  }
  return exp_of(exponent.high, exponent.low);
}

}  // namespace

Extended exact_product(double a, double b) {
  // Dekker's split of a factor into two halves of 26 bits.
  constexpr double kSplitter = 0x1p27 + 1;
  const double a_spread = kSplitter * a;
  const double a_high = a_spread - (a_spread - a);
  const double a_low = a - a_high;
  const double b_spread = kSplitter * b;
  const double b_high = b_spread - (b_spread - b);
  const double b_low = b - b_high;
  const double product = a * b;
  const double error =
      ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low;
  return {product, error};
}

double pow(double x, double y) {
  if (y == 0 || x == 1) {
    return 1;
  }
  if (x != x || y != y) {
    return kNan;
  }
  const bool negative = (std::bit_cast<std::uint64_t>(x) >> 63U) != 0;
  if (x < 0 && x != -kInfinity && !is_integer(y)) {
    return kNan;
  }
  const double size = x == -1 ? 1 : positive_power(magnitude(x), y);
  return negative && is_odd(y) ? -size : size;
}

}  // namespace num
