// What an order can cost at worst, and what open orders hold back.
#include <algorithm>

#include "amounts.h"
#include "core/check.h"
#include "market/exchange.h"

namespace market {

namespace {
constexpr std::int64_t kBasisPointsOfOne = 10'000;
}  // namespace

// floor(notional * basis points / 10,000) without the product leaving 64 bits.
std::int64_t Exchange::fee_micros(std::int64_t notional_micros) const {
  const auto points = static_cast<std::int64_t>(fee_basis_points_);
  return notional_micros / kBasisPointsOfOne * points +
         notional_micros % kBasisPointsOfOne * points / kBasisPointsOfOne;
}

// Rounding fees down keeps this sound: the parts of an order never cost more than it reserved,
// because floor(a) + floor(b) <= floor(a + b).
void Exchange::reserve(const OpenOrder& order, int sign) {
  const Quantity left = remaining(order);
  Account& account = accounts_.at(order.account);
  Holding& holding = account.holdings[order.symbol];
  if (order.side == Side::kSell) {
    holding.open_sells.shares += sign * left.shares;
    return;
  }
  holding.open_buys.shares += sign * left.shares;
  const auto cost = amount_of(order.limit, left, symbols_.at(order.symbol).tick);
  core::check(cost.has_value(), "an accepted order's amount fits 64 bits");
  account.reserved.micros += sign * (*cost + fee_micros(*cost));
  core::check(account.reserved.micros >= 0 && account.reserved <= account.cash,
              "open buys are covered by cash");
}

// How much worse off the account is if the order fills at its limit and the mark stays.
std::optional<std::int64_t> Exchange::adverse(const OpenOrder& order) const {
  const Symbol& symbol = symbols_.at(order.symbol);
  const Quantity left = remaining(order);
  const auto notional = amount_of(order.limit, left, symbol.tick);
  const auto worth = amount_of(symbol.mark, left, symbol.tick);
  if (!notional || !worth) {
    return std::nullopt;
  }
  Checked loss(fee_micros(*notional));
  const bool buys = order.side == Side::kBuy;
  loss.add(buys ? *notional : *worth).subtract(buys ? *worth : *notional);
  const auto value = loss.value();
  return value ? std::optional(std::max<std::int64_t>(0, *value)) : std::nullopt;
}

std::optional<std::int64_t> Exchange::worst_loss(const Account& account,
                                                 const OpenOrder& added) const {
  Checked loss(account.start_equity.micros);
  loss.subtract(account.cash.micros);
  for (const auto& [id, holding] : account.holdings) {
    const Symbol& symbol = symbols_.at(id);
    const auto worth = amount_of(symbol.mark, holding.position, symbol.tick);
    if (!worth) {
      return std::nullopt;
    }
    loss.subtract(*worth);
  }
  const auto count = [&](const OpenOrder& order) {
    const auto more = adverse(order);
    if (more) {
      loss.add(*more);
    }
    return more.has_value();
  };
  for (const OrderId open : account.open) {
    if (open != added.id && !count(orders_.at(open))) {
      return std::nullopt;
    }
  }
  if (!count(added)) {
    return std::nullopt;
  }
  const auto value = loss.value();
  return value ? std::optional(std::max<std::int64_t>(0, *value)) : std::nullopt;
}

// REQUIRES: the order is well-formed and reserves nothing at the moment.
Exchange::RiskVerdict Exchange::assess(const OpenOrder& order) const {
  const Account& account = accounts_.at(order.account);
  const auto held = account.holdings.find(order.symbol);
  const Holding holding = held == account.holdings.end() ? Holding{} : held->second;
  const bool buys = order.side == Side::kBuy;
  const Quantity left = remaining(order);
  const auto longest = Checked(holding.position.shares)
                           .add(holding.open_buys.shares)
                           .add(buys ? left.shares : 0)
                           .value();
  const auto shortest = Checked(holding.position.shares)
                            .subtract(holding.open_sells.shares)
                            .subtract(buys ? 0 : left.shares)
                            .value();
  const auto notional = amount_of(order.limit, left, symbols_.at(order.symbol).tick);
  if (!longest || !shortest || !notional) {
    return {RejectReason::kOverflow, {}};
  }
  Checked spare(account.cash.micros);
  spare.subtract(account.reserved.micros);
  if (buys) {
    spare.subtract(*notional).subtract(fee_micros(*notional));
  }
  const auto loss =
      account.loss_limit ? worst_loss(account, order) : std::optional<std::int64_t>(0);
  if (!spare.value() || !loss) {
    return {RejectReason::kOverflow, {}};
  }
  const RiskSeen seen{{*longest},       {*shortest}, account.position_limit,
                      {*spare.value()}, {*loss},     account.loss_limit};
  if (account.position_limit &&
      (*longest > account.position_limit->shares || *shortest < -account.position_limit->shares)) {
    return {RejectReason::kPositionLimit, seen};
  }
  if (seen.least_cash.micros < 0) {
    return {RejectReason::kInsufficientCash, seen};
  }
  if (account.loss_limit && seen.worst_loss > *account.loss_limit) {
    return {RejectReason::kLossLimit, seen};
  }
  return {RejectReason::kNone, seen};
}

}  // namespace market
