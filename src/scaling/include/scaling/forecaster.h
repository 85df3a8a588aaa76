// A small online forecast of a rate: level, damped trend and, where declared, a season.
//
// Additive Holt-Winters smoothing with a damped trend (Gardner and McKenzie, "Forecasting trends in
// time series", Management Science 31, 1985). Every observation is first predicted and then learnt,
// so the error it reports is out of sample; beside it stands the error of the naive forecast "as
// the last one". Deterministic: only arithmetic in a fixed order and num.
#pragma once

#include <cstdint>
#include <vector>

#include "core/fields.h"
#include "scaling/config.h"

namespace scaling {

class Forecaster {
 public:
  Forecaster() = default;
  // REQUIRES a rule that validate() accepts.
  explicit Forecaster(const ForecastRule& rule);

  // The rate of the next bin. REQUIRES finite and not negative.
  void observe(double rate);
  // The expected rate `bins` after the last observed one, not below zero. REQUIRES bins > 0.
  [[nodiscard]] double expected(std::uint32_t bins) const;
  // Its quantile, from the deviation of past errors, which grows with the distance. Same REQUIRES.
  [[nodiscard]] double upper(std::uint32_t bins) const;

  // Bins observed so far.
  [[nodiscard]] std::uint64_t observed() const { return observed_; }
  // A forecast needs a few bins. Until a whole season was seen, it goes without one.
  [[nodiscard]] bool ready() const;
  // Mean absolute error of the forecast of the next bin, and of the naive one; 0 before ready().
  [[nodiscard]] double mean_error() const;
  [[nodiscard]] double mean_naive_error() const;
  // The same errors as shares of what came, over the bins in which something did.
  [[nodiscard]] double mean_relative_error() const;
  [[nodiscard]] double mean_naive_relative_error() const;
  [[nodiscard]] std::uint64_t judged_relative() const { return judged_relative_; }

 private:
  [[nodiscard]] double season_at(std::uint64_t bin) const;
  [[nodiscard]] double damped_steps(std::uint32_t bins) const;

  double level_weight_ = 0.3;
  double trend_weight_ = 0.1;
  double season_weight_ = 0.2;
  double damping_ = 0.95;
  double quantile_deviations_ = 0;
  std::uint64_t observed_ = 0;
  double level_ = 0;
  double trend_ = 0;
  double last_ = 0;
  double variance_ = 0;
  std::uint64_t judged_ = 0;
  double error_sum_ = 0;
  double naive_error_sum_ = 0;
  std::uint64_t judged_relative_ = 0;
  double relative_error_sum_ = 0;
  double naive_relative_error_sum_ = 0;
  std::vector<double> season_;

 public:
  MUSTER_FIELDS(Forecaster, level_weight_, trend_weight_, season_weight_, damping_,
                quantile_deviations_, observed_, level_, trend_, last_, variance_, judged_,
                error_sum_, naive_error_sum_, judged_relative_, relative_error_sum_,
                naive_relative_error_sum_, season_)
};

}  // namespace scaling
