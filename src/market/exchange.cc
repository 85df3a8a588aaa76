#include "market/exchange.h"

#include "amounts.h"
#include "core/check.h"

namespace market {

namespace {

constexpr std::uint32_t kMaximumFeeBasisPoints = 10'000;

core::Result<void> check_symbol(const SymbolConfig& symbol) {
  if (!symbol.id) {
    return core::fail(core::Code::kInvalid, "symbol '" + symbol.name + "' has id 0: number from 1");
  }
  if (symbol.tick.micros <= 0 || symbol.mark.ticks <= 0 || symbol.mark.ticks > kMaximumTicks) {
    return core::fail(core::Code::kInvalid, "symbol '" + symbol.name +
                                                "' needs a positive tick and a mark of 1.." +
                                                std::to_string(kMaximumTicks) + " ticks");
  }
  return {};
}

std::string account_name(AccountId account) {
  return "account " + std::to_string(account.value);
}

}  // namespace

core::Result<Exchange> Exchange::create(const ExchangeConfig& config) {
  if (config.fee_basis_points > kMaximumFeeBasisPoints) {
    return core::fail(core::Code::kInvalid, "the fee is above 10000 basis points, the whole trade");
  }
  Exchange exchange;
  exchange.fee_basis_points_ = config.fee_basis_points;
  for (const SymbolConfig& symbol : config.symbols) {
    TRY_VOID(check_symbol(symbol));
    Symbol fresh;
    fresh.name = symbol.name;
    fresh.tick = symbol.tick;
    fresh.mark = symbol.mark;
    if (!exchange.symbols_.emplace(symbol.id, std::move(fresh)).second) {
      return core::fail(core::Code::kInvalid,
                        "two symbols have id " + std::to_string(symbol.id.value));
    }
  }
  Checked total_cash(0);
  std::map<SymbolId, Checked> issued;
  for (const AccountConfig& account : config.accounts) {
    TRY_VOID(exchange.open_account(account));
    total_cash.add(account.cash.micros);
    for (const auto& [symbol, quantity] : account.positions) {
      issued.try_emplace(symbol, 0).first->second.add(quantity.shares);
    }
  }
  bool fits = total_cash.value().has_value();
  for (const auto& [symbol, sum] : issued) {
    fits = fits && sum.value().has_value();
  }
  if (!fits) {
    return core::fail(core::Code::kInvalid,
                      "the accounts together hold more cash or shares than 64 bits can count");
  }
  return exchange;
}

core::Result<void> Exchange::open_account(const AccountConfig& config) {
  if (!config.id || accounts_.contains(config.id)) {
    return core::fail(
        core::Code::kInvalid,
        account_name(config.id) + " is zero or exists already: use unique ids from 1");
  }
  if (config.cash.micros < 0) {
    return core::fail(core::Code::kInvalid,
                      account_name(config.id) + " starts with cash below zero");
  }
  if ((config.position_limit && config.position_limit->shares < 0) ||
      (config.loss_limit && config.loss_limit->micros < 0)) {
    return core::fail(core::Code::kInvalid, account_name(config.id) + " has a limit below zero");
  }
  Account account;
  account.cash = config.cash;
  account.position_limit = config.position_limit;
  account.loss_limit = config.loss_limit;
  Checked equity(config.cash.micros);
  for (const auto& [id, quantity] : config.positions) {
    const auto symbol = symbols_.find(id);
    if (symbol == symbols_.end()) {
      return core::fail(core::Code::kInvalid, account_name(config.id) + " holds symbol " +
                                                  std::to_string(id.value) +
                                                  ", which is not listed");
    }
    const auto magnitude = Checked(0).subtract(quantity.shares).value();
    if (!magnitude || (config.position_limit &&
                       std::max(quantity.shares, *magnitude) > config.position_limit->shares)) {
      return core::fail(
          core::Code::kInvalid,
          account_name(config.id) + " starts beyond its position limit in " + symbol->second.name);
    }
    const auto value = amount_of(symbol->second.mark, quantity, symbol->second.tick);
    if (!value || !equity.add(*value).value()) {
      return core::fail(core::Code::kInvalid,
                        account_name(config.id) + " is worth more than 64 bits can count");
    }
    account.holdings[id].position = quantity;
  }
  account.start_equity = {*equity.value()};
  accounts_.emplace(config.id, std::move(account));
  return {};
}

std::vector<ExchangeEvent> Exchange::apply(const Command& command) {
  Events events;
  if (std::visit([&](const auto& alternative) { return on(alternative, events); }, command)) {
    ++revision_;
  }
  return events;
}

bool Exchange::on(const RaiseFence& command, Events& events) {
  if (!can_make_key(command.group, TaskId(1))) {
    return false;
  }
  const bool raised = command.term > fence_of(command.group);
  if (raised) {
    fences_[command.group] = command.term;
  }
  events.emplace_back(Fenced{command.group, fence_of(command.group)});
  return raised;
}

bool Exchange::on(const LowWater& command, Events& events) {
  if (!can_make_key(command.group, command.task)) {
    return false;
  }
  TaskId& mark = low_water_[command.group];
  if (command.task <= mark) {
    return false;
  }
  mark = command.task;
  events.emplace_back(TasksClosed{command.group, command.task});
  const IdempotencyKey begin = make_key(command.group, TaskId(1), 0);
  const IdempotencyKey end = make_key(command.group, command.task, 0);
  const auto first = outcomes_.lower_bound(begin);
  const auto last = outcomes_.lower_bound(end);
  for (auto it = first; it != last; ++it) {
    if (it->second.status == OrderStatus::kWorking) {
      cancel(it->second.order, CancelReason::kTaskClosed, events);
    }
  }
  outcomes_.erase(first, last);
  attempts_.erase(attempts_.lower_bound(begin.value >> kLegBits),
                  attempts_.lower_bound(end.value >> kLegBits));
  return true;
}

bool Exchange::on(const PriceStep& command, Events& events) {
  const auto symbol = symbols_.find(command.symbol);
  if (symbol == symbols_.end() || command.mark.ticks <= 0 || command.mark.ticks > kMaximumTicks ||
      symbol->second.mark == command.mark) {
    return false;
  }
  symbol->second.mark = command.mark;
  events.emplace_back(Marked{command.symbol, command.mark});
  return true;
}

std::optional<Outcome> Exchange::outcome(IdempotencyKey key) const {
  const auto it = outcomes_.find(key);
  return it == outcomes_.end() ? std::nullopt : std::optional(it->second);
}

const OpenOrder* Exchange::open_order(OrderId order) const {
  const auto it = orders_.find(order);
  return it == orders_.end() ? nullptr : &it->second;
}

std::uint64_t Exchange::fence_of(GroupId group) const {
  const auto it = fences_.find(group);
  return it == fences_.end() ? 0 : it->second;
}

std::optional<BookLevel> Exchange::best(SymbolId symbol, Side side) const {
  if (!symbols_.contains(symbol)) {
    return std::nullopt;
  }
  std::optional<BookLevel> level;
  for (const auto& [key, id] : resting(symbol, side)) {
    const OpenOrder& order = orders_.at(id);
    if (level && level->price != order.limit) {
      break;
    }
    if (!level) {
      level = BookLevel{order.limit, {}};
    }
    level->quantity.shares += remaining(order).shares;
  }
  return level;
}

std::vector<OpenOrder> Exchange::book(SymbolId symbol, Side side) const {
  std::vector<OpenOrder> orders;
  if (symbols_.contains(symbol)) {
    for (const auto& [key, id] : resting(symbol, side)) {
      orders.push_back(orders_.at(id));
    }
  }
  return orders;
}

Price Exchange::mark(SymbolId symbol) const {
  const auto it = symbols_.find(symbol);
  return it == symbols_.end() ? Price{} : it->second.mark;
}

Price Exchange::last(SymbolId symbol) const {
  const auto it = symbols_.find(symbol);
  return it == symbols_.end() ? Price{} : it->second.last;
}

Money Exchange::cash(AccountId account) const {
  core::check(has_account(account), "cash is asked of an account that exists");
  return accounts_.at(account).cash;
}

Quantity Exchange::position(AccountId account, SymbolId symbol) const {
  core::check(has_account(account), "a position is asked of an account that exists");
  const auto& holdings = accounts_.at(account).holdings;
  const auto it = holdings.find(symbol);
  return it == holdings.end() ? Quantity{} : it->second.position;
}

Totals Exchange::totals() const {
  Totals totals;
  totals.fees = fees_;
  for (const auto& [id, symbol] : symbols_) {
    totals.shares[id] = {};
  }
  for (const auto& [id, account] : accounts_) {
    totals.cash.micros += account.cash.micros;
    for (const auto& [symbol, holding] : account.holdings) {
      totals.shares[symbol].shares += holding.position.shares;
    }
  }
  return totals;
}

}  // namespace market
