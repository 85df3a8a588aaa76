#include "lab/safety.h"

#include <algorithm>

#include "stats/interval.h"

namespace lab {
namespace {

constexpr double kInAMillion = 1e6;

}  // namespace

void Safety::operator+=(const Safety& other) {
  violations += other.violations;
  orders += other.orders;
}

double Safety::per_million() const {
  return static_cast<double>(violations) / static_cast<double>(orders) * kInAMillion;
}

double Safety::bound_per_million() const {
  return stats::upper_bound(std::min(violations, orders), orders) * kInAMillion;
}

Safety safety_of(const RunResult& run) {
  Safety safety;
  if (const auto orders = run.metrics.find("orders"); orders != run.metrics.end()) {
    safety.orders = static_cast<std::uint64_t>(orders->second);
  }
  safety.violations = run.account.duplicated;
  for (const check::Invariant& invariant : run.invariants) {
    const bool of_orders = std::ranges::find(kOrderSafety, invariant.name) != kOrderSafety.end();
    safety.violations += of_orders ? invariant.violated : 0;
  }
  return safety;
}

Safety safety_of(std::span<const RunResult* const> runs) {
  Safety safety;
  for (const RunResult* run : runs) {
    safety += safety_of(*run);
  }
  return safety;
}

}  // namespace lab
