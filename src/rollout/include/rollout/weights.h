// Shares of the traffic, in parts of 10,000 that sum to exactly 10,000: what the route table holds.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/fields.h"

namespace rollout {

inline constexpr std::uint32_t kWhole = 10'000;

// Of the two versions of a rollout: the stable one (old) and the candidate (new).
struct Weights {
  std::uint32_t stable = kWhole;
  std::uint32_t candidate = 0;
  // REQUIRES candidate_parts <= kWhole.
  [[nodiscard]] static Weights with_candidate(std::uint32_t candidate_parts);
  MUSTER_FIELDS(Weights, stable, candidate)
};

// `whole` divided in proportion to the shares by largest remainder (Hamilton's method; ties go to
// the first), so that the parts sum to exactly `whole`. REQUIRES shares that sum to more than zero
// and to at most 2^32, whole <= 2^31.
[[nodiscard]] std::vector<std::uint32_t> apportion(std::span<const std::uint64_t> shares,
                                                   std::uint32_t whole = kWhole);

}  // namespace rollout
