// The accounts and open orders of a venue, recomputed from its records alone.
//
// Several checks compare what the venue says with this, each before the record is applied. An order
// is forgotten when it is filled or cancelled, so the view is as large as the books, not as the
// run.
#pragma once

#include <map>
#include <optional>
#include <set>

#include "market/exchange.h"

namespace check {

// Sums of products of 64-bit numbers, also of wrong ones that a defective venue makes.
__extension__ using Wide = __int128;

[[nodiscard]] std::string text_of(Wide value);

struct Order {
  market::OrderId id;
  market::AccountId account;
  market::SymbolId symbol;
  market::Side side = market::Side::kBuy;
  market::Price limit;
  std::int64_t quantity = 0;
  std::int64_t filled = 0;
  market::IdempotencyKey key;

  [[nodiscard]] std::int64_t left() const { return quantity - filled; }
};

struct Holding {
  Wide position = 0;
  Wide open_buys = 0;  // shares that open orders may still buy
  Wide open_sells = 0;
};

struct AccountView {
  Wide cash = 0;
  Wide reserved = 0;  // what open buys cost at their limits, fees included
  std::map<market::SymbolId, Holding> holdings;
  std::set<market::OrderId> open;
  std::optional<market::Quantity> position_limit;
  std::optional<market::Money> loss_limit;
  Wide start_equity = 0;
};

class MarketView {
 public:
  // The first configuration counts; a later one only repeats it.
  void open(const market::ExchangeConfig& config);
  [[nodiscard]] bool is_open() const { return opened_; }

  [[nodiscard]] const Order* find(market::OrderId order) const;
  [[nodiscard]] const AccountView* find(market::AccountId account) const;
  [[nodiscard]] const std::map<market::AccountId, AccountView>& accounts() const {
    return accounts_;
  }
  // What a tick of the symbol's price is worth, in micro-dollars; 0 for an unknown symbol.
  [[nodiscard]] Wide tick(market::SymbolId symbol) const;
  [[nodiscard]] Wide mark(market::SymbolId symbol) const;  // in ticks
  [[nodiscard]] Wide fee(Wide notional) const;             // of one leg
  // What the order's rest costs at its limit, fee included.
  [[nodiscard]] Wide cost(const Order& order) const;

  void apply(const market::Accepted& event);
  void apply(const market::Filled& event);
  void apply(const market::Cancelled& event);
  void apply(const market::Replaced& event);
  void apply(const market::Quoted& event);
  void apply(const market::Marked& event);

 private:
  struct SymbolView {
    Wide tick = 0;
    Wide mark = 0;
  };

  void add(const Order& order);
  void remove(market::OrderId order);
  void hold(const Order& order, int sign);
  void settle(const market::Filled& event, const market::FillLeg& leg, market::Side side);

  bool opened_ = false;
  std::uint32_t fee_basis_points_ = 0;
  std::map<market::SymbolId, SymbolView> symbols_;
  std::map<market::AccountId, AccountView> accounts_;
  std::map<market::OrderId, Order> orders_;
};

}  // namespace check
