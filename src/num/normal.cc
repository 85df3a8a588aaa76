#include "kernels.h"
#include "num/math.h"

namespace num {
namespace {

constexpr double kTwoOverSqrtPi = 1.1283791670955125739;
constexpr double kSqrtHalf = 0.70710678118654752440;

// (-1)^n / (n! (2n + 1)), n = 13 ... 0: Maclaurin series of the error function in x^2 (Abramowitz
// and Stegun 7.1.5), good to 1e-19 for |x| <= 0.5.
constexpr std::array<double, 14> kErfSeries = {-1.0 / 168129561600,
                                               1.0 / 11975040000,
                                               -1.0 / 918086400,
                                               1.0 / 76204800,
                                               -1.0 / 6894720,
                                               1.0 / 685440,
                                               -1.0 / 75600,
                                               1.0 / 9360,
                                               -1.0 / 1320,
                                               1.0 / 216,
                                               -1.0 / 42,
                                               1.0 / 10,
                                               -1.0 / 3,
                                               1.0};

// Chebyshev coefficients, highest first, of (1 + 2x) e^(x^2) erfc(x) on x >= 1/2 in
// u = (x - 4.5) / (x + 3.5). The form is that of Shepherd and Laframboise, Mathematics of
// Computation 36 (1981); the coefficients were computed for this interval with 60 digits.
constexpr std::array<double, 23> kErfcChebyshev = {
    -8.5581576144242241324e-17, 2.2655534108799691628e-16,  2.4793444826073247081e-15,
    -7.9221705462980463202e-15, -7.1923244747512814051e-14, 3.3299272801267460267e-13,
    1.9426459056452241732e-12,  -1.5284552922511392908e-11, -3.4957288231407341096e-11,
    6.8736078239337083289e-10,  -1.0662181478402103138e-9,  -2.452966154723182597e-8,
    1.792362569083742307e-7,    1.5333408592790978552e-8,   -9.4377873049367575836e-6,
    0.000092363014062252899877, -0.00055841951339786122705, 0.0024766802688917189224,
    -0.0083045166030878990196,  0.019796225983300617075,    -0.021925817186695756822,
    -0.07386602138757274112,    1.210677940694214024};

// REQUIRES |x| <= 0.5.
double small_erf(double x) {
  return x * (kTwoOverSqrtPi * horner(kErfSeries, x * x));
}

// e^(x^2) erfc(x). REQUIRES x >= 0.5.
double scaled_erfc(double x) {
  const double u = (x - 4.5) / (x + 3.5);
  // Clenshaw's recurrence.
  double current = 0;
  double previous = 0;
  for (std::size_t i = 0; i + 1 < kErfcChebyshev.size(); ++i) {
    const double next = 2 * u * current - previous + kErfcChebyshev[i];
    previous = current;
    current = next;
  }
  return (u * current - previous + kErfcChebyshev.back()) / (1 + 2 * x);
}

// erfc for x >= 0.5. The square is taken exactly: at x = 26 its rounding error would be worth 300
// units in the last place of the result.
double erfc_tail(double x) {
  if (x > 27.3) {
    return 0;
  }
  const Extended square = exact_product(x, x);
  return exp_of(-square.high, -square.low) * scaled_erfc(x);
}

}  // namespace

double erf(double x) {
  if (x != x) {
    return x;
  }
  if (magnitude(x) <= 0.5) {
    return small_erf(x);
  }
  return x < 0 ? erfc_tail(-x) - 1 : 1 - erfc_tail(x);
}

double erfc(double x) {
  if (x != x) {
    return x;
  }
  if (magnitude(x) <= 0.5) {
    return 1 - small_erf(x);
  }
  return x < 0 ? 2 - erfc_tail(-x) : erfc_tail(x);
}

double normal_cdf(double x) {
  if (x != x) {
    return x;
  }
  const double z = magnitude(x) * kSqrtHalf;
  if (z <= 0.5) {
    return 0.5 + 0.5 * small_erf(x * kSqrtHalf);
  }
  if (z > 27.3) {
    return x < 0 ? 0 : 1;
  }
  const Extended square = exact_product(x, x);
  const double tail = 0.5 * exp_of(-0.5 * square.high, -0.5 * square.low) * scaled_erfc(z);
  return x < 0 ? tail : 1 - tail;
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
