#include "strategy/forecaster.h"

#include <algorithm>

#include "core/check.h"
#include "num/math.h"
#include "strategy/observation.h"

namespace strategy {
namespace {

constexpr double kValueMax = 1e6;
// Nothing is known at first. It is also the most that forgetting may grow a variance to, when the
// series does not move for long and teaches nothing.
constexpr double kFirstUncertainty = 1e4;

}  // namespace

core::Result<void> validate(const ForecasterConfig& config) {
  if (config.lags < 1 || config.lags > kMaximumLags) {
    return core::fail(core::Code::kInvalid, "forecaster: lags must lie between 1 and 8");
  }
  if (config.forgetting_millionths <= kMillion / 2 || config.forgetting_millionths > kMillion) {
    return core::fail(core::Code::kInvalid,
                      "forecaster: forgetting_millionths must lie above 500,000 and be at most "
                      "1,000,000");
  }
  return {};
}

std::optional<std::int64_t> ForecastError::ratio_millionths() const {
  if (judged == 0 || !(naive_squares > 0)) {
    return std::nullopt;
  }
  const double ratio = num::sqrt(model_squares / naive_squares) * static_cast<double>(kMillion);
  return static_cast<std::int64_t>(std::min(ratio, 1e15) + 0.5);
}

double ForecastError::model_deviation() const {
  return weight > 0 ? num::sqrt(model_squares / weight) : 0;
}

Forecaster::Forecaster(const ForecasterConfig& config)
    : config_(config),
      coefficients_(config.lags + 1, 0.0),
      uncertainty_(num::Matrix::identity(config.lags + 1)) {
  core::check(validate(config).has_value(), "a forecaster runs with a valid configuration");
  for (std::size_t i = 0; i < coefficients_.size(); ++i) {
    uncertainty_.at(i, i) = kFirstUncertainty;
  }
}

void Forecaster::observe(double value) {
  core::check(value == value, "a forecaster observes numbers");
  const double bounded = std::clamp(value, -kValueMax, kValueMax);
  judge(bounded);
  if (latest_.size() == config_.lags) {
    learn(bounded);
    latest_.pop_back();
  }
  latest_.insert(latest_.begin(), bounded);
}

std::vector<double> Forecaster::regressors() const {
  std::vector<double> values = {1.0};
  values.insert(values.end(), latest_.begin(), latest_.end());
  return values;
}

std::optional<double> Forecaster::forecast() const {
  if (learnt_ < config_.warmup || latest_.size() < config_.lags) {
    return std::nullopt;
  }
  const std::vector<double> known = regressors();
  double sum = 0;
  for (std::size_t i = 0; i < known.size(); ++i) {
    sum += coefficients_[i] * known[i];
  }
  return std::clamp(sum, -kValueMax, kValueMax);
}

void Forecaster::judge(double value) {
  const std::optional<double> expected = forecast();
  if (!expected) {
    return;
  }
  const double kept = static_cast<double>(config_.forgetting_millionths) / 1e6;
  const double missed = value - *expected;
  ++error_.judged;
  error_.weight = kept * error_.weight + 1;
  error_.model_squares = kept * error_.model_squares + missed * missed;
  error_.naive_squares = kept * error_.naive_squares + value * value;
}

void Forecaster::learn(double value) {
  ++learnt_;
  const double kept = static_cast<double>(config_.forgetting_millionths) / 1e6;
  const std::vector<double> known = regressors();
  const std::vector<double> spread = num::multiply(uncertainty_, known);
  double variance = kept;
  double expected = 0;
  for (std::size_t i = 0; i < known.size(); ++i) {
    variance += known[i] * spread[i];
    expected += known[i] * coefficients_[i];
  }
  for (std::size_t i = 0; i < known.size(); ++i) {
    coefficients_[i] += spread[i] / variance * (value - expected);
  }
  double largest = 0;
  for (std::size_t row = 0; row < known.size(); ++row) {
    for (std::size_t column = 0; column <= row; ++column) {
      // One product for both halves keeps the matrix symmetric to the bit.
      const double shrunk =
          (uncertainty_.at(row, column) - spread[row] * spread[column] / variance) / kept;
      uncertainty_.at(row, column) = shrunk;
      uncertainty_.at(column, row) = shrunk;
    }
    largest = std::max(largest, uncertainty_.at(row, row));
  }
  if (largest > kFirstUncertainty) {
    for (std::size_t row = 0; row < known.size(); ++row) {
      for (std::size_t column = 0; column < known.size(); ++column) {
        uncertainty_.at(row, column) *= kFirstUncertainty / largest;
      }
    }
  }
}

}  // namespace strategy
