#include "stats/interval.h"

#include <boost/math/distributions/students_t.hpp>
#include <boost/math/special_functions/beta.hpp>
#include <cmath>
#include <limits>

#include "core/check.h"
#include "num/math.h"

namespace stats {
namespace {

void require(std::uint64_t successes, std::uint64_t trials, double confidence) {
  core::check(trials > 0 && successes <= trials, "a proportion is of at least one trial");
  core::check(confidence > 0 && confidence < 1, "a confidence lies between 0 and 1");
}

// The p-quantile of Beta(a, b) for counts a, b > 0.
double beta_quantile(double p, std::uint64_t a, std::uint64_t b) {
  return boost::math::ibeta_inv(static_cast<double>(a), static_cast<double>(b), p);
}

}  // namespace

Interval wilson(std::uint64_t successes, std::uint64_t trials, double confidence) {
  require(successes, trials, confidence);
  const double n = static_cast<double>(trials);
  const double p = static_cast<double>(successes) / n;
  const double z = num::normal_quantile(0.5 + confidence / 2);
  const double z2 = z * z;
  const double scale = 1 + z2 / n;
  const double centre = (p + z2 / (2 * n)) / scale;
  const double half = z * num::sqrt(p * (1 - p) / n + z2 / (4 * n * n)) / scale;
  // At the ends the formula gives 0 and 1 up to rounding.
  return {successes == 0 ? 0 : centre - half, successes == trials ? 1 : centre + half};
}

Interval clopper_pearson(std::uint64_t successes, std::uint64_t trials, double confidence) {
  require(successes, trials, confidence);
  const double tail = (1 - confidence) / 2;
  const std::uint64_t failures = trials - successes;
  return {successes == 0 ? 0 : beta_quantile(tail, successes, failures + 1),
          failures == 0 ? 1 : beta_quantile(1 - tail, successes + 1, failures)};
}

double upper_bound(std::uint64_t events, std::uint64_t trials, double confidence) {
  require(events, trials, confidence);
  return events == trials ? 1 : beta_quantile(confidence, events + 1, trials - events);
}

Mean mean(std::span<const double> values, double confidence) {
  core::check(!values.empty(), "a mean is of at least one value");
  core::check(confidence > 0 && confidence < 1, "a confidence lies between 0 and 1");
  const double n = static_cast<double>(values.size());
  double sum = 0;
  for (const double value : values) {
    core::check(std::isfinite(value), "a mean is of finite values");
    sum += value;
  }
  const double centre = sum / n;
  if (values.size() == 1) {
    const double infinity = std::numeric_limits<double>::infinity();
    return {centre, {-infinity, infinity}};
  }
  double squares = 0;
  for (const double value : values) {
    squares += (value - centre) * (value - centre);
  }
  const boost::math::students_t distribution(n - 1);
  const double t = boost::math::quantile(distribution, 0.5 + confidence / 2);
  const double half = t * num::sqrt(squares / (n - 1) / n);
  return {centre, {centre - half, centre + half}};
}

}  // namespace stats
