// Fitting the regime model to a series, and making series from it.
#include <algorithm>

#include "core/check.h"
#include "market/path.h"
#include "num/math.h"

namespace market {

namespace {

constexpr std::size_t kRegimeWindowBars = 21;
constexpr double kJumpDeviations = 4;
constexpr double kDeviationsPerMedian = 1.4826;  // of a normal distribution

double magnitude(double value) {
  return value < 0 ? -value : value;
}

double mean_of(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) {
    sum += value;
  }
  return sum / static_cast<double>(values.size());
}

double median_of(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

// Collects squares; the root mean square of none is 0.
struct SquareSum {
  double sum = 0;
  double count = 0;
  void add(double value) {
    sum += value * value;
    count += 1;
  }
  [[nodiscard]] double mean() const { return count > 0 ? sum / count : 0; }
  [[nodiscard]] double root() const { return num::sqrt(mean()); }
};

double log_return(Price before, Price after) {
  return num::log(static_cast<double>(after.ticks) / static_cast<double>(before.ticks));
}

std::vector<double> log_returns(const Series& series) {
  std::vector<double> returns;
  for (std::size_t i = 1; i < series.bars.size(); ++i) {
    returns.push_back(log_return(series.bars[i - 1].close, series.bars[i].close));
  }
  return returns;
}

// Which returns are jumps; nothing when the typical return does not move at all.
std::vector<bool> find_jumps(const std::vector<double>& returns) {
  const double middle = median_of(returns);
  std::vector<double> distances;
  for (const double value : returns) {
    distances.push_back(magnitude(value - middle));
  }
  const double limit = kJumpDeviations * kDeviationsPerMedian * median_of(distances);
  std::vector<bool> jumps;
  if (limit > 0) {
    for (const double distance : distances) {
      jumps.push_back(distance > limit);
    }
  }
  return jumps;
}

std::vector<bool> find_turbulence(const std::vector<double>& returns,
                                  const std::vector<bool>& jumps) {
  std::vector<double> recent;
  for (std::size_t i = 0; i < returns.size(); ++i) {
    SquareSum window;
    for (std::size_t j = i + 1 > kRegimeWindowBars ? i + 1 - kRegimeWindowBars : 0; j <= i; ++j) {
      if (!jumps[j]) {
        window.add(returns[j]);
      }
    }
    recent.push_back(window.mean());
  }
  const double middle = median_of(recent);
  std::vector<bool> turbulent;
  for (const double value : recent) {
    turbulent.push_back(value > middle);
  }
  return turbulent;
}

double range_to_return(const Series& series) {
  double range = 0;
  double moved = 0;
  for (const Bar& bar : series.bars) {
    range += static_cast<double>(bar.high.ticks - bar.low.ticks);
    moved += magnitude(static_cast<double>(bar.close.ticks - bar.open.ticks));
  }
  return moved > 0 ? range / moved : 1;
}

// Draws the model's returns, less their mean, and remembers the regime.
class RegimeWalk {
 public:
  RegimeWalk(const RegimeModel& model, std::uint64_t seed, std::uint64_t entity)
      : model_(model),
        regimes_(seed, entity, num::purpose_of("market.synthetic.regime")),
        returns_(seed, entity, num::purpose_of("market.synthetic.return")) {
    const double both = model.leave_calm + model.leave_turbulent;
    turbulent_ = both > 0 && regimes_.unit() * both < model.leave_calm;
  }

  double next() {
    const double leave = turbulent_ ? model_.leave_turbulent : model_.leave_calm;
    if (regimes_.unit() < leave) {
      turbulent_ = !turbulent_;
    }
    const bool jump = regimes_.unit() < model_.jump_rate;
    return (jump ? model_.jump_volatility : volatility()) * returns_.normal();
  }
  [[nodiscard]] double volatility() const {
    return turbulent_ ? model_.turbulent_volatility : model_.calm_volatility;
  }

 private:
  const RegimeModel& model_;
  num::Stream regimes_;
  num::Stream returns_;
  bool turbulent_ = false;
};

Price scaled(Price price, double log_factor) {
  const double ticks = static_cast<double>(price.ticks) * num::exp(log_factor);
  return {
      static_cast<std::int64_t>(std::clamp(ticks + 0.5, 1.0, static_cast<double>(kMaximumTicks)))};
}

}  // namespace

core::Result<RegimeModel> fit(const Series& series) {
  const std::string& file = series.provenance.file;
  if (series.bars.size() < kLeastBarsToFit) {
    return core::fail(core::Code::kInvalid, file + " has " + std::to_string(series.bars.size()) +
                                                " bars: a synthetic series needs at least " +
                                                std::to_string(kLeastBarsToFit) +
                                                " to be fitted to");
  }
  std::vector<double> returns = log_returns(series);
  RegimeModel model;
  model.mean_return = mean_of(returns);
  for (double& value : returns) {
    value -= model.mean_return;
  }
  const std::vector<bool> jumps = find_jumps(returns);
  if (jumps.empty()) {
    return core::fail(core::Code::kInvalid,
                      file + " does not move on most bars: nothing can be fitted to it");
  }
  const std::vector<bool> turbulent = find_turbulence(returns, jumps);
  SquareSum calm;
  SquareSum wild;
  SquareSum jumped;
  double left[2] = {0, 0};
  double stayed_or_left[2] = {0, 0};
  for (std::size_t i = 0; i < returns.size(); ++i) {
    (jumps[i] ? jumped : turbulent[i] ? wild : calm).add(returns[i]);
    if (i + 1 < returns.size()) {
      stayed_or_left[turbulent[i] ? 1 : 0] += 1;
      left[turbulent[i] ? 1 : 0] += turbulent[i] != turbulent[i + 1] ? 1 : 0;
    }
  }
  model.calm_volatility = calm.root();
  model.turbulent_volatility = wild.root();
  model.leave_calm = stayed_or_left[0] > 0 ? left[0] / stayed_or_left[0] : 0;
  model.leave_turbulent = stayed_or_left[1] > 0 ? left[1] / stayed_or_left[1] : 0;
  model.jump_rate = jumped.count / static_cast<double>(returns.size());
  model.jump_volatility = jumped.root();
  model.range_to_return = range_to_return(series);
  return model;
}

Series synthesise(const Series& base, const RegimeModel& model, std::int32_t correlation_percent,
                  std::uint64_t seed, std::uint64_t entity) {
  core::check(!base.bars.empty(), "a synthetic series has a base with bars");
  core::check(correlation_percent >= -100 && correlation_percent <= 100,
              "a correlation lies between -100 and 100 percent");
  const double shared = static_cast<double>(correlation_percent) / 100;
  const double own = num::sqrt(1 - shared * shared);
  const double half_excess = std::max(0.0, model.range_to_return - 1) / 2;
  RegimeWalk walk(model, seed, entity);
  num::Stream ranges(seed, entity, num::purpose_of("market.synthetic.range"));
  Series series;
  series.provenance = base.provenance;
  series.provenance.kind = Provenance::Kind::kSynthetic;
  series.provenance.seed = seed;
  series.tick = base.tick;
  for (std::size_t i = 0; i < base.bars.size(); ++i) {
    Bar bar;
    bar.date = base.bars[i].date;
    const double drawn = walk.next();
    if (i == 0) {
      bar.open = base.bars[0].open;
      bar.close = base.bars[0].close;
    } else {
      const double followed =
          log_return(base.bars[i - 1].close, base.bars[i].close) - model.mean_return;
      bar.open = series.bars.back().close;
      bar.close = scaled(bar.open, model.mean_return + shared * followed + own * drawn);
    }
    const double above = half_excess * walk.volatility() * magnitude(ranges.normal());
    const double below = half_excess * walk.volatility() * magnitude(ranges.normal());
    bar.high = scaled(std::max(bar.open, bar.close), above);
    bar.low = scaled(std::min(bar.open, bar.close), -below);
    bar.high = std::max({bar.high, bar.open, bar.close});
    bar.low = std::min({bar.low, bar.open, bar.close});
    series.bars.push_back(bar);
  }
  return series;
}

bool is_synthetic_name(std::string_view symbol) {
  constexpr std::string_view kPrefix = "SYN";
  if (!symbol.starts_with(kPrefix)) {
    return false;
  }
  symbol.remove_prefix(kPrefix.size());
  return !symbol.empty() && symbol.front() != '0' &&
         std::all_of(symbol.begin(), symbol.end(),
                     [](char letter) { return letter >= '0' && letter <= '9'; });
}

}  // namespace market
