// Threads that run jobs in the order in which they were submitted.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>
#include <vector>

#include "core/time.h"

namespace world_real {

class WorkerPool {
 public:
  // A long job looks at its token now and then and returns early when stop is requested.
  using Job = std::move_only_function<void(const std::stop_token&)>;

  explicit WorkerPool(std::uint32_t threads);
  // Requests stop, forgets the jobs that have not begun, waits for those that have.
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  void submit(Job job);

 private:
  void work(const std::stop_token& token);

  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<Job> jobs_;
  std::vector<std::jthread> threads_;
};

// Keeps the calling thread busy until it has consumed `cpu` of processor time, as its own CPU clock
// counts it, or stop is requested.
void burn_cpu(core::Duration cpu, const std::stop_token& token);

// Processor time that the calling thread has consumed.
[[nodiscard]] core::Duration thread_cpu_time();

}  // namespace world_real
