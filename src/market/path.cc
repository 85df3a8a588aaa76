#include "market/path.h"

#include <algorithm>

#include "core/check.h"
#include "num/math.h"

namespace market {

namespace {

constexpr double kLog2 = 0.69314718055994530942;

double as_double(Price price) {
  return static_cast<double>(price.ticks);
}

// Mirrors `value` at the bounds until it lies within them.
double reflected(double value, double low, double high) {
  constexpr int kMirrors = 8;
  for (int i = 0; i < kMirrors && (value < low || value > high); ++i) {
    value = value < low ? 2 * low - value : 2 * high - value;
  }
  return std::clamp(value, low, high);
}

Price rounded(double ticks) {
  return {static_cast<std::int64_t>(ticks + 0.5)};
}

// Where the bar's corners lie among the steps: (step, price), ascending.
std::vector<std::pair<std::uint32_t, Price>> pins(const Bar& bar, std::uint32_t steps,
                                                  num::Stream& stream) {
  const std::uint64_t first = 1 + stream.below(steps - 3);
  const std::uint64_t second = first + 1 + stream.below(steps - 2 - first);
  const bool high_first = stream.below(2) == 0;
  std::vector<std::pair<std::uint32_t, Price>> found = {
      {0, bar.open},
      {static_cast<std::uint32_t>(first), high_first ? bar.high : bar.low},
      {static_cast<std::uint32_t>(second), high_first ? bar.low : bar.high},
      {steps - 1, bar.close}};
  // A corner that the open or the close touches already needs no pin of its own.
  for (const Price corner : {bar.high, bar.low}) {
    if (corner == bar.open || corner == bar.close) {
      const auto inner = std::find_if(found.begin() + 1, found.end() - 1,
                                      [&](const auto& pin) { return pin.second == corner; });
      if (inner != found.end() - 1) {
        found.erase(inner);
      }
    }
  }
  return found;
}

}  // namespace

std::vector<Price> bridge(const Bar& bar, std::uint32_t steps, num::Stream stream) {
  core::check(steps >= kLeastStepsPerBar, "a bar's path has a step for each of its four corners");
  core::check(bar.low.ticks > 0 && bar.low <= std::min(bar.open, bar.close) &&
                  std::max(bar.open, bar.close) <= bar.high,
              "a bar's open and close lie between its low and high");
  const double low = as_double(bar.low);
  const double high = as_double(bar.high);
  const double bar_deviation = (high - low) / (2 * num::sqrt(kLog2));
  const double step_deviation = bar_deviation / num::sqrt(static_cast<double>(steps));
  const auto pinned = pins(bar, steps, stream);
  std::vector<Price> path(steps);
  path.front() = bar.open;
  for (std::size_t pin = 1; pin < pinned.size(); ++pin) {
    const auto [end, target] = pinned[pin];
    double value = as_double(pinned[pin - 1].second);
    for (std::uint32_t step = pinned[pin - 1].first + 1; step < end; ++step) {
      const double left = static_cast<double>(end - step + 1);
      const double mean = value + (as_double(target) - value) / left;
      const double deviation = step_deviation * num::sqrt((left - 1) / left);
      value = reflected(mean + deviation * stream.normal(), low, high);
      path[step] = rounded(value);
    }
    path[end] = target;
  }
  return path;
}

PricePath::PricePath(Series series, std::uint32_t steps_per_bar, std::uint64_t seed,
                     std::uint64_t entity)
    : series_(std::move(series)), steps_per_bar_(steps_per_bar), seed_(seed), entity_(entity) {
  core::check(!series_.bars.empty(), "a price path has bars");
  core::check(steps_per_bar_ >= kLeastStepsPerBar, "a bar's path has a step for each corner");
}

Price PricePath::price(std::uint64_t step) {
  core::check(!series_.bars.empty(), "a price path has bars");
  const std::uint64_t bar = step / steps_per_bar_;
  if (bar >= series_.bars.size()) {
    return series_.bars.back().close;
  }
  if (cached_.empty() || cached_bar_ != bar) {
    constexpr unsigned kBarBits = 32;
    const num::Stream stream(seed_, (entity_ << kBarBits) | bar, num::purpose_of("market.bridge"));
    cached_ = bridge(series_.bars[bar], steps_per_bar_, stream);
    cached_bar_ = bar;
  }
  return cached_[step % steps_per_bar_];
}

}  // namespace market
