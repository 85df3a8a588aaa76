#include "text.h"

namespace scaling {

std::string thousandths_text(std::int64_t thousandths) {
  const bool negative = thousandths < 0;
  const auto magnitude = negative ? 0 - static_cast<std::uint64_t>(thousandths)
                                  : static_cast<std::uint64_t>(thousandths);
  std::string text = (negative ? "-" : "") + std::to_string(magnitude / 1'000);
  std::string rest = std::to_string(1'000 + magnitude % 1'000).substr(1);
  while (!rest.empty() && rest.back() == '0') {
    rest.pop_back();
  }
  return rest.empty() ? text : text + "." + rest;
}

std::string seconds_text(core::Duration duration) {
  return thousandths_text(duration.count() / 1'000'000) + " s";
}

}  // namespace scaling
