#include "scaling/forecaster.h"

#include <vector>

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
      seasonal_level_weight_(share(rule.seasonal_level_permille)),
      trend_weight_(share(rule.trend_permille)),
      season_weight_(share(rule.season_permille)),
      damping_(share(rule.damping_permille)),
      quantile_deviations_(num::normal_quantile(share(rule.quantile_permille))),
      season_(rule.season_bins, 0.0) {}

bool Forecaster::ready() const {
  return observed_ >= kLeastBins;
}

bool Forecaster::knows_season() const {
  return !season_.empty() && observed_ >= season_.size();
}

double Forecaster::level_weight() const {
  return knows_season() ? seasonal_level_weight_ : level_weight_;
}

// During the first season season_ gathers what was seen; only then is it a season.
double Forecaster::season_at(std::uint64_t bin) const {
  return knows_season() ? season_[bin % season_.size()] : 0.0;
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
  const double growth = 1 + static_cast<double>(bins - 1) * level_weight() * level_weight();
  return expected(bins) + quantile_deviations_ * num::sqrt(variance_ * growth);
}

void Forecaster::keep(std::uint32_t bins) {
  if (observed_ == 0 || kept_at_ == observed_) {
    return;
  }
  kept_at_ = observed_;
  kept_.push_back({observed_ + bins - 1, bins, expected(bins), last_});
}

void Forecaster::judge_kept(double rate) {
  for (const Kept& kept : kept_) {
    if (kept.bin == observed_ && rate > 0) {
      ++judged_kept_;
      bins_ahead_ += kept.ahead;
      kept_error_sum_ += magnitude(rate - kept.expected) / rate;
      naive_kept_error_sum_ += magnitude(rate - kept.naive) / rate;
    }
  }
  std::erase_if(kept_, [&](const Kept& kept) { return kept.bin <= observed_; });
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
  }
  judge_kept(rate);
  last_ = rate;
  const double season = season_at(observed_);
  if (observed_ == 0) {
    level_ = rate;
  } else {
    const double before = level_;
    const double drift = damping_ * trend_;
    const double weight = level_weight();
    level_ = weight * (rate - season) + (1 - weight) * (level_ + drift);
    trend_ = trend_weight_ * (level_ - before) + (1 - trend_weight_) * drift;
  }
  const std::uint64_t bins = season_.size();
  if (bins > 0 && observed_ < bins) {
    season_[observed_] = rate;
  } else if (bins > 0) {
    // Of the first few seasons the mean, so that an unusual first one is not remembered for long.
    const double seen = 1 / static_cast<double>(observed_ / bins + 1);
    const double weight = seen > season_weight_ ? seen : season_weight_;
    double& deviation = season_[observed_ % bins];
    deviation = weight * (rate - level_) + (1 - weight) * deviation;
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

double Forecaster::mean_kept_error() const {
  return judged_kept_ == 0 ? 0 : kept_error_sum_ / static_cast<double>(judged_kept_);
}

double Forecaster::mean_naive_kept_error() const {
  return judged_kept_ == 0 ? 0 : naive_kept_error_sum_ / static_cast<double>(judged_kept_);
}

}  // namespace scaling
