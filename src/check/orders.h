// order_life: what may happen to an order, and in which order.
#pragma once

#include <vector>

#include "market/event.h"
#include "market_view.h"
#include "verdict.h"

namespace check {

class Orders {
 public:
  // The view must not have applied the event yet.
  void on(const Moment& moment, const market::Accepted& event);
  void on(const Moment& moment, const market::Quoted& event);
  void on(const Moment& moment, const market::Filled& event, const MarketView& view);
  void on(const Moment& moment, const market::Cancelled& event, const MarketView& view);
  void on(const Moment& moment, const market::Replaced& event, const MarketView& view);

  void finish();
  void append_to(std::vector<Invariant>& results) const;

 private:
  void introduce(const Moment& moment, market::OrderId first, std::uint64_t count);

  Verdict life_{"order_life"};
  std::uint64_t last_order_ = 0;
  std::uint64_t last_fill_ = 0;
};

}  // namespace check
