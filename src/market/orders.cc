// Orders, cancels, replaces and quotes: who may send them, and what is refused.
#include "amounts.h"
#include "core/check.h"
#include "market/exchange.h"

namespace market {

namespace {

bool in_range(Quantity quantity) {
  return quantity.shares > 0 && quantity.shares <= kMaximumShares;
}
bool in_range(Price price) {
  return price.ticks > 0 && price.ticks <= kMaximumTicks;
}

// Of a cancel or replace: its refusal is never the outcome of a key.
template <class Change>
Rejected refusal(const Change& change, RejectReason reason) {
  Rejected rejected{change.account, change.order, {}, 0, 0, reason, false};
  if (change.authority) {
    rejected.term = change.authority->term;
    rejected.attempt = change.authority->attempt;
    if (can_make_key(change.authority->group, change.authority->task)) {
      rejected.key = change.authority->key();
    }
  }
  return rejected;
}

}  // namespace

RejectReason Exchange::check_authority(const std::optional<Authority>& authority) const {
  if (!authority) {
    return RejectReason::kNone;
  }
  if (!can_make_key(authority->group, authority->task) || authority->attempt == 0) {
    return RejectReason::kBadAuthority;
  }
  if (authority->term < fence_of(authority->group)) {
    return RejectReason::kStaleTerm;
  }
  const auto closed = low_water_.find(authority->group);
  if (closed != low_water_.end() && authority->task < closed->second) {
    return RejectReason::kClosedTask;
  }
  const auto highest = attempts_.find(authority->key().value >> kLegBits);
  if (highest != attempts_.end() && authority->attempt < highest->second) {
    return RejectReason::kStaleAttempt;
  }
  return RejectReason::kNone;
}

// REQUIRES: checked. True when it taught the exchange a new term or attempt.
bool Exchange::note_authority(const Authority& authority, Events& events) {
  bool changed = false;
  if (authority.term > fence_of(authority.group)) {
    fences_[authority.group] = authority.term;
    events.emplace_back(Fenced{authority.group, authority.term});
    changed = true;
  }
  std::uint32_t& highest = attempts_[authority.key().value >> kLegBits];
  changed = changed || authority.attempt > highest;
  highest = std::max(highest, authority.attempt);
  return changed;
}

RejectReason Exchange::check_shape(const NewOrder& order) const {
  if (!symbols_.contains(order.symbol)) {
    return RejectReason::kUnknownSymbol;
  }
  if (!in_range(order.quantity)) {
    return RejectReason::kBadQuantity;
  }
  const bool good_price =
      order.type == OrderType::kMarket ? order.limit.ticks == 0 : in_range(order.limit);
  return good_price ? RejectReason::kNone : RejectReason::kBadPrice;
}

bool Exchange::reject(const NewOrder& order, RejectReason reason, bool record, Events& events) {
  const bool recorded = record && order.authority.has_value();
  Rejected rejected = refusal(CancelOrder{order.account, {}, order.authority}, reason);
  rejected.recorded = recorded;
  events.emplace_back(rejected);
  if (recorded) {
    Outcome outcome;
    outcome.account = order.account;
    outcome.symbol = order.symbol;
    outcome.side = order.side;
    outcome.quantity = order.quantity;
    outcome.status = OrderStatus::kRejected;
    outcome.reject_reason = reason;
    outcomes_.emplace(rejected.key, outcome);
  }
  return recorded;
}

bool Exchange::on(const VoidKey& command, Events& events) {
  NewOrder nothing;
  nothing.account = command.account;
  nothing.authority = command.authority;
  const RejectReason authority = check_authority(command.authority);
  if (authority != RejectReason::kNone) {
    return reject(nothing, authority, false, events);
  }
  if (!accounts_.contains(command.account)) {
    return reject(nothing, RejectReason::kUnknownAccount, false, events);
  }
  const bool changed = note_authority(command.authority, events);
  const IdempotencyKey key = command.authority.key();
  if (const auto first = outcome(key)) {
    events.emplace_back(Repeated{key, command.authority.term, command.authority.attempt, *first});
    return changed;
  }
  return reject(nothing, RejectReason::kVoided, true, events);
}

bool Exchange::on(const NewOrder& command, Events& events) {
  const RejectReason authority = check_authority(command.authority);
  if (authority != RejectReason::kNone) {
    return reject(command, authority, false, events);
  }
  if (!accounts_.contains(command.account)) {
    return reject(command, RejectReason::kUnknownAccount, false, events);
  }
  bool changed = false;
  OpenOrder order;
  if (command.authority) {
    changed = note_authority(*command.authority, events);
    order.key = command.authority->key();
    if (const auto first = outcome(order.key)) {
      events.emplace_back(
          Repeated{order.key, command.authority->term, command.authority->attempt, *first});
      return changed;
    }
  }
  const RejectReason shape = check_shape(command);
  if (shape != RejectReason::kNone) {
    return reject(command, shape, true, events) || changed;
  }
  order.id = OrderId(orders_made_ + 1);
  order.account = command.account;
  order.symbol = command.symbol;
  order.side = command.side;
  order.limit = command.type == OrderType::kMarket ? protective_limit(command) : command.limit;
  order.quantity = command.quantity;
  const RiskVerdict verdict = assess(order);
  if (verdict.reason != RejectReason::kNone) {
    return reject(command, verdict.reason, true, events) || changed;
  }
  ++orders_made_;
  Accepted accepted{order.id, command, verdict.seen};
  accepted.request.limit = order.limit;
  events.emplace_back(accepted);
  if (order.key) {
    Outcome working;
    working.order = order.id;
    working.account = order.account;
    working.symbol = order.symbol;
    working.side = order.side;
    working.quantity = order.quantity;
    working.status = OrderStatus::kWorking;
    outcomes_.emplace(order.key, working);
  }
  run(order, command.type, events);
  return true;
}

bool Exchange::on(const CancelOrder& command, Events& events) {
  RejectReason reason = check_authority(command.authority);
  const OpenOrder* order = open_order(command.order);
  if (reason == RejectReason::kNone && (order == nullptr || order->account != command.account)) {
    reason = RejectReason::kUnknownOrder;
  }
  if (reason != RejectReason::kNone) {
    events.emplace_back(refusal(command, reason));
    return false;
  }
  cancel(command.order, CancelReason::kRequested, events);
  return true;
}

bool Exchange::on(const ReplaceOrder& command, Events& events) {
  RejectReason reason = check_authority(command.authority);
  const OpenOrder* found = open_order(command.order);
  if (reason == RejectReason::kNone && (found == nullptr || found->account != command.account)) {
    reason = RejectReason::kUnknownOrder;
  }
  if (reason == RejectReason::kNone &&
      (!in_range(command.quantity) || command.quantity <= found->filled)) {
    reason = RejectReason::kBadQuantity;
  }
  if (reason == RejectReason::kNone && !in_range(command.limit)) {
    reason = RejectReason::kBadPrice;
  }
  if (reason != RejectReason::kNone) {
    events.emplace_back(refusal(command, reason));
    return false;
  }
  const OpenOrder before = *found;
  OpenOrder after = before;
  after.quantity = command.quantity;
  after.limit = command.limit;
  reserve(before, -1);
  const RiskVerdict verdict = assess(after);
  if (verdict.reason != RejectReason::kNone) {
    reserve(before, +1);
    events.emplace_back(refusal(command, verdict.reason));
    return false;
  }
  const bool keeps_place = after.limit == before.limit && after.quantity <= before.quantity;
  events.emplace_back(
      Replaced{after.id, after.account, after.quantity, after.limit, keeps_place, verdict.seen});
  if (const auto outcome = outcomes_.find(after.key); outcome != outcomes_.end()) {
    outcome->second.quantity = after.quantity;
  }
  if (keeps_place) {
    orders_.at(after.id).quantity = after.quantity;
    reserve(after, +1);
  } else {
    unrest(after.id);
    run(after, OrderType::kLimit, events);
  }
  return true;
}

bool Exchange::on(const MakerQuotes& command, Events& events) {
  const auto account = accounts_.find(command.account);
  if (account == accounts_.end() || !symbols_.contains(command.symbol)) {
    const RejectReason reason =
        account == accounts_.end() ? RejectReason::kUnknownAccount : RejectReason::kUnknownSymbol;
    events.emplace_back(Rejected{command.account, {}, {}, 0, 0, reason, false});
    return false;
  }
  const std::set<OrderId> open = account->second.open;
  for (const OrderId id : open) {
    if (orders_.at(id).symbol == command.symbol) {
      cancel(id, CancelReason::kRequoted, events);
    }
  }
  place_quotes(command, events);
  return true;
}

// Rejected levels take no order id, so the ids of the others are consecutive; Quoted goes first
// because it introduces the orders that the other events speak of.
void Exchange::place_quotes(const MakerQuotes& command, Events& events) {
  Quoted quoted{command.account, command.symbol, OrderId(orders_made_ + 1), {}};
  Events consequences;
  for (const QuoteLevel& level : command.levels) {
    const NewOrder request{command.account, command.symbol, level.side,  OrderType::kLimit,
                           level.quantity,  level.price,    std::nullopt};
    OpenOrder order;
    order.id = OrderId(orders_made_ + 1);
    order.account = command.account;
    order.symbol = command.symbol;
    order.side = level.side;
    order.limit = level.price;
    order.quantity = level.quantity;
    const RejectReason shape = check_shape(request);
    const RejectReason reason = shape != RejectReason::kNone ? shape : assess(order).reason;
    if (reason != RejectReason::kNone) {
      reject(request, reason, false, consequences);
      continue;
    }
    ++orders_made_;
    quoted.levels.push_back(level);
    run(order, OrderType::kLimit, consequences);
  }
  events.emplace_back(std::move(quoted));
  events.insert(events.end(), consequences.begin(), consequences.end());
}

}  // namespace market
