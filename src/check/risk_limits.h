// limits_respected: no order is accepted that could take its account beyond its limits, and the
// risk that the venue saw is the risk that there was.
#pragma once

#include <vector>

#include "market/event.h"
#include "market_view.h"
#include "verdict.h"

namespace check {

class Limits {
 public:
  // The view must not have applied the event yet …
  void on(const Moment& moment, const market::Accepted& event, const MarketView& view);
  void on(const Moment& moment, const market::Replaced& event, const MarketView& view);
  // … and must have applied this one.
  void after(const Moment& moment, const market::Filled& event, const MarketView& view);

  void finish();
  void append_to(std::vector<Invariant>& results) const;

 private:
  Verdict limits_{"limits_respected"};
};

}  // namespace check
