// One node's store: a log of records, each framed with its size and CRC-32C, and at most one write
// in flight.
#pragma once

#include <optional>
#include <vector>

#include "core/bytes.h"
#include "num/stream.h"
#include "world/effect.h"
#include "world/fault.h"

namespace world_sim {

class Disk {
 public:
  // REQUIRES: nothing is in flight.
  void issue(world::PersistMode mode, core::BytesView record);
  // What is in flight becomes durable. REQUIRES: something is.
  void complete();
  // The process ends. What is in flight is lost, kept, or, if it would have been appended, cut at a
  // random byte; a replacement is atomic, so tearing it loses it.
  void crash(world::UnsyncedWrites unsynced, num::Stream& random);

  // Reads the log as a booting node does, and cuts off what follows the last whole record.
  [[nodiscard]] std::vector<core::Bytes> recover();
  // The same without cutting.
  [[nodiscard]] std::vector<core::Bytes> records() const;

  [[nodiscard]] std::uint64_t used_bytes() const { return log_.size(); }
  // What would be used once such a record is durable.
  [[nodiscard]] std::uint64_t used_bytes_after(world::PersistMode mode,
                                               core::BytesView record) const;

 private:
  struct Write {
    world::PersistMode mode = world::PersistMode::kAppend;
    core::Bytes frame;
  };
  // Calls visit for each whole record; returns where the last one ends.
  template <class Visitor>
  std::size_t scan(const Visitor& visit) const;

  core::Bytes log_;
  std::optional<Write> in_flight_;
};

}  // namespace world_sim
