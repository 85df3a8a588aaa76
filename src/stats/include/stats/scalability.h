// How capacity grows with size: Gunther's Universal Scalability Law.
//
// X(n) = gamma n / (1 + sigma (n - 1) + kappa n (n - 1)). gamma is the capacity of one, sigma what
// waits for something shared (contention), kappa what each spends on agreeing with every other
// (coherence). Gunther, "A general theory of computational scalability based on rational
// functions", arXiv:0808.1431 (2008).
#pragma once

#include <span>

#include "core/result.h"

namespace stats {

struct SizedCapacity {
  double size = 0;
  double capacity = 0;  // in any unit
};

struct Scalability {
  double gamma = 0;
  // Below zero where capacity grows faster than size; Gunther, Puglia and Tomasette, "Hadoop
  // superlinear scalability", CACM 58 (2015).
  double sigma = 0;
  double kappa = 0;   // never below zero
  double misfit = 0;  // greatest of |X(n) / capacity - 1|
};

// Least squares of the law's linear form, n / X = 1 / gamma + sigma / gamma (n - 1) + kappa / gamma
// n (n - 1), each point weighted by its measured X / n so that relative errors count. Where that
// puts kappa below zero, at which no size has a meaning, kappa is zero and the others are fitted
// anew. Error: fewer than three sizes, a capacity that is not positive, or points that no positive
// gamma fits.
core::Result<Scalability> fit_scalability(std::span<const SizedCapacity> points);

}  // namespace stats
