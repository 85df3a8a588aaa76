// A strategy as a member of a swarm: the program of every agent node, coordinators included.
//
// For each task that the group assigns to it, the agent does the declared work, decides by its
// strategy on the prices it has seen (or asks the other members, when the task wants a joint
// decision), has the decision approved against its risk limits, orders at the venue, and reports
// the outcome. Orders carry the authority of the assignment; what the venue says about a key is
// what the agent reports, also when an earlier attempt ordered it. An attempt that is not the first
// voids the keys of the task that it does not use before it reports, since the earlier one may have
// ordered under them.
//
// The agent also speaks to the venue for the coordinator: it raises the fence, voids the keys of
// tasks that are given up, and tells how far tasks have ended.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <vector>

#include "market/protocol.h"
#include "market/trade_report.h"
#include "strategy/strategy.h"
#include "swarm/member.h"
#include "world/machine.h"

namespace agent {

// The payload of a task: the instruments it is about, in the order that the strategy takes them.
struct TradeTask {
  std::vector<market::SymbolId> symbols;
  MUSTER_FIELDS(TradeTask, symbols)
};

// The choice that joint decisions are about, equal byte for byte when members agree.
struct Choice {
  market::SymbolId symbol;
  std::int8_t direction = 0;  // 1 buy, -1 sell, 0 hold
  MUSTER_FIELDS(Choice, symbol, direction)
};

struct InstrumentConfig {
  market::SymbolId symbol;
  market::Money tick{10'000};
  MUSTER_FIELDS(InstrumentConfig, symbol, tick)
};

struct AgentConfig {
  swarm::MemberConfig member;
  world::NodeId venue;
  market::AccountId account;
  std::vector<InstrumentConfig> instruments;
  std::size_t window_points = 60;
  strategy::Parameters strategy;
  strategy::Limits limits;
  market::Money cash;
  std::int64_t joint_shares = 10;  // quantity of an order that was decided jointly
  core::Duration order_retry = core::milliseconds(100);
  std::uint32_t order_attempts = 50;  // then the attempt is given up
  core::Duration subscription_retry = core::seconds(1);
  MUSTER_FIELDS(AgentConfig, member, venue, account, instruments, window_points, strategy, limits,
                cash, joint_shares, order_retry, order_attempts, subscription_retry)
};

// Legs that a task may order; more are cut off.
inline constexpr market::Leg kMaximumLegs = 4;

class Agent : public world::Machine {
 public:
  explicit Agent(AgentConfig config);

  void step(const world::Event& event, world::Context& context, world::Effects& effects) override;
  [[nodiscard]] std::uint64_t digest() const override { return core::digest(state_); }

  [[nodiscard]] const swarm::Member& member() const { return state_.member; }

 private:
  // A task in hand between the end of its work and its result.
  struct Order {
    std::vector<strategy::Order> legs;
    std::vector<market::Outcome> outcomes;
    market::Authority sent;  // of the leg under way
    std::uint32_t tries = 0;
    MUSTER_FIELDS(Order, legs, outcomes, sent, tries)
  };
  // The keys of a task being voided: of a later attempt that does not use them, or of a task that
  // the coordinator gives up.
  struct Voiding {
    market::Authority authority;                       // leg 0
    swarm::Outcome otherwise = swarm::Outcome::kDone;  // the result if nothing happened
    std::map<market::Leg, market::Outcome> answers;
    MUSTER_FIELDS(Voiding, authority, otherwise, answers)

    [[nodiscard]] bool complete() const { return answers.size() == kMaximumLegs; }
    // What happened after all.
    [[nodiscard]] market::TradeReport report() const;
  };
  struct State {
    AgentConfig config;
    swarm::Member member;
    strategy::State strategy;
    strategy::Observation observed;  // every instrument
    std::uint64_t last_tick = 0;
    bool ticked = false;  // a tick came since the last look at the subscription
    bool subscribed = false;
    bool failed = false;
    std::set<market::IdempotencyKey> booked;  // outcomes already in position and cash, bounded
    std::map<swarm::TaskId, Order> orders;
    std::map<swarm::TaskId, Voiding> voidings;  // of tasks in hand
    std::map<swarm::TaskId, Voiding> given_up;  // for the coordinator
    MUSTER_FIELDS(State, config, member, strategy, observed, last_tick, ticked, subscribed, failed,
                  booked, orders, voidings, given_up)
  };

  void start(const world::Start& start, world::Context& context, world::Effects& effects);
  void receive(const world::Message& message, world::Context& context, world::Effects& effects);
  void timer(world::TimerId timer, world::Context& context, world::Effects& effects);
  void serve_member(world::Context& context, world::Effects& effects);
  void follow_state(world::Context& context, world::Effects& effects);
  void subscribe(world::Effects& effects);
  void ticked(const market::Tick& tick, core::Time now);

  void serve(const swarm::FenceWanted& request, world::Context&, world::Effects& effects);
  void serve(const swarm::VoidWanted& request, world::Context&, world::Effects& effects);
  void serve(const swarm::LowWaterWanted& request, world::Context&, world::Effects& effects);
  void serve(const swarm::WorkWanted& request, world::Context&, world::Effects& effects);
  void serve(const swarm::OpinionWanted& request, world::Context&, world::Effects& effects);
  void serve(const swarm::JointOutcome& outcome, world::Context&, world::Effects& effects);

  void begin(swarm::TaskId task, world::Effects& effects);
  void worked(swarm::TaskId task, world::Context& context, world::Effects& effects);
  [[nodiscard]] strategy::Observation observation_for(const core::Bytes& payload,
                                                      core::Time now) const;
  void carry_out(swarm::TaskId task, const strategy::Decision& decision,
                 const strategy::Observation& observation, world::Context& context,
                 world::Effects& effects);
  void hold(swarm::TaskId task, swarm::Outcome outcome, world::Context& context,
            world::Effects& effects);
  void send_order(swarm::TaskId task, Order& order, world::Effects& effects);
  void retry_order(swarm::TaskId task, world::Context& context, world::Effects& effects);
  void replied(const market::OrderReply& reply, world::Context& context, world::Effects& effects);
  void order_replied(swarm::TaskId task, const market::OrderReply& reply, world::Context& context,
                     world::Effects& effects);
  void order_ended(swarm::TaskId task, world::Context& context, world::Effects& effects);
  // `otherwise`: the outcome when the report is empty.
  void finish(swarm::TaskId task, const market::TradeReport& report, swarm::Outcome otherwise,
              world::Context& context, world::Effects& effects);
  void superseded(swarm::TaskId task, world::Context& context, world::Effects& effects);
  void send_voids(const Voiding& voiding, world::Effects& effects);
  void void_replied(swarm::TaskId task, const market::OrderReply& reply, world::Context& context,
                    world::Effects& effects);
  void give_up_replied(swarm::TaskId task, const market::OrderReply& reply, world::Context& context,
                       world::Effects& effects);
  void book(const market::OrderReply& reply);
  void end(swarm::TaskId task, swarm::AttemptEnd end, swarm::Outcome outcome,
           const market::TradeReport& report, world::Context& context, world::Effects& effects);

  State state_;
};

}  // namespace agent
