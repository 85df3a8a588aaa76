#include "strategy/observation.h"

#include <array>

#include "core/check.h"
#include "trading.h"

namespace strategy {

bool append_point(Instrument& instrument, PricePoint point, std::size_t window_points) {
  core::check(window_points > 0 && window_points <= kMaximumWindow,
              "a price window has between 1 and 1,024 points");
  std::vector<PricePoint>& window = instrument.window;
  if (!window.empty() && point.time < window.back().time) {
    return false;
  }
  if (!window.empty() && point.time == window.back().time) {
    window.pop_back();
  }
  window.push_back(point);
  if (window.size() > window_points) {
    window.erase(window.begin(), window.end() - static_cast<std::ptrdiff_t>(window_points));
  }
  return true;
}

const Instrument* find(const Observation& observation, market::SymbolId symbol) {
  for (const Instrument& instrument : observation.instruments) {
    if (instrument.symbol == symbol) {
      return &instrument;
    }
  }
  return nullptr;
}

std::optional<market::Money> equity(const Observation& observation) {
  Wide total = observation.cash.micros;
  for (const Instrument& instrument : observation.instruments) {
    if (instrument.position.shares == 0) {
      continue;
    }
    if (instrument.window.empty()) {
      return std::nullopt;
    }
    // Clamped before the last product, so that no input can overflow 128 bits.
    const std::int64_t value = clamp_to_64(static_cast<Wide>(instrument.position.shares) *
                                           instrument.window.back().mid.ticks);
    total += clamp_to_64(static_cast<Wide>(value) * instrument.tick.micros);
  }
  return market::Money{clamp_to_64(total)};
}

std::string_view name_of(Reason reason) {
  constexpr std::array<std::string_view, 15> kNames = {
      "no signal",    "entry",          "exit",         "on target",  "broken relation",
      "mispriced",    "rebalance",      "no edge",      "over limit", "loss limit",
      "cooling down", "too few points", "no variation", "no quote",   "contradictory observation"};
  return kNames.at(static_cast<std::size_t>(reason));
}

}  // namespace strategy
