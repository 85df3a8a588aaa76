#include "text.h"

#include "num/math.h"

namespace rollout {
namespace {

// A whole number of 10^-digits as a decimal without trailing zeros.
std::string decimal(std::uint64_t value, unsigned digits) {
  std::uint64_t scale = 1;
  for (unsigned i = 0; i < digits; ++i) {
    scale *= 10;
  }
  std::string rest = std::to_string(scale + value % scale).substr(1);
  while (!rest.empty() && rest.back() == '0') {
    rest.pop_back();
  }
  return std::to_string(value / scale) + (rest.empty() ? "" : "." + rest);
}

}  // namespace

std::string percent_text(std::uint64_t parts) {
  return decimal(parts, 2) + " %";
}

std::string share_text(std::uint64_t some, std::uint64_t all) {
  std::string text = std::to_string(some) + "/" + std::to_string(all);
  if (all > 0) {
    text += " (" + percent_text(some * 10'000 / all) + ")";
  }
  return text;
}

std::string seconds_text(core::Duration duration) {
  const std::int64_t milliseconds = duration.count() / 1'000'000;
  return decimal(static_cast<std::uint64_t>(milliseconds > 0 ? milliseconds : 0), 3) + " s";
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
  return factor < 0.001 ? "below 0.001" : decimal(static_cast<std::uint64_t>(factor * 1'000), 3);
}

}  // namespace rollout
