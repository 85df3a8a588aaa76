#include "risk_limits.h"

#include <algorithm>

namespace check {
namespace {

struct Risk {
  Wide longest = 0;
  Wide shortest = 0;
  Wide least_cash = 0;
  Wide worst_loss = 0;
};

// How much worse off its account is if the order fills at its limit and the mark stays.
Wide adverse(const Order& order, const MarketView& view) {
  const Wide notional = view.tick(order.symbol) * order.limit.ticks * order.left();
  const Wide worth = view.tick(order.symbol) * view.mark(order.symbol) * order.left();
  const Wide loss = order.side == market::Side::kBuy ? notional - worth : worth - notional;
  return std::max<Wide>(0, loss + view.fee(notional));
}

Wide worst_loss(const AccountView& account, const Order& order, const MarketView& view) {
  Wide loss = account.start_equity - account.cash + adverse(order, view);
  for (const auto& [symbol, holding] : account.holdings) {
    loss -= view.tick(symbol) * view.mark(symbol) * holding.position;
  }
  for (const market::OrderId open : account.open) {
    if (open != order.id) {
      loss += adverse(*view.find(open), view);
    }
  }
  return std::max<Wide>(0, loss);
}

// If every open order of the account filled at its limit, `order` in place of `replaced`.
Risk risk_of(const Order& order, const Order* replaced, const AccountView& account,
             const MarketView& view) {
  const auto held = account.holdings.find(order.symbol);
  Holding holding = held == account.holdings.end() ? Holding{} : held->second;
  Wide reserved = account.reserved;
  const bool buys = order.side == market::Side::kBuy;
  if (replaced != nullptr) {
    (buys ? holding.open_buys : holding.open_sells) -= replaced->left();
    reserved -= buys ? view.cost(*replaced) : Wide{0};
  }
  (buys ? holding.open_buys : holding.open_sells) += order.left();
  Risk risk;
  risk.longest = holding.position + holding.open_buys;
  risk.shortest = holding.position - holding.open_sells;
  risk.least_cash = account.cash - reserved - (buys ? view.cost(order) : Wide{0});
  risk.worst_loss = account.loss_limit ? worst_loss(account, order, view) : Wide{0};
  return risk;
}

std::string beyond(const Risk& risk, const AccountView& account) {
  if (account.position_limit && (risk.longest > account.position_limit->shares ||
                                 risk.shortest < -Wide{account.position_limit->shares})) {
    return "the position could reach " + text_of(risk.shortest) + " or " + text_of(risk.longest) +
           ", beyond the limit of " + text(account.position_limit->shares);
  }
  if (risk.least_cash < 0) {
    return "the cash could fall to " + text_of(risk.least_cash) + " micros";
  }
  if (account.loss_limit && risk.worst_loss > account.loss_limit->micros) {
    return "the loss could reach " + text_of(risk.worst_loss) + " micros, beyond the limit of " +
           text(account.loss_limit->micros);
  }
  return {};
}

std::string fault_of(const Order& order, const Order* replaced, const market::RiskSeen& seen,
                     const MarketView& view) {
  const std::string which =
      "order " + text(order.id.value) + " of account " + text(std::uint64_t{order.account.value});
  const AccountView* account = view.find(order.account);
  if (account == nullptr) {
    return which + " is accepted, but there is no such account";
  }
  const Risk risk = risk_of(order, replaced, *account, view);
  if (const std::string fault = beyond(risk, *account); !fault.empty()) {
    return which + " is accepted, though " + fault;
  }
  if (seen.position_limit != account->position_limit || seen.loss_limit != account->loss_limit) {
    return which + " is judged by other limits than the account has";
  }
  if (risk.longest != seen.longest.shares || risk.shortest != seen.shortest.shares ||
      risk.least_cash != seen.least_cash.micros || risk.worst_loss != seen.worst_loss.micros) {
    return which + ": the venue saw a position of " + text(seen.shortest.shares) + " to " +
           text(seen.longest.shares) + ", least cash " + text(seen.least_cash.micros) +
           ", worst loss " + text(seen.worst_loss.micros) + "; its records give " +
           text_of(risk.shortest) + " to " + text_of(risk.longest) + ", " +
           text_of(risk.least_cash) + ", " + text_of(risk.worst_loss);
  }
  return {};
}

}  // namespace

void Limits::on(const Moment& moment, const market::Accepted& event, const MarketView& view) {
  const market::NewOrder& request = event.request;
  const Order order{event.order,
                    request.account,
                    request.symbol,
                    request.side,
                    request.limit,
                    request.quantity.shares,
                    0,
                    {}};
  limits_.expect_none(fault_of(order, nullptr, event.risk, view), moment);
}

void Limits::on(const Moment& moment, const market::Replaced& event, const MarketView& view) {
  if (const Order* before = view.find(event.order)) {
    Order after = *before;
    after.quantity = event.quantity.shares;
    after.limit = event.limit;
    limits_.expect_none(fault_of(after, before, event.risk, view), moment);
  }
}

void Limits::after(const Moment& moment, const market::Filled& event, const MarketView& view) {
  for (const market::FillLeg* leg : {&event.buyer, &event.seller}) {
    const AccountView* account = view.find(leg->account);
    if (account == nullptr) {
      continue;
    }
    const auto held = account->holdings.find(event.symbol);
    const Wide position = held == account->holdings.end() ? Wide{0} : held->second.position;
    const auto limit = account->position_limit;
    const bool within = !limit || (position <= limit->shares && position >= -Wide{limit->shares});
    limits_.expect(within && account->cash >= 0, moment, [&] {
      return "fill " + text(event.number) + " leaves account " +
             text(std::uint64_t{leg->account.value}) + " with " + text_of(position) +
             " shares and " + text_of(account->cash) + " micros, beyond its limits";
    });
  }
}

void Limits::finish() {
  limits_.set_applies(limits_.checked() > 0);
}

void Limits::append_to(std::vector<Invariant>& results) const {
  results.push_back(limits_.invariant());
}

}  // namespace check
