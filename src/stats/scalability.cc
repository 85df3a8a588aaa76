#include "stats/scalability.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "num/linear.h"

namespace stats {
namespace {

double law(const Scalability& fit, double size) {
  return fit.gamma * size / (1 + fit.sigma * (size - 1) + fit.kappa * size * (size - 1));
}

core::Result<Scalability> fit_terms(std::span<const SizedCapacity> points, bool with_kappa) {
  num::Matrix terms(points.size(), with_kappa ? 3 : 2);
  for (std::size_t i = 0; i < points.size(); ++i) {
    const double size = points[i].size;
    const double weight = points[i].capacity / size;
    terms.at(i, 0) = weight;
    terms.at(i, 1) = weight * (size - 1);
    if (with_kappa) {
      terms.at(i, 2) = weight * size * (size - 1);
    }
  }
  // Every n / X times its weight is one.
  const std::vector<double> ones(points.size(), 1.0);
  const std::vector<double> found = TRY(num::least_squares(terms, ones));
  if (!(found[0] > 0)) {
    return core::fail(core::Code::kInvalid, "the capacities follow no scalability law");
  }
  return Scalability{1 / found[0], found[1] / found[0], with_kappa ? found[2] / found[0] : 0, 0};
}

}  // namespace

core::Result<Scalability> fit_scalability(std::span<const SizedCapacity> points) {
  std::set<double> sizes;
  for (const SizedCapacity& point : points) {
    if (!(point.size > 0) || !(point.capacity > 0) || !std::isfinite(point.capacity)) {
      return core::fail(core::Code::kInvalid, "a scalability law needs positive capacities");
    }
    sizes.insert(point.size);
  }
  if (sizes.size() < 3) {
    return core::fail(core::Code::kInvalid, "a scalability law needs three sizes or more");
  }
  Scalability fit = TRY(fit_terms(points, true));
  if (fit.kappa < 0) {
    fit = TRY(fit_terms(points, false));
  }
  for (const SizedCapacity& point : points) {
    fit.misfit = std::max(fit.misfit, std::abs(law(fit, point.size) / point.capacity - 1));
  }
  return fit;
}

}  // namespace stats
