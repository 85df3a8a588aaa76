// What the orders of one task came to: the payload of a swarm's result, as the client gets it.
#pragma once

#include <vector>

#include "market/event.h"

namespace market {

// One outcome for each leg that was ordered, in order. Empty: the decision was to hold.
struct TradeReport {
  std::vector<Outcome> legs;

  [[nodiscard]] bool traded() const {
    for (const Outcome& leg : legs) {
      if (leg.filled.shares > 0) {
        return true;
      }
    }
    return false;
  }
  MUSTER_FIELDS(TradeReport, legs)
};

}  // namespace market
