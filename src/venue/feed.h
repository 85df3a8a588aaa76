// Prices and the quotes around them: what a tick tells the exchange, and what it tells subscribers.
#pragma once

#include <cstdint>
#include <vector>

#include "core/time.h"
#include "market/path.h"
#include "market/protocol.h"
#include "venue/venue.h"

namespace venue {

class Feed {
 public:
  // REQUIRES: exchange_config(config) succeeds.
  explicit Feed(const VenueConfig& config);

  // For step `step` of the paths: a mark for each instrument, then each maker's quotes around it.
  [[nodiscard]] std::vector<market::Command> commands(std::uint64_t step);

  [[nodiscard]] market::Tick tick(const market::Exchange& exchange, std::uint64_t sequence,
                                  core::Time now) const;

 private:
  struct Instrument {
    market::SymbolId id;
    market::PricePath path;
  };
  [[nodiscard]] market::MakerQuotes quotes(market::AccountId maker, market::SymbolId symbol,
                                           market::Price mark) const;

  MakerConfig makers_;
  std::vector<Instrument> instruments_;  // by ascending id
};

}  // namespace venue
