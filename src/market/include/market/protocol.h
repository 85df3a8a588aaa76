// What nodes and the exchange's node say to each other. The types stand here and not beside the
// node (module venue) because the members of a swarm speak them too, and those know market but not
// venue.
//
// A node trades on one account, whose id is the node's id (account_of_node): an order for another
// account is refused with kNotAllowed. Every answer names the key or group it belongs to, so that
// it can be matched after retries and duplicates. Message types are 0x0300 to 0x03ff
// (world/message.h).
#pragma once

#include <cstdint>
#include <vector>

#include "core/time.h"
#include "market/event.h"

namespace market {

[[nodiscard]] constexpr AccountId account_of_node(std::uint32_t node) {
  return AccountId(node);
}

// Answered by OrderReply when the order is durable, and again whenever a working order's outcome
// changes: to the account's node and to everybody who asked under the key since the venue's last
// boot.
struct OrderRequest {
  static constexpr std::uint16_t kType = 0x0301;
  Authority authority;
  AccountId account;
  SymbolId symbol;
  Side side = Side::kBuy;
  OrderType type = OrderType::kLimit;
  Quantity quantity;
  Price limit;  // 0 for kMarket
  MUSTER_FIELDS(OrderRequest, authority, account, symbol, side, type, quantity, limit)
};

struct OrderReply {
  static constexpr std::uint16_t kType = 0x0302;
  IdempotencyKey key;
  std::uint32_t attempt = 0;  // of the request that is answered; 0 for a later change
  Outcome outcome;
  bool repeat = false;  // the key was used before; the order may be another agent's: adopt it
  MUSTER_FIELDS(OrderReply, key, attempt, outcome, repeat)
};

// Cancels what is left of the order under the authority's key. Answered by CancelReply.
struct CancelRequest {
  static constexpr std::uint16_t kType = 0x0303;
  Authority authority;
  AccountId account;
  MUSTER_FIELDS(CancelRequest, authority, account)
};

// `reason` is kNone when the cancel was done; `outcome` is then final.
struct CancelReply {
  static constexpr std::uint16_t kType = 0x0304;
  IdempotencyKey key;
  RejectReason reason = RejectReason::kNone;
  Outcome outcome;
  MUSTER_FIELDS(CancelReply, key, reason, outcome)
};

// Asks what became of the authority's key, and closes it if nothing did (VoidKey). Answered by
// OrderReply; `repeat` is false when this request closed it.
struct VoidRequest {
  static constexpr std::uint16_t kType = 0x030a;
  Authority authority;
  AccountId account;
  MUSTER_FIELDS(VoidRequest, authority, account)
};

// From a new leader, before it assigns anything. Answered when the fence is durable.
struct Fence {
  static constexpr std::uint16_t kType = 0x0305;
  GroupId group;
  std::uint64_t term = 0;
  MUSTER_FIELDS(Fence, group, term)
};

// `term` is the group's fence now: the term asked for, or a higher one, in which case the sender is
// no longer the leader.
struct FenceAck {
  static constexpr std::uint16_t kType = 0x0306;
  GroupId group;
  std::uint64_t term = 0;
  MUSTER_FIELDS(FenceAck, group, term)
};

// Asks for ticks. Not durable: the venue forgets it when it restarts, so subscribers repeat it when
// ticks stay away. Repetition is harmless.
struct Subscribe {
  static constexpr std::uint16_t kType = 0x0307;
  MUSTER_NO_FIELDS(Subscribe)
};

struct TickQuote {
  SymbolId symbol;
  Price bid;  // best; 0 when that side of the book is empty
  Price ask;
  Price last;  // of the last fill; the mark before the first
  Price mid;   // (bid + ask) / 2 rounded down; the mark when a side is empty
  Price mark;  // the price path itself
  MUSTER_FIELDS(TickQuote, symbol, bid, ask, last, mid, mark)
};

struct Tick {
  static constexpr std::uint16_t kType = 0x0308;
  std::uint64_t sequence = 0;     // steps of the price paths from 0; goes on after a restart
  core::Time time;                // of the venue's clock: differences only
  std::vector<TickQuote> quotes;  // one for each symbol, ascending
  MUSTER_FIELDS(Tick, sequence, time, quotes)
};

// From a group's leader: all tasks below `task` have ended (LowWater). Not answered; a lost one is
// made good by the next.
struct LowWaterNotice {
  static constexpr std::uint16_t kType = 0x0309;
  GroupId group;
  std::uint64_t term = 0;  // ignored when below the group's fence
  TaskId below;
  MUSTER_FIELDS(LowWaterNotice, group, term, below)
};

}  // namespace market
