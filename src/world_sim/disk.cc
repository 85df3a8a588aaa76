#include "disk.h"

#include <utility>

#include "core/check.h"
#include "core/codec.h"

namespace world_sim {
namespace {

constexpr std::size_t kFrameHeaderBytes = 8;

core::Bytes frame_of(core::BytesView record) {
  core::Bytes frame;
  frame.reserve(kFrameHeaderBytes + record.size());
  {
    core::ByteSink sink(frame);
    sink.integer(record.size(), 4);
    sink.integer(core::crc32c(record), 4);
    sink.raw(record);
  }
  return frame;
}

}  // namespace

void Disk::issue(world::PersistMode mode, core::BytesView record) {
  core::check(!in_flight_, "one write is in flight at a time");
  in_flight_ = Write{mode, frame_of(record)};
}

void Disk::complete() {
  core::check(in_flight_.has_value(), "a write that completes was in flight");
  Write write = *std::exchange(in_flight_, std::nullopt);
  if (write.mode == world::PersistMode::kReplaceAll) {
    log_ = std::move(write.frame);
  } else {
    log_.insert(log_.end(), write.frame.begin(), write.frame.end());
  }
}

void Disk::crash(world::UnsyncedWrites unsynced, num::Stream& random) {
  if (!in_flight_) {
    return;
  }
  if (unsynced == world::UnsyncedWrites::kKeep) {
    return complete();
  }
  const Write write = *std::exchange(in_flight_, std::nullopt);
  if (unsynced == world::UnsyncedWrites::kTear && write.mode == world::PersistMode::kAppend) {
    const auto written = static_cast<std::ptrdiff_t>(1 + random.below(write.frame.size() - 1));
    log_.insert(log_.end(), write.frame.begin(), write.frame.begin() + written);
  }
}

template <class Visitor>
std::size_t Disk::scan(const Visitor& visit) const {
  core::Reader reader(log_);
  std::size_t whole = 0;
  while (reader.ok() && reader.left() > 0) {
    const std::uint64_t size = reader.integer(4);
    const std::uint64_t checksum = reader.integer(4);
    const core::BytesView record = reader.raw(size);
    if (!reader.ok() || core::crc32c(record) != checksum) {
      break;
    }
    visit(record);
    whole = log_.size() - reader.left();
  }
  return whole;
}

std::vector<core::Bytes> Disk::records() const {
  std::vector<core::Bytes> found;
  scan([&](core::BytesView record) { found.emplace_back(record.begin(), record.end()); });
  return found;
}

std::vector<core::Bytes> Disk::recover() {
  std::vector<core::Bytes> found;
  const std::size_t whole =
      scan([&](core::BytesView record) { found.emplace_back(record.begin(), record.end()); });
  log_.resize(whole);
  return found;
}

std::uint64_t Disk::used_bytes_after(world::PersistMode mode, core::BytesView record) const {
  const std::uint64_t frame = kFrameHeaderBytes + record.size();
  return mode == world::PersistMode::kReplaceAll ? frame : log_.size() + frame;
}

}  // namespace world_sim
