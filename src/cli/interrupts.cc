#include "interrupts.h"

#include <csignal>
#include <cstdlib>

#include <atomic>

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

}  // namespace cli
