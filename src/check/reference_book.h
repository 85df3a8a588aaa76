// price_time_priority: every trade is with the best price that rests, and among equal prices with
// the oldest order; nothing rests that could have traded.
//
// A reference book, written to be obvious: it follows the venue's records and looks at each fill
// whether its own books would have chosen the same order.
#pragma once

#include <deque>
#include <map>
#include <set>
#include <vector>

#include "market/event.h"
#include "verdict.h"

namespace check {

class ReferenceBook {
 public:
  void on(const Moment& moment, const market::Accepted& event);
  void on(const Moment& moment, const market::Quoted& event);
  void on(const Moment& moment, const market::Filled& event);
  void on(const Moment& moment, const market::Cancelled& event);
  void on(const Moment& moment, const market::Replaced& event);

  void finish(const Moment& moment);
  void append_to(std::vector<Invariant>& results) const;

 private:
  struct Resting {
    market::OrderId id;
    market::AccountId account;
    market::SymbolId symbol;
    market::Side side = market::Side::kBuy;
    market::OrderType type = market::OrderType::kLimit;
    market::Price limit;
    std::int64_t left = 0;
    std::int64_t filled = 0;
    std::uint64_t arrival = 0;
  };
  // Ascending is the order of trading; `rank` is the price for sells, minus the price for buys.
  struct Place {
    std::int64_t rank = 0;
    std::uint64_t arrival = 0;
    auto operator<=>(const Place&) const = default;
  };
  using Side = std::map<Place, market::OrderId>;

  [[nodiscard]] static Place place_of(const Resting& order);
  [[nodiscard]] const Side& against(const Resting& order);
  // The best order on the other side, if `order` may trade with it at its limit.
  [[nodiscard]] const Resting* match_of(const Resting& order);
  [[nodiscard]] bool can_fill_whole(const Resting& order);
  void rest(const Moment& moment, Resting order);
  void unrest(market::OrderId id);
  // Everything that arrived before `id` is done trading. False: `id` did not just arrive.
  bool arrive_up_to(const Moment& moment, market::OrderId id);
  void settle(const Moment& moment);
  [[nodiscard]] std::string fill_fault(const market::Filled& event, market::OrderId maker);
  [[nodiscard]] std::string end_fault(const Resting& order, market::CancelReason reason);

  Verdict priority_{"price_time_priority"};
  std::map<std::pair<market::SymbolId, market::Side>, Side> sides_;
  std::map<market::OrderId, Resting> orders_;  // that rest
  // Those of each account in each symbol: the quotes that new quotes replace.
  std::map<std::pair<market::AccountId, market::SymbolId>, std::set<market::OrderId>> owned_;
  std::deque<Resting> arriving_;  // the first one may trade now
  std::uint64_t arrivals_ = 0;
};

}  // namespace check
