// Files by descriptor: one owner each, and errors that say which call failed on which file and why.
#pragma once

#include <filesystem>
#include <string_view>
#include <utility>

#include "core/bytes.h"
#include "core/result.h"

namespace world_real {

// "cannot OPERATION PATH: reason", with the reason from errno.
[[nodiscard]] core::Error system_error(std::string_view operation,
                                       const std::filesystem::path& path);

class File {
 public:
  // As open(2), always close-on-exec, mode 0600 for a new file. kNotFound when it does not exist.
  [[nodiscard]] static core::Result<File> open(const std::filesystem::path& path, int flags);

  File(File&& other) noexcept
      : descriptor_(std::exchange(other.descriptor_, -1)), path_(std::move(other.path_)) {}
  File& operator=(File&& other) noexcept;
  ~File();

  // From the descriptor's position on.
  [[nodiscard]] core::Result<void> write_all(core::BytesView bytes);
  [[nodiscard]] core::Result<core::Bytes> read_all();
  // Data, and the metadata that is needed to read it back: fdatasync(2).
  [[nodiscard]] core::Result<void> sync();
  [[nodiscard]] core::Result<void> truncate(std::size_t size);
  // False when somebody else holds the lock: flock(2), exclusive, released with the descriptor.
  [[nodiscard]] core::Result<bool> try_lock();

 private:
  File(int descriptor, std::filesystem::path path)
      : descriptor_(descriptor), path_(std::move(path)) {}

  int descriptor_ = -1;
  std::filesystem::path path_;
};

// Makes names created or renamed in `directory` durable.
[[nodiscard]] core::Result<void> sync_directory(const std::filesystem::path& directory);

}  // namespace world_real
