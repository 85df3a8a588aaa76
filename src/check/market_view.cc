#include "market_view.h"

#include <algorithm>

namespace check {

namespace {
constexpr Wide kBasisPointsOfOne = 10'000;
}  // namespace

std::string text_of(Wide value) {
  const bool negative = value < 0;
  std::string digits;
  do {
    const int digit = static_cast<int>(value % 10);
    digits.push_back(static_cast<char>('0' + (digit < 0 ? -digit : digit)));
    value /= 10;
  } while (value != 0);
  if (negative) {
    digits.push_back('-');
  }
  std::ranges::reverse(digits);
  return digits;
}

void MarketView::open(const market::ExchangeConfig& config) {
  if (opened_) {
    return;
  }
  opened_ = true;
  fee_basis_points_ = config.fee_basis_points;
  for (const market::SymbolConfig& symbol : config.symbols) {
    symbols_[symbol.id] = {symbol.tick.micros, symbol.mark.ticks};
  }
  for (const market::AccountConfig& account : config.accounts) {
    AccountView& view = accounts_[account.id];
    view.cash = account.cash.micros;
    view.start_equity = view.cash;
    view.position_limit = account.position_limit;
    view.loss_limit = account.loss_limit;
    for (const auto& [symbol, quantity] : account.positions) {
      view.holdings[symbol].position = quantity.shares;
      view.start_equity += tick(symbol) * mark(symbol) * quantity.shares;
    }
  }
}

const Order* MarketView::find(market::OrderId order) const {
  const auto it = orders_.find(order);
  return it == orders_.end() ? nullptr : &it->second;
}

const AccountView* MarketView::find(market::AccountId account) const {
  const auto it = accounts_.find(account);
  return it == accounts_.end() ? nullptr : &it->second;
}

Wide MarketView::tick(market::SymbolId symbol) const {
  const auto it = symbols_.find(symbol);
  return it == symbols_.end() ? 0 : it->second.tick;
}

Wide MarketView::mark(market::SymbolId symbol) const {
  const auto it = symbols_.find(symbol);
  return it == symbols_.end() ? 0 : it->second.mark;
}

Wide MarketView::fee(Wide notional) const {
  return notional * fee_basis_points_ / kBasisPointsOfOne;
}

Wide MarketView::cost(const Order& order) const {
  const Wide notional = tick(order.symbol) * order.limit.ticks * order.left();
  return notional + fee(notional);
}

void MarketView::hold(const Order& order, int sign) {
  AccountView& account = accounts_[order.account];
  Holding& holding = account.holdings[order.symbol];
  if (order.side == market::Side::kBuy) {
    holding.open_buys += sign * order.left();
    account.reserved += sign * cost(order);
  } else {
    holding.open_sells += sign * order.left();
  }
}

void MarketView::add(const Order& order) {
  orders_[order.id] = order;
  accounts_[order.account].open.insert(order.id);
  hold(order, +1);
}

void MarketView::remove(market::OrderId order) {
  const auto it = orders_.find(order);
  if (it != orders_.end()) {
    hold(it->second, -1);
    accounts_[it->second.account].open.erase(order);
    orders_.erase(it);
  }
}

void MarketView::apply(const market::Accepted& event) {
  const market::NewOrder& request = event.request;
  add({event.order, request.account, request.symbol, request.side, request.limit,
       request.quantity.shares, 0,
       request.authority ? request.authority->key() : market::IdempotencyKey{}});
}

void MarketView::apply(const market::Filled& event) {
  settle(event, event.buyer, market::Side::kBuy);
  settle(event, event.seller, market::Side::kSell);
}

void MarketView::settle(const market::Filled& event, const market::FillLeg& leg,
                        market::Side side) {
  const Wide sign = side == market::Side::kBuy ? 1 : -1;
  AccountView& account = accounts_[leg.account];
  account.cash -= sign * event.notional.micros + leg.fee.micros;
  account.holdings[event.symbol].position += sign * event.quantity.shares;
  const auto it = orders_.find(leg.order);
  if (it == orders_.end()) {
    return;
  }
  hold(it->second, -1);
  it->second.filled += event.quantity.shares;
  hold(it->second, +1);
  if (it->second.left() <= 0) {
    remove(leg.order);
  }
}

void MarketView::apply(const market::Cancelled& event) {
  remove(event.order);
}

void MarketView::apply(const market::Replaced& event) {
  const auto it = orders_.find(event.order);
  if (it != orders_.end()) {
    hold(it->second, -1);
    it->second.quantity = event.quantity.shares;
    it->second.limit = event.limit;
    hold(it->second, +1);
  }
}

void MarketView::apply(const market::Quoted& event) {
  const std::set<market::OrderId> open = accounts_[event.account].open;
  for (const market::OrderId order : open) {
    if (orders_.at(order).symbol == event.symbol) {
      remove(order);
    }
  }
  std::uint64_t id = event.first_order.value;
  for (const market::QuoteLevel& level : event.levels) {
    add({market::OrderId(id++),
         event.account,
         event.symbol,
         level.side,
         level.price,
         level.quantity.shares,
         0,
         {}});
  }
}

void MarketView::apply(const market::Marked& event) {
  symbols_[event.symbol].mark = event.mark.ticks;
}

}  // namespace check
