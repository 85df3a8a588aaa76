// The venue in the simulated world: real queues, links and disks between it and its clients.
#include <gmock/gmock.h>

#include <map>

#include "market/protocol.h"
#include "trace_reader.h"
#include "venue_bench.h"
#include "world_sim/simulation.h"

namespace venue {
namespace {

constexpr world::NodeId kVenueNode{1};

// Sends one order every 20 ms and repeats it until it is answered; buys and sells in turn.
class Trader : public world::Machine {
 public:
  static constexpr world::TimerId kTimer{1};
  struct State {
    std::uint64_t task = 0;
    std::uint32_t attempts = 0;
    bool answered = true;
    std::map<market::IdempotencyKey, market::Outcome> outcomes;
    std::uint64_t ticks = 0;
    MUSTER_FIELDS(State, task, attempts, answered, outcomes, ticks)
  };

  void step(const world::Event& event, world::Context& context, world::Effects& effects) override {
    if (const auto* const received = std::get_if<world::Received>(&event)) {
      receive(received->message);
      return;
    }
    effects.set_timer(kTimer, core::milliseconds(20));
    effects.send(kVenueNode, market::Subscribe{});
    if (state_.answered) {
      ++state_.task;
      state_.attempts = 0;
      state_.answered = false;
    }
    ++state_.attempts;
    const std::uint64_t task = state_.task * 2 + context.self.value % 2;
    market::OrderRequest order = buy(context.self, task, 5, 0, 1, state_.attempts);
    order.type = market::OrderType::kMarket;
    order.side = state_.task % 2 == 0 ? market::Side::kSell : market::Side::kBuy;
    effects.send(kVenueNode, order);
  }
  [[nodiscard]] std::uint64_t digest() const override { return core::digest(state_); }
  [[nodiscard]] const State& state() const { return state_; }

 private:
  void receive(const world::Message& message) {
    if (message.type == market::Tick::kType) {
      ++state_.ticks;
    } else if (message.type == market::OrderReply::kType) {
      const auto reply = *world::payload<market::OrderReply>(message);
      EXPECT_EQ(reply.outcome.account.value, message.to.value);
      const auto [first, is_new] = state_.outcomes.emplace(reply.key, reply.outcome);
      EXPECT_TRUE(is_new || first->second == reply.outcome) << "an answer changed";
      state_.answered = state_.answered || market::task_of(reply.key).value / 2 == state_.task;
    }
  }
  State state_;
};

class Sink : public world::TraceSink {
 public:
  void receive(const world::TraceEntry& entry) override {
    reader.read(entry.record);
    recoveries += entry.record.kind == market::VenueRecovered::kKind ? 1 : 0;
  }
  TraceReader reader;
  int recoveries = 0;
};

world::NodeSpec node(world::NodeId id, std::string name) {
  world::NodeSpec spec;
  spec.id = id;
  spec.role = name;
  spec.name = std::move(name);
  return spec;
}

struct Ending {
  std::uint64_t fingerprint = 0;
  std::size_t orders = 0;
};

Ending run(std::uint64_t seed, world::FaultPlan faults) {
  Sink sink;
  world_sim::Options options;
  options.seed = seed;
  options.faults = std::move(faults);
  options.sinks = {&sink};
  world_sim::Simulation simulation(options);
  VenueConfig config = small_venue();
  config.balances_every_ticks = 1;
  config.snapshot_every_commands = 40;
  simulation.boot(node(kVenueNode, "venue"), program(config));
  for (const world::NodeId trader : {kAnna, kBert}) {
    simulation.boot(node(trader, "trader"), [] { return std::make_unique<Trader>(); });
  }
  simulation.run_until(core::at(core::seconds(10)));
  std::size_t orders = 0;
  for (const world::NodeId trader : {kAnna, kBert}) {
    const auto* const machine = dynamic_cast<const Trader*>(simulation.machine(trader));
    orders += machine->state().outcomes.size();
    EXPECT_GT(machine->state().ticks, 50U);
  }
  for (std::uint32_t fault = 0; fault < options.faults.size(); ++fault) {
    EXPECT_GT(simulation.acted(fault), 0U);
  }
  EXPECT_EQ(sink.recoveries > 0, !options.faults.empty());
  EXPECT_GE(sink.reader.orders(), orders);
  return {simulation.fingerprint(), orders};
}

world::Fault crash(core::Duration when, world::UnsyncedWrites unsynced) {
  world::Fault fault;
  fault.kind = world::FaultKind::kCrash;
  fault.trigger.not_before = core::at(when);
  fault.duration = core::milliseconds(500);
  fault.target.role = "venue";
  fault.unsynced = unsynced;
  return fault;
}

TEST(VenueInTheWorld, ServesTradersWithoutFaults) {
  const Ending calm = run(1, {});
  EXPECT_GT(calm.orders, 900U);
  EXPECT_EQ(calm.fingerprint, run(1, {}).fingerprint);
  EXPECT_NE(calm.fingerprint, run(2, {}).fingerprint);
}

TEST(VenueInTheWorld, EveryOrderHasOneOutcomeWhateverTheDiskKeepsInACrash) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    for (const auto unsynced : {world::UnsyncedWrites::kLose, world::UnsyncedWrites::kKeep,
                                world::UnsyncedWrites::kTear}) {
      const auto some = core::microseconds(137 * static_cast<std::int64_t>(seed));
      const Ending stormy = run(seed, {crash(core::seconds(2) + some, unsynced),
                                       crash(core::seconds(5) + 2 * some, unsynced)});
      EXPECT_GT(stormy.orders, 700U);
      ASSERT_FALSE(testing::Test::HasFailure()) << "seed " << seed;
    }
  }
}

}  // namespace
}  // namespace venue
