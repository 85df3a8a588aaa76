#include "orders.h"

#include <algorithm>

namespace check {
namespace {

std::string name_of_order(market::OrderId order) {
  return "order " + text(order.value);
}

std::string not_open(market::OrderId order) {
  return name_of_order(order) + ", which is not open: never accepted, filled whole, or cancelled";
}

std::string leg_fault(const market::Filled& event, const market::FillLeg& leg, market::Side side,
                      const MarketView& view) {
  const std::string fill = "fill " + text(event.number) + " is of ";
  const Order* order = view.find(leg.order);
  if (order == nullptr) {
    return fill + not_open(leg.order);
  }
  if (order->side != side || order->account != leg.account || order->symbol != event.symbol ||
      order->key != leg.key) {
    return fill + name_of_order(leg.order) + ", whose side, account, symbol or key is another";
  }
  if (event.quantity.shares > order->left()) {
    return fill + text(event.quantity.shares) + " shares of " + name_of_order(leg.order) +
           ", of which only " + text(order->left()) + " are left";
  }
  const bool within =
      side == market::Side::kBuy ? event.price <= order->limit : event.price >= order->limit;
  if (!within) {
    return fill + name_of_order(leg.order) + " at " + text(event.price.ticks) +
           ", beyond its limit " + text(order->limit.ticks);
  }
  return {};
}

std::string cancel_fault(const market::Cancelled& event, const MarketView& view) {
  const Order* order = view.find(event.order);
  if (order == nullptr) {
    return "a cancel is of " + not_open(event.order);
  }
  if (order->account != event.account || order->key != event.key) {
    return "a cancel is of " + name_of_order(event.order) + ", whose account or key is another";
  }
  if (order->left() != event.remaining.shares) {
    return name_of_order(event.order) + " is cancelled with " + text(event.remaining.shares) +
           " shares left, but its fills leave " + text(order->left());
  }
  if (event.reason == market::CancelReason::kFillOrKill && order->filled > 0) {
    return name_of_order(event.order) + " was to be filled whole or not at all, and " +
           text(order->filled) + " shares were";
  }
  return {};
}

std::string replace_fault(const market::Replaced& event, const MarketView& view) {
  const Order* order = view.find(event.order);
  if (order == nullptr) {
    return "a replacement is of " + not_open(event.order);
  }
  if (order->account != event.account) {
    return "a replacement is of " + name_of_order(event.order) + ", whose account is another";
  }
  if (event.quantity.shares <= order->filled) {
    return name_of_order(event.order) + " is replaced by one of " + text(event.quantity.shares) +
           " shares, though " + text(order->filled) + " are filled";
  }
  return {};
}

}  // namespace

void Orders::introduce(const Moment& moment, market::OrderId first, std::uint64_t count) {
  life_.expect(first.value > last_order_, moment, [&] {
    return name_of_order(first) + " is accepted after order " + text(last_order_) +
           ": an id is used once, in ascending order";
  });
  if (count > 0) {
    last_order_ = std::max(last_order_, first.value + count - 1);
  }
}

void Orders::on(const Moment& moment, const market::Accepted& event) {
  introduce(moment, event.order, 1);
}

void Orders::on(const Moment& moment, const market::Quoted& event) {
  introduce(moment, event.first_order, event.levels.size());
}

void Orders::on(const Moment& moment, const market::Filled& event, const MarketView& view) {
  life_.expect(event.number == last_fill_ + 1, moment, [&] {
    return "fill " + text(event.number) + " comes after fill " + text(last_fill_) +
           ": each fill happens once";
  });
  last_fill_ = std::max(last_fill_, event.number);
  life_.expect_none(leg_fault(event, event.buyer, market::Side::kBuy, view), moment);
  life_.expect_none(leg_fault(event, event.seller, market::Side::kSell, view), moment);
}

void Orders::on(const Moment& moment, const market::Cancelled& event, const MarketView& view) {
  life_.expect_none(cancel_fault(event, view), moment);
}

void Orders::on(const Moment& moment, const market::Replaced& event, const MarketView& view) {
  life_.expect_none(replace_fault(event, view), moment);
}

void Orders::finish() {
  life_.set_applies(life_.checked() > 0);
}

void Orders::append_to(std::vector<Invariant>& results) const {
  results.push_back(life_.invariant());
}

}  // namespace check
