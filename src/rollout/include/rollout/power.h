// How many tasks a comparison of two shares needs, and what it is worth with those it has.
//
// One-sided comparison of two proportions, normal approximation with pooled variance under "no
// difference" (Fleiss, Levin, Paik, "Statistical Methods for Rates and Proportions", 3rd ed.,
// section 4.2, without the continuity correction, unequal arms). Shares are in parts of 10,000.
#pragma once

#include <cstdint>

#include "core/fields.h"

namespace rollout {

// An effect that must not pass unnoticed: the share of the stable version, and that of a bad one.
struct Effect {
  std::uint32_t stable_parts = 200;
  std::uint32_t bad_parts = 1'000;
  MUSTER_FIELDS(Effect, stable_parts, bad_parts)
};

// Tasks of the candidate after which a test of level alpha notices the effect with this power, when
// the stable version has `stable_per_candidate_milli` / 1,000 times as many. REQUIRES 0 <=
// stable_parts < bad_parts <= 10,000, alpha and power between 1 and 999 permille, a positive ratio.
[[nodiscard]] std::uint64_t tasks_for_power(const Effect& effect, std::uint32_t alpha_permille,
                                            std::uint32_t power_permille,
                                            std::uint64_t stable_per_candidate_milli = 1'000);

// The power, in permille rounded down, with so many tasks. 0 when a side has none. Same REQUIRES.
[[nodiscard]] std::uint32_t power_of(const Effect& effect, std::uint32_t alpha_permille,
                                     std::uint64_t stable_tasks, std::uint64_t candidate_tasks);

}  // namespace rollout
