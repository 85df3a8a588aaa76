#include "process.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <csignal>
#include <cstring>
#include <ctime>

#include <utility>

#include "core/check.h"

namespace system_test {
namespace {

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> made;
  for (std::string& word : words) {
    made.push_back(word.data());
  }
  made.push_back(nullptr);
  return made;
}

sigset_t child_signal() {
  sigset_t set;
  ::sigemptyset(&set);
  ::sigaddset(&set, SIGCHLD);
  return set;
}

bool is_free(std::uint16_t port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const bool bound =
      ::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  ::close(socket);
  return bound;
}

}  // namespace

core::Result<Process> Process::start(std::vector<std::string> arguments,
                                     std::vector<std::string> environment,
                                     const std::filesystem::path& log) {
  posix_spawn_file_actions_t files;
  posix_spawnattr_t attributes;
  ::posix_spawn_file_actions_init(&files);
  ::posix_spawnattr_init(&attributes);
  ::posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, log.c_str(),
                                     O_WRONLY | O_CREAT | O_APPEND, 0600);
  ::posix_spawn_file_actions_adddup2(&files, STDOUT_FILENO, STDERR_FILENO);
  sigset_t none;
  ::sigemptyset(&none);
  ::posix_spawnattr_setsigmask(&attributes, &none);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
  pid_t pid = 0;
  const int error = ::posix_spawn(&pid, arguments.front().c_str(), &files, &attributes,
                                  pointers(arguments).data(), pointers(environment).data());
  ::posix_spawn_file_actions_destroy(&files);
  ::posix_spawnattr_destroy(&attributes);
  if (error != 0) {
    return core::fail(core::Code::kIo,
                      "cannot run " + arguments.front() + ": " + std::strerror(error));
  }
  return Process(pid);
}

Process& Process::operator=(Process&& other) noexcept {
  std::swap(pid_, other.pid_);
  std::swap(status_, other.status_);
  return *this;
}

Process::~Process() {
  if (pid_ != 0) {
    kill();
  }
}

std::optional<int> Process::ended() {
  int status = 0;
  if (!status_ && ::waitpid(pid_, &status, WNOHANG) == pid_) {
    status_ = status;
  }
  return status_;
}

void Process::signal(int number) {
  if (!ended()) {
    ::kill(pid_, number);
  }
}

int Process::kill() {
  signal(SIGKILL);
  int status = 0;
  if (!status_ && ::waitpid(pid_, &status, 0) == pid_) {
    status_ = status;
  }
  core::check(status_.has_value(), "a child can be waited for");
  return *status_;
}

void hold_child_signals() {
  const sigset_t set = child_signal();
  core::check(::sigprocmask(SIG_BLOCK, &set, nullptr) == 0, "a signal can be held back");
}

void wait_for_child(core::Duration at_most) {
  const sigset_t set = child_signal();
  timespec limit{};
  limit.tv_sec = at_most / core::seconds(1);
  limit.tv_nsec = (at_most % core::seconds(1)).count();
  ::sigtimedwait(&set, nullptr, &limit);
}

core::Duration monotonic_now() {
  timespec reading{};
  core::check(::clock_gettime(CLOCK_MONOTONIC, &reading) == 0, "the clock can be read");
  return core::seconds(reading.tv_sec) + core::Duration(reading.tv_nsec);
}

std::vector<std::uint16_t> free_ports(std::size_t count) {
  constexpr std::uint32_t kFirst = 10'000;
  constexpr std::uint32_t kCount = 20'000;
  std::vector<std::uint16_t> ports;
  // Tests that run at the same time begin at different places.
  const auto begin = static_cast<std::uint32_t>(::getpid()) * 32;
  for (std::uint32_t i = 0; i < kCount && ports.size() < count; ++i) {
    const auto port = static_cast<std::uint16_t>(kFirst + (begin + i) % kCount);
    if (is_free(port)) {
      ports.push_back(port);
    }
  }
  core::check(ports.size() == count, "there are free ports on the loopback interface");
  return ports;
}

}  // namespace system_test
