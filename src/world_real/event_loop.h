// The one thread on which a node's machine, links and timers live. A narrow door to Asio's
// io_context.
#pragma once

#include <functional>
#include <memory>

#include "core/time.h"

// g++ 12 cannot compile fences for the thread sanitizer. What crosses threads here does so under a
// mutex.
#ifdef __SANITIZE_THREAD__
#define BOOST_ASIO_DISABLE_FENCED_BLOCK
#endif

namespace boost::asio {
class io_context;
}

namespace world_real {

class EventLoop {
 public:
  EventLoop();
  ~EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  // Runs what is posted and due on the calling thread until stop(). REQUIRES: called once.
  void run();
  // From any thread; also before run(), which then returns at once.
  void stop();
  // Has `action` run on the loop's thread soon. From any thread.
  void post(std::move_only_function<void()> action);
  // Has `action` run when CLOCK_MONOTONIC reads `reading`, replacing an earlier request. On the
  // loop's thread only.
  void wake_at(core::Duration reading, std::function<void()> action);
  // SIGTERM and SIGINT stop the loop; SIGPIPE is ignored.
  void stop_on_signals();

  [[nodiscard]] boost::asio::io_context& context();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// What CLOCK_MONOTONIC reads now.
[[nodiscard]] core::Duration monotonic_reading();
// Since 1970-01-01 UTC, as the machine believes.
[[nodiscard]] core::WallTime wall_reading();

}  // namespace world_real
