#include "market/journal.h"

namespace market {

core::Result<std::vector<ExchangeEvent>> replay(Exchange& exchange, std::uint64_t applied,
                                                std::span<const JournalRecord> records) {
  std::vector<ExchangeEvent> events;
  for (const JournalRecord& record : records) {
    if (record.number != applied + 1) {
      return core::fail(core::Code::kCorrupt,
                        "the journal goes from record " + std::to_string(applied) + " to " +
                            std::to_string(record.number) + ": restore it or start a new venue");
    }
    events = exchange.apply(record.command);
    applied = record.number;
  }
  return events;
}

}  // namespace market
