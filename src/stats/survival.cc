#include "stats/survival.h"

#include <algorithm>
#include <cmath>

#include "core/check.h"

namespace stats {
namespace {

// Products of fractions miss shares like one half by a rounding error.
constexpr double kShareRounding = 1e-12;

}  // namespace

std::vector<Step> kaplan_meier(std::span<const Duration> durations) {
  core::check(!durations.empty(), "a survival curve is of at least one duration");
  std::vector<Duration> ordered(durations.begin(), durations.end());
  for (const Duration& duration : ordered) {
    core::check(std::isfinite(duration.seconds) && duration.seconds >= 0,
                "a duration is finite and not negative");
  }
  std::sort(ordered.begin(), ordered.end(),
            [](const Duration& a, const Duration& b) { return a.seconds < b.seconds; });
  std::vector<Step> curve;
  double survival = 1;
  for (std::size_t i = 0; i < ordered.size();) {
    const double time = ordered[i].seconds;
    const std::size_t at_risk = ordered.size() - i;
    std::size_t completed = 0;
    for (; i < ordered.size() && ordered[i].seconds == time; ++i) {
      completed += ordered[i].complete ? 1U : 0U;
    }
    if (completed > 0) {
      survival *= static_cast<double>(at_risk - completed) / static_cast<double>(at_risk);
      curve.push_back({time, survival});
    }
  }
  return curve;
}

std::optional<double> survival_quantile(std::span<const Step> curve, double p) {
  core::check(p > 0 && p <= 1, "a quantile's share lies between 0 and 1");
  for (const Step& step : curve) {
    if (step.survival <= 1 - p + kShareRounding) {
      return step.seconds;
    }
  }
  return std::nullopt;
}

double restricted_mean(std::span<const Step> curve, double horizon_s) {
  core::check(std::isfinite(horizon_s) && horizon_s >= 0, "a horizon is finite and not negative");
  double area = 0;
  double from = 0;
  double survival = 1;
  for (const Step& step : curve) {
    if (step.seconds >= horizon_s) {
      break;
    }
    area += survival * (step.seconds - from);
    from = step.seconds;
    survival = step.survival;
  }
  return area + survival * (horizon_s - from);
}

}  // namespace stats
