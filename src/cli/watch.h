// Waits until a file of a folder changes, without looking again and again.
#pragma once

#include <filesystem>

#include "core/result.h"

namespace cli {

class Watch {
 public:
  // From here on; not of folders below it. kIo: the system refuses.
  [[nodiscard]] static core::Result<Watch> of(const std::filesystem::path& folder);
  Watch(Watch&& other) noexcept;
  Watch& operator=(Watch&&) = delete;
  ~Watch();

  // Until a scenario (.yaml) or a price file (.csv) was written, moved in or removed since of() or
  // the last wait(): true; false after an interrupt. Files that an editor makes on the way have
  // other names.
  core::Result<bool> wait();

 private:
  explicit Watch(int descriptor) : descriptor_(descriptor) {}
  // What has happened so far; true when a file that counts is among it.
  [[nodiscard]] bool drain() const;

  int descriptor_;
};

}  // namespace cli
