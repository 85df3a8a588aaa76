// What the exchange's node writes into the trace: enough to recompute every account, book and rule
// from the records alone. Here and not in module venue, because the checks know market only.
//
// A record that changed the exchange carries the number of its journal record and its index among
// that record's events. The journal record is durable before the trace is written, and a restarted
// venue writes the trace of the journal records that became durable last again (the crash may have
// come between the two): a reader skips what is not above the last position it has seen.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "market/exchange.h"

namespace market {

struct JournalPosition {
  std::uint64_t journal = 0;  // 0: the record changed nothing
  std::uint32_t index = 0;
  constexpr auto operator<=>(const JournalPosition&) const = default;
  MUSTER_FIELDS(JournalPosition, journal, index)
};

// One event of the exchange. Kinds are 0x0300 to 0x03ff (world/trace.h).
template <class Event, std::uint16_t kNumber>
struct Traced {
  static constexpr std::uint16_t kKind = kNumber;
  static constexpr std::string_view kName = [] {
    constexpr std::string_view kNames[] = {
        "venue.order_accepted",  "venue.order_rejected", "venue.order_repeated", "venue.filled",
        "venue.order_cancelled", "venue.order_replaced", "venue.quoted",         "venue.fenced",
        "venue.tasks_closed",    "venue.marked"};
    return kNames[kNumber - 0x0301];
  }();
  JournalPosition position;
  Event event;
  MUSTER_FIELDS(Traced, position, event)
};

using OrderAcceptedTrace = Traced<Accepted, 0x0301>;
using OrderRejectedTrace = Traced<Rejected, 0x0302>;
using OrderRepeatedTrace = Traced<Repeated, 0x0303>;
using FilledTrace = Traced<Filled, 0x0304>;
using OrderCancelledTrace = Traced<Cancelled, 0x0305>;
using OrderReplacedTrace = Traced<Replaced, 0x0306>;
using QuotedTrace = Traced<Quoted, 0x0307>;
using FencedTrace = Traced<Fenced, 0x0308>;
using TasksClosedTrace = Traced<TasksClosed, 0x0309>;
using MarkedTrace = Traced<Marked, 0x030a>;

// The accounts before the first journal record: the base from which the rest is recomputed. Written
// at every boot; `configuration` is the same each time.
struct VenueOpened {
  static constexpr std::uint16_t kKind = 0x0310;
  static constexpr std::string_view kName = "venue.opened";
  ExchangeConfig configuration;
  MUSTER_FIELDS(VenueOpened, configuration)
};

// Sums over all accounts as the venue has them, at a boot and every so many ticks.
struct BalanceStatement {
  static constexpr std::uint16_t kKind = 0x0311;
  static constexpr std::string_view kName = "venue.balances";
  std::uint64_t journal = 0;  // after this journal record
  Totals totals;
  std::uint64_t digest = 0;  // of the exchange: what a replay of the journal must give
  MUSTER_FIELDS(BalanceStatement, journal, totals, digest)
};

// A restart: the store gave everything up to journal record `journal`.
struct VenueRecovered {
  static constexpr std::uint16_t kKind = 0x0312;
  static constexpr std::string_view kName = "venue.recovered";
  std::uint64_t journal = 0;
  std::uint64_t digest = 0;
  MUSTER_FIELDS(VenueRecovered, journal, digest)
};

// The store no longer gives an exchange: the venue stays closed and answers nothing.
struct VenueClosed {
  static constexpr std::uint16_t kKind = 0x0313;
  static constexpr std::string_view kName = "venue.closed";
  std::string reason;
  MUSTER_FIELDS(VenueClosed, reason)
};

// A message that does not decode or is none that a venue knows.
struct VenueMessageRefused {
  static constexpr std::uint16_t kKind = 0x0314;
  static constexpr std::string_view kName = "venue.message_refused";
  std::uint32_t from = 0;  // node
  std::uint16_t type = 0;
  MUSTER_FIELDS(VenueMessageRefused, from, type)
};

}  // namespace market
