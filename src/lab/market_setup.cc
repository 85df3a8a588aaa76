#include "market_setup.h"

#include "lab/deployment.h"
#include "market/path.h"
#include "num/math.h"

namespace lab {
namespace {

// A synthetic instrument without a series to fit: a driftless random walk of the stated volatility,
// on a calendar of its own.
constexpr std::uint32_t kInventedBars = 1'000;
constexpr double kBarsPerYear = 252;
constexpr std::int64_t kInventedPriceTicks = 10'000;

// Bars of a price that trends go one way for this many on average.
constexpr std::uint32_t kTrendBars = 40;
// Of what is not the trend, and of what is left of a distance from the level one bar later.
constexpr double kTrendNoise = 0.5;
constexpr double kLevelMemory = 0.0;

// Log returns, bar by bar, that follow the regimes.
class Movements {
 public:
  Movements(const scenario::Instrument& instrument, double deviation, num::Stream random)
      : instrument_(instrument), deviation_(deviation), random_(random) {}

  double next(std::uint32_t bar) {
    const scenario::Movement movement = movement_at(bar);
    if (movement != current_) {
      current_ = movement;
      distance_ = 0;
    }
    const double noise = deviation_ * random_.normal();
    switch (movement) {
      case scenario::Movement::kRandom:
        break;
      case scenario::Movement::kTrending:
        direction_ = random_.below(kTrendBars) == 0 ? -direction_ : direction_;
        return direction_ * deviation_ + kTrendNoise * noise;
      case scenario::Movement::kReverting: {
        const double before = distance_;
        distance_ = kLevelMemory * distance_ + noise;
        return distance_ - before;
      }
    }
    return noise;
  }

 private:
  // Regimes count from the start of the load, bars from that of the venue.
  [[nodiscard]] scenario::Movement movement_at(std::uint32_t bar) const {
    scenario::Movement movement = scenario::Movement::kRandom;
    for (const scenario::Regime& regime : instrument_.synthetic->regimes) {
      if (bar * instrument_.bar_lasts >= kSettle + regime.at || regime.at == core::Duration(0)) {
        movement = regime.movement;
      }
    }
    return movement;
  }

  const scenario::Instrument& instrument_;
  double deviation_;
  num::Stream random_;
  scenario::Movement current_ = scenario::Movement::kRandom;
  double direction_ = 1;
  double distance_ = 0;  // from the level
};

market::Series invent(const scenario::Instrument& instrument, std::uint64_t seed,
                      std::uint64_t entity) {
  num::Stream random(seed, entity, num::purpose_of("lab.invented_series"));
  const double deviation = static_cast<double>(instrument.synthetic->volatility_ppm) / 1e6 /
                           __builtin_sqrt(kBarsPerYear);
  Movements movements(instrument, deviation,
                      num::Stream(seed, entity, num::purpose_of("lab.invented_movements")));
  market::Series series;
  series.provenance = {market::Provenance::Kind::kSynthetic, "no series", {}, {}, seed};
  double price = static_cast<double>(kInventedPriceTicks);
  for (std::uint32_t i = 0; i < kInventedBars; ++i) {
    market::Bar bar;
    bar.date = {static_cast<std::int32_t>(2001 + i / 336),
                static_cast<std::uint8_t>(1 + i / 28 % 12), static_cast<std::uint8_t>(1 + i % 28)};
    bar.open.ticks = static_cast<std::int64_t>(price);
    price *= num::exp(movements.next(i));
    bar.close.ticks = static_cast<std::int64_t>(price);
    const auto reach = static_cast<std::int64_t>(price * deviation / 2 * random.unit());
    bar.high.ticks = std::max(bar.open.ticks, bar.close.ticks) + reach;
    bar.low.ticks = std::max<std::int64_t>(1, std::min(bar.open.ticks, bar.close.ticks) - reach);
    series.bars.push_back(bar);
  }
  series.provenance.first = series.bars.front().date;
  series.provenance.last = series.bars.back().date;
  return series;
}

core::Result<market::Series> series_named(const scenario::ScenarioFile& file,
                                          const std::string& name) {
  const auto text = file.series.find(name);
  core::check(text != file.series.end(), "the loader has read every named series");
  return market::parse_series(text->second, name);
}

core::Result<market::Series> series_of(const scenario::ScenarioFile& file,
                                       const scenario::Instrument& instrument, std::uint64_t seed,
                                       std::uint64_t entity) {
  if (!instrument.synthetic) {
    return series_named(file, instrument.series);
  }
  if (instrument.synthetic->fit.empty()) {
    return invent(instrument, seed, entity);
  }
  const market::Series base = TRY(series_named(file, instrument.synthetic->fit));
  const market::RegimeModel model = TRY(market::fit(base));
  return market::synthesise(
      base, model, static_cast<std::int32_t>(instrument.synthetic->correlation_ppm / 10'000), seed,
      entity);
}

}  // namespace

core::Result<venue::VenueConfig> make_market(const scenario::ScenarioFile& file,
                                             const scenario::Scenario& scenario,
                                             const std::vector<world::NodeId>& members,
                                             std::uint64_t seed) {
  venue::VenueConfig config;
  config.seed = seed;
  config.tick = scenario.market.tick;
  config.fee_basis_points = scenario.market.fee_basis_points;
  for (const scenario::Instrument& instrument : scenario.market.instruments) {
    venue::InstrumentConfig made;
    made.id = market::SymbolId(static_cast<std::uint16_t>(config.instruments.size() + 1));
    made.name = instrument.symbol;
    made.series = TRY(series_of(file, instrument, seed, made.id.value));
    made.bar_lasts = instrument.bar_lasts;
    config.instruments.push_back(std::move(made));
  }
  for (const world::NodeId node : members) {
    venue::TraderConfig trader;
    trader.node = node;
    trader.cash = market::dollars(scenario.market.cash_dollars);
    trader.position_limit = market::Quantity{scenario.market.position_limit_shares};
    trader.loss_limit = market::dollars(scenario.market.loss_limit_dollars);
    config.traders.push_back(trader);
  }
  TRY_VOID(venue::exchange_config(config));
  return config;
}

}  // namespace lab
