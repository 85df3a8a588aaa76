// Time as Muster counts it: integer nanoseconds, two clocks that do not mix.
//
// Monotonic time never goes back and starts at a node's boot origin; wall time is what the node
// believes the date to be (nanoseconds since 1970-01-01 UTC) and may be offset, drift or jump. In
// the simulator both are virtual. Nothing here reads a clock.
#pragma once

#include <chrono>
#include <cstdint>

namespace core {

using Duration = std::chrono::nanoseconds;

struct MonotonicClock {
  using duration = Duration;
  using rep = Duration::rep;
  using period = Duration::period;
  static constexpr bool is_steady = true;
};
struct WallClock {
  using duration = Duration;
  using rep = Duration::rep;
  using period = Duration::period;
  static constexpr bool is_steady = false;
};

using Time = std::chrono::time_point<MonotonicClock, Duration>;
using WallTime = std::chrono::time_point<WallClock, Duration>;

using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::nanoseconds;
using std::chrono::seconds;

constexpr Time at(Duration since_origin) {
  return Time{since_origin};
}
constexpr std::int64_t to_ns(Time t) {
  return t.time_since_epoch().count();
}
// For printing and statistics only; never for decisions inside a simulation.
constexpr double to_seconds(Duration d) {
  return static_cast<double>(d.count()) / 1e9;
}

}  // namespace core
