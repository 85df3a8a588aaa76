#include "num/math.h"

#include <gtest/gtest.h>

#include <limits>

#include "num/stream.h"
#include "reference.h"

namespace num {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kSmallest = std::numeric_limits<double>::denorm_min();
constexpr double kLargest = std::numeric_limits<double>::max();

double magnitude(double x) {
  return x < 0 ? -x : x;
}

// The distance in shares of the reference; one unit in the last place is 1.1e-16 to 2.2e-16.
// Subnormal references are compared with their own spacing.
void expect_close(double got, double reference, double relative) {
  const double allowed = magnitude(reference) * relative + kSmallest;
  EXPECT_LE(magnitude(got - reference), allowed) << got << " is not " << reference;
}

template <class Table, class Function>
void expect_table(const Table& table, double relative, Function function) {
  for (const auto& row : table) {
    SCOPED_TRACE(testing::Message() << "argument " << row[0] << (row.size() > 2 ? ", " : "")
                                    << (row.size() > 2 ? testing::PrintToString(row[1]) : ""));
    if constexpr (std::tuple_size_v<std::decay_t<decltype(row)>> == 2) {
      expect_close(function(row[0]), row[1], relative);
    } else if constexpr (std::tuple_size_v<std::decay_t<decltype(row)>> == 3) {
      expect_close(function(row[0], row[1]), row[2], relative);
    } else {
      expect_close(function(row[0], row[1], row[2]), row[3], relative);
    }
  }
}

TEST(Math, ElementaryFunctionsMatchReferences) {
  expect_table(reference::kExp, 2.2e-16, exp);
  expect_table(reference::kExpm1, 5e-16, expm1);
  expect_table(reference::kLog, 2.2e-16, log);
  expect_table(reference::kLog1p, 2.2e-16, log1p);
  expect_table(reference::kPow, 2.2e-16, pow);
}

TEST(Math, NormalFunctionsMatchReferences) {
  expect_table(reference::kErf, 6e-16, erf);
  expect_table(reference::kErfc, 1e-15, erfc);
  expect_table(reference::kNormalCdf, 1e-15, normal_cdf);
  expect_table(reference::kNormalQuantile, 2e-15, normal_quantile);
}

TEST(Math, GammaAndBetaFunctionsMatchReferences) {
  expect_table(reference::kLogGamma, 1e-15, lgamma);
  expect_table(reference::kGammaP, 1e-12, gamma_p);
  expect_table(reference::kGammaQ, 1e-12, gamma_q);
  expect_table(reference::kBetaCdf, 1e-12, beta_cdf);
}

TEST(Math, ExponentialsEndAtTheirLimits) {
  EXPECT_EQ(exp(0), 1);
  EXPECT_EQ(exp(kInfinity), kInfinity);
  EXPECT_EQ(exp(-kInfinity), 0);
  EXPECT_EQ(exp(709.79), kInfinity);
  EXPECT_LT(exp(709.78), kInfinity);
  EXPECT_EQ(exp(-745.2), 0);
  EXPECT_EQ(exp(-745.13), kSmallest);
  EXPECT_EQ(exp(kSmallest), 1);
  EXPECT_EQ(expm1(-kInfinity), -1);
  EXPECT_EQ(expm1(kInfinity), kInfinity);
  EXPECT_EQ(expm1(kSmallest), kSmallest);
  EXPECT_EQ(1 / expm1(-0.0), -kInfinity) << "a negative zero stays one";
}

TEST(Math, LogarithmsEndAtTheirLimits) {
  EXPECT_EQ(log(1), 0);
  EXPECT_EQ(log(0), -kInfinity);
  EXPECT_EQ(log(-0.0), -kInfinity);
  EXPECT_EQ(log(kInfinity), kInfinity);
  EXPECT_NE(log(-1), log(-1));
  EXPECT_EQ(log1p(-1), -kInfinity);
  EXPECT_EQ(log1p(kSmallest), kSmallest);
  EXPECT_EQ(log1p(kInfinity), kInfinity);
  EXPECT_NE(log1p(-1.5), log1p(-1.5));
}

TEST(Math, PowersOfIntegersAreExact) {
  double power = 1;
  for (int n = 0; n <= 22; ++n) {
    EXPECT_EQ(pow(10, n), power);
    power *= 10;
  }
  for (int n = -1074; n <= 1023; ++n) {
    EXPECT_EQ(pow(2, n), n < -1022 ? kSmallest * pow(2, n + 1074) : pow(2, n));
    EXPECT_EQ(pow(4, 0.5 * n) / 2, pow(2, n - 1));
  }
  EXPECT_EQ(pow(2, -1074), kSmallest);
  EXPECT_EQ(pow(9, 0.5), 3);
  EXPECT_EQ(pow(-3, 3), -27);
  EXPECT_EQ(pow(-3, 4), 81);
}

TEST(Math, PowersFollowTheRulesOfC) {
  EXPECT_EQ(pow(kNan, 0), 1);
  EXPECT_EQ(pow(1, kNan), 1);
  EXPECT_EQ(pow(-1, kInfinity), 1);
  EXPECT_EQ(pow(0, 3), 0);
  EXPECT_EQ(pow(0, -2), kInfinity);
  EXPECT_EQ(pow(-0.0, -3), -kInfinity);
  EXPECT_EQ(pow(kInfinity, -1), 0);
  EXPECT_EQ(pow(kInfinity, 0.1), kInfinity);
  EXPECT_EQ(pow(-kInfinity, 3), -kInfinity);
  EXPECT_EQ(pow(-kInfinity, 0.5), kInfinity);
  EXPECT_EQ(pow(0.5, kInfinity), 0);
  EXPECT_EQ(pow(0.5, -kInfinity), kInfinity);
  EXPECT_EQ(pow(1 + 1e-15, 1e300), kInfinity);
  EXPECT_EQ(pow(1 - 1e-15, 1e300), 0);
  EXPECT_EQ(pow(kLargest, 2), kInfinity);
  EXPECT_EQ(pow(kSmallest, 2), 0);
  EXPECT_NE(pow(-2, 0.5), pow(-2, 0.5));
}

TEST(Math, NotANumberComesBackAsItself) {
  for (double (*function)(double) :
       {exp, expm1, log, log1p, erf, erfc, normal_cdf, normal_quantile, lgamma}) {
    EXPECT_NE(function(kNan), function(kNan));
  }
  EXPECT_NE(pow(kNan, 2), pow(kNan, 2));
  EXPECT_NE(beta_cdf(kNan, 1, 1), beta_cdf(kNan, 1, 1));
  EXPECT_NE(beta_cdf(0.5, 0, 1), beta_cdf(0.5, 0, 1));
  EXPECT_NE(beta_quantile(0.5, -1, 1), beta_quantile(0.5, -1, 1));
  EXPECT_NE(gamma_p(1, -1), gamma_p(1, -1));
  EXPECT_NE(gamma_q(0, 1), gamma_q(0, 1));
  EXPECT_NE(normal_quantile(1.5), normal_quantile(1.5));
  EXPECT_NE(lgamma(-0.5), lgamma(-0.5));
}

TEST(Math, DistributionsEndAtZeroAndOne) {
  EXPECT_EQ(erf(kInfinity), 1);
  EXPECT_EQ(erf(-kInfinity), -1);
  EXPECT_EQ(erfc(kInfinity), 0);
  EXPECT_EQ(erfc(-kInfinity), 2);
  EXPECT_EQ(normal_cdf(-kInfinity), 0);
  EXPECT_EQ(normal_cdf(kInfinity), 1);
  EXPECT_EQ(normal_quantile(0), -kInfinity);
  EXPECT_EQ(normal_quantile(1), kInfinity);
  EXPECT_EQ(lgamma(0), kInfinity);
  EXPECT_EQ(lgamma(1), 0);
  EXPECT_EQ(lgamma(2), 0);
  EXPECT_EQ(lgamma(kInfinity), kInfinity);
  EXPECT_EQ(gamma_p(3, 0), 0);
  EXPECT_EQ(gamma_q(3, kInfinity), 0);
  EXPECT_EQ(beta_cdf(0, 2, 3), 0);
  EXPECT_EQ(beta_cdf(1, 2, 3), 1);
  EXPECT_EQ(beta_quantile(0, 2, 3), 0);
  EXPECT_EQ(beta_quantile(1, 2, 3), 1);
}

TEST(Math, InversesUndoTheirFunctions) {
  Stream stream(1, 0, purpose_of("inverse"));
  for (int i = 0; i < 2000; ++i) {
    const double x = stream.unit() * 1400 - 700;
    expect_close(log(exp(x)), x, 1e-13 / (magnitude(x) + 1e-3));
    const double small = stream.normal() * 1e-6;
    expect_close(log1p(expm1(small)), small, 1e-15);
    const double p = stream.unit();
    expect_close(normal_cdf(normal_quantile(p)), p, 2e-14);
    const double a = stream.unit() * 50 + 0.01;
    const double b = stream.unit() * 50 + 0.01;
    if (i < 200) {
      expect_close(beta_cdf(beta_quantile(p, a, b), a, b), p, 1e-10);
      expect_close(beta_cdf(p, a, b) + beta_cdf(1 - p, b, a), 1, 1e-12);
    }
    expect_close(gamma_p(a, b) + gamma_q(a, b), 1, 1e-15);
    expect_close(lgamma(a + 1), lgamma(a) + log(a), 1e-14 + 1e-14 / magnitude(lgamma(a + 1)));
  }
}

TEST(Math, GrowingFunctionsNeverFallBetweenDistantArguments) {
  double last = -1;
  for (double x = -40; x <= 40; x += 0.01) {
    EXPECT_GE(normal_cdf(x), last) << x;
    last = normal_cdf(x);
    EXPECT_GT(exp(x + 0.01), exp(x));
    EXPECT_GE(erf(x + 0.01), erf(x));
    EXPECT_GE(gamma_p(5, magnitude(x) + 0.01), gamma_p(5, magnitude(x)));
  }
  for (double p = 0.001; p < 0.999; p += 0.001) {
    EXPECT_GT(normal_quantile(p + 0.001), normal_quantile(p));
    EXPECT_GT(beta_cdf(p + 0.001, 2, 5), beta_cdf(p, 2, 5));
    EXPECT_GT(beta_quantile(p + 0.001, 0.5, 0.5), beta_quantile(p, 0.5, 0.5));
  }
}

TEST(Math, IncompleteFunctionsStayInRangeForExtremeParameters) {
  for (const double a : {1e-9, 1e-3, 0.5, 1.0, 3.0, 1e4, 1e9}) {
    for (const double x : {kSmallest, 1e-200, 0.25, 1 - 1e-16, 1.0, 7.0, 1e9, 1e300}) {
      EXPECT_TRUE(gamma_p(a, x) >= 0 && gamma_p(a, x) <= 1) << a << " " << x;
      EXPECT_TRUE(gamma_q(a, x) >= 0 && gamma_q(a, x) <= 1) << a << " " << x;
    }
    for (const double b : {1e-9, 0.5, 20.0, 1e9}) {
      for (const double x : {kSmallest, 1e-200, 0.25, 0.5, 1 - 1e-16}) {
        const double p = beta_cdf(x, a, b);
        EXPECT_TRUE(p >= 0 && p <= 1) << x << " " << a << " " << b << " gives " << p;
      }
    }
  }
}

TEST(Math, SolvesTheClopperPearsonIntervalOfTenOfTen) {
  // Ten successes of ten: the lower 95 % bound is 0.025^(1/10).
  expect_close(beta_quantile(0.025, 10, 1), pow(0.025, 0.1), 1e-14);
}

}  // namespace
}  // namespace num
