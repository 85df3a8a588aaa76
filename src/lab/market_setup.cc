#include "market_setup.h"

#include "market/path.h"
#include "num/math.h"

namespace lab {
namespace {

// A synthetic instrument without a series to fit: a driftless random walk of the stated volatility,
// on a calendar of its own.
constexpr std::uint32_t kInventedBars = 1'000;
constexpr double kBarsPerYear = 252;
constexpr std::int64_t kInventedPriceTicks = 10'000;

market::Series invent(std::int64_t volatility_ppm, std::uint64_t seed, std::uint64_t entity) {
  num::Stream random(seed, entity, num::purpose_of("lab.invented_series"));
  const double deviation = static_cast<double>(volatility_ppm) / 1e6 / __builtin_sqrt(kBarsPerYear);
  market::Series series;
  series.provenance = {market::Provenance::Kind::kSynthetic, "no series", {}, {}, seed};
  double price = static_cast<double>(kInventedPriceTicks);
  for (std::uint32_t i = 0; i < kInventedBars; ++i) {
    market::Bar bar;
    bar.date = {static_cast<std::int32_t>(2001 + i / 336),
                static_cast<std::uint8_t>(1 + i / 28 % 12), static_cast<std::uint8_t>(1 + i % 28)};
    bar.open.ticks = static_cast<std::int64_t>(price);
    price *= num::exp(deviation * random.normal());
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
    return invent(instrument.synthetic->volatility_ppm, seed, entity);
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
