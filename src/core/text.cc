#include "core/text.h"

namespace core {

std::string decimal_text(std::int64_t value, unsigned digits) {
  std::uint64_t scale = 1;
  for (unsigned i = 0; i < digits; ++i) {
    scale *= 10;
  }
  const bool negative = value < 0;
  const auto unsigned_value = static_cast<std::uint64_t>(value);
  const std::uint64_t magnitude = negative ? 0 - unsigned_value : unsigned_value;
  std::string rest = std::to_string(scale + magnitude % scale).substr(1);
  while (!rest.empty() && rest.back() == '0') {
    rest.pop_back();
  }
  return (negative ? "-" : "") + std::to_string(magnitude / scale) +
         (rest.empty() ? "" : "." + rest);
}

std::string seconds_text(Duration duration) {
  return decimal_text(duration.count() / 1'000'000, 3) + " s";
}

}  // namespace core
