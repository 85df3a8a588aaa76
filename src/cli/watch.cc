#include "watch.h"

#include <poll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <string_view>
#include <utility>

#include "interrupts.h"

namespace cli {
namespace {

core::Error refused(const std::filesystem::path& folder) {
  return {core::Code::kIo, folder.string() + ": cannot be watched: " + std::strerror(errno)};
}

// Interrupts are held back but for the time in ppoll(), so that none is missed between the look at
// the flag and the wait.
class HeldInterrupts {
 public:
  HeldInterrupts() {
    sigset_t interrupts;
    sigemptyset(&interrupts);
    sigaddset(&interrupts, SIGINT);
    sigaddset(&interrupts, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &interrupts, &before_);
  }
  ~HeldInterrupts() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  HeldInterrupts(const HeldInterrupts&) = delete;
  HeldInterrupts& operator=(const HeldInterrupts&) = delete;
  [[nodiscard]] const sigset_t& before() const { return before_; }

 private:
  sigset_t before_{};
};

}  // namespace

core::Result<Watch> Watch::of(const std::filesystem::path& folder) {
  Watch watch(inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
  const bool watching =
      watch.descriptor_ >= 0 &&
      inotify_add_watch(watch.descriptor_, folder.c_str(),
                        IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE) >= 0;
  if (!watching) {
    return std::unexpected(refused(folder));
  }
  return watch;
}

Watch::Watch(Watch&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

Watch::~Watch() {
  if (descriptor_ >= 0) {
    close(descriptor_);
  }
}

bool Watch::drain() const {
  bool counts = false;
  alignas(inotify_event) std::array<char, 4096> buffer{};
  for (ssize_t size = read(descriptor_, buffer.data(), buffer.size()); size > 0;
       size = read(descriptor_, buffer.data(), buffer.size())) {
    for (ssize_t at = 0; at < size;) {
      inotify_event event{};
      std::memcpy(&event, buffer.data() + at, sizeof event);
      const char* name = buffer.data() + at + sizeof event;
      const std::string_view file(name, event.len > 0 ? std::strlen(name) : 0);
      counts = counts || file.ends_with(".yaml") || file.ends_with(".csv");
      at += static_cast<ssize_t>(sizeof event + event.len);
    }
  }
  return counts;
}

core::Result<bool> Watch::wait() {
  const HeldInterrupts held;
  while (!interrupted()) {
    pollfd descriptor{descriptor_, POLLIN, 0};
    if (ppoll(&descriptor, 1, nullptr, &held.before()) < 0 && errno != EINTR) {
      return core::fail(core::Code::kIo,
                        std::string("waiting for a change: ") + std::strerror(errno));
    }
    if (!interrupted() && drain()) {
      return true;
    }
  }
  return false;
}

}  // namespace cli
