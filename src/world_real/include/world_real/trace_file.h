// The trace of one node on disk: one checksummed frame an entry, written as it happens, so that it
// survives the process being killed at any moment (not a power cut: it is not synchronised).
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include "core/result.h"
#include "world/trace.h"

namespace world_real {

class TraceFile final : public world::TraceSink {
 public:
  // Creates the file or goes on after the entries it has; an incomplete last one is dropped.
  [[nodiscard]] static core::Result<std::unique_ptr<TraceFile>> open(
      const std::filesystem::path& path);
  TraceFile(const TraceFile&) = delete;
  TraceFile& operator=(const TraceFile&) = delete;
  ~TraceFile() override;

  void receive(const world::TraceEntry& entry) override;
  // The first failure to write; entries after it are not written.
  [[nodiscard]] const std::optional<core::Error>& failure() const;

 private:
  struct Impl;
  explicit TraceFile(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// The entries of a trace file, without an incomplete last one. kNotFound, kCorrupt.
[[nodiscard]] core::Result<std::vector<world::TraceEntry>> read_trace_file(
    const std::filesystem::path& path);

}  // namespace world_real
