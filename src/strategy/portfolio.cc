#include "strategy/portfolio.h"

#include <algorithm>
#include <optional>

#include "core/check.h"

namespace strategy {
namespace {

// Below these, relative to the largest return or weight, a gradient or a step is a rounding error.
constexpr double kGradientTolerance = 1e-10;
constexpr double kStepTolerance = 1e-12;

bool finite(double value) {
  return value - value == 0;
}

core::Result<void> validate(const PortfolioProblem& problem) {
  const auto refuse = [](std::string_view what) {
    return core::fail(core::Code::kInvalid, "portfolio: " + std::string(what));
  };
  const std::size_t count = problem.expected.size();
  if (count == 0 || problem.covariance.rows() != count || problem.covariance.columns() != count) {
    return refuse("the covariance needs a row and a column for each expected return");
  }
  if (!(problem.aversion > 0) || !finite(problem.aversion)) {
    return refuse("aversion must be positive");
  }
  if (!(problem.cap > 0) || !finite(problem.cap)) {
    return refuse("cap must be positive");
  }
  for (std::size_t i = 0; i < count; ++i) {
    if (!finite(problem.expected[i])) {
      return refuse("an expected return is not a finite number");
    }
    for (std::size_t j = 0; j < count; ++j) {
      if (!finite(problem.covariance.at(i, j))) {
        return refuse("a covariance is not a finite number");
      }
    }
  }
  if (!num::cholesky(problem.covariance)) {
    return refuse("the covariance is not positive definite; shrink it towards its diagonal");
  }
  return {};
}

enum class Place : std::uint8_t { kFree, kAtZero, kAtCap };

// The state of the active set: weights that are feasible, and which constraints hold as equations.
class ActiveSet {
 public:
  explicit ActiveSet(const PortfolioProblem& problem)
      : problem_(problem),
        weights_(problem.expected.size(), 0.0),
        places_(problem.expected.size(), Place::kAtZero) {
    for (const double expected : problem.expected) {
      scale_ = std::max(scale_, expected < 0 ? -expected : expected);
    }
  }

  core::Result<std::vector<double>> solve() {
    // Each round adds or drops one constraint; strict convexity bounds the rounds, and the limit
    // only stops a defect from running forever.
    const std::size_t limit = 100 * (weights_.size() + 1) * (weights_.size() + 1);
    for (std::size_t round = 0; round < limit; ++round) {
      const std::vector<double> step = TRY(step_to_optimum());
      if (!moves(step)) {
        if (!drop_one()) {
          return weights_;
        }
      } else {
        advance(step);
      }
    }
    return core::fail(core::Code::kInvalid,
                      "portfolio: rounding errors keep the active set from settling");
  }

 private:
  // m - aversion V w: what one more of each asset would be worth.
  [[nodiscard]] std::vector<double> gradient() const {
    std::vector<double> value = num::multiply(problem_.covariance, weights_);
    for (std::size_t i = 0; i < value.size(); ++i) {
      value[i] = problem_.expected[i] - problem_.aversion * value[i];
    }
    return value;
  }

  [[nodiscard]] std::vector<std::size_t> free_assets() const {
    std::vector<std::size_t> found;
    for (std::size_t i = 0; i < places_.size(); ++i) {
      if (places_[i] == Place::kFree) {
        found.push_back(i);
      }
    }
    return found;
  }

  // From the present weights to the optimum under the active constraints: aversion V p + price 1 =
  // gradient over the free assets, and sum p = 0 when everything is invested. Sets the price of
  // capital, which is the multiplier of the sum.
  core::Result<std::vector<double>> step_to_optimum() {
    const std::vector<std::size_t> free = free_assets();
    std::vector<double> step(weights_.size(), 0.0);
    price_ = 0;
    if (free.empty()) {
      return step;
    }
    const std::size_t size = free.size() + (invested_ ? 1 : 0);
    num::Matrix equations(size, size);
    std::vector<double> right(size, 0.0);
    const std::vector<double> slope = gradient();
    for (std::size_t i = 0; i < free.size(); ++i) {
      right[i] = slope[free[i]];
      for (std::size_t j = 0; j < free.size(); ++j) {
        equations.at(i, j) = problem_.aversion * problem_.covariance.at(free[i], free[j]);
      }
      if (invested_) {
        equations.at(i, free.size()) = scale_;
        equations.at(free.size(), i) = scale_;
      }
    }
    const std::vector<double> solution = TRY(num::solve(equations, right));
    for (std::size_t i = 0; i < free.size(); ++i) {
      step[free[i]] = solution[i];
    }
    if (invested_) {
      price_ = solution.back() * scale_;
    }
    return step;
  }

  [[nodiscard]] static bool moves(const std::vector<double>& step) {
    return std::ranges::any_of(
        step, [](double each) { return each > kStepTolerance || each < -kStepTolerance; });
  }

  // Lets go of the constraint that costs most; false when none costs anything: the optimum.
  bool drop_one() {
    const std::vector<double> slope = gradient();
    double worst = kGradientTolerance * scale_;
    std::optional<std::size_t> which;
    bool drops_sum = false;
    if (invested_ && -price_ > worst) {
      worst = -price_;
      drops_sum = true;
    }
    for (std::size_t i = 0; i < places_.size(); ++i) {
      if (places_[i] == Place::kFree) {
        continue;
      }
      const double gain = places_[i] == Place::kAtZero ? slope[i] - price_ : price_ - slope[i];
      if (gain > worst) {
        worst = gain;
        which = i;
      }
    }
    if (which) {
      places_[*which] = Place::kFree;
      return true;
    }
    invested_ = invested_ && !drops_sum;
    return drops_sum;
  }

  // Goes as far as no constraint stands in the way; the one that does becomes active.
  void advance(const std::vector<double>& step) {
    double length = 1;
    std::optional<std::size_t> blocking;
    double used = 0;
    double more = 0;
    for (std::size_t i = 0; i < step.size(); ++i) {
      used += weights_[i];
      more += step[i];
      if (places_[i] != Place::kFree || step[i] == 0) {
        continue;
      }
      const double room =
          step[i] < 0 ? weights_[i] / -step[i] : (problem_.cap - weights_[i]) / step[i];
      if (room < length) {
        length = std::max(0.0, room);
        blocking = i;
      }
    }
    const bool spends_all = !invested_ && more > kStepTolerance && (1 - used) / more < length;
    if (spends_all) {
      length = std::max(0.0, (1 - used) / more);
    }
    for (std::size_t i = 0; i < step.size(); ++i) {
      weights_[i] = std::clamp(weights_[i] + length * step[i], 0.0, problem_.cap);
    }
    if (spends_all) {
      invested_ = true;
    } else if (blocking) {
      const bool down = step[*blocking] < 0;
      places_[*blocking] = down ? Place::kAtZero : Place::kAtCap;
      weights_[*blocking] = down ? 0 : problem_.cap;
    }
  }

  const PortfolioProblem& problem_;
  std::vector<double> weights_;
  std::vector<Place> places_;
  bool invested_ = false;  // the sum of the weights is held at 1
  double price_ = 0;
  double scale_ = 1e-300;  // the largest expected return
};

}  // namespace

core::Result<std::vector<double>> optimise(const PortfolioProblem& problem) {
  TRY_VOID(validate(problem));
  return ActiveSet(problem).solve();
}

double utility(const PortfolioProblem& problem, std::span<const double> weights) {
  core::check(weights.size() == problem.expected.size(), "a weight for each asset");
  const std::vector<double> risks = num::multiply(problem.covariance, weights);
  double value = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    value += weights[i] * (problem.expected[i] - problem.aversion / 2 * risks[i]);
  }
  return value;
}

Moments estimate(const num::Matrix& returns, double shrinkage) {
  core::check(returns.rows() >= 2, "a covariance needs two observations");
  core::check(shrinkage >= 0 && shrinkage <= 1, "shrinkage lies between 0 and 1");
  const std::size_t count = returns.columns();
  const auto rows = static_cast<double>(returns.rows());
  Moments moments{std::vector<double>(count, 0.0), num::Matrix(count, count)};
  for (std::size_t row = 0; row < returns.rows(); ++row) {
    for (std::size_t i = 0; i < count; ++i) {
      moments.means[i] += returns.at(row, i);
    }
  }
  for (double& mean : moments.means) {
    mean /= rows;
  }
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t j = 0; j <= i; ++j) {
      double sum = 0;
      for (std::size_t row = 0; row < returns.rows(); ++row) {
        sum += (returns.at(row, i) - moments.means[i]) * (returns.at(row, j) - moments.means[j]);
      }
      const double kept = (i == j ? 1 : 1 - shrinkage) * sum / (rows - 1);
      moments.covariance.at(i, j) = kept;
      moments.covariance.at(j, i) = kept;
    }
  }
  return moments;
}

}  // namespace strategy
