// A venue on a workbench: one machine, a disk that writes when told to, and everything that left
// it.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <vector>

#include "market/protocol.h"
#include "market/trace.h"
#include "venue/venue.h"
#include "world/outbox.h"

namespace venue {

inline constexpr world::NodeId kAnna{11};
inline constexpr world::NodeId kBert{12};
inline constexpr world::NodeId kLeader{13};
inline constexpr market::SymbolId kGoog{1};
inline constexpr market::GroupId kGroup{1};

inline market::Series rising_series(std::size_t bars) {
  market::Series series;
  series.provenance.file = "rising.csv";
  for (std::size_t i = 0; i < bars; ++i) {
    const std::int64_t base = 10'000 + 100 * static_cast<std::int64_t>(i);
    market::Bar bar;
    bar.date = {2020, 1, static_cast<std::uint8_t>(i + 1)};
    bar.open = {base};
    bar.high = {base + 150};
    bar.low = {base - 50};
    bar.close = {base + 100};
    series.bars.push_back(bar);
  }
  return series;
}

inline VenueConfig small_venue() {
  VenueConfig config;
  config.instruments = {{kGoog, "GOOG", rising_series(20), core::seconds(1)}};
  for (const world::NodeId node : {kAnna, kBert}) {
    TraderConfig trader;
    trader.node = node;
    trader.cash = market::dollars(1'000'000);
    trader.position_limit = market::Quantity{1'000};
    trader.loss_limit = market::dollars(100'000);
    config.traders.push_back(trader);
  }
  config.makers.levels = 3;
  config.makers.quantity = {50};
  config.fee_basis_points = 1;
  config.seed = 7;
  return config;
}

inline market::OrderRequest buy(world::NodeId node, std::uint64_t task, std::int64_t shares,
                                std::int64_t ticks, std::uint64_t term = 1,
                                std::uint32_t attempt = 1) {
  market::OrderRequest request;
  request.authority = {kGroup, term, market::TaskId(task), attempt, 0};
  request.account = market::account_of_node(node.value);
  request.symbol = kGoog;
  request.quantity = {shares};
  request.limit = {ticks};
  return request;
}

class VenueBench {
 public:
  enum class InFlight { kLost, kKept };

  explicit VenueBench(VenueConfig config = small_venue())
      : tick_(config.tick), program_(program(std::move(config))) {
    boot();
  }

  // ---- What happens to it ----

  template <class Payload>
  void receive(world::NodeId from, const Payload& payload) {
    world::Message message = world::make_message(kVenue, payload);
    message.from = from;
    happen(world::Received{message});
  }
  void receive_raw(world::NodeId from, world::MessageType type, core::Bytes body) {
    world::Message message;
    message.from = from;
    message.to = kVenue;
    message.type = type;
    message.body = std::move(body);
    happen(world::Received{message});
  }
  // The tick timer fires and the disk keeps up.
  void tick() {
    now_ += tick_;
    ASSERT_TRUE(timer_) << "the venue forgot its timer";
    happen(world::TimerFired{*std::exchange(timer_, std::nullopt)});
    settle();
  }
  // The disk finishes the write in flight. False when there is none.
  bool write() {
    if (!writing_) {
      return false;
    }
    const world::Persist done = *std::exchange(writing_, std::nullopt);
    keep(done);
    ++writes_;
    outbox_->durable();
    pump();
    happen(world::Persisted{done.id});
    return true;
  }
  void settle() {
    while (write()) {
    }
  }
  void crash(InFlight in_flight = InFlight::kLost) {
    if (writing_ && in_flight == InFlight::kKept) {
      keep(*writing_);
    }
    boot();
  }

  // ---- What came of it ----

  // Messages of one kind to one node since the last call.
  template <class Payload>
  std::vector<Payload> sent(world::NodeId to) {
    std::vector<Payload> found;
    std::erase_if(sent_, [&](const world::Message& message) {
      if (message.to != to || message.type != Payload::kType) {
        return false;
      }
      found.push_back(*world::payload<Payload>(message));
      return true;
    });
    return found;
  }
  template <class Record>
  [[nodiscard]] std::vector<Record> traced() const {
    std::vector<Record> found;
    for (const world::TraceRecord& record : traces_) {
      if (record.kind == Record::kKind) {
        found.push_back(*core::decode<Record>(record.body));
      }
    }
    return found;
  }
  [[nodiscard]] const std::vector<world::TraceRecord>& traces() const { return traces_; }
  [[nodiscard]] const Venue& venue() const { return *venue_; }
  [[nodiscard]] std::vector<core::Bytes>& store() { return store_; }
  [[nodiscard]] std::size_t writes() const { return writes_; }
  [[nodiscard]] bool writing() const { return writing_.has_value(); }

 private:
  static constexpr world::NodeId kVenue{1};

  void boot() {
    auto machine = program_();
    venue_.reset(dynamic_cast<Venue*>(machine.release()));
    outbox_.emplace();
    writing_.reset();
    timer_.reset();
    ++incarnation_.value;
    happen(world::Start{store_});
  }
  void happen(const world::Event& event) {
    world::Context context{kVenue, incarnation_, core::at(now_), core::WallTime(now_), random_};
    world::Effects effects;
    venue_->step(event, context, effects);
    outbox_->push(effects.take());
    pump();
  }
  void pump() {
    while (auto released = outbox_->next()) {
      if (auto* const send = std::get_if<world::Send>(&released->effect)) {
        sent_.push_back(std::move(send->message));
      } else if (auto* const trace = std::get_if<world::Trace>(&released->effect)) {
        traces_.push_back(std::move(trace->record));
      } else if (const auto* const timer = std::get_if<world::SetTimer>(&released->effect)) {
        timer_ = timer->timer;
      } else if (auto* const persist = std::get_if<world::Persist>(&released->effect)) {
        writing_ = std::move(*persist);
      } else {
        ADD_FAILURE() << "a venue sends, traces, persists and sets timers, nothing else";
      }
    }
  }
  void keep(const world::Persist& persist) {
    if (persist.mode == world::PersistMode::kReplaceAll) {
      store_.clear();
    }
    store_.push_back(persist.record);
  }

  core::Duration tick_;
  world::Program program_;
  std::unique_ptr<Venue> venue_;
  std::optional<world::Outbox> outbox_;
  std::optional<world::Persist> writing_;
  std::optional<world::TimerId> timer_;
  std::vector<core::Bytes> store_;
  std::vector<world::Message> sent_;
  std::vector<world::TraceRecord> traces_;
  std::size_t writes_ = 0;
  core::Duration now_{};
  world::Incarnation incarnation_;
  num::Stream random_;
};

}  // namespace venue
