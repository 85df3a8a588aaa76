// Work that goes where it is worth most, and markets that change what it is worth.
//
// Part of a Scenario (scenario.h), with the same units.
#pragma once

#include <cstdint>
#include <string_view>

#include "core/fields.h"
#include "core/time.h"

namespace scenario {

// What one arm of adaptive dispatch is, and what it is played for.
enum class Arms : std::uint8_t { kAgent, kCapability };
constexpr Arms last_value(Arms) {
  return Arms::kCapability;
}
enum class Reward : std::uint8_t { kSuccess, kProfit };
constexpr Reward last_value(Reward) {
  return Reward::kProfit;
}
// How a made-up price moves.
enum class Movement : std::uint8_t {
  kRandom,     // without memory
  kTrending,   // in runs of one direction
  kReverting,  // about a level that stays
};
constexpr Movement last_value(Movement) {
  return Movement::kReverting;
}
std::string_view name_of(Arms arms);
std::string_view name_of(Reward reward);
std::string_view name_of(Movement movement);

// Thompson sampling over arms whose worth may change (swarm/bandit.h has the algorithm).
struct Adaptive {
  Arms arms = Arms::kCapability;
  Reward reward = Reward::kSuccess;
  std::int64_t discount_ppm = 990'000;  // what a result leaves of those before it
  std::int64_t floor_ppm = 20'000;      // chance of every arm, whatever is known of it
  // Profit of one task that is the full reward; a loss as large is none, and neither is half.
  std::int64_t full_profit_dollars = 10;
  MUSTER_FIELDS(Adaptive, arms, reward, discount_ppm, floor_ppm, full_profit_dollars)
};

// How a made-up price moves from a moment on: since the start of the load, until the next regime.
struct Regime {
  core::Duration at{};
  Movement movement = Movement::kRandom;
  MUSTER_FIELDS(Regime, at, movement)
};

}  // namespace scenario
