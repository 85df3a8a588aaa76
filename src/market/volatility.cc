#include "market/volatility.h"

#include <cstddef>

#include "core/check.h"
#include "num/math.h"

namespace market {

namespace {

constexpr double kTradingDays = 252;
constexpr double kTradingHoursPerDay = 6.5;
constexpr double kCalendarDays = 365.25;
constexpr core::Duration kDay = core::hours(24);

}  // namespace

double bars_per_year(core::Duration bar) {
  core::check(bar > core::Duration::zero(), "a bar lasts some time");
  if (bar == kDay) {
    return kTradingDays;
  }
  const double bar_hours = core::to_seconds(bar) / 3600;
  return bar < kDay ? kTradingDays * kTradingHoursPerDay / bar_hours
                    : kCalendarDays * 24 / bar_hours;
}

double realised_volatility(std::span<const Price> prices, core::Duration bar) {
  if (prices.size() < 3) {
    return 0;
  }
  std::vector<double> returns;
  returns.reserve(prices.size() - 1);
  double sum = 0;
  for (std::size_t i = 1; i < prices.size(); ++i) {
    core::check(prices[i - 1].ticks > 0 && prices[i].ticks > 0, "returns need positive prices");
    returns.push_back(
        num::log(static_cast<double>(prices[i].ticks) / static_cast<double>(prices[i - 1].ticks)));
    sum += returns.back();
  }
  const double mean = sum / static_cast<double>(returns.size());
  double squares = 0;
  for (const double value : returns) {
    squares += (value - mean) * (value - mean);
  }
  return num::sqrt(squares / static_cast<double>(returns.size() - 1) * bars_per_year(bar));
}

double realised_volatility(const Series& series, core::Duration bar) {
  std::vector<Price> closes;
  closes.reserve(series.bars.size());
  for (const Bar& day : series.bars) {
    closes.push_back(day.close);
  }
  return realised_volatility(closes, bar);
}

}  // namespace market
