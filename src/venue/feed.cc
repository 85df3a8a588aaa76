#include "feed.h"

#include <algorithm>

namespace venue {

namespace {

std::int64_t share_of(market::Price price, std::uint32_t basis_points) {
  constexpr std::int64_t kOne = 10'000;
  return std::max<std::int64_t>(1, price.ticks * basis_points / kOne);
}

}  // namespace

Feed::Feed(const VenueConfig& config) : makers_(config.makers) {
  for (const InstrumentConfig& instrument : config.instruments) {
    const auto steps = static_cast<std::uint32_t>(instrument.bar_lasts / config.tick);
    instruments_.push_back({instrument.id, market::PricePath(instrument.series, steps, config.seed,
                                                             instrument.id.value)});
  }
  std::sort(instruments_.begin(), instruments_.end(),
            [](const Instrument& a, const Instrument& b) { return a.id < b.id; });
}

std::vector<market::Command> Feed::commands(std::uint64_t step) {
  std::vector<market::Command> commands;
  for (Instrument& instrument : instruments_) {
    const market::Price mark = instrument.path.price(step);
    commands.emplace_back(market::PriceStep{instrument.id, mark});
    for (std::uint32_t maker = 0; maker < makers_.count; ++maker) {
      commands.emplace_back(
          quotes(market::AccountId(kFirstMakerAccount + maker), instrument.id, mark));
    }
  }
  return commands;
}

market::MakerQuotes Feed::quotes(market::AccountId maker, market::SymbolId symbol,
                                 market::Price mark) const {
  market::MakerQuotes made{maker, symbol, {}};
  const std::int64_t half_spread = share_of(mark, makers_.half_spread_basis_points);
  const std::int64_t gap = share_of(mark, makers_.level_gap_basis_points);
  for (std::uint32_t level = 0; level < makers_.levels; ++level) {
    const std::int64_t away = half_spread + gap * level;
    if (mark.ticks > away) {
      made.levels.push_back({market::Side::kBuy, {mark.ticks - away}, makers_.quantity});
    }
    if (mark.ticks + away <= market::kMaximumTicks) {
      made.levels.push_back({market::Side::kSell, {mark.ticks + away}, makers_.quantity});
    }
  }
  return made;
}

market::Tick Feed::tick(const market::Exchange& exchange, std::uint64_t sequence,
                        core::Time now) const {
  market::Tick tick{sequence, now, {}};
  for (const Instrument& instrument : instruments_) {
    market::TickQuote quote;
    quote.symbol = instrument.id;
    quote.mark = exchange.mark(instrument.id);
    const auto bid = exchange.best(instrument.id, market::Side::kBuy);
    const auto ask = exchange.best(instrument.id, market::Side::kSell);
    quote.bid = bid ? bid->price : market::Price{};
    quote.ask = ask ? ask->price : market::Price{};
    const market::Price last = exchange.last(instrument.id);
    quote.last = last.ticks != 0 ? last : quote.mark;
    quote.mid = bid && ask ? market::Price{(bid->price.ticks + ask->price.ticks) / 2} : quote.mark;
    tick.quotes.push_back(quote);
  }
  return tick;
}

}  // namespace venue
