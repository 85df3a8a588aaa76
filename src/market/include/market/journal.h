// The journal of an exchange: its commands, numbered from 1. Replayed over the same configuration
// it gives the same exchange (equal digest), which is how an exchange survives a crash.
#pragma once

#include <span>

#include "core/result.h"
#include "market/exchange.h"

namespace market {

struct JournalRecord {
  std::uint64_t number = 0;
  Command command;
  MUSTER_FIELDS(JournalRecord, number, command)
};

// Applies the records in order to `exchange`, whose last applied record has number `applied`, and
// returns the events of the last one. kCorrupt when the numbers have a gap or go back.
[[nodiscard]] core::Result<std::vector<ExchangeEvent>> replay(
    Exchange& exchange, std::uint64_t applied, std::span<const JournalRecord> records);

}  // namespace market
