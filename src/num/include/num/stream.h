// Random streams that do not disturb each other.
//
// A stream is a pure function of (seed, entity, purpose, counter): the value of draw n of one
// stream never depends on another stream. Dropping a fault, an agent or a whole use of randomness
// therefore leaves every other draw as it was, which is what makes a failing run shrinkable. Give
// each use its own purpose (purpose_of("network.latency")) and each actor its own entity.
//
// A draw is mix64(key ^ mix64(counter + increment)), mix64 being the splitmix64 finaliser (Steele,
// Lea, Flood, OOPSLA 2014). A stream is a 16-byte regular value: copy it to repeat its draws, keep
// it in state that is fingerprinted. Results are equal in every build and on every machine: no
// libm, no std:: distribution. Not for secrets.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

#include "core/check.h"
#include "core/fields.h"
#include "core/hash.h"
#include "core/time.h"

namespace num {

// A stable number for the name of a use of randomness.
constexpr std::uint64_t purpose_of(std::string_view name) {
  core::Hasher hasher;
  for (const char letter : name) {
    hasher.word(static_cast<unsigned char>(letter));
  }
  return hasher.value();
}

// A probability as a 32-bit threshold: integer, so that a scenario's "5 %" is the same everywhere.
// Never and always are exact. Other values are rounded down to a multiple of 2^-32, but a positive
// one never becomes never and one below 1 never becomes always.
struct Probability {
  static constexpr std::uint32_t kAlways = 0xFFFFFFFFU;

  std::uint32_t threshold = 0;

  static constexpr Probability never() { return {}; }
  static constexpr Probability always() { return {kAlways}; }
  // numerator / denominator. REQUIRES numerator <= denominator and denominator > 0.
  static constexpr Probability ratio(std::uint32_t numerator, std::uint32_t denominator);
  static constexpr Probability percent(std::uint32_t value) { return ratio(value, 100); }
  static constexpr Probability parts_per_million(std::uint32_t value) {
    return ratio(value, 1'000'000);
  }
  constexpr auto operator<=>(const Probability& other) const {
    return threshold <=> other.threshold;
  }
  MUSTER_FIELDS(Probability, threshold)
};

class Stream {
 public:
  // The stream (0, 0, 0): valid, and the same for everybody who does not name theirs.
  constexpr Stream() : Stream(0, 0, 0) {}
  constexpr Stream(std::uint64_t seed, std::uint64_t entity, std::uint64_t purpose) {
    core::Hasher hasher(seed);
    hasher.word(entity);
    hasher.word(purpose);
    key_ = hasher.value();
  }

  // 64 uniform bits.
  constexpr std::uint64_t next() {
    return core::mix64(key_ ^ core::mix64(++counter_ * kIncrement));
  }
  // How many raw draws were taken.
  [[nodiscard]] constexpr std::uint64_t counter() const { return counter_; }

  // Uniform in [0, bound), by multiply-shift of one draw; some values are more likely than others
  // by at most bound / 2^64. REQUIRES bound > 0.
  std::uint64_t below(std::uint64_t bound);
  // Takes exactly one draw whatever the probability is.
  bool chance(Probability probability);
  // Uniform in [low, high], both included. REQUIRES low <= high.
  core::Duration uniform(core::Duration low, core::Duration high);
  // Uniform in [0, 1): a multiple of 2^-53.
  double unit();

  // Continuous distributions. Results that are durations are rounded to the nanosecond and clamped
  // to [0, Duration::max()].
  //
  // Exponential with the given mean, from one draw; never above 37.5 means. REQUIRES mean >= 0.
  core::Duration exponential(core::Duration mean);
  // Standard normal, by inversion from one draw; always within 8.3 of zero.
  double normal();
  // median * exp(sigma * normal()), from one draw. REQUIRES median >= 0 and finite sigma >= 0.
  core::Duration lognormal(core::Duration median, double sigma);
  double lognormal(double median, double sigma);
  // Gamma of unit scale; mean = variance = shape. Marsaglia and Tsang, "A simple method for
  // generating gamma variables", ACM TOMS 26 (2000). REQUIRES finite shape > 0.
  double gamma(double shape);
  // Beta(a, b) in [0, 1]. REQUIRES finite a > 0 and b > 0.
  double beta(double a, double b);
  // Poisson. Inversion below a mean of 30, else transformed rejection (Hoermann, "The transformed
  // rejection method for generating Poisson random variables", 1993). REQUIRES 0 <= mean <= 1e15.
  std::uint64_t poisson(double mean);
  // From measured samples in ascending order: the inverse of their piecewise linear distribution
  // function, so every value lies between the least and the greatest sample. REQUIRES not empty.
  double empirical(std::span<const double> sorted);
  core::Duration empirical(std::span<const core::Duration> sorted);

  // Fisher-Yates; every permutation equally likely.
  template <class T>
  void shuffle(std::span<T> values) {
    for (std::size_t left = values.size(); left > 1; --left) {
      std::swap(values[left - 1], values[below(left)]);
    }
  }

 private:
  static constexpr std::uint64_t kIncrement = 0x9E3779B97F4A7C15ULL;

  // Uniform in (0, 1), symmetric about 1/2, for inversion.
  double open_unit();
  double log_gamma_variate(double shape);

  std::uint64_t key_ = 0;
  std::uint64_t counter_ = 0;

 public:
  MUSTER_FIELDS(Stream, key_, counter_)
};

constexpr Probability Probability::ratio(std::uint32_t numerator, std::uint32_t denominator) {
  core::check(denominator > 0 && numerator <= denominator, "a probability lies between 0 and 1");
  if (numerator == denominator) {
    return always();
  }
  const std::uint64_t scaled = (static_cast<std::uint64_t>(numerator) << 32U) / denominator;
  if (scaled == 0) {
    return {numerator == 0 ? 0U : 1U};
  }
  return {scaled >= kAlways ? kAlways - 1 : static_cast<std::uint32_t>(scaled)};
}

}  // namespace num
