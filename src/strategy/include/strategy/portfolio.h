// How to divide capital among assets: mean-variance with constraints.
//
// Maximises  w'm - (aversion / 2) w'Vw  over weights w with 0 <= w_i <= cap and sum w <= 1, m being
// the expected returns and V their covariance (Markowitz, "Portfolio Selection", Journal of Finance
// 7, 1952). What the weights leave of 1 stays in cash and earns nothing. Solved exactly by a primal
// active set (Nocedal and Wright, "Numerical Optimization", 2nd edition, algorithm 16.3): each step
// solves one small linear system over the assets that are at no bound.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/result.h"
#include "num/linear.h"

namespace strategy {

struct PortfolioProblem {
  std::vector<double> expected;  // return of each asset over the horizon
  num::Matrix covariance;        // of the returns, symmetric and positive definite
  double aversion = 1;           // to variance; > 0
  double cap = 1;                // largest weight of one asset; > 0
};

// Weights in the order of the assets. Error: an input that is not finite, shapes that do not match,
// an aversion or cap that is not positive, a covariance that is not positive definite.
[[nodiscard]] core::Result<std::vector<double>> optimise(const PortfolioProblem& problem);

// What the optimum is worth: w'm - (aversion / 2) w'Vw. REQUIRES weights of the problem's size.
[[nodiscard]] double utility(const PortfolioProblem& problem, std::span<const double> weights);

// Means and covariance of returns, one row for each time and one column for each asset, the
// covariance shrunk towards its own diagonal by `shrinkage` (0 to 1): few observations of many
// assets give a matrix that is singular or trusts accidental correlations (Ledoit and Wolf, "Honey,
// I shrunk the sample covariance matrix", Journal of Portfolio Management 30, 2004; the diagonal is
// the target here and the intensity is given). REQUIRES at least two rows.
struct Moments {
  std::vector<double> means;
  num::Matrix covariance;
};
[[nodiscard]] Moments estimate(const num::Matrix& returns, double shrinkage);

}  // namespace strategy
