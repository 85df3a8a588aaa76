#include "rollout/weights.h"

#include <algorithm>
#include <numeric>

#include "core/check.h"

namespace rollout {

Weights Weights::with_candidate(std::uint32_t candidate_parts) {
  core::check(candidate_parts <= kWhole, "a share is at most the whole");
  return {kWhole - candidate_parts, candidate_parts};
}

std::vector<std::uint32_t> apportion(std::span<const std::uint64_t> shares, std::uint32_t whole) {
  constexpr std::uint64_t kMostShares = std::uint64_t{1} << 32U;
  std::uint64_t sum = 0;
  for (const std::uint64_t share : shares) {
    core::check(share <= kMostShares - sum, "shares that can be divided");
    sum += share;
  }
  core::check(sum > 0 && whole <= (std::uint32_t{1} << 31U), "something to divide among somebody");
  std::vector<std::uint32_t> parts;
  std::uint32_t given = 0;
  for (const std::uint64_t share : shares) {
    parts.push_back(static_cast<std::uint32_t>(share * whole / sum));
    given += parts.back();
  }
  std::vector<std::size_t> by_remainder(shares.size());
  std::iota(by_remainder.begin(), by_remainder.end(), std::size_t{0});
  std::ranges::stable_sort(by_remainder, [&](std::size_t a, std::size_t b) {
    return shares[a] * whole % sum > shares[b] * whole % sum;
  });
  for (std::size_t i = 0; given < whole; ++i) {
    ++parts[by_remainder[i]];
    ++given;
  }
  return parts;
}

}  // namespace rollout
