#include <set>
#include <string>

#include "market/path.h"
#include "venue/venue.h"

namespace venue {

namespace {

constexpr std::int64_t kMostStepsPerBar = 1'000'000;
constexpr std::uint32_t kMostMakers = 1'000;
constexpr std::uint32_t kMostLevels = 1'000;
constexpr std::uint32_t kBasisPointsOfOne = 10'000;

std::unexpected<core::Error> refuse(std::string message) {
  return core::fail(core::Code::kInvalid, std::move(message));
}

core::Result<void> check_instrument(const InstrumentConfig& instrument, core::Duration tick) {
  const std::string& name = instrument.name;
  if (instrument.series.bars.empty()) {
    return refuse("instrument " + name + " has no bars");
  }
  const auto steps = instrument.bar_lasts / tick;
  if (steps < market::kLeastStepsPerBar || steps > kMostStepsPerBar ||
      instrument.bar_lasts % tick != core::Duration::zero()) {
    return refuse(
        "a bar of " + name + " lasts " + std::to_string(core::to_seconds(instrument.bar_lasts)) +
        " s: it needs a whole number of ticks, " + std::to_string(market::kLeastStepsPerBar) +
        " to " + std::to_string(kMostStepsPerBar));
  }
  const bool synthetic = instrument.series.provenance.kind == market::Provenance::Kind::kSynthetic;
  if (synthetic != market::is_synthetic_name(name)) {
    return refuse("instrument " + name +
                  (synthetic ? " is synthetic: name it SYN1, SYN2, …"
                             : " is real: SYN names are for synthetic ones"));
  }
  return {};
}

core::Result<void> check_intervals(const VenueConfig& config) {
  if (config.tick <= core::Duration::zero()) {
    return refuse("the tick of the market is not above zero");
  }
  if (config.balances_every_ticks == 0 || config.snapshot_every_commands == 0) {
    return refuse("balances_every_ticks and snapshot_every_commands start at 1");
  }
  if (config.instruments.empty()) {
    return refuse("the market has no instrument");
  }
  const MakerConfig& makers = config.makers;
  if (makers.count > kMostMakers || makers.levels > kMostLevels ||
      makers.half_spread_basis_points > kBasisPointsOfOne ||
      makers.level_gap_basis_points > kBasisPointsOfOne) {
    return refuse("market makers: at most " + std::to_string(kMostMakers) + " with " +
                  std::to_string(kMostLevels) + " levels, spread and gap up to " +
                  std::to_string(kBasisPointsOfOne) + " basis points");
  }
  return {};
}

}  // namespace

core::Result<market::ExchangeConfig> exchange_config(const VenueConfig& config) {
  TRY_VOID(check_intervals(config));
  market::ExchangeConfig made;
  made.fee_basis_points = config.fee_basis_points;
  for (const InstrumentConfig& instrument : config.instruments) {
    TRY_VOID(check_instrument(instrument, config.tick));
    made.symbols.push_back({instrument.id, instrument.name, instrument.series.tick,
                            instrument.series.bars.front().open});
  }
  for (const TraderConfig& trader : config.traders) {
    if (trader.node.value >= kFirstMakerAccount) {
      return refuse("node " + std::to_string(trader.node.value) +
                    " cannot trade: account ids from " + std::to_string(kFirstMakerAccount) +
                    " on belong to market makers");
    }
    market::AccountConfig account;
    account.id = market::AccountId(trader.node.value);
    account.cash = trader.cash;
    account.position_limit = trader.position_limit;
    account.loss_limit = trader.loss_limit;
    made.accounts.push_back(account);
  }
  for (std::uint32_t maker = 0; maker < config.makers.count; ++maker) {
    market::AccountConfig account;
    account.id = market::AccountId(kFirstMakerAccount + maker);
    account.cash = config.makers.cash;
    for (const InstrumentConfig& instrument : config.instruments) {
      account.positions[instrument.id] = config.makers.inventory;
    }
    made.accounts.push_back(account);
  }
  const auto exchange = market::Exchange::create(made);
  if (!exchange) {
    return std::unexpected(exchange.error());
  }
  return made;
}

}  // namespace venue
