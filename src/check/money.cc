#include "money.h"

namespace check {
namespace {

std::string cash_fault(const market::Filled& event, const MarketView& view) {
  const std::string fill = "fill " + text(event.number);
  const Wide notional = view.tick(event.symbol) * event.price.ticks * event.quantity.shares;
  if (notional != event.notional.micros) {
    return fill + " moves " + text(event.notional.micros) + " micros, but price by quantity is " +
           text_of(notional);
  }
  for (const market::FillLeg* leg : {&event.buyer, &event.seller}) {
    if (view.find(leg->account) == nullptr) {
      return fill + " pays from or to account " + text(std::uint64_t{leg->account.value}) +
             ", which does not exist";
    }
    if (view.fee(notional) != leg->fee.micros) {
      return fill + " charges order " + text(leg->order.value) + " a fee of " +
             text(leg->fee.micros) + " micros instead of " + text_of(view.fee(notional));
    }
  }
  return {};
}

std::string share_fault(const market::Filled& event) {
  if (event.quantity.shares <= 0) {
    return "fill " + text(event.number) + " is of " + text(event.quantity.shares) + " shares";
  }
  if (event.buyer.account == event.seller.account) {
    return "fill " + text(event.number) + " has account " +
           text(std::uint64_t{event.buyer.account.value}) + " on both sides";
  }
  return {};
}

}  // namespace

void Money::on(const Moment& moment, const market::VenueOpened& record, const MarketView& view) {
  if (opened_) {
    cash_.expect(record.configuration == configuration_, moment, [] {
      return std::string("the venue opens with other accounts than at its first boot");
    });
    return;
  }
  opened_ = true;
  configuration_ = record.configuration;
  for (const market::SymbolConfig& symbol : configuration_.symbols) {
    issued_[symbol.id] = 0;
  }
  for (const auto& [id, account] : view.accounts()) {
    cash_at_start_ += account.cash;
    for (const auto& [symbol, holding] : account.holdings) {
      issued_[symbol] += holding.position;
    }
  }
}

void Money::on(const Moment& moment, const market::Filled& event, const MarketView& view) {
  cash_.expect_none(cash_fault(event, view), moment);
  shares_.expect_none(share_fault(event), moment);
  fees_ += Wide{event.buyer.fee.micros} + event.seller.fee.micros;
}

// What the venue holds against what its fills left, and both against what there was at the start.
void Money::on(const Moment& moment, const market::BalanceStatement& record,
               const MarketView& view) {
  Wide cash = 0;
  std::map<market::SymbolId, Wide> shares = issued_;
  for (auto& entry : shares) {
    entry.second = 0;
  }
  for (const auto& [id, account] : view.accounts()) {
    cash += account.cash;
    for (const auto& [symbol, holding] : account.holdings) {
      shares[symbol] += holding.position;
    }
  }
  const market::Totals& totals = record.totals;
  cash_.expect(totals.cash.micros == cash && totals.fees.micros == fees_ &&
                   Wide{totals.cash.micros} + totals.fees.micros == cash_at_start_,
               moment, [&] {
                 return "the venue holds " + text(totals.cash.micros) + " micros in cash and " +
                        text(totals.fees.micros) + " in fees after journal record " +
                        text(record.journal) + "; its fills leave " + text_of(cash) + " and " +
                        text_of(fees_) + " of " + text_of(cash_at_start_) + " at the start";
               });
  for (const auto& [symbol, issued] : issued_) {
    const auto held = totals.shares.find(symbol);
    const Wide stated = held == totals.shares.end() ? Wide{0} : Wide{held->second.shares};
    shares_.expect(stated == issued && shares[symbol] == issued, moment, [&] {
      return "of symbol " + text(std::uint64_t{symbol.value}) + " " + text_of(issued) +
             " shares were issued; the venue holds " + text_of(stated) + " and its fills leave " +
             text_of(shares[symbol]);
    });
  }
  latest_ = record;
}

// A replay of the journal gives the same books as the first time.
void Money::on(const Moment& moment, const market::VenueRecovered& record) {
  if (latest_.journal == record.journal && latest_.digest != 0) {
    cash_.expect(latest_.digest == record.digest, moment, [&] {
      return "after a restart the exchange at journal record " + text(record.journal) +
             " is another than before: digest " + text(record.digest) + ", was " +
             text(latest_.digest);
    });
  }
}

void Money::finish(bool venue_expected) {
  cash_.set_applies(venue_expected || opened_);
  shares_.set_applies(venue_expected || opened_);
}

void Money::append_to(std::vector<Invariant>& results) const {
  results.push_back(cash_.invariant());
  results.push_back(shares_.invariant());
}

}  // namespace check
