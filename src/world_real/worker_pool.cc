#include "worker_pool.h"

#include <ctime>
#include <utility>

#include "core/check.h"
#include "core/hash.h"

namespace world_real {

WorkerPool::WorkerPool(std::uint32_t threads) {
  core::check(threads > 0, "a pool has at least one thread");
  threads_.reserve(threads);
  for (std::uint32_t i = 0; i < threads; ++i) {
    threads_.emplace_back([this](const std::stop_token& token) { work(token); });
  }
}

WorkerPool::~WorkerPool() {
  for (std::jthread& thread : threads_) {
    thread.request_stop();
  }
  threads_.clear();
}

void WorkerPool::submit(Job job) {
  {
    const std::lock_guard lock(mutex_);
    jobs_.push_back(std::move(job));
  }
  changed_.notify_one();
}

void WorkerPool::work(const std::stop_token& token) {
  while (true) {
    Job job;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, token, [this] { return !jobs_.empty(); });
      if (token.stop_requested()) {
        return;
      }
      job = std::move(jobs_.front());
      jobs_.pop_front();
    }
    job(token);
  }
}

core::Duration thread_cpu_time() {
  timespec reading{};
  core::check(::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &reading) == 0,
              "every thread has a CPU clock");
  return core::seconds(reading.tv_sec) + core::nanoseconds(reading.tv_nsec);
}

void burn_cpu(core::Duration cpu, const std::stop_token& token) {
  constexpr int kRoundsBetweenReadings = 4096;  // some ten microseconds
  const core::Duration end = thread_cpu_time() + cpu;
  std::uint64_t value = 1;
  while (thread_cpu_time() < end && !token.stop_requested()) {
    for (int i = 0; i < kRoundsBetweenReadings; ++i) {
      value = core::mix64(value + 1);
      asm volatile("" : "+r"(value));  // the optimiser must not remove the work
    }
  }
}

}  // namespace world_real
