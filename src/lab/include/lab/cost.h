// What a run's sandboxes cost: from a dated file of prices and what was allocated.
//
// Whoever holds a sandbox pays for its whole size from the moment it was asked for to its end: at
// work, idle, warm in a pool, of a fleet that is being replaced, or of a start that failed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "core/time.h"
#include "lab/measure.h"
#include "sandbox_sim/provider.h"

namespace lab {

// One provider's row. Money in 10^-12 dollars.
struct PriceRow {
  std::string provider;
  std::string read_on;  // the day or month on which somebody read them
  std::int64_t picodollars_per_vcpu_s = 0;
  std::int64_t picodollars_per_gib_s = 0;
  std::string source;

  // "e2b, read 2026-08: $0.000014 per vCPU-s and $0.0000045 per GiB-s (source)"
  [[nodiscard]] std::string text() const;
};

// The file: lines provider,read_on,dollars_per_vcpu_s,dollars_per_gib_s,source below a header; "#"
// begins a comment. kInvalid: it is not so, or has no such provider; the message says where.
[[nodiscard]] core::Result<PriceRow> price_of(std::string_view csv, std::string_view provider);

// What was held for how long.
struct Allocation {
  core::Duration held{};
  std::uint32_t vcpu = 0;
  std::uint64_t memory_bytes = 0;
};

// Of sandboxes, the part between the two moments.
[[nodiscard]] std::vector<Allocation> allocations(const std::vector<sandbox_sim::Lifetime>& lives,
                                                  core::Time from, core::Time until);

[[nodiscard]] std::int64_t cost_picodollars(const std::vector<Allocation>& allocations,
                                            const PriceRow& prices);

// Metrics `waste` and `sandbox_seconds`, and with prices and a task done `cost_per_1k`.
void measure_cost(const std::vector<Allocation>& allocations, core::Duration busy, double done,
                  const std::optional<PriceRow>& prices, Metrics& metrics);

}  // namespace lab
