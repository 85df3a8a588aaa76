#include "kernels.h"
#include "num/math.h"

namespace num {
namespace {

constexpr double kOneMinusEuler = 0.42278433509846713939;
// For every shape in the domain the tail beyond this is below the least double.
constexpr double kBeyond = 1e12;
constexpr int kTermsMax = 2'000'000;

// (-1)^k (zeta(k) - 1) / k, k = 29 ... 2: log gamma(2 + z) = z (1 - Euler) + sum of c_k z^k
// (Abramowitz and Stegun 6.1.33).
constexpr std::array<double, 28> kZetaSeries = {
    -6.4229645638381000221e-11, 1.3304764374244489481e-10,  -2.7595228851242331452e-10,
    5.7313672416788620133e-10,  -1.1921401405860912074e-9,  2.4836745438024783172e-9,
    -5.1834750419700466551e-9,  1.0838659214896954091e-8,   -2.271109460894316491e-8,
    4.7698101693639805658e-8,   -1.0043224823968099609e-7,  2.1207184805554665869e-7,
    -4.4924691987645660433e-7,  9.5514121304074198329e-7,   -2.0392157538013662368e-6,
    4.3748667899074878042e-6,   -9.439488275268395904e-6,   0.000020507212775670691553,
    -0.0000449262367381331417,  0.000099457512781808533715, -0.00022315475845357937976,
    0.00050966952474304242234,  -0.0011927539117032609771,  0.0028905103307415232858,
    -0.0073855510286739852663,  0.020580808427784547879,    -0.067352301053198095133,
    0.32246703342411321824};

// Bernoulli series of what Stirling's formula leaves (Abramowitz and Stegun 6.1.41), highest first.
constexpr std::array<double, 8> kStirlingSeries = {-3617.0 / 122400, 1.0 / 156,   -691.0 / 360360,
                                                   1.0 / 1188,       -1.0 / 1680, 1.0 / 1260,
                                                   -1.0 / 360,       1.0 / 12};
constexpr double kStirlingFrom = 12;

// log gamma(2 + z). REQUIRES |z| <= 0.5.
double log_gamma_near_two(double z) {
  return z * (kOneMinusEuler + z * horner(kZetaSeries, z));
}

// x^shape e^-x / gamma(shape).
double gamma_weight(double shape, double x) {
  return sqrt(shape) * exp(-shape * deviance(x, shape) - stirling_rest(shape) - kHalfLogTwoPi);
}

// The lower function by its power series (Abramowitz and Stegun 6.5.29).
double lower_series(double shape, double x) {
  double term = 1 / shape;
  double sum = term;
  for (int n = 1; n < kTermsMax && term > sum * kNegligible; ++n) {
    term *= x / (shape + n);
    sum += term;
  }
  return sum * gamma_weight(shape, x);
}

// The upper function by its continued fraction (Abramowitz and Stegun 6.5.31, even part), evaluated
// forward by the method of Lentz (Applied Optics 15, 1976). REQUIRES x >= shape + 1.
double upper_fraction(double shape, double x) {
  double b = x + 1 - shape;
  double d = 1 / b;
  double c = kInfinity;
  double value = d;
  for (int n = 1; n < kTermsMax; ++n) {
    const double a = -n * (n - shape);
    b += 2;
    d = 1 / (b + a * d);
    c = b + a / c;
    const double factor = c * d;
    value *= factor;
    if (magnitude(factor - 1) < 0x1p-52) {
      break;
    }
  }
  return value * gamma_weight(shape, x);
}

bool in_domain(double shape, double x) {
  return shape >= kShapeMin && shape <= kShapeMax && x >= 0;
}

}  // namespace

double lgamma(double x) {
  if (!(x >= 0)) {
    return kNan;
  }
  if (x == 0 || x == kInfinity) {
    return kInfinity;
  }
  if (x < 0.5) {
    return (log_gamma_near_two(x) - log1p(x)) - log(x);
  }
  if (x <= 1.5) {
    return log_gamma_near_two(x - 1) - log1p(x - 1);
  }
  if (x >= kStirlingFrom) {
    return (x - 0.5) * (log(x) - 1) + (kHalfLogTwoPi - 0.5) + stirling_rest(x);
  }
  double product = 1;
  while (x > 2.5) {
    x -= 1;
    product *= x;
  }
  return log(product) + log_gamma_near_two(x - 2);
}

double stirling_rest(double a) {
  if (a < kStirlingFrom) {
    return lgamma(a) - ((a - 0.5) * log(a) - a + kHalfLogTwoPi);
  }
  const double inverse = 1 / a;
  return inverse * horner(kStirlingSeries, inverse * inverse);
}

double deviance(double x, double a) {
  const double e = (x - a) / a;
  if (magnitude(e) > 0.25) {
    return e - log(x / a);
  }
  // With s = e / (2 + e): e - log(1 + e) = e s - 2 s (s^2/3 + s^4/5 + ...).
  const double s = e / (2 + e);
  const double s2 = s * s;
  double series = 0;
  for (int n = 10; n >= 1; --n) {
    series = (series + 1.0 / (2 * n + 1)) * s2;
  }
  return s * (e - 2 * series);
}

double gamma_p(double shape, double x) {
  if (!in_domain(shape, x)) {
    return kNan;
  }
  if (x == 0 || x > kBeyond) {
    return x == 0 ? 0 : 1;
  }
  return as_probability(x < shape + 1 ? lower_series(shape, x) : 1 - upper_fraction(shape, x));
}

double gamma_q(double shape, double x) {
  if (!in_domain(shape, x)) {
    return kNan;
  }
  if (x == 0 || x > kBeyond) {
    return x == 0 ? 1 : 0;
  }
  return as_probability(x < shape + 1 ? 1 - lower_series(shape, x) : upper_fraction(shape, x));
}

}  // namespace num
