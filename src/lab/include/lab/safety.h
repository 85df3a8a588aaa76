// How often what must never happen to an order did, in a million orders.
//
// A violation is one of an invariant of kOrderSafety, or a task that was carried out twice. The
// orders are those that the venue accepted. The upper bound is Clopper and Pearson's, one-sided, of
// 95 %: with no violation in n orders about 3/n.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "lab/run.h"

namespace lab {

inline constexpr auto kOrderSafety = std::to_array<std::string_view>(
    {"cash_conserved", "shares_conserved", "order_life", "limits_respected", "stale_terms_fenced",
     "one_order_per_key", "orders_approved"});

// The metric of one run, and of the runs of a variant together.
inline constexpr std::string_view kSafetyMetric = "safety_per_million";

struct Safety {
  std::uint64_t violations = 0;
  std::uint64_t orders = 0;

  void operator+=(const Safety& other);
  // REQUIRES: orders > 0. With more violations than orders the bound is every order.
  [[nodiscard]] double per_million() const;
  [[nodiscard]] double bound_per_million() const;
};

// REQUIRES: the run's metrics have its orders, else there are none.
[[nodiscard]] Safety safety_of(const RunResult& run);
[[nodiscard]] Safety safety_of(std::span<const RunResult* const> runs);

}  // namespace lab
