// How fast the exchange takes orders, against the least that a book must do.
#include <benchmark/benchmark.h>

#include <chrono>
#include <deque>
#include <map>
#include <vector>

#include "market/exchange.h"
#include "num/stream.h"

namespace {

constexpr market::SymbolId kSymbol{1};
constexpr std::size_t kOrders = 20'000;

std::vector<market::NewOrder> orders() {
  num::Stream random(1, 0, num::purpose_of("bench.orders"));
  std::vector<market::NewOrder> made(kOrders);
  for (market::NewOrder& order : made) {
    const bool buys = random.below(2) == 0;
    order.account = market::AccountId(buys ? 1 : 2);
    order.symbol = kSymbol;
    order.side = buys ? market::Side::kBuy : market::Side::kSell;
    order.type = market::OrderType::kLimit;
    order.quantity = {1 + static_cast<std::int64_t>(random.below(20))};
    order.limit = {9'950 + static_cast<std::int64_t>(random.below(100))};
  }
  return made;
}

market::Exchange exchange() {
  market::ExchangeConfig config;
  config.symbols = {{kSymbol, "SYN1", market::Money{10'000}, market::Price{10'000}}};
  for (const std::uint32_t id : {1U, 2U}) {
    market::AccountConfig account;
    account.id = market::AccountId(id);
    account.cash = market::dollars(1'000'000'000);
    account.positions = {{kSymbol, {10'000'000}}};
    config.accounts.push_back(account);
  }
  return *market::Exchange::create(config);
}

// Price levels, first come first served, and nothing else: no risk, no accounts, no events.
class FloorBook {
 public:
  std::int64_t take(const market::NewOrder& order) {
    std::int64_t left = order.quantity.shares;
    std::int64_t filled = 0;
    if (order.side == market::Side::kBuy) {
      while (left > 0 && !sells_.empty() && sells_.begin()->first <= order.limit.ticks) {
        filled += trade(sells_, sells_.begin(), left);
      }
      if (left > 0) {
        buys_[order.limit.ticks].push_back(left);
      }
    } else {
      while (left > 0 && !buys_.empty() && buys_.rbegin()->first >= order.limit.ticks) {
        filled += trade(buys_, std::prev(buys_.end()), left);
      }
      if (left > 0) {
        sells_[order.limit.ticks].push_back(left);
      }
    }
    return filled;
  }

 private:
  using Levels = std::map<std::int64_t, std::deque<std::int64_t>>;

  static std::int64_t trade(Levels& levels, Levels::iterator level, std::int64_t& left) {
    std::int64_t& first = level->second.front();
    const std::int64_t size = std::min(first, left);
    first -= size;
    left -= size;
    if (first == 0) {
      level->second.pop_front();
    }
    if (level->second.empty()) {
      levels.erase(level);
    }
    return size;
  }

  Levels buys_;
  Levels sells_;
};

double seconds_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

void take_orders(benchmark::State& state) {
  const std::vector<market::NewOrder> stream = orders();
  double floor_s = 0;
  double exchange_s = 0;
  std::uint64_t events = 0;
  for (auto _ : state) {
    FloorBook floor;
    auto begin = std::chrono::steady_clock::now();
    for (const market::NewOrder& order : stream) {
      benchmark::DoNotOptimize(floor.take(order));
    }
    floor_s += seconds_since(begin);
    market::Exchange made = exchange();
    begin = std::chrono::steady_clock::now();
    for (const market::NewOrder& order : stream) {
      events += made.apply(order).size();
    }
    const double lasted_s = seconds_since(begin);
    exchange_s += lasted_s;
    state.SetIterationTime(lasted_s);
  }
  const double taken = static_cast<double>(state.iterations()) * static_cast<double>(kOrders);
  state.counters["orders_per_s"] = taken / exchange_s;
  state.counters["events_per_order"] = static_cast<double>(events) / taken;
  state.counters["times_the_floor"] = exchange_s / floor_s;
}
BENCHMARK(take_orders)->UseManualTime()->Unit(benchmark::kMillisecond);

}  // namespace
