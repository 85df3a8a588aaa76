// Commands at random, drawn so that books stay short, prices cross often and keys repeat.
#pragma once

#include "market/exchange.h"
#include "market_builder.h"
#include "num/stream.h"

namespace market {

class RandomTrading {
 public:
  explicit RandomTrading(std::uint64_t seed) : stream_(seed, 0, num::purpose_of("test.trading")) {}

  // Anything that an exchange may be told, sensible or not.
  Command next(const Exchange& exchange) {
    switch (stream_.below(20)) {
      case 0:
        return RaiseFence{GroupId(1), fence_ += stream_.below(3)};
      case 1:
        low_water_ += stream_.below(20);
        return LowWater{GroupId(1), TaskId(1 + std::min(low_water_, tasks_))};
      case 2:
        return PriceStep{symbol(), {9'990 + number(20)}};
      case 3:
      case 4:
        return quotes();
      case 5:
        if (const auto closes = maybe_authority()) {
          return VoidKey{account(), *closes};
        }
        return new_order();
      case 6:
      case 7:
        return CancelOrder{account(), some_order(exchange), maybe_authority()};
      case 8:
      case 9:
      case 10:
        return ReplaceOrder{
            account(), some_order(exchange), {number(40)}, {9'985 + number(30)}, maybe_authority()};
      default:
        return new_order();
    }
  }

  AccountId account() { return AccountId(static_cast<std::uint32_t>(1 + stream_.below(3))); }
  std::int64_t number(std::uint64_t bound) {
    return static_cast<std::int64_t>(stream_.below(bound));
  }

  NewOrder new_order() {
    NewOrder made = order(
        account(), stream_.below(2) == 0 ? Side::kBuy : Side::kSell, number(40), 9'985 + number(30),
        static_cast<OrderType>(std::max(0, static_cast<int>(stream_.below(10)) - 6)));
    made.symbol = symbol();
    if (made.type == OrderType::kMarket) {
      made.limit = {};
    }
    made.authority = maybe_authority();
    return made;
  }

  // One that is open if there is any: of the account or not.
  OrderId some_order(const Exchange& exchange) {
    const Side side = stream_.below(2) == 0 ? Side::kBuy : Side::kSell;
    const auto open = exchange.book(symbol(), side);
    return open.empty() ? OrderId(1 + stream_.below(50)) : open[stream_.below(open.size())].id;
  }

 private:
  SymbolId symbol() { return stream_.below(4) == 0 ? kSyn : kGoog; }

  MakerQuotes quotes() {
    MakerQuotes made{kMaker, symbol(), {}};
    const std::int64_t middle = 9'990 + number(20);
    for (std::int64_t level = 1; level <= 3; ++level) {
      made.levels.push_back({Side::kBuy, {middle - level}, {1 + number(20)}});
      made.levels.push_back({Side::kSell, {middle + level}, {1 + number(20)}});
    }
    return made;
  }

  std::optional<Authority> maybe_authority() {
    if (stream_.below(3) == 0) {
      return std::nullopt;
    }
    tasks_ += stream_.below(2);
    const std::uint64_t back = stream_.below(6);
    return authority(tasks_ > back ? tasks_ - back : 1, fence_ + stream_.below(3),
                     static_cast<std::uint32_t>(1 + stream_.below(2)),
                     static_cast<Leg>(stream_.below(2)));
  }

  num::Stream stream_;
  std::uint64_t fence_ = 1;
  std::uint64_t tasks_ = 1;
  std::uint64_t low_water_ = 0;
};

}  // namespace market
