// What a venue keeps on disk: batches of commands, and snapshots that replace them.
#pragma once

#include <cstdint>
#include <span>
#include <variant>
#include <vector>

#include "core/result.h"
#include "market/journal.h"

namespace venue {

// Commands that became durable together. `ticks` counts the price steps taken when it was written;
// a batch without commands records just that.
struct Batch {
  std::uint64_t ticks = 0;
  std::vector<market::JournalRecord> records;
  MUSTER_FIELDS(Batch, ticks, records)
};

// The events of one journal record, for the trace.
struct RecordEvents {
  std::uint64_t number = 0;
  std::vector<market::ExchangeEvent> events;
  MUSTER_FIELDS(RecordEvents, number, events)
};

// Everything up to journal record `journal`. `latest` are the events of the records that became
// durable with it, whose trace a crash may have cut off.
struct Snapshot {
  std::uint64_t ticks = 0;
  std::uint64_t journal = 0;
  market::Exchange exchange;
  std::vector<RecordEvents> latest;
  MUSTER_FIELDS(Snapshot, ticks, journal, exchange, latest)
};

using DurableRecord = std::variant<Batch, Snapshot>;

// What the store gives back: the same fields as a snapshot of the last moment.
// kCorrupt when a record does not decode, a snapshot does not stand first, or numbers have a gap.
[[nodiscard]] core::Result<Snapshot> recover(const market::Exchange& fresh,
                                             std::span<const core::Bytes> records);

}  // namespace venue
