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

// What is wrong with this version of the program: for runs that try whether a bad version is found.
struct Defect {
  num::Probability fail;               // a task ends as failed, without an order
  std::uint32_t fail_from = 1;         // only while at least so many tasks are in hand
  std::uint32_t slow_permille = 1000;  // of the declared service time, at least 1000
  std::uint32_t drift_permille = 0;    // of the declared service time more after every 100 tasks
  MUSTER_FIELDS(Defect, fail, fail_from, slow_permille, drift_permille)
};

// What a stage of a ring does with an item: the parts of an agent's work on a task, in this order.
struct StageProgram {
  bool collects = false;     // observes
  bool analyses = false;     // decides by its strategy on what was observed
  bool approves = false;     // checks the decision against the limits
  bool executes = false;     // orders what was approved: only the last stage
  std::int64_t cpu_ppm = 0;  // of the task's declared work
  std::int64_t wait_ppm = 0;
  MUSTER_FIELDS(StageProgram, collects, analyses, approves, executes, cpu_ppm, wait_ppm)
};

// The payload of an item between stages: the work so far.
struct StageWork {
  strategy::Observation observation;
  strategy::Decision decision;
  MUSTER_FIELDS(StageWork, observation, decision)
};

// What the last stage tells the first.
struct Holdings {
  std::map<market::SymbolId, market::Quantity> positions;
  market::Money cash;
  MUSTER_FIELDS(Holdings, positions, cash)
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
  std::vector<StageProgram> stages;  // of a ring, in order
  std::int64_t joint_shares = 10;    // quantity of an order that was decided jointly
  // A task's score is what the agent is worth when it ends less what it was worth at the task
  // before, as a share of this: a profit of so much is 1000, as large a loss 0. 0: no scores.
  market::Money full_profit;
  core::Duration order_retry = core::milliseconds(100);
  std::uint32_t order_attempts = 50;  // then the attempt is given up
  core::Duration subscription_retry = core::seconds(1);
  Defect defect;
  MUSTER_FIELDS(AgentConfig, member, venue, account, instruments, window_points, strategy, limits,
                cash, stages, joint_shares, full_profit, order_retry, order_attempts,
                subscription_retry, defect)
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
    std::optional<market::Money> worth;       // when the last task ended
    std::map<swarm::TaskId, Order> orders;
    std::map<swarm::TaskId, Voiding> voidings;  // of tasks in hand
    std::map<swarm::TaskId, Voiding> given_up;  // for the coordinator
    std::uint64_t begun = 0;                    // tasks, in this incarnation
    MUSTER_FIELDS(State, config, member, strategy, observed, last_tick, ticked, subscribed, failed,
                  booked, worth, orders, voidings, given_up, begun)
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

  // stage.cc
  void serve(const swarm::StageWanted& request, world::Context&, world::Effects& effects);
  void serve(const swarm::TurnWanted& request, world::Context&, world::Effects& effects);
  void serve(const swarm::FeedbackHeard& request, world::Context&, world::Effects& effects);
  void begin_stage(swarm::TaskId task, world::Effects& effects);
  void stage_worked(swarm::TaskId task, world::Context& context, world::Effects& effects);
  void feed_back(world::Context& context, world::Effects& effects);

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
  [[nodiscard]] std::uint16_t score();
  void end(swarm::TaskId task, swarm::AttemptEnd end, swarm::Outcome outcome,
           const market::TradeReport& report, world::Context& context, world::Effects& effects);

  State state_;
};

}  // namespace agent
