// One impurity of every kind, so that tests/purity/purity.sh is known to find each. It is compiled
// and never linked.
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <thread>

namespace planted {

int counter = 0;

long clock() {
  return std::chrono::steady_clock::now().time_since_epoch().count();
}

unsigned entropy() {
  return std::random_device{}();
}

void thread() {
  std::thread([] { ++counter; }).join();
}

void nap() {
  usleep(1);
}

int channel() {
  return socket(AF_INET, SOCK_STREAM, 0);
}

std::FILE* file(const char* path) {
  return std::fopen(path, "r");
}

void talk(const char* text) {
  std::puts(text);
}

const char* environment(const char* name) {
  return std::getenv(name);
}

int shell(const char* line) {
  const auto run = &std::system;
  return run(line);
}

double library_mathematics(double x) {
  return std::exp(x);
}

const std::string& local_static(const char* text) {
  static const std::string kept = text;
  return kept;
}

}  // namespace planted
