#include "world/fault.h"

#include <array>

namespace world {

std::string_view name_of(FaultKind kind) {
  constexpr std::array<std::string_view, static_cast<std::size_t>(last_value(FaultKind{})) + 1>
      kNames = {"crash",     "hang",         "slow_cpu",    "cpu_spike",  "memory_leak",
                "loss",      "delay",        "duplicate",   "reorder",    "corrupt",
                "bandwidth", "partition",    "clog",        "disk_error", "disk_full",
                "disk_slow", "clock_offset", "clock_drift", "clock_step"};
  return kNames[static_cast<std::size_t>(kind)];
}

}  // namespace world
