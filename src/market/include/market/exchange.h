// An exchange: order books with price-time priority, accounts, limits, fees, and the rules by which
// a swarm's orders are taken once and only from its present leader.
//
// A pure state machine and a regular value: apply(command) -> events. It knows no time, node or
// message; two exchanges that applied the same commands are equal. Rules:
//
//   Matching   best price first, then the older order; a trade happens at the price of the order
//   that
//              rested. An order that would trade with its own account stops there, and what is left
//              of it is cancelled (kSelfTrade): the order that rested stays.
//   Market     order: its limit is set to the worst resting price that it needs (the mark when
//   there is
//              none), so that its risk is known before it is accepted.
//   Fees       each leg of a fill pays notional * basis points / 10,000, rounded down to the
//              micro-dollar, to the fee account.
//   Limits     are checked at acceptance for the worst case in which all open orders of the account
//              fill at their limits: position within +-limit, cash not below zero (for every
//              account, so that no balance can overflow: all cash together fits 64 bits), loss
//              within the loss limit. An account beyond its loss limit can cancel but no longer
//              order.
//   Authority  in this order: a closed task, a term below the fence, an attempt below the task's
//   highest
//              are rejected; a key seen before returns its first outcome, rejections by the
//              rules included. A refusal for reasons of authority, or for an account or sender that
//              is unknown, is not recorded: the rightful sender may still use the key. An order
//              with a term above the fence raises the fence. Cancels and replaces are checked
//              likewise but raise nothing.
//   Voiding    a key that no order used records kVoided as its first outcome, so none ever will.
//   Memory     keys and attempts are kept until the group's low-water mark passes their task.
//
// Conservation: the cash of all accounts plus collected fees is constant; per symbol the positions
// of all accounts sum to what was issued. totals() recomputes both.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/codec.h"
#include "core/result.h"
#include "market/command.h"
#include "market/event.h"
#include "market/types.h"

namespace market {

struct SymbolConfig {
  SymbolId id;
  std::string name;
  Money tick{10'000};  // what one tick of the price is worth: a cent
  Price mark;          // the first mark
  MUSTER_FIELDS(SymbolConfig, id, name, tick, mark)
};

struct AccountConfig {
  AccountId id;
  Money cash;
  std::map<SymbolId, Quantity> positions;  // at the start; their sums are what is issued
  std::optional<Quantity> position_limit;  // per symbol, long and short
  std::optional<Money> loss_limit;
  MUSTER_FIELDS(AccountConfig, id, cash, positions, position_limit, loss_limit)
};

struct ExchangeConfig {
  std::vector<SymbolConfig> symbols;
  std::vector<AccountConfig> accounts;
  std::uint32_t fee_basis_points = 0;
  MUSTER_FIELDS(ExchangeConfig, symbols, accounts, fee_basis_points)
};

// An order that rests in a book.
struct OpenOrder {
  OrderId id;
  AccountId account;
  SymbolId symbol;
  Side side = Side::kBuy;
  Price limit;
  Quantity quantity;
  Quantity filled;
  std::uint64_t arrival = 0;  // its place among orders of the same price
  IdempotencyKey key;
  MUSTER_FIELDS(OpenOrder, id, account, symbol, side, limit, quantity, filled, arrival, key)
};

struct BookLevel {
  Price price;
  Quantity quantity;
  MUSTER_FIELDS(BookLevel, price, quantity)
};

// Sums over all accounts, recomputed.
struct Totals {
  Money cash;
  Money fees;
  std::map<SymbolId, Quantity> shares;
  MUSTER_FIELDS(Totals, cash, fees, shares)
};

class Exchange {
 public:
  Exchange() = default;  // no symbols, no accounts: refuses everything

  // Refuses double or zero ids, a fee above 10,000 basis points, marks and ticks that are not
  // positive, cash below zero, and totals that do not fit 64 bits.
  [[nodiscard]] static core::Result<Exchange> create(const ExchangeConfig& config);

  // Applies one command and returns what it changed, in order. Never fails: a refusal is an event.
  std::vector<ExchangeEvent> apply(const Command& command);

  // Counts the commands that changed the state. A command that left it as it was need not be
  // journalled.
  [[nodiscard]] std::uint64_t revision() const { return revision_; }

  // What became of the key's order, until the low-water mark passes its task.
  [[nodiscard]] std::optional<Outcome> outcome(IdempotencyKey key) const;
  [[nodiscard]] const OpenOrder* open_order(OrderId order) const;
  // 0 when the group has no fence.
  [[nodiscard]] std::uint64_t fence_of(GroupId group) const;

  [[nodiscard]] std::optional<BookLevel> best(SymbolId symbol, Side side) const;
  // The resting orders of one side in the order in which they would trade.
  [[nodiscard]] std::vector<OpenOrder> book(SymbolId symbol, Side side) const;
  [[nodiscard]] Price mark(SymbolId symbol) const;
  // The price of the last fill; 0 before the first.
  [[nodiscard]] Price last(SymbolId symbol) const;

  // REQUIRES: the account exists.
  [[nodiscard]] Money cash(AccountId account) const;
  [[nodiscard]] Quantity position(AccountId account, SymbolId symbol) const;
  [[nodiscard]] bool has_account(AccountId account) const { return accounts_.contains(account); }

  [[nodiscard]] Totals totals() const;
  [[nodiscard]] std::uint64_t digest() const { return core::digest(*this); }
  [[nodiscard]] std::size_t keys_kept() const { return outcomes_.size(); }

 private:
  // Ascending order is the order of trading: `rank` is the price for sells, minus the price for
  // buys.
  struct BookKey {
    std::int64_t rank = 0;
    std::uint64_t arrival = 0;
    auto operator<=>(const BookKey&) const = default;
    MUSTER_FIELDS(BookKey, rank, arrival)
  };
  using BookSide = std::map<BookKey, OrderId>;
  struct Symbol {
    std::string name;
    Money tick;
    Price mark;
    Price last;
    BookSide buys;
    BookSide sells;
    MUSTER_FIELDS(Symbol, name, tick, mark, last, buys, sells)
  };
  struct Holding {
    Quantity position;
    Quantity open_buys;  // what is left of open orders
    Quantity open_sells;
    MUSTER_FIELDS(Holding, position, open_buys, open_sells)
  };
  struct Account {
    Money cash;
    Money reserved;  // what open buys cost at their limits, fees included
    std::map<SymbolId, Holding> holdings;
    std::set<OrderId> open;
    std::optional<Quantity> position_limit;
    std::optional<Money> loss_limit;
    Money start_equity;
    MUSTER_FIELDS(Account, cash, reserved, holdings, open, position_limit, loss_limit, start_equity)
  };
  struct RiskVerdict {
    RejectReason reason = RejectReason::kNone;
    RiskSeen seen;
  };
  using Events = std::vector<ExchangeEvent>;

  core::Result<void> open_account(const AccountConfig& config);

  // One for each command: true when the state changed.
  bool on(const NewOrder& command, Events& events);
  bool on(const VoidKey& command, Events& events);
  bool on(const CancelOrder& command, Events& events);
  bool on(const ReplaceOrder& command, Events& events);
  bool on(const RaiseFence& command, Events& events);
  bool on(const LowWater& command, Events& events);
  bool on(const MakerQuotes& command, Events& events);
  bool on(const PriceStep& command, Events& events);

  // orders.cc
  [[nodiscard]] RejectReason check_authority(const std::optional<Authority>& authority) const;
  bool note_authority(const Authority& authority, Events& events);
  [[nodiscard]] RejectReason check_shape(const NewOrder& order) const;
  bool reject(const NewOrder& order, RejectReason reason, bool record, Events& events);
  void place_quotes(const MakerQuotes& command, Events& events);

  // matching.cc
  void run(OpenOrder order, OrderType type, Events& events);
  CancelReason match(OpenOrder& order, Events& events);
  void fill(OpenOrder& taker, OpenOrder& maker, Events& events);
  void settle(const Filled& filled, const OpenOrder& buy, const OpenOrder& sell);
  void rest(const OpenOrder& order);
  OpenOrder unrest(OrderId order);
  void finish(const OpenOrder& order, CancelReason reason);
  void cancel(OrderId order, CancelReason reason, Events& events);
  [[nodiscard]] bool can_fill_whole(const OpenOrder& order) const;
  [[nodiscard]] Price protective_limit(const NewOrder& order) const;
  [[nodiscard]] const BookSide& resting(SymbolId symbol, Side side) const;
  [[nodiscard]] BookSide& resting(SymbolId symbol, Side side);

  // risk.cc
  [[nodiscard]] RiskVerdict assess(const OpenOrder& order) const;
  [[nodiscard]] std::optional<std::int64_t> worst_loss(const Account& account,
                                                       const OpenOrder& added) const;
  [[nodiscard]] std::optional<std::int64_t> adverse(const OpenOrder& order) const;
  void reserve(const OpenOrder& order, int sign);
  [[nodiscard]] std::int64_t fee_micros(std::int64_t notional_micros) const;

  std::uint32_t fee_basis_points_ = 0;
  std::map<SymbolId, Symbol> symbols_;
  std::map<AccountId, Account> accounts_;
  std::map<OrderId, OpenOrder> orders_;  // that rest in a book
  std::map<IdempotencyKey, Outcome> outcomes_;
  std::map<std::uint64_t, std::uint32_t> attempts_;  // highest, by key without leg
  std::map<GroupId, std::uint64_t> fences_;
  std::map<GroupId, TaskId> low_water_;
  Money fees_;
  std::uint64_t orders_made_ = 0;
  std::uint64_t arrivals_ = 0;
  std::uint64_t fills_made_ = 0;
  std::uint64_t revision_ = 0;

 public:
  MUSTER_FIELDS(Exchange, fee_basis_points_, symbols_, accounts_, orders_, outcomes_, attempts_,
                fences_, low_water_, fees_, orders_made_, arrivals_, fills_made_, revision_)
};

}  // namespace market
