// How many of n must agree.
#pragma once

#include <cstdint>

#include "core/codec.h"

namespace swarm {

// The smallest number that is more than half of `count`: any two such groups share a member.
[[nodiscard]] constexpr std::uint32_t majority_of(std::uint32_t count) {
  return count / 2 + 1;
}

// A share in integers: "two of three". Nothing is lost to rounding.
struct Ratio {
  std::uint32_t numerator = 0;
  std::uint32_t denominator = 0;
  MUSTER_FIELDS(Ratio, numerator, denominator)
};

// The smallest number that is at least `ratio` of `count`. REQUIRES ratio.denominator > 0.
[[nodiscard]] constexpr std::uint32_t at_least(Ratio ratio, std::uint32_t count) {
  core::check(ratio.denominator > 0, "a ratio has a denominator");
  const std::uint64_t product = static_cast<std::uint64_t>(ratio.numerator) * count;
  return static_cast<std::uint32_t>((product + ratio.denominator - 1) / ratio.denominator);
}

}  // namespace swarm
