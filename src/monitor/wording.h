// Numbers and readings in words, for reasons and alerts.
#pragma once

#include <string>

#include "monitor/reading.h"

namespace monitor {

// "3.4 s"
[[nodiscard]] std::string seconds_text(core::Duration duration);
// "failure rate 40.0 % is above 15.0 %"
[[nodiscard]] std::string words_of(const Reading& reading);

}  // namespace monitor
