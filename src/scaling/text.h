// Numbers as a reason shows them; no locale has a say in it.
#pragma once

#include <cstdint>
#include <string>

#include "core/time.h"

namespace scaling {

// 25'300 -> "25.3"
[[nodiscard]] std::string thousandths_text(std::int64_t thousandths);
// "2.5 s"
[[nodiscard]] std::string seconds_text(core::Duration duration);

}  // namespace scaling
