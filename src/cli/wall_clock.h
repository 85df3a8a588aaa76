// The time of the machine: how long a command took, and when its results were stored.
#pragma once

#include <string>

namespace cli {

// Since some fixed moment; never steps back.
[[nodiscard]] double wall_clock_s();
// "2026-11-22T08:05:00Z"
[[nodiscard]] std::string utc_now();

}  // namespace cli
