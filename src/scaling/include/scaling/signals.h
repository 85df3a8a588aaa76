// What a scaling policy may know: numbers that telemetry delivered, none of them invented.
//
// A number that did not arrive is absent, never zero. Counters are totals since the pool began, so
// a decision that was skipped loses nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/time.h"
#include "scaling/unit.h"

namespace scaling {

// One metric over the ready agents of a pool. Those that are ready and not among `reporting` are
// missing, whatever the reason.
struct Metric {
  std::string name;
  std::uint32_t reporting = 0;
  Quantity sum;  // over those that reported
  MUSTER_FIELDS(Metric, name, reporting, sum)
};

// Means over a window that ends now.
struct WindowLoad {
  std::optional<std::uint64_t> concurrency_milli;  // tasks in the system, in thousandths
  std::optional<std::uint64_t> queue_milli;        // those of them that wait for an agent
  MUSTER_FIELDS(WindowLoad, concurrency_milli, queue_milli)
};

struct Signals {
  core::Time now{};
  std::uint32_t ready = 0;     // able to serve, busy or not
  std::uint32_t starting = 0;  // created and not yet ready
  std::uint32_t draining = 0;  // no longer assigned to, not yet ended; not part of the pool's size
  std::vector<Metric> metrics;
  WindowLoad stable;                             // over ConcurrencyRule::stable_window
  WindowLoad panic;                              // over ConcurrencyRule::panic_window
  std::optional<std::uint64_t> arrivals;         // offered to the pool so far, shed ones included
  std::optional<core::Duration> service_time;    // mean time an agent spends on a task
  std::optional<Quantity> volatility;            //
  std::optional<core::Duration> cold_start_p95;  // measured: from create to ready
  std::optional<std::uint32_t> start_capacity;   // how many the provider starts at a time
  MUSTER_FIELDS(Signals, now, ready, starting, draining, metrics, stable, panic, arrivals,
                service_time, volatility, cold_start_p95, start_capacity)
};

}  // namespace scaling
