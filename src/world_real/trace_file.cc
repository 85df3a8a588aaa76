#include "world_real/trace_file.h"

#include "core/codec.h"
#include "frame_log.h"

namespace world_real {

struct TraceFile::Impl {
  FrameLog log;
  std::optional<core::Error> failure;
};

TraceFile::TraceFile(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
TraceFile::~TraceFile() = default;

core::Result<std::unique_ptr<TraceFile>> TraceFile::open(const std::filesystem::path& path) {
  const auto with = [](FrameLog log) {
    return std::unique_ptr<TraceFile>(
        new TraceFile(std::make_unique<Impl>(Impl{std::move(log), std::nullopt})));
  };
  auto opened = FrameLog::open(path, kTraceKind);
  if (opened) {
    return with(std::move(opened->log));
  }
  if (opened.error().code != core::Code::kNotFound) {
    return std::unexpected(opened.error());
  }
  return with(TRY(FrameLog::create(path, kTraceKind)));
}

void TraceFile::receive(const world::TraceEntry& entry) {
  if (impl_->failure) {
    return;
  }
  auto written = impl_->log.append(core::encode(entry));
  if (!written) {
    impl_->failure = std::move(written).error();
  }
}

const std::optional<core::Error>& TraceFile::failure() const {
  return impl_->failure;
}

core::Result<std::vector<world::TraceEntry>> read_trace_file(const std::filesystem::path& path) {
  const FrameContents contents = TRY(read_frame_file(path, kTraceKind));
  std::vector<world::TraceEntry> entries;
  entries.reserve(contents.payloads.size());
  for (const core::Bytes& payload : contents.payloads) {
    entries.push_back(TRY(core::decode<world::TraceEntry>(payload)));
  }
  return entries;
}

}  // namespace world_real
