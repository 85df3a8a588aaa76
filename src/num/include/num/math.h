// Transcendental functions that give the same bits in every build.
//
// Only + - * / and square root, which IEEE 754 defines exactly, in a fixed order: -O0 and -O2, any
// C library, FMA present or masked give equal results. (libm does not: it picks a variant by CPU.)
// The error bounds were checked against 40-digit references on many thousand arguments (the tests
// hold a sample), in units in the last place (ulp) or relative to the result. A NaN argument gives
// NaN, and so does an argument outside the domain: a caller that stores results checks its
// arguments, because a NaN must never enter state.
#pragma once

namespace num {

// Square root, correctly rounded by IEEE 754.
inline double sqrt(double x) {
  return __builtin_sqrt(x);
}

// e^x; error < 1 ulp. Infinity above 709.78, zero below -745.13.
double exp(double x);
// e^x - 1 without cancellation near 0; error < 3 ulp.
double expm1(double x);
// Natural logarithm; error < 1 ulp. log(0) = -infinity.
double log(double x);
// log(1 + x) without cancellation near 0; error < 1 ulp. log1p(-1) = -infinity.
double log1p(double x);
// x^y; error < 1 ulp, exact where the result is a double. Special cases as in C (annex F): pow(x,
// 0) and pow(1, y) are 1 even for NaN; a negative x needs an integer y. About a microsecond.
double pow(double x, double y);

// 2/sqrt(pi) times the integral of e^(-t^2) from 0 to x; error < 3 ulp.
double erf(double x);
// 1 - erf(x) without cancellation; relative error < 1e-15 down to 1e-306.
double erfc(double x);
// Distribution function of the standard normal; relative error < 1e-15, also in the lower tail. For
// the upper tail use normal_cdf(-x).
double normal_cdf(double x);
// The x with normal_cdf(x) = p. Wichura, "Algorithm AS 241: the percentage points of the normal
// distribution", Applied Statistics 37 (1988); relative error < 2e-15. 0 and 1 give the infinities.
double normal_quantile(double p);

// Logarithm of the gamma function for x >= 0; error < 1e-15 relative, or 1e-15 absolute where the
// result is below 1. lgamma(0) = infinity; negative x is outside the domain.
double lgamma(double x);
// Regularised incomplete gamma functions: the probability that a gamma variable of this shape and
// unit scale is below x (p) or above it (q). Each is accurate to 1e-12 relative where it is the
// smaller of the two, and p + q = 1 to 1e-15. Domain: 1e-9 <= shape <= 1e9, x >= 0; up to about
// sqrt(shape) * 10 steps. A chi-squared tail is gamma_q(degrees / 2, statistic / 2).
double gamma_p(double shape, double x);
double gamma_q(double shape, double x);
// Regularised incomplete beta function: the probability that a beta(a, b) variable is at most x.
// Relative error < 1e-12 where the result is below 1/2. Domain: 0 <= x <= 1, 1e-9 <= a, b <= 1e9;
// up to about sqrt(max(a, b)) * 10 steps.
double beta_cdf(double x, double a, double b);
// The least double x with beta_cdf(x, a, b) >= p, found by 62 evaluations. Near 1 the answer is
// only as fine as doubles are there: ask for 1 - beta_quantile(1 - p, b, a) instead.
double beta_quantile(double p, double a, double b);

}  // namespace num
