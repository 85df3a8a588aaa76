// A small online forecast of a rate: level, damped trend and, where declared, a season.
//
// Additive Holt-Winters smoothing with a damped trend (Gardner and McKenzie, "Forecasting trends in
// time series", Management Science 31, 1985). Every observation is first predicted and then learnt,
// so the errors it reports are out of sample; beside them stand the errors of the naive forecast
// "as the last one", of the same bins. Deterministic: only arithmetic in a fixed order and num.
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

  // Keeps what is expected so many bins ahead, and what the naive forecast says of then, until that
  // bin is observed: whoever acts on a forecast is to be judged by the one he acted on. Once for
  // each observed bin; again changes nothing. REQUIRES bins > 0.
  void keep(std::uint32_t bins);

  // Bins observed so far.
  [[nodiscard]] std::uint64_t observed() const { return observed_; }
  // A forecast needs a few bins. Until a whole season was seen, it goes without one.
  [[nodiscard]] bool ready() const;
  // Mean absolute error of the forecast of the next bin, and of the naive one; 0 before ready().
  [[nodiscard]] double mean_error() const;
  [[nodiscard]] double mean_naive_error() const;
  // The mean absolute error of the kept forecasts as a share of what came, over the bins in which
  // something did, and that of the naive one; 0 before any.
  [[nodiscard]] double mean_kept_error() const;
  [[nodiscard]] double mean_naive_kept_error() const;
  // How many were judged so, and how many bins ahead they looked, all together.
  [[nodiscard]] std::uint64_t judged_kept() const { return judged_kept_; }
  [[nodiscard]] std::uint64_t bins_ahead() const { return bins_ahead_; }

 private:
  struct Kept {
    std::uint64_t bin = 0;  // that it is of
    std::uint32_t ahead = 0;
    double expected = 0;
    double naive = 0;
    MUSTER_FIELDS(Kept, bin, ahead, expected, naive)
  };

  void judge_kept(double rate);
  [[nodiscard]] bool knows_season() const;
  [[nodiscard]] double level_weight() const;
  [[nodiscard]] double season_at(std::uint64_t bin) const;
  [[nodiscard]] double damped_steps(std::uint32_t bins) const;

  double level_weight_ = 0.3;
  double seasonal_level_weight_ = 0.1;
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
  std::vector<Kept> kept_;
  std::uint64_t kept_at_ = 0;  // bins observed when the last one was kept
  std::uint64_t judged_kept_ = 0;
  std::uint64_t bins_ahead_ = 0;
  double kept_error_sum_ = 0;
  double naive_kept_error_sum_ = 0;
  std::vector<double> season_;

 public:
  MUSTER_FIELDS(Forecaster, level_weight_, seasonal_level_weight_, trend_weight_, season_weight_,
                damping_, quantile_deviations_, observed_, level_, trend_, last_, variance_,
                judged_, error_sum_, naive_error_sum_, kept_, kept_at_, judged_kept_, bins_ahead_,
                kept_error_sum_, naive_kept_error_sum_, season_)
};

}  // namespace scaling
