// Numbers as people read them in reasons and messages; no locale has a say in it.
#pragma once

#include <cstdint>
#include <string>

#include "core/time.h"

namespace core {

// `value` units of 10^-digits without trailing zeros: (25300, 3) -> "25.3". REQUIRES digits <= 18.
[[nodiscard]] std::string decimal_text(std::int64_t value, unsigned digits);
// To the millisecond: "2.5 s".
[[nodiscard]] std::string seconds_text(Duration duration);

}  // namespace core
