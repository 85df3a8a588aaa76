// The venue behind its public face: applies what arrives, and lets its consequences out when they
// are durable.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <variant>
#include <vector>

#include "feed.h"
#include "market/trace.h"
#include "store.h"
#include "venue/venue.h"

namespace venue {

// An event of the exchange with its place in the journal.
struct Noted {
  market::JournalPosition position;
  market::ExchangeEvent event;
  MUSTER_FIELDS(Noted, position, event)
};

// What leaves the node when all commands before it are durable.
using Output = std::variant<world::Message, Noted, market::BalanceStatement>;

class Venue::Floor {
 public:
  explicit Floor(std::shared_ptr<const VenueConfig> config);

  void step(const world::Event& event, world::Context& context, world::Effects& effects);
  [[nodiscard]] std::uint64_t digest() const { return core::digest(state_); }

  // A regular value: all that a step reads and writes, but for the feed, which follows from
  // `ticks`.
  struct State {
    market::Exchange exchange;
    std::uint64_t journal = 0;  // number of the last journal record applied
    std::uint64_t ticks = 0;    // price steps taken
    bool closed = false;        // the store was not readable
    core::Time next_tick;
    market::Tick latest_tick;
    std::set<world::NodeId> subscribers;
    // Who asked under the key of a working order, besides its owner.
    std::map<market::IdempotencyKey, std::set<world::NodeId>> watchers;
    // Group commit: what waits for the persist in flight.
    bool writing = false;
    std::uint64_t persists = 0;  // number of the last one begun in this incarnation
    std::uint64_t commands_since_snapshot = 0;
    bool unsaved_tick = false;
    std::vector<market::JournalRecord> unsaved;
    std::vector<RecordEvents> unsaved_events;
    std::vector<Output> outputs;
    MUSTER_FIELDS(State, exchange, journal, ticks, closed, next_tick, latest_tick, subscribers,
                  watchers, writing, persists, commands_since_snapshot, unsaved_tick, unsaved,
                  unsaved_events, outputs)
  };
  [[nodiscard]] const State& state() const { return state_; }

 private:
  void on(const world::Start& event, world::Context& context, world::Effects& effects);
  void on(const world::Received& event, world::Context& context, world::Effects& effects);
  void on(const world::TimerFired& event, world::Context& context, world::Effects& effects);
  void on(const world::Persisted& event, world::Context& context, world::Effects& effects);
  void on(const world::Returned& event, world::Context& context, world::Effects& effects);

  // One for each message of market/protocol.h that a venue receives.
  void handle(world::NodeId from, const market::OrderRequest& request);
  void handle(world::NodeId from, const market::VoidRequest& request);
  void handle(world::NodeId from, const market::CancelRequest& request);
  void handle(world::NodeId from, const market::Fence& request);
  void handle(world::NodeId from, const market::Subscribe& request);
  void handle(world::NodeId from, const market::LowWaterNotice& notice);
  template <class Request>
  bool handle_as(const world::Message& message);

  void advance(core::Time now);
  void arm_timer(core::Time now, world::Effects& effects);
  std::vector<market::ExchangeEvent> apply(const market::Command& command);
  void tell_owners(const std::vector<market::ExchangeEvent>& events,
                   market::IdempotencyKey answered);
  void answer(world::NodeId from, const market::NewOrder& asked, const market::Command& command);
  template <class Payload>
  void send(world::NodeId to, const Payload& payload, market::IdempotencyKey key = {});
  void note_balances();
  void flush(world::Effects& effects);
  void persist(world::Effects& effects);
  void release(world::Effects& effects);

  std::shared_ptr<const VenueConfig> config_;
  market::ExchangeConfig exchange_config_;
  Feed feed_;
  State state_;
};

}  // namespace venue
