// Price-time priority: an order that arrives trades with the best that rests, then rests or ends.
#include <algorithm>

#include "amounts.h"
#include "core/check.h"
#include "market/exchange.h"

namespace market {

namespace {

bool crosses(const OpenOrder& order, Price resting) {
  return order.side == Side::kBuy ? resting <= order.limit : resting >= order.limit;
}

}  // namespace

const Exchange::BookSide& Exchange::resting(SymbolId symbol, Side side) const {
  const Symbol& found = symbols_.at(symbol);
  return side == Side::kBuy ? found.buys : found.sells;
}

Exchange::BookSide& Exchange::resting(SymbolId symbol, Side side) {
  Symbol& found = symbols_.at(symbol);
  return side == Side::kBuy ? found.buys : found.sells;
}

// Takes an accepted order to its rest or its end. REQUIRES: assessed, and nothing reserved for it
// yet.
void Exchange::run(OpenOrder order, OrderType type, Events& events) {
  reserve(order, +1);
  CancelReason reason = CancelReason::kFillOrKill;
  if (type != OrderType::kFillOrKill || can_fill_whole(order)) {
    reason = match(order, events);
    if (remaining(order).shares == 0) {
      finish(order, CancelReason::kNone);
      return;
    }
    if (reason == CancelReason::kNone && type == OrderType::kLimit) {
      rest(order);
      return;
    }
    if (reason == CancelReason::kNone) {
      reason = CancelReason::kNoLiquidity;
    }
  }
  reserve(order, -1);
  events.emplace_back(Cancelled{order.id, order.account, order.key, remaining(order), reason});
  finish(order, reason);
}

// Trades until the order is filled or nothing matches; kSelfTrade when its own account stood in the
// way, kNone otherwise.
CancelReason Exchange::match(OpenOrder& order, Events& events) {
  BookSide& against = resting(order.symbol, opposite(order.side));
  while (remaining(order).shares > 0 && !against.empty()) {
    OpenOrder& maker = orders_.at(against.begin()->second);
    if (!crosses(order, maker.limit)) {
      break;
    }
    if (maker.account == order.account) {
      return CancelReason::kSelfTrade;
    }
    fill(order, maker, events);
    if (remaining(maker).shares == 0) {
      finish(unrest(maker.id), CancelReason::kNone);
    }
  }
  return CancelReason::kNone;
}

void Exchange::fill(OpenOrder& taker, OpenOrder& maker, Events& events) {
  core::check(taker.side != maker.side && taker.account != maker.account,
              "a fill joins a buyer and another seller");
  Symbol& symbol = symbols_.at(taker.symbol);
  Filled filled;
  filled.number = ++fills_made_;
  filled.symbol = taker.symbol;
  filled.price = maker.limit;
  filled.quantity = std::min(remaining(taker), remaining(maker));
  filled.taker = taker.side;
  const auto notional = amount_of(filled.price, filled.quantity, symbol.tick);
  core::check(notional.has_value(), "a fill is no larger than its buyer's reservation");
  filled.notional = {*notional};
  const Money fee{fee_micros(*notional)};
  for (OpenOrder* order : {&taker, &maker}) {
    reserve(*order, -1);
    order->filled.shares += filled.quantity.shares;
    (order->side == Side::kBuy ? filled.buyer : filled.seller) = {order->id, order->account,
                                                                  order->key, fee};
  }
  const bool buys = taker.side == Side::kBuy;
  settle(filled, buys ? taker : maker, buys ? maker : taker);
  reserve(taker, +1);
  reserve(maker, +1);
  symbol.last = filled.price;
  events.emplace_back(filled);
}

void Exchange::settle(const Filled& filled, const OpenOrder& buy, const OpenOrder& sell) {
  Account& buyer = accounts_.at(buy.account);
  Account& seller = accounts_.at(sell.account);
  buyer.cash.micros -= filled.notional.micros + filled.buyer.fee.micros;
  seller.cash.micros += filled.notional.micros - filled.seller.fee.micros;
  fees_.micros += filled.buyer.fee.micros + filled.seller.fee.micros;
  buyer.holdings[filled.symbol].position.shares += filled.quantity.shares;
  seller.holdings[filled.symbol].position.shares -= filled.quantity.shares;
  for (const OpenOrder* order : {&buy, &sell}) {
    const auto outcome = outcomes_.find(order->key);
    if (outcome != outcomes_.end()) {
      outcome->second.filled = order->filled;
      outcome->second.notional.micros += filled.notional.micros;
      outcome->second.fee.micros += (order == &buy ? filled.buyer : filled.seller).fee.micros;
    }
  }
}

void Exchange::rest(const OpenOrder& order) {
  OpenOrder resting_order = order;
  resting_order.arrival = ++arrivals_;
  const std::int64_t rank = order.side == Side::kBuy ? -order.limit.ticks : order.limit.ticks;
  resting(order.symbol, order.side).emplace(BookKey{rank, resting_order.arrival}, order.id);
  accounts_.at(order.account).open.insert(order.id);
  orders_.emplace(order.id, resting_order);
}

// Takes the order out of its book; what it reserves stays reserved.
OpenOrder Exchange::unrest(OrderId id) {
  const auto it = orders_.find(id);
  core::check(it != orders_.end(), "an order that leaves the book rests in it");
  const OpenOrder order = it->second;
  const std::int64_t rank = order.side == Side::kBuy ? -order.limit.ticks : order.limit.ticks;
  resting(order.symbol, order.side).erase(BookKey{rank, order.arrival});
  accounts_.at(order.account).open.erase(id);
  orders_.erase(it);
  return order;
}

void Exchange::finish(const OpenOrder& order, CancelReason reason) {
  const auto outcome = outcomes_.find(order.key);
  if (outcome != outcomes_.end()) {
    outcome->second.status =
        reason == CancelReason::kNone ? OrderStatus::kFilled : OrderStatus::kCancelled;
    outcome->second.cancel_reason = reason;
  }
}

void Exchange::cancel(OrderId id, CancelReason reason, Events& events) {
  const OpenOrder order = unrest(id);
  reserve(order, -1);
  finish(order, reason);
  // Quoted stands for the orders it replaces.
  if (reason != CancelReason::kRequoted) {
    events.emplace_back(Cancelled{id, order.account, order.key, remaining(order), reason});
  }
}

bool Exchange::can_fill_whole(const OpenOrder& order) const {
  std::int64_t wanted = remaining(order).shares;
  for (const auto& [key, id] : resting(order.symbol, opposite(order.side))) {
    const OpenOrder& maker = orders_.at(id);
    if (wanted <= 0 || !crosses(order, maker.limit) || maker.account == order.account) {
      break;
    }
    wanted -= remaining(maker).shares;
  }
  return wanted <= 0;
}

// The price that a market order has to pay for its last share, as the book stands.
Price Exchange::protective_limit(const NewOrder& order) const {
  Price limit = symbols_.at(order.symbol).mark;
  std::int64_t wanted = order.quantity.shares;
  for (const auto& [key, id] : resting(order.symbol, opposite(order.side))) {
    const OpenOrder& maker = orders_.at(id);
    if (wanted <= 0 || maker.account == order.account) {
      break;
    }
    limit = maker.limit;
    wanted -= remaining(maker).shares;
  }
  return limit;
}

}  // namespace market
