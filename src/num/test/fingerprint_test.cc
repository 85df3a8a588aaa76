// The same bits everywhere: a digest of many results, compared with a literal. It changes when the
// optimisation level, FMA contraction or a library function reaches a result, and when somebody
// changes an algorithm; only the last is a reason to change the literal, because every recorded run
// changes with it.
#include <gtest/gtest.h>

#include <array>
#include <vector>

#include "core/codec.h"
#include "num/linear.h"
#include "num/math.h"
#include "num/stream.h"

namespace num {
namespace {

TEST(Fingerprint, FunctionsGiveTheSameBits) {
  Stream stream(42, 0, purpose_of("fingerprint"));
  std::vector<double> results;
  for (int i = 0; i < 20'000; ++i) {
    const double x = stream.unit();
    const double y = stream.unit();
    const double wide = (x - 0.5) * 1000;
    for (const double value : {exp(wide), expm1(10 * (x - 0.5)), log(x * 1e10), log1p(x * 3),
                               pow(x * 10, wide / 10), erf(wide / 100), erfc(wide / 50),
                               normal_cdf(wide / 30), normal_quantile(x), lgamma(x * 30)}) {
      results.push_back(value);
    }
    if (i % 100 == 0) {
      results.push_back(gamma_p(y * 100, x * 150));
      results.push_back(gamma_q(y * 100, x * 150));
      results.push_back(beta_cdf(x, y * 20 + 0.1, 7));
      results.push_back(beta_quantile(x, y * 20 + 0.1, 7));
    }
  }
  EXPECT_EQ(core::digest(results), 7873217117575282975U);
}

TEST(Fingerprint, DistributionsGiveTheSameBits) {
  Stream stream(43, 0, purpose_of("fingerprint"));
  const std::array<core::Duration, 3> samples = {core::Duration(1), core::Duration(50),
                                                 core::Duration(1000)};
  std::vector<std::uint64_t> counts;
  std::vector<double> values;
  std::vector<core::Duration> times;
  for (int i = 0; i < 2'000; ++i) {
    counts.push_back(stream.next());
    counts.push_back(stream.below(1'000'003));
    counts.push_back(stream.chance(Probability::percent(30)) ? 1 : 0);
    counts.push_back(stream.poisson(3.5));
    counts.push_back(stream.poisson(350));
    values.push_back(stream.normal());
    values.push_back(stream.lognormal(2.0, 0.7));
    values.push_back(stream.gamma(0.4));
    values.push_back(stream.gamma(9));
    values.push_back(stream.beta(0.5, 3));
    times.push_back(stream.uniform(core::seconds(1), core::seconds(9)));
    times.push_back(stream.exponential(core::milliseconds(3)));
    times.push_back(stream.lognormal(core::milliseconds(3), 1.1));
    times.push_back(stream.empirical(samples));
  }
  EXPECT_EQ(core::digest(counts), 3425812171038945379U);
  EXPECT_EQ(core::digest(values), 3097974441083184926U);
  EXPECT_EQ(core::digest(times), 15225001760171247706U);
  EXPECT_EQ(core::digest(stream), 2111260947973472348U);
}

TEST(Fingerprint, LinearAlgebraGivesTheSameBits) {
  Stream stream(44, 0, purpose_of("fingerprint"));
  Matrix a(12, 5);
  std::vector<double> b(12);
  for (std::size_t row = 0; row < 12; ++row) {
    b[row] = stream.normal();
    for (std::size_t column = 0; column < 5; ++column) {
      a.at(row, column) = stream.normal();
    }
  }
  const Matrix square = multiply(transpose(a), a);
  const std::vector<double> fit = least_squares(a, b).value();
  EXPECT_EQ(core::digest(fit), 10602242564984302894U);
  EXPECT_EQ(core::digest(solve(square, fit).value()), 15980490429469515070U);
  EXPECT_EQ(core::digest(cholesky(square).value()), 17480315435522313028U);
}

}  // namespace
}  // namespace num
