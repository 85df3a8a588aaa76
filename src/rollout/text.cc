#include "text.h"

#include "core/text.h"
#include "num/math.h"

namespace rollout {

std::string percent_text(std::uint64_t parts) {
  return core::decimal_text(static_cast<std::int64_t>(parts), 2) + " %";
}

std::string share_text(std::uint64_t some, std::uint64_t all) {
  std::string text = std::to_string(some) + "/" + std::to_string(all);
  if (all > 0) {
    text += " (" + percent_text(some * 10'000 / all) + ")";
  }
  return text;
}

std::string tenths_text(double value) {
  return core::decimal_text(static_cast<std::int64_t>(value * 10), 1);
}

std::string factor_text(double logarithm) {
  constexpr double kLargest = 13.8;  // a million
  if (logarithm > kLargest) {
    return "over a million";
  }
  const double factor = num::exp(logarithm);
  if (factor >= 10) {
    return std::to_string(static_cast<std::uint64_t>(factor));
  }
  return factor < 0.001 ? "below 0.001"
                        : core::decimal_text(static_cast<std::int64_t>(factor * 1'000), 3);
}

}  // namespace rollout
