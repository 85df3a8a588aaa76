// Prices between bars, and synthetic series made in the likeness of a real one.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "market/series.h"
#include "num/stream.h"

namespace market {

// A bar has four corners, so a path through it needs at least this many steps.
inline constexpr std::uint32_t kLeastStepsPerBar = 4;

// One bar as `steps` prices: the first is the open, the last the close, the high and the low are
// reached exactly and never passed. Between these pins lies a Brownian bridge, sampled left to
// right (Glasserman, Monte Carlo Methods in Financial Engineering, 2003, section 3.1) with the
// volatility that the bar's range implies (Parkinson, "The extreme value method for estimating the
// variance of the rate of return", Journal of Business 53, 1980), reflected at high and low. Which
// of the two comes first is a fair coin. REQUIRES steps >= kLeastStepsPerBar and low <= open, close
// <= high.
[[nodiscard]] std::vector<Price> bridge(const Bar& bar, std::uint32_t steps, num::Stream stream);

// A whole series, step by step. A pure function of (series, steps, seed, entity): any step can be
// asked for at any time, after a restart too. Keeps the last bar's bridge, so going forward is
// cheap.
class PricePath {
 public:
  PricePath() = default;
  // `entity` tells instruments of one seed apart. REQUIRES a series with bars.
  PricePath(Series series, std::uint32_t steps_per_bar, std::uint64_t seed, std::uint64_t entity);

  // The price at `step` from 0 on; the last close after the end.
  [[nodiscard]] Price price(std::uint64_t step);
  [[nodiscard]] std::uint64_t steps() const {
    return static_cast<std::uint64_t>(series_.bars.size()) * steps_per_bar_;
  }
  [[nodiscard]] const Series& series() const { return series_; }

 private:
  Series series_;
  std::uint32_t steps_per_bar_ = kLeastStepsPerBar;
  std::uint64_t seed_ = 0;
  std::uint64_t entity_ = 0;
  std::uint64_t cached_bar_ = 0;
  std::vector<Price> cached_;  // empty: nothing cached

 public:
  MUSTER_FIELDS(PricePath, series_, steps_per_bar_, seed_, entity_, cached_bar_, cached_)
};

// A model of close-to-close log returns with two volatility regimes and jumps, fitted by moments:
//   1. jumps are returns further from the mean than four robust deviations (1.4826 * median
//   absolute
//      deviation from the median); their rate is their share, their volatility their root mean
//      square;
//   2. a bar is turbulent when the mean square of the returns of the 21 bars up to it, without
//   jumps,
//      is above its median over the series, calm otherwise;
//   3. each regime's volatility is the root mean square of its returns without jumps, and the
//   chance to
//      leave it is the share of its bars after which the regime changed.
// Returns are taken less their mean. Simple on purpose: the model keeps volatility, its clustering
// and heavy tails, and promises nothing more.
struct RegimeModel {
  double mean_return = 0;      // per bar
  double calm_volatility = 0;  // per bar
  double turbulent_volatility = 0;
  double leave_calm = 0;  // probability per bar
  double leave_turbulent = 0;
  double jump_rate = 0;  // probability per bar
  double jump_volatility = 0;
  double range_to_return = 0;  // mean of (high - low) / mean of |close - open|
  MUSTER_FIELDS(RegimeModel, mean_return, calm_volatility, turbulent_volatility, leave_calm,
                leave_turbulent, jump_rate, jump_volatility, range_to_return)
};

inline constexpr std::size_t kLeastBarsToFit = 60;

// kInvalid for fewer than kLeastBarsToFit bars, or prices that hardly ever move.
[[nodiscard]] core::Result<RegimeModel> fit(const Series& series);

// A series of the same dates as `base`, whose returns have the fitted regimes and jumps and
// correlate with those of `base`: r = mean + c * r_base + sqrt(1 - c^2) * r_model, both of the same
// variance, with c = correlation_percent / 100. The first close is that of `base`; each bar opens
// at the close before it; high and low stand off by half-normal amounts that keep the fitted ratio
// of range to return. REQUIRES -100 <= correlation_percent <= 100, a base with bars, and that
// `model` was fitted to it.
[[nodiscard]] Series synthesise(const Series& base, const RegimeModel& model,
                                std::int32_t correlation_percent, std::uint64_t seed,
                                std::uint64_t entity);

// Synthetic instruments are named SYN1, SYN2, … and nothing else is.
[[nodiscard]] bool is_synthetic_name(std::string_view symbol);

}  // namespace market
