#include "event_loop.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <csignal>
#include <utility>

namespace world_real {

namespace asio = boost::asio;

struct EventLoop::Impl {
  asio::io_context context{1};
  asio::executor_work_guard<asio::io_context::executor_type> guard = asio::make_work_guard(context);
  asio::steady_timer alarm{context};
  asio::signal_set signals{context};
};

EventLoop::EventLoop() : impl_(std::make_unique<Impl>()) {}
EventLoop::~EventLoop() = default;

void EventLoop::run() {
  impl_->context.run();
}

void EventLoop::stop() {
  impl_->context.stop();
}

void EventLoop::post(std::move_only_function<void()> action) {
  asio::post(impl_->context, std::move(action));
}

void EventLoop::wake_at(core::Duration reading, std::function<void()> action) {
  impl_->alarm.expires_at(std::chrono::steady_clock::time_point(reading));
  impl_->alarm.async_wait([action = std::move(action)](const boost::system::error_code& error) {
    if (!error) {
      action();
    }
  });
}

void EventLoop::stop_on_signals() {
  std::signal(SIGPIPE, SIG_IGN);
  impl_->signals.add(SIGTERM);
  impl_->signals.add(SIGINT);
  impl_->signals.async_wait([this](const boost::system::error_code& error, int) {
    if (!error) {
      impl_->context.stop();
    }
  });
}

boost::asio::io_context& EventLoop::context() {
  return impl_->context;
}

core::Duration monotonic_reading() {
  return std::chrono::duration_cast<core::Duration>(
      std::chrono::steady_clock::now().time_since_epoch());
}

core::WallTime wall_reading() {
  return core::WallTime(std::chrono::duration_cast<core::Duration>(
      std::chrono::system_clock::now().time_since_epoch()));
}

}  // namespace world_real
