#include "agent/agent.h"

#include <gtest/gtest.h>

#include "agent/trace.h"
#include "world_sim/simulation.h"

namespace agent {
namespace {

constexpr world::NodeId kAgent(1);
constexpr world::NodeId kVenue(2);
constexpr world::NodeId kClient(3);
constexpr market::SymbolId kSymbol(1);

// A venue of few words: rising prices, every order filled whole, each key once.
class Venue : public world::Machine {
 public:
  // `traded`: legs of task 1 that somebody traded before.
  explicit Venue(std::uint32_t silent_orders, const std::vector<market::Leg>& traded = {})
      : silent_orders_(silent_orders) {
    for (const market::Leg leg : traded) {
      market::Outcome& before =
          outcomes_[market::make_key(market::GroupId(1), market::TaskId(1), leg)];
      before.order = market::OrderId(1000U + leg);
      before.status = market::OrderStatus::kFilled;
      before.filled = {5};
    }
  }
  void step(const world::Event& event, world::Context& context, world::Effects& effects) override {
    if (std::holds_alternative<world::Start>(event)) {
      effects.set_timer(world::TimerId(1), core::milliseconds(100));
    } else if (std::holds_alternative<world::TimerFired>(event)) {
      tick(context, effects);
    } else if (const auto* received = std::get_if<world::Received>(&event)) {
      receive(received->message, effects);
    }
  }
  [[nodiscard]] std::uint64_t digest() const override { return sequence_; }

 private:
  void tick(world::Context& context, world::Effects& effects) {
    market::Tick tick;
    tick.sequence = ++sequence_;
    tick.time = context.now;
    const auto price = static_cast<std::int64_t>(10'000 + 10 * sequence_);
    tick.quotes = {{kSymbol, {price - 1}, {price + 1}, {price}, {price}, {price}}};
    effects.send(kAgent, tick);
    effects.set_timer(world::TimerId(1), core::milliseconds(100));
  }
  void receive(const world::Message& message, world::Effects& effects) {
    if (message.type == market::Fence::kType) {
      const auto fence = world::payload<market::Fence>(message);
      effects.send(message.from, market::FenceAck{fence->group, fence->term});
    } else if (message.type == market::OrderRequest::kType) {
      const auto order = world::payload<market::OrderRequest>(message);
      if (silent_orders_ > 0) {
        --silent_orders_;
        return;
      }
      const auto [known, first] = outcomes_.try_emplace(order->authority.key());
      if (first) {
        known->second.order = market::OrderId(outcomes_.size());
        known->second.account = order->account;
        known->second.symbol = order->symbol;
        known->second.side = order->side;
        known->second.quantity = order->quantity;
        known->second.filled = order->quantity;
        known->second.status = market::OrderStatus::kFilled;
      }
      effects.send(message.from,
                   market::OrderReply{order->authority.key(), order->authority.attempt,
                                      known->second, !first});
    } else if (message.type == market::VoidRequest::kType) {
      const auto request = world::payload<market::VoidRequest>(message);
      const auto [known, first] = outcomes_.try_emplace(request->authority.key());
      if (first) {
        known->second.reject_reason = market::RejectReason::kVoided;
      }
      effects.send(message.from,
                   market::OrderReply{request->authority.key(), request->authority.attempt,
                                      known->second, !first});
    }
  }

  std::uint32_t silent_orders_;
  std::uint64_t sequence_ = 0;
  std::map<market::IdempotencyKey, market::Outcome> outcomes_;
};

// Offers one task after three seconds and keeps the answer.
class Client : public world::Machine {
 public:
  void step(const world::Event& event, world::Context& context, world::Effects& effects) override {
    if (std::holds_alternative<world::Start>(event)) {
      effects.set_timer(world::TimerId(1), core::seconds(3));
    } else if (std::holds_alternative<world::TimerFired>(event)) {
      swarm::Task task;
      task.id = swarm::TaskId(1);
      task.client = context.self;
      task.service_cpu = core::milliseconds(5);
      task.payload = core::encode(TradeTask{{kSymbol}});
      effects.send(kAgent, swarm::Offer{task, {}, false});
    } else if (const auto* received = std::get_if<world::Received>(&event)) {
      if (received->message.type == swarm::Reply::kType) {
        const auto reply = world::payload<swarm::Reply>(received->message);
        effects.trace(swarm::TaskAnswered{reply->task, {}, 1, reply->result});
      }
    }
  }
  [[nodiscard]] std::uint64_t digest() const override { return 0; }
};

AgentConfig config() {
  AgentConfig made;
  made.member.group = swarm::GroupId(1);
  made.member.self = kAgent;
  made.member.topology =
      *swarm::make_topology({swarm::TopologyKind::kMesh, {}, {kAgent}, 0, std::nullopt});
  made.member.coordinator.group = made.member.group;
  made.venue = kVenue;
  made.account = market::AccountId(1);
  made.instruments = {{kSymbol, {10'000}}};
  strategy::Momentum momentum;
  momentum.trading.window_points = 10;
  made.window_points = 10;
  made.strategy = momentum;
  made.cash = market::dollars(1'000'000);
  return made;
}

class Record : public world::TraceSink {
 public:
  void receive(const world::TraceEntry& entry) override {
    if (const auto answer = world::as<swarm::TaskAnswered>(entry)) {
      answers.push_back(answer->result);
    } else if (const auto sent = world::as<OrderSent>(entry)) {
      orders.push_back(*sent);
    } else if (const auto changed = world::as<swarm::AgentStateChanged>(entry)) {
      states.push_back(changed->to);
    }
  }
  std::vector<swarm::Result> answers;
  std::vector<OrderSent> orders;
  std::vector<swarm::AgentState> states;
};

Record play(std::uint32_t silent_orders, const std::vector<market::Leg>& traded = {}) {
  Record record;
  world_sim::Options options;
  options.sinks = {&record};
  world_sim::Simulation simulation(options);
  simulation.boot({kAgent, "agent", "agent", "zone", {}},
                  [] { return std::make_unique<Agent>(config()); });
  simulation.boot({kVenue, "venue", "venue", "zone", {}},
                  [=] { return std::make_unique<Venue>(silent_orders, traded); });
  simulation.boot({kClient, "client", "client", "zone", {}},
                  [] { return std::make_unique<Client>(); });
  simulation.run_until(core::at(core::seconds(6)));
  return record;
}

TEST(Agent, BuysInARisingMarketAndReportsWhatTheVenueSaid) {
  const Record record = play(0);
  ASSERT_EQ(record.answers.size(), 1U);
  EXPECT_EQ(record.answers[0].outcome, swarm::Outcome::kDone);
  const auto report = core::decode<market::TradeReport>(record.answers[0].payload);
  ASSERT_TRUE(report && report->legs.size() == 1);
  EXPECT_EQ(report->legs[0].side, market::Side::kBuy);
  EXPECT_EQ(report->legs[0].filled, report->legs[0].quantity);
  ASSERT_EQ(record.orders.size(), 1U);
  EXPECT_EQ(record.orders[0].authority.attempt, 1U);
  EXPECT_GT(record.orders[0].authority.term, 0U);
}

TEST(Agent, AnOrderWithoutAnswerIsRepeatedUnderTheSameKey) {
  const Record record = play(3);
  ASSERT_EQ(record.answers.size(), 1U);
  ASSERT_GE(record.orders.size(), 4U);
  for (const OrderSent& order : record.orders) {
    EXPECT_EQ(order.authority.key(), record.orders[0].authority.key());
    EXPECT_EQ(order.again, &order != record.orders.data());
  }
}

TEST(Agent, ALaterAttemptReportsALegThatOnlyAnEarlierOneOrdered) {
  const Record record = play(12, {3});  // silent for longer than an attempt may take
  ASSERT_EQ(record.answers.size(), 1U);
  ASSERT_GT(record.orders.back().authority.attempt, 1U);
  const auto report = core::decode<market::TradeReport>(record.answers[0].payload);
  ASSERT_TRUE(report && report->legs.size() == 2);
  EXPECT_EQ(report->legs[0].side, market::Side::kBuy);
  EXPECT_EQ(report->legs[1].order, market::OrderId(1003));
}

TEST(Agent, GoesThroughItsStatesLegally) {
  using swarm::AgentState;
  EXPECT_EQ(play(0).states,
            (std::vector{AgentState::kReady, AgentState::kBusy, AgentState::kReady}));
}

}  // namespace
}  // namespace agent
