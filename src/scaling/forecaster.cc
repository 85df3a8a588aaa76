#include "scaling/forecaster.h"

#include "core/check.h"
#include "num/math.h"

namespace scaling {
namespace {

constexpr std::uint64_t kLeastBins = 4;
// How fast old errors are forgotten in the deviation.
constexpr double kVarianceWeight = 0.05;

double share(std::uint32_t permille) {
  return static_cast<double>(permille) / 1'000.0;
}

double magnitude(double x) {
  return x < 0 ? -x : x;
}

}  // namespace

Forecaster::Forecaster(const ForecastRule& rule)
    : level_weight_(share(rule.level_permille)),
      trend_weight_(share(rule.trend_permille)),
      season_weight_(share(rule.season_permille)),
      damping_(share(rule.damping_permille)),
      quantile_deviations_(num::normal_quantile(share(rule.quantile_permille))),
      season_(rule.season_bins, 0.0) {}

bool Forecaster::ready() const {
  return observed_ >= kLeastBins;
}

// During the first season season_ gathers what was seen; only then is it a season.
double Forecaster::season_at(std::uint64_t bin) const {
  return season_.empty() || observed_ < season_.size() ? 0.0 : season_[bin % season_.size()];
}

// damping + damping^2 + ... , one term for each bin.
double Forecaster::damped_steps(std::uint32_t bins) const {
  double sum = 0;
  double term = 1;
  for (std::uint32_t bin = 0; bin < bins; ++bin) {
    term *= damping_;
    sum += term;
  }
  return sum;
}

double Forecaster::expected(std::uint32_t bins) const {
  core::check(bins > 0, "a forecast looks ahead");
  const double value = level_ + damped_steps(bins) * trend_ + season_at(observed_ + bins - 1);
  return value > 0 ? value : 0;
}

// The variance of an exponentially smoothed level, so many steps ahead.
double Forecaster::upper(std::uint32_t bins) const {
  const double growth = 1 + static_cast<double>(bins - 1) * level_weight_ * level_weight_;
  return expected(bins) + quantile_deviations_ * num::sqrt(variance_ * growth);
}

void Forecaster::observe(double rate) {
  core::check(rate >= 0 && rate < 1e15, "a rate is finite and not negative");
  if (ready()) {
    const double error = rate - expected(1);
    ++judged_;
    const double weight = 1 / static_cast<double>(judged_);
    variance_ +=
        (weight > kVarianceWeight ? weight : kVarianceWeight) * (error * error - variance_);
    error_sum_ += magnitude(error);
    naive_error_sum_ += magnitude(rate - last_);
    if (rate > 0) {
      ++judged_relative_;
      relative_error_sum_ += magnitude(error) / rate;
      naive_relative_error_sum_ += magnitude(rate - last_) / rate;
    }
  }
  last_ = rate;
  const double season = season_at(observed_);
  if (observed_ == 0) {
    level_ = rate;
  } else {
    const double before = level_;
    const double drift = damping_ * trend_;
    level_ = level_weight_ * (rate - season) + (1 - level_weight_) * (level_ + drift);
    trend_ = trend_weight_ * (level_ - before) + (1 - trend_weight_) * drift;
  }
  const std::uint64_t bins = season_.size();
  if (bins > 0 && observed_ < bins) {
    season_[observed_] = rate;
  } else if (bins > 0) {
    double& deviation = season_[observed_ % bins];
    deviation = season_weight_ * (rate - level_) + (1 - season_weight_) * deviation;
  }
  ++observed_;
  if (bins > 0 && observed_ == bins) {
    double sum = 0;
    for (const double seen : season_) {
      sum += seen;
    }
    level_ = sum / static_cast<double>(bins);
    trend_ = 0;
    for (double& seen : season_) {
      seen -= level_;
    }
  }
}

double Forecaster::mean_error() const {
  return judged_ == 0 ? 0 : error_sum_ / static_cast<double>(judged_);
}

double Forecaster::mean_naive_error() const {
  return judged_ == 0 ? 0 : naive_error_sum_ / static_cast<double>(judged_);
}

double Forecaster::mean_relative_error() const {
  return judged_relative_ == 0 ? 0 : relative_error_sum_ / static_cast<double>(judged_relative_);
}

double Forecaster::mean_naive_relative_error() const {
  return judged_relative_ == 0 ? 0
                               : naive_relative_error_sum_ / static_cast<double>(judged_relative_);
}

}  // namespace scaling
