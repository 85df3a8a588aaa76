#include "file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>

namespace world_real {

core::Error system_error(std::string_view operation, const std::filesystem::path& path) {
  const int number = errno;
  return {number == ENOENT ? core::Code::kNotFound : core::Code::kIo,
          "cannot " + std::string(operation) + " " + path.string() + ": " +
              std::generic_category().message(number)};
}

core::Result<File> File::open(const std::filesystem::path& path, int flags) {
  const int descriptor = ::open(path.c_str(), flags | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (descriptor < 0) {
    return std::unexpected(system_error("open", path));
  }
  return File(descriptor, path);
}

File& File::operator=(File&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(path_, other.path_);
  return *this;
}

File::~File() {
  if (descriptor_ >= 0) {
    ::close(descriptor_);
  }
}

core::Result<void> File::write_all(core::BytesView bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
    if (written < 0) {
      if (errno == EINTR) {
        continue;
      }
      return std::unexpected(system_error("write to", path_));
    }
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return {};
}

core::Result<core::Bytes> File::read_all() {
  struct stat status {};
  if (::fstat(descriptor_, &status) != 0) {
    return std::unexpected(system_error("inspect", path_));
  }
  core::Bytes bytes(static_cast<std::size_t>(status.st_size));
  std::size_t filled = 0;
  while (filled < bytes.size()) {
    const ssize_t got = ::read(descriptor_, bytes.data() + filled, bytes.size() - filled);
    if (got < 0) {
      if (errno == EINTR) {
        continue;
      }
      return std::unexpected(system_error("read", path_));
    }
    if (got == 0) {
      break;
    }
    filled += static_cast<std::size_t>(got);
  }
  bytes.resize(filled);
  return bytes;
}

core::Result<void> File::sync() {
  if (::fdatasync(descriptor_) != 0) {
    return std::unexpected(system_error("synchronise", path_));
  }
  return {};
}

core::Result<void> File::truncate(std::size_t size) {
  if (::ftruncate(descriptor_, static_cast<off_t>(size)) != 0) {
    return std::unexpected(system_error("truncate", path_));
  }
  return {};
}

core::Result<bool> File::try_lock() {
  if (::flock(descriptor_, LOCK_EX | LOCK_NB) == 0) {
    return true;
  }
  if (errno == EWOULDBLOCK) {
    return false;
  }
  return std::unexpected(system_error("lock", path_));
}

core::Result<void> sync_directory(const std::filesystem::path& directory) {
  File opened = TRY(File::open(directory, O_RDONLY | O_DIRECTORY));
  return opened.sync();
}

}  // namespace world_real
