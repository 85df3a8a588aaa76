#include "session.h"

#include <csignal>
#include <ctime>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

namespace cli {
namespace {

std::atomic<int> signal_seen{0};

extern "C" void on_signal(int number) {
  if (signal_seen.exchange(number) != 0) {
    std::_Exit(128 + number);
  }
}

}  // namespace

void catch_interrupts() {
  std::signal(SIGINT, on_signal);
  std::signal(SIGTERM, on_signal);
}

bool interrupted() {
  return signal_seen.load() != 0;
}

int interrupt_exit_code() {
  return 128 + signal_seen.load();
}

double wall_clock_s() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration<double>(now).count();
}

std::string utc_now() {
  const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[32];
  return {text, std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts)};
}

void for_each(std::size_t jobs, std::size_t count, const std::function<void(std::size_t)>& body) {
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    for (std::size_t index = next++; index < count && !interrupted(); index = next++) {
      body(index);
    }
  };
  std::vector<std::jthread> threads;
  for (std::size_t i = 1; i < std::min(jobs, count); ++i) {
    threads.emplace_back(work);
  }
  work();
}

}  // namespace cli
