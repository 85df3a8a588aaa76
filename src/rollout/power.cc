#include "rollout/power.h"

#include "core/check.h"
#include "num/math.h"
#include "rollout/weights.h"

namespace rollout {
namespace {

double share(std::uint32_t parts, std::uint32_t whole) {
  return static_cast<double>(parts) / static_cast<double>(whole);
}

void require(const Effect& effect, std::uint32_t alpha_permille) {
  core::check(effect.stable_parts < effect.bad_parts && effect.bad_parts <= kWhole,
              "the bad share is above that of the stable version");
  core::check(alpha_permille > 0 && alpha_permille < 1'000, "alpha is between 0 and 1");
}

// The two deviations of the difference of shares, for one task of the candidate and `ratio` of the
// stable version: under "no difference" and under the effect.
struct Deviations {
  double none = 0;
  double effect = 0;
  double difference = 0;
};

Deviations deviations(const Effect& effect, double ratio) {
  const double stable = share(effect.stable_parts, kWhole);
  const double bad = share(effect.bad_parts, kWhole);
  const double pooled = (ratio * stable + bad) / (ratio + 1);
  return {num::sqrt(pooled * (1 - pooled) * (1 + 1 / ratio)),
          num::sqrt(bad * (1 - bad) + stable * (1 - stable) / ratio), bad - stable};
}

}  // namespace

std::uint64_t tasks_for_power(const Effect& effect, std::uint32_t alpha_permille,
                              std::uint32_t power_permille,
                              std::uint64_t stable_per_candidate_milli) {
  require(effect, alpha_permille);
  core::check(power_permille > 0 && power_permille < 1'000, "power is between 0 and 1");
  core::check(stable_per_candidate_milli > 0, "the stable version has tasks");
  const Deviations of = deviations(effect, static_cast<double>(stable_per_candidate_milli) / 1'000);
  const double root = (num::normal_quantile(1 - share(alpha_permille, 1'000)) * of.none +
                       num::normal_quantile(share(power_permille, 1'000)) * of.effect) /
                      of.difference;
  const double tasks = root > 0 ? root * root : 1;
  const auto whole = static_cast<std::uint64_t>(tasks);
  return static_cast<double>(whole) < tasks ? whole + 1 : whole;
}

std::uint32_t power_of(const Effect& effect, std::uint32_t alpha_permille,
                       std::uint64_t stable_tasks, std::uint64_t candidate_tasks) {
  require(effect, alpha_permille);
  if (stable_tasks == 0 || candidate_tasks == 0) {
    return 0;
  }
  const auto candidate = static_cast<double>(candidate_tasks);
  const Deviations of = deviations(effect, static_cast<double>(stable_tasks) / candidate);
  const double level = num::normal_quantile(1 - share(alpha_permille, 1'000));
  const double distance =
      (of.difference * num::sqrt(candidate) - level * of.none) / (of.effect > 0 ? of.effect : 1);
  return static_cast<std::uint32_t>(num::normal_cdf(distance) * 1'000);
}

}  // namespace rollout
