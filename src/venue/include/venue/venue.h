// The exchange as a node: price feed, market makers, accounts of the swarm's members, fencing, and
// a journal that makes all of it survive a crash.
//
// What a step of the venue decides leaves it only when it is durable: replies, fence
// acknowledgements, ticks and trace wait for the journal. Commands that arrive while the disk is
// busy are written together (group commit), so the disk bounds latency but not throughput. When the
// journal has grown, a snapshot replaces it. A restarted venue has the same books, accounts, fences
// and keys, and its prices go on where they stopped; subscriptions are forgotten
// (market/protocol.h).
//
// Prices: each tick moves every instrument one step along its path (market/path.h), makes that
// price the mark, and market makers with accounts of their own quote levels around it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"
#include "core/time.h"
#include "market/exchange.h"
#include "market/series.h"
#include "world/machine.h"
#include "world/node.h"

namespace venue {

struct InstrumentConfig {
  market::SymbolId id;
  std::string name;       // "GOOG", or "SYN1" for a synthetic series
  market::Series series;  // as parsed or synthesised
  core::Duration bar_lasts =
      core::seconds(2);  // of run time, a whole number of ticks, at least four
  MUSTER_FIELDS(InstrumentConfig, id, name, series, bar_lasts)
};

// A member that may trade. Its account has the id market::account_of_node(node).
struct TraderConfig {
  world::NodeId node;
  market::Money cash = market::dollars(10'000'000);
  std::optional<market::Quantity> position_limit;
  std::optional<market::Money> loss_limit;
  MUSTER_FIELDS(TraderConfig, node, cash, position_limit, loss_limit)
};

// All market makers are alike. Each quotes `levels` bids and as many asks around the mark.
struct MakerConfig {
  std::uint32_t count = 1;
  std::uint32_t levels = 5;
  std::uint32_t half_spread_basis_points =
      2;  // of the mark, from it to the first level; at least a tick
  std::uint32_t level_gap_basis_points = 1;  // between levels; at least a tick
  market::Quantity quantity{1'000};          // of each level
  market::Money cash = market::dollars(1'000'000'000);
  market::Quantity inventory{1'000'000};  // of each symbol at the start
  MUSTER_FIELDS(MakerConfig, count, levels, half_spread_basis_points, level_gap_basis_points,
                quantity, cash, inventory)
};

struct VenueConfig {
  std::vector<InstrumentConfig> instruments;
  std::vector<TraderConfig> traders;
  MakerConfig makers;
  std::uint32_t fee_basis_points = 0;
  core::Duration tick = core::milliseconds(100);
  std::uint64_t seed = 0;                   // of the price paths
  std::uint32_t balances_every_ticks = 10;  // BalanceStatement in the trace
  std::uint32_t snapshot_every_commands = 4'096;
  MUSTER_FIELDS(VenueConfig, instruments, traders, makers, fee_basis_points, tick, seed,
                balances_every_ticks, snapshot_every_commands)
};

inline constexpr std::uint32_t kFirstMakerAccount = 0xF0000001U;

// The accounts and symbols as the exchange sees them; traders first, then makers from
// kFirstMakerAccount on. Refuses what a venue cannot run: no instrument, a bar that is not a whole
// number of at least four ticks, a synthetic series that is not named SYN<n> or a real one that is,
// a node twice, zero intervals, and all that Exchange::create refuses.
[[nodiscard]] core::Result<market::ExchangeConfig> exchange_config(const VenueConfig& config);

class Venue : public world::Machine {
 public:
  // REQUIRES: exchange_config(*config) succeeds. Shares the configuration with later incarnations.
  explicit Venue(std::shared_ptr<const VenueConfig> config);
  ~Venue() override;
  Venue(const Venue&) = delete;
  Venue& operator=(const Venue&) = delete;

  void step(const world::Event& event, world::Context& context, world::Effects& effects) override;
  [[nodiscard]] std::uint64_t digest() const override;

  // For tests and reports.
  [[nodiscard]] const market::Exchange& exchange() const;
  [[nodiscard]] std::uint64_t journal_records() const;  // the number of the last one
  [[nodiscard]] std::uint64_t ticks() const;            // price steps taken over all incarnations
  [[nodiscard]] bool closed() const;                    // its store was not readable

 private:
  class Floor;
  std::unique_ptr<Floor> floor_;
};

// The program of a venue node. REQUIRES: exchange_config(config) succeeds.
[[nodiscard]] world::Program program(VenueConfig config);

}  // namespace venue
