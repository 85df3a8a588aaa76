// What an exchange is told: the only ways in which its state changes. A command is a value, so the
// journal of an exchange is the list of its commands (journal.h).
#pragma once

#include <optional>
#include <variant>
#include <vector>

#include "core/codec.h"
#include "market/authority.h"
#include "market/types.h"

namespace market {

struct NewOrder {
  AccountId account;
  SymbolId symbol;
  Side side = Side::kBuy;
  OrderType type = OrderType::kLimit;
  Quantity quantity;
  Price limit;  // 0 for kMarket
  // None: an order outside any task, for example of a person; it has no idempotency key.
  std::optional<Authority> authority;
  MUSTER_FIELDS(NewOrder, account, symbol, side, type, quantity, limit, authority)
};

struct CancelOrder {
  AccountId account;
  OrderId order;
  std::optional<Authority> authority;
  MUSTER_FIELDS(CancelOrder, account, order, authority)
};

// `quantity` is the new total, what is already filled included. The order keeps its place in the
// queue if the price stays and the quantity does not grow; otherwise it goes to the end.
struct ReplaceOrder {
  AccountId account;
  OrderId order;
  Quantity quantity;
  Price limit;
  std::optional<Authority> authority;
  MUSTER_FIELDS(ReplaceOrder, account, order, quantity, limit, authority)
};

// Closes the key: if no order used it yet, none ever will; otherwise nothing changes. Answered like
// the order would be: with the key's first outcome.
struct VoidKey {
  AccountId account;
  Authority authority;
  MUSTER_FIELDS(VoidKey, account, authority)
};

// Raises the least term that the group's orders need. Never lowers it.
struct RaiseFence {
  GroupId group;
  std::uint64_t term = 0;
  MUSTER_FIELDS(RaiseFence, group, term)
};

// All tasks of the group below `task` have ended: their keys are forgotten, their open orders
// cancelled, and no order of theirs is accepted again.
struct LowWater {
  GroupId group;
  TaskId task;
  MUSTER_FIELDS(LowWater, group, task)
};

struct QuoteLevel {
  Side side = Side::kBuy;
  Price price;
  Quantity quantity;
  MUSTER_FIELDS(QuoteLevel, side, price, quantity)
};

// Cancels all open orders of the account in the symbol and places one limit order for each level.
struct MakerQuotes {
  AccountId account;
  SymbolId symbol;
  std::vector<QuoteLevel> levels;
  MUSTER_FIELDS(MakerQuotes, account, symbol, levels)
};

// The price at which positions are valued from now on (the mark).
struct PriceStep {
  SymbolId symbol;
  Price mark;
  MUSTER_FIELDS(PriceStep, symbol, mark)
};

using Command = std::variant<NewOrder, CancelOrder, ReplaceOrder, VoidKey, RaiseFence, LowWater,
                             MakerQuotes, PriceStep>;

}  // namespace market
