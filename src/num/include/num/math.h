// Transcendental functions that give the same bits in every build.
//
// Only + - * / and square root, which IEEE 754 defines exactly, in a fixed order: -O0 and -O2, any
// C library, FMA present or masked give equal results. (libm does not: it picks a variant by CPU.)
// Errors below are maxima seen against 60-digit references, in units in the last place (ulp) or
// relative. A NaN argument gives NaN; domain errors give NaN as IEEE 754 recommends, so a caller
// that stores results checks its arguments first: a NaN must never enter state.
#pragma once

namespace num {

// e^x; error < 1 ulp. Overflows to infinity above 709.78, reaches zero below -745.13; results that
// are subnormal are rounded twice (< 1.5 ulp).
double exp(double x);
// Natural logarithm; error < 1 ulp. log(0) = -infinity, log(negative) = NaN.
double log(double x);

// Quantile of the standard normal distribution: the x with normal_cdf(x) = p. Wichura, "Algorithm
// AS 241: the percentage points of the normal distribution", Applied Statistics 37 (1988); relative
// error < 1e-15. 0 and 1 give the infinities, anything outside [0, 1] gives NaN.
double normal_quantile(double p);

// Square root, exact by IEEE 754.
inline double sqrt(double x) {
  return __builtin_sqrt(x);
}

}  // namespace num
