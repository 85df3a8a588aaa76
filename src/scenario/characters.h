// What the names in a scenario may be made of: ASCII alone, whatever the locale.
#pragma once

#include <cstddef>

namespace scenario {

inline constexpr std::size_t kNameBytes = 64;

constexpr bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}
constexpr bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}
constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

}  // namespace scenario
