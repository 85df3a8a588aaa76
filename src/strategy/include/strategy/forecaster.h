// A small model that learns a series while it runs and says what comes next: autoregression by
// recursive least squares.
//
// The next value is taken for a linear function of the latest `lags` values and a constant. Every
// value first judges the forecast that was made for it, and only then teaches: the reported error
// is out of sample throughout. The least squares are exponentially weighted (Ljung and Soderstrom,
// "Theory and Practice of Recursive Identification", 1983, algorithm 2.6 with a forgetting factor),
// so that a change of regime is learnt anew. The naive forecast that it has to beat is zero: for
// returns, that the price stays as it is.
//
// Equal values give equal bits in every build. Floating point stays inside: what enters a decision
// are the millionths below.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/codec.h"
#include "core/result.h"
#include "num/linear.h"

namespace strategy {

inline constexpr std::uint32_t kMaximumLags = 8;

struct ForecasterConfig {
  std::uint32_t lags = 2;                        // 1 to kMaximumLags
  std::int64_t forgetting_millionths = 995'000;  // what each value leaves of the ones before it
  std::uint32_t warmup = 30;  // values that only teach: nothing is forecast or judged before
  MUSTER_FIELDS(ForecasterConfig, lags, forgetting_millionths, warmup)
};

// kInvalid: lags out of range, or a forgetting factor that is not above 0.5 and at most 1.
[[nodiscard]] core::Result<void> validate(const ForecasterConfig& config);

// Squared errors of the forecasts that were judged, of the model and of the naive forecast; old
// errors fade as old values do.
struct ForecastError {
  std::uint64_t judged = 0;
  double model_squares = 0;
  double naive_squares = 0;
  double weight = 0;  // how many forecasts the faded sums stand for
  MUSTER_FIELDS(ForecastError, judged, model_squares, naive_squares, weight)

  // Root mean square error of the model in parts of the naive one's: below a million the model is
  // better. None before a forecast was judged, or when the series never moved.
  [[nodiscard]] std::optional<std::int64_t> ratio_millionths() const;
  // Root mean square error of the model, in units of the series; 0 before a forecast was judged.
  [[nodiscard]] double model_deviation() const;
};

class Forecaster {
 public:
  Forecaster() : Forecaster(ForecasterConfig{}) {}
  // REQUIRES validate(config).
  explicit Forecaster(const ForecasterConfig& config);

  // The next value of the series. Values beyond +-1e6 are taken for 1e6, so that no outlier can
  // spoil the arithmetic. REQUIRES not NaN.
  void observe(double value);
  // The next value follows on nothing: what was learnt stays, the latest values are forgotten.
  void interrupt() { latest_.clear(); }

  // None while warming up or after an interruption, until `lags` values are known again.
  [[nodiscard]] std::optional<double> forecast() const;
  [[nodiscard]] const ForecastError& error() const { return error_; }
  // Constant first, then the weights of the latest value, of the one before, and so on.
  [[nodiscard]] const std::vector<double>& coefficients() const { return coefficients_; }

 private:
  [[nodiscard]] std::vector<double> regressors() const;
  void judge(double value);
  void learn(double value);

  ForecasterConfig config_;
  std::uint64_t learnt_ = 0;
  std::vector<double> latest_;  // newest first, at most `lags`
  std::vector<double> coefficients_;
  num::Matrix uncertainty_;  // of the coefficients, up to the variance of the noise
  ForecastError error_;

 public:
  MUSTER_FIELDS(Forecaster, config_, learnt_, latest_, coefficients_, uncertainty_, error_)
};

}  // namespace strategy
