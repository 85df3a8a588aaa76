// What an exchange answers: everything that a command changed, and every refusal with its reason.
#pragma once

#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "market/command.h"

namespace market {

enum class RejectReason : std::uint8_t {
  kNone,
  kBadAuthority,  // group, task or attempt is zero or out of range
  kStaleTerm,     // the term is below the group's fence
  kStaleAttempt,  // a higher attempt of the same task was seen
  kClosedTask,    // the task is below the group's low-water mark
  kUnknownAccount,
  kUnknownSymbol,
  kBadQuantity,    // not in 1..kMaximumShares, or not above what is filled
  kBadPrice,       // not in 1..kMaximumTicks, or a limit on a market order
  kPositionLimit,  // if every open order of the account filled, the position could pass its limit
  kLossLimit,      // likewise the loss
  kInsufficientCash,  // likewise the cash would go below zero
  kOverflow,          // the amount does not fit into 64 bits
  kUnknownOrder,      // no such order of this account is open
  kNotAllowed,        // the sender does not own the account (decided by the venue)
  kVoided,            // the key was voided before any order used it
};
constexpr RejectReason last_value(RejectReason) {
  return RejectReason::kVoided;
}
[[nodiscard]] std::string_view name_of(RejectReason reason);

enum class CancelReason : std::uint8_t {
  kNone,
  kRequested,    // by its owner
  kRequoted,     // a market maker's new quotes replace it
  kNoLiquidity,  // an order that must not rest found nothing more to trade with
  kFillOrKill,   // it could not be filled whole
  kSelfTrade,    // it met an order of its own account
  kTaskClosed,   // its task ended
};
constexpr CancelReason last_value(CancelReason) {
  return CancelReason::kTaskClosed;
}
[[nodiscard]] std::string_view name_of(CancelReason reason);

enum class OrderStatus : std::uint8_t { kRejected, kWorking, kFilled, kCancelled };
constexpr OrderStatus last_value(OrderStatus) {
  return OrderStatus::kCancelled;
}
[[nodiscard]] std::string_view name_of(OrderStatus status);

// All that became of an order so far. Final unless `status` is kWorking.
struct Outcome {
  OrderId order;  // 0 when rejected
  AccountId account;
  SymbolId symbol;
  Side side = Side::kBuy;
  Quantity quantity;
  OrderStatus status = OrderStatus::kRejected;
  RejectReason reject_reason = RejectReason::kNone;
  CancelReason cancel_reason = CancelReason::kNone;
  Quantity filled;
  Money notional;  // sum over fills of price * quantity
  Money fee;
  MUSTER_FIELDS(Outcome, order, account, symbol, side, quantity, status, reject_reason,
                cancel_reason, filled, notional, fee)
};

// What the risk check saw when it accepted: the worst that can happen if every open order of the
// account, this one included, fills at its limit. Limits are absent where the account has none.
struct RiskSeen {
  Quantity longest;   // position plus all open buys
  Quantity shortest;  // position minus all open sells
  std::optional<Quantity> position_limit;
  Money least_cash;
  Money worst_loss;  // against the account's equity at the start, positions valued at the mark;
                     // at least 0, and 0 for an account without a loss limit
  std::optional<Money> loss_limit;
  MUSTER_FIELDS(RiskSeen, longest, shortest, position_limit, least_cash, worst_loss, loss_limit)
};

struct Accepted {
  OrderId order;
  NewOrder request;  // with the limit that protects a market order
  RiskSeen risk;
  MUSTER_FIELDS(Accepted, order, request, risk)
};

// Refused: an order (`order` is 0), or a cancel or replace of `order`. `recorded`: the refusal is
// the first outcome of `key`, and every repetition of the key gets it.
struct Rejected {
  AccountId account;
  OrderId order;
  IdempotencyKey key;  // 0 when the request had none
  std::uint64_t term = 0;
  std::uint32_t attempt = 0;
  RejectReason reason = RejectReason::kNone;
  bool recorded = false;
  MUSTER_FIELDS(Rejected, account, order, key, term, attempt, reason, recorded)
};

// The key was used before: this is what became of it. No new order.
struct Repeated {
  IdempotencyKey key;
  std::uint64_t term = 0;
  std::uint32_t attempt = 0;
  Outcome outcome;
  MUSTER_FIELDS(Repeated, key, term, attempt, outcome)
};

struct FillLeg {
  OrderId order;
  AccountId account;
  IdempotencyKey key;  // 0 when the order has none
  Money fee;
  MUSTER_FIELDS(FillLeg, order, account, key, fee)
};

// One trade: the buyer's and the seller's leg are equal and opposite. `number` counts the fills of
// the exchange from 1. The price is that of the order that rested.
struct Filled {
  std::uint64_t number = 0;
  SymbolId symbol;
  Price price;
  Quantity quantity;
  Money notional;
  FillLeg buyer;
  FillLeg seller;
  Side taker = Side::kBuy;  // the side that arrived
  MUSTER_FIELDS(Filled, number, symbol, price, quantity, notional, buyer, seller, taker)
};

struct Cancelled {
  OrderId order;
  AccountId account;
  IdempotencyKey key;  // 0 when the order has none
  Quantity remaining;  // what will not trade any more
  CancelReason reason = CancelReason::kNone;
  MUSTER_FIELDS(Cancelled, order, account, key, remaining, reason)
};

struct Replaced {
  OrderId order;
  AccountId account;
  Quantity quantity;
  Price limit;
  bool kept_place = false;
  RiskSeen risk;
  MUSTER_FIELDS(Replaced, order, account, quantity, limit, kept_place, risk)
};

// New quotes of a market maker: level i became order first_order + i. All its older orders in the
// symbol are cancelled (kRequoted) without an event of their own: they are the bulk of all orders.
struct Quoted {
  AccountId account;
  SymbolId symbol;
  OrderId first_order;
  std::vector<QuoteLevel> levels;
  MUSTER_FIELDS(Quoted, account, symbol, first_order, levels)
};

// `term` is the group's fence from now on.
struct Fenced {
  GroupId group;
  std::uint64_t term = 0;
  MUSTER_FIELDS(Fenced, group, term)
};

struct TasksClosed {
  GroupId group;
  TaskId below;
  MUSTER_FIELDS(TasksClosed, group, below)
};

struct Marked {
  SymbolId symbol;
  Price mark;
  MUSTER_FIELDS(Marked, symbol, mark)
};

using ExchangeEvent = std::variant<Accepted, Rejected, Repeated, Filled, Cancelled, Replaced,
                                   Quoted, Fenced, TasksClosed, Marked>;

}  // namespace market
