#include "num/stream.h"

#include <cstdint>
#include <limits>

#include "kernels.h"
#include "num/math.h"

namespace num {
namespace {

__extension__ using Wide = unsigned __int128;

std::uint64_t high_product(std::uint64_t a, std::uint64_t b) {
  return static_cast<std::uint64_t>((static_cast<Wide>(a) * b) >> 64U);
}

core::Duration to_duration(double nanoseconds) {
  if (nanoseconds >= 9.2e18) {
    return core::Duration::max();
  }
  return core::Duration(static_cast<std::int64_t>(nanoseconds + 0.5));
}

}  // namespace

std::uint64_t Stream::below(std::uint64_t bound) {
  core::check(bound > 0, "there is no number below 0 to draw");
  return high_product(next(), bound);
}

bool Stream::chance(Probability probability) {
  const auto draw = static_cast<std::uint32_t>(next() >> 32U);
  return draw < probability.threshold || probability.threshold == Probability::kAlways;
}

core::Duration Stream::uniform(core::Duration low, core::Duration high) {
  core::check(low <= high, "a uniform draw needs low <= high");
  const auto origin = static_cast<std::uint64_t>(low.count());
  const std::uint64_t count = static_cast<std::uint64_t>(high.count()) - origin + 1;
  const std::uint64_t offset = count == 0 ? next() : below(count);
  return core::Duration(static_cast<std::int64_t>(origin + offset));
}

double Stream::unit() {
  return static_cast<double>(next() >> 11U) * 0x1p-53;
}

double Stream::open_unit() {
  // 52 bits and a half: the odd multiples of 2^-53, none of which is 0 or 1.
  return (static_cast<double>(next() >> 12U) + 0.5) * 0x1p-52;
}

core::Duration Stream::exponential(core::Duration mean) {
  core::check(mean >= core::Duration(0), "the mean of an exponential is not negative");
  return to_duration(-log(open_unit()) * static_cast<double>(mean.count()));
}

double Stream::normal() {
  return normal_quantile(open_unit());
}

double Stream::lognormal(double median, double sigma) {
  core::check(median >= 0 && finite(median), "the median of a lognormal is finite and >= 0");
  core::check(sigma >= 0 && finite(sigma), "the sigma of a lognormal is finite and >= 0");
  const double factor = exp(sigma * normal());
  // 0 * infinity would be a NaN.
  return median == 0 ? 0 : median * factor;
}

core::Duration Stream::lognormal(core::Duration median, double sigma) {
  return to_duration(lognormal(static_cast<double>(median.count()), sigma));
}

double Stream::gamma(double shape) {
  core::check(shape > 0 && finite(shape), "the shape of a gamma is finite and > 0");
  if (shape < 1) {
    return exp(log_gamma_variate(shape));
  }
  const double d = shape - 1.0 / 3;
  const double c = 1 / sqrt(9 * d);
  // Accepts more than 95 % of the tries for every shape >= 1.
  for (;;) {
    const double x = normal();
    const double t = 1 + c * x;
    if (t <= 0) {
      continue;
    }
    const double v = t * t * t;
    if (log(open_unit()) < 0.5 * x * x + d - d * v + d * log(v)) {
      return d * v;
    }
  }
}

// The logarithm survives where a variate of a small shape would underflow to zero.
double Stream::log_gamma_variate(double shape) {
  if (shape >= 1) {
    return log(gamma(shape));
  }
  // If G is gamma(shape + 1) and U uniform, then G U^(1/shape) is gamma(shape): section 6 of the
  // paper.
  const double boosted = log(gamma(shape + 1));
  return boosted + log(open_unit()) / shape;
}

double Stream::beta(double a, double b) {
  core::check(a > 0 && finite(a) && b > 0 && finite(b), "the shapes of a beta are finite and > 0");
  const double log_x = log_gamma_variate(a);
  const double log_y = log_gamma_variate(b);
  return 1 / (1 + exp(log_y - log_x));
}

double Stream::empirical(std::span<const double> sorted) {
  core::check(!sorted.empty(), "an empirical draw needs samples");
  const Wide place = static_cast<Wide>(next()) * (sorted.size() - 1);
  const auto index = static_cast<std::size_t>(place >> 64U);
  const double fraction = static_cast<double>(static_cast<std::uint64_t>(place) >> 11U) * 0x1p-53;
  const std::size_t after = index + 1 < sorted.size() ? index + 1 : index;
  return sorted[index] + (sorted[after] - sorted[index]) * fraction;
}

core::Duration Stream::empirical(std::span<const core::Duration> sorted) {
  core::check(!sorted.empty(), "an empirical draw needs samples");
  const Wide place = static_cast<Wide>(next()) * (sorted.size() - 1);
  const auto index = static_cast<std::size_t>(place >> 64U);
  const std::size_t after = index + 1 < sorted.size() ? index + 1 : index;
  const auto low = static_cast<std::uint64_t>(sorted[index].count());
  const std::uint64_t gap = static_cast<std::uint64_t>(sorted[after].count()) - low;
  const std::uint64_t step = high_product(gap, static_cast<std::uint64_t>(place));
  return core::Duration(static_cast<std::int64_t>(low + step));
}

}  // namespace num
