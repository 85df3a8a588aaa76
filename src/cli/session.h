// What a command needs of the process: threads, a clock for wall times, interrupts.
#pragma once

#include <functional>
#include <string>

namespace cli {

// From here on SIGINT and SIGTERM set a flag instead of ending the process; a second one ends it.
void catch_interrupts();
[[nodiscard]] bool interrupted();
// 130 or 143, after an interrupt.
[[nodiscard]] int interrupt_exit_code();

[[nodiscard]] double wall_clock_s();
// "2026-11-22T08:05:00Z"
[[nodiscard]] std::string utc_now();

// Calls body(0) … body(count - 1) on `jobs` threads; stops handing out work after an interrupt.
void for_each(std::size_t jobs, std::size_t count, const std::function<void(std::size_t)>& body);

}  // namespace cli
