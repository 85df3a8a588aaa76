// A child process that cannot be left behind: its destructor kills it and waits for it.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

#include "core/result.h"
#include "core/time.h"

namespace system_test {

class Process {
 public:
  // Runs program `arguments[0]`; its output goes to the end of file `log`. `environment` has lines
  // NAME=value and is all that the child inherits.
  [[nodiscard]] static core::Result<Process> start(std::vector<std::string> arguments,
                                                   std::vector<std::string> environment,
                                                   const std::filesystem::path& log);
  Process(Process&& other) noexcept : pid_(other.pid_), status_(other.status_) { other.pid_ = 0; }
  Process& operator=(Process&& other) noexcept;
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process();

  // The wait status, once the process has ended.
  [[nodiscard]] std::optional<int> ended();
  // Sends the signal if the process still runs.
  void signal(int number);
  // Kills, waits, and gives the wait status.
  int kill();

 private:
  explicit Process(pid_t pid) : pid_(pid) {}

  pid_t pid_;  // 0: moved from
  std::optional<int> status_;
};

// Waits until a child ends or the time is over, whichever is first. REQUIRES: hold_child_signals()
// was called in this process.
void wait_for_child(core::Duration at_most);
void hold_child_signals();

// Reading of CLOCK_MONOTONIC.
[[nodiscard]] core::Duration monotonic_now();

// So many ports of 127.0.0.1 that nobody listens on, below those that the system gives to outgoing
// connections: nobody takes them meanwhile by chance.
[[nodiscard]] std::vector<std::uint16_t> free_ports(std::size_t count);

}  // namespace system_test
