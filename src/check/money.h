// cash_conserved and shares_conserved: nothing is made and nothing is lost.
#pragma once

#include <vector>

#include "market/trace.h"
#include "market_view.h"
#include "verdict.h"

namespace check {

class Money {
 public:
  // The view must not have applied the event yet.
  void on(const Moment& moment, const market::VenueOpened& record, const MarketView& view);
  void on(const Moment& moment, const market::Filled& event, const MarketView& view);
  void on(const Moment& moment, const market::BalanceStatement& record, const MarketView& view);
  void on(const Moment& moment, const market::VenueRecovered& record);

  void finish(bool venue_expected);
  void append_to(std::vector<Invariant>& results) const;

 private:
  Verdict cash_{"cash_conserved"};
  Verdict shares_{"shares_conserved"};
  bool opened_ = false;
  market::ExchangeConfig configuration_;
  Wide cash_at_start_ = 0;
  std::map<market::SymbolId, Wide> issued_;
  Wide fees_ = 0;
  market::BalanceStatement latest_;
};

}  // namespace check
