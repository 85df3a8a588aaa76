#include "store.h"

#include <string>

namespace venue {

namespace {

core::Result<void> apply(Snapshot& state, const Batch& batch) {
  if (batch.ticks < state.ticks) {
    return core::fail(core::Code::kCorrupt, "a batch goes back in time");
  }
  state.ticks = batch.ticks;
  state.latest.clear();
  for (const market::JournalRecord& record : batch.records) {
    auto events = TRY(market::replay(state.exchange, state.journal, std::span(&record, 1)));
    state.journal = record.number;
    state.latest.push_back({record.number, std::move(events)});
  }
  return {};
}

}  // namespace

core::Result<Snapshot> recover(const market::Exchange& fresh,
                               std::span<const core::Bytes> records) {
  Snapshot state;
  state.exchange = fresh;
  for (std::size_t i = 0; i < records.size(); ++i) {
    auto record = core::decode<DurableRecord>(records[i]);
    if (!record) {
      return core::fail(core::Code::kCorrupt,
                        "durable record " + std::to_string(i) + ": " + record.error().message);
    }
    if (auto* const snapshot = std::get_if<Snapshot>(&*record)) {
      if (i != 0) {
        return core::fail(core::Code::kCorrupt,
                          "durable record " + std::to_string(i) + " is a snapshot behind others");
      }
      state = std::move(*snapshot);
    } else {
      TRY_VOID(apply(state, std::get<Batch>(*record)));
    }
  }
  return state;
}

}  // namespace venue
