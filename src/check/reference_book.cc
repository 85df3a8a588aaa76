#include "reference_book.h"

#include <algorithm>

namespace check {

ReferenceBook::Place ReferenceBook::place_of(const Resting& order) {
  const bool buys = order.side == market::Side::kBuy;
  return {buys ? -order.limit.ticks : order.limit.ticks, order.arrival};
}

const ReferenceBook::Side& ReferenceBook::against(const Resting& order) {
  return sides_[{order.symbol, market::opposite(order.side)}];
}

const ReferenceBook::Resting* ReferenceBook::match_of(const Resting& order) {
  const Side& side = against(order);
  if (side.empty()) {
    return nullptr;
  }
  const Resting& best = orders_.at(side.begin()->second);
  const bool crosses =
      order.side == market::Side::kBuy ? best.limit <= order.limit : best.limit >= order.limit;
  return crosses ? &best : nullptr;
}

bool ReferenceBook::can_fill_whole(const Resting& order) {
  std::int64_t wanted = order.left;
  for (const auto& [place, id] : against(order)) {
    const Resting& other = orders_.at(id);
    const bool crosses =
        order.side == market::Side::kBuy ? other.limit <= order.limit : other.limit >= order.limit;
    if (wanted <= 0 || !crosses || other.account == order.account) {
      break;
    }
    wanted -= other.left;
  }
  return wanted <= 0;
}

void ReferenceBook::rest(const Moment& moment, Resting order) {
  const Resting* match = match_of(order);
  priority_.expect(order.type == market::OrderType::kLimit && match == nullptr, moment, [&] {
    return "order " + text(order.id.value) +
           (match == nullptr ? " rests, though it must trade at once or not at all"
                             : " rests, though it could trade with order " + text(match->id.value));
  });
  order.arrival = ++arrivals_;
  sides_[{order.symbol, order.side}].emplace(place_of(order), order.id);
  owned_[{order.account, order.symbol}].insert(order.id);
  orders_[order.id] = order;
}

void ReferenceBook::unrest(market::OrderId id) {
  const auto it = orders_.find(id);
  if (it != orders_.end()) {
    const Resting& order = it->second;
    sides_[{order.symbol, order.side}].erase(place_of(order));
    owned_[{order.account, order.symbol}].erase(id);
    orders_.erase(it);
  }
}

bool ReferenceBook::arrive_up_to(const Moment& moment, market::OrderId id) {
  if (std::ranges::find(arriving_, id, &Resting::id) == arriving_.end()) {
    return false;
  }
  while (arriving_.front().id != id) {
    rest(moment, arriving_.front());
    arriving_.pop_front();
  }
  return true;
}

void ReferenceBook::settle(const Moment& moment) {
  while (!arriving_.empty()) {
    rest(moment, arriving_.front());
    arriving_.pop_front();
  }
}

void ReferenceBook::on(const Moment& moment, const market::Accepted& event) {
  settle(moment);
  const market::NewOrder& request = event.request;
  arriving_.push_back({event.order, request.account, request.symbol, request.side, request.type,
                       request.limit, request.quantity.shares, 0, 0});
}

void ReferenceBook::on(const Moment& moment, const market::Quoted& event) {
  settle(moment);
  const std::set<market::OrderId> replaced = owned_[{event.account, event.symbol}];
  for (const market::OrderId order : replaced) {
    unrest(order);
  }
  std::uint64_t id = event.first_order.value;
  for (const market::QuoteLevel& level : event.levels) {
    arriving_.push_back({market::OrderId(id++), event.account, event.symbol, level.side,
                         market::OrderType::kLimit, level.price, level.quantity.shares, 0, 0});
  }
}

std::string ReferenceBook::fill_fault(const market::Filled& event, market::OrderId maker) {
  const Resting& taker = arriving_.front();
  const std::string fill = "fill " + text(event.number) + " of order " + text(taker.id.value);
  const Resting* best = match_of(taker);
  if (best == nullptr) {
    return fill + ": nothing rests that it may trade with";
  }
  if (best->id != maker) {
    return fill + " is with order " + text(maker.value) + "; first in line is order " +
           text(best->id.value) + " at " + text(best->limit.ticks);
  }
  if (event.price != best->limit) {
    return fill + " is at " + text(event.price.ticks) + "; the resting order's price is " +
           text(best->limit.ticks);
  }
  return {};
}

void ReferenceBook::on(const Moment& moment, const market::Filled& event) {
  const bool buyer_takes = event.taker == market::Side::kBuy;
  const market::OrderId taker = (buyer_takes ? event.buyer : event.seller).order;
  const market::OrderId maker = (buyer_takes ? event.seller : event.buyer).order;
  const bool arrived = arrive_up_to(moment, taker);
  priority_.expect_none(arrived ? fill_fault(event, maker)
                                : "fill " + text(event.number) + " is taken by order " +
                                      text(taker.value) + ", which did not just arrive",
                        moment);
  const auto reduce = [&](Resting& order) {
    order.left -= event.quantity.shares;
    order.filled += event.quantity.shares;
    return order.left <= 0;
  };
  for (const market::OrderId id : {maker, taker}) {
    if (const auto it = orders_.find(id); it != orders_.end() && reduce(it->second)) {
      unrest(id);
    }
  }
  if (arrived && reduce(arriving_.front())) {
    arriving_.pop_front();
  }
}

std::string ReferenceBook::end_fault(const Resting& order, market::CancelReason reason) {
  const Resting* match = match_of(order);
  const bool self = match != nullptr && match->account == order.account;
  const std::string name = "order " + text(order.id.value);
  switch (reason) {
    case market::CancelReason::kNoLiquidity:
      return match == nullptr
                 ? std::string()
                 : name + " ends for want of a match, though order " + text(match->id.value) +
                       " at " + text(match->limit.ticks) + " is one";
    case market::CancelReason::kSelfTrade:
      return self ? std::string()
                  : name + " ends at an order of its own account, but none is first in line";
    case market::CancelReason::kFillOrKill:
      return can_fill_whole(order) ? name + " is killed, though it could be filled whole"
                                   : std::string();
    default:
      return {};
  }
}

void ReferenceBook::on(const Moment& moment, const market::Cancelled& event) {
  if (arrive_up_to(moment, event.order)) {
    priority_.expect_none(end_fault(arriving_.front(), event.reason), moment);
    arriving_.pop_front();
  } else {
    settle(moment);
    unrest(event.order);
  }
}

void ReferenceBook::on(const Moment& moment, const market::Replaced& event) {
  settle(moment);
  const auto it = orders_.find(event.order);
  if (it == orders_.end()) {
    return;
  }
  Resting order = it->second;
  const std::int64_t left = event.quantity.shares - order.filled;
  const bool keeps = event.limit == order.limit && left <= order.left;
  priority_.expect(keeps == event.kept_place, moment, [&] {
    return "order " + text(order.id.value) +
           (keeps ? " loses its place, though it changed neither price nor up in quantity"
                  : " keeps its place, though its price changed or its quantity grew");
  });
  order.left = left;
  if (event.kept_place) {
    it->second.left = left;
    return;
  }
  order.limit = event.limit;
  order.type = market::OrderType::kLimit;
  unrest(order.id);
  arriving_.push_back(order);
}

void ReferenceBook::finish(const Moment& moment) {
  settle(moment);
  priority_.set_applies(priority_.checked() > 0);
}

void ReferenceBook::append_to(std::vector<Invariant>& results) const {
  results.push_back(priority_.invariant());
}

}  // namespace check
