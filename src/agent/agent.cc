#include "agent/agent.h"

#include <algorithm>
#include <utility>

#include "agent/trace.h"
#include "timers.h"

namespace agent {
namespace {

constexpr world::TimerId kSubscriptionTimer = kSubscriptionTimers.timer(1);
// Outcomes remembered so that a repeated answer is not booked twice.
constexpr std::size_t kBookedKept = 4096;

market::Authority to_market(const swarm::Authority& authority) {
  return {market::GroupId(authority.group.value), authority.term,
          market::TaskId(authority.task.value), authority.attempt, authority.leg};
}

swarm::TaskId task_of(const market::OrderReply& reply) {
  return swarm::TaskId(market::task_of(reply.key).value);
}

bool superseded_by(market::RejectReason reason) {
  return reason == market::RejectReason::kStaleTerm ||
         reason == market::RejectReason::kStaleAttempt ||
         reason == market::RejectReason::kClosedTask;
}

std::uint32_t confidence_of(std::int64_t signal_millionths) {
  const std::int64_t size = signal_millionths < 0 ? -signal_millionths : signal_millionths;
  return static_cast<std::uint32_t>(std::min<std::int64_t>(1000, size / 1000));
}

}  // namespace

Agent::Agent(AgentConfig config)
    : state_{config, swarm::Member(config.member), {}, {}, 0, false, false, false, {}, {}, {}, {},
             {}} {
  state_.observed.cash = config.cash;
  state_.observed.capital = config.cash;
  for (const InstrumentConfig& instrument : config.instruments) {
    strategy::Instrument empty;
    empty.symbol = instrument.symbol;
    empty.tick = instrument.tick;
    state_.observed.instruments.push_back(empty);
  }
}

void Agent::step(const world::Event& event, world::Context& context, world::Effects& effects) {
  if (state_.failed) {
    return;
  }
  if (const auto* started = std::get_if<world::Start>(&event)) {
    start(*started, context, effects);
  } else if (const auto* received = std::get_if<world::Received>(&event)) {
    receive(received->message, context, effects);
  } else if (const auto* fired = std::get_if<world::TimerFired>(&event)) {
    timer(fired->timer, context, effects);
  } else if (const auto* persisted = std::get_if<world::Persisted>(&event)) {
    const bool owned = state_.member.persisted(persisted->id, context, effects);
    core::check(owned, "only the member asks to hear of durable records");
  }
  serve_member(context, effects);
  follow_state(context, effects);
}

void Agent::start(const world::Start& start, world::Context& context, world::Effects& effects) {
  const auto started = state_.member.start(start, context, effects);
  if (!started) {
    effects.trace(AgentFailed{started.error().message});
    state_.failed = true;
    return;
  }
  subscribe(effects);
}

void Agent::subscribe(world::Effects& effects) {
  effects.send(state_.config.venue, market::Subscribe{});
  effects.set_timer(kSubscriptionTimer, state_.config.subscription_retry);
}

void Agent::receive(const world::Message& message, world::Context& context,
                    world::Effects& effects) {
  if (state_.member.receive(message, context, effects) || message.from != state_.config.venue) {
    return;
  }
  if (message.type == market::Tick::kType) {
    if (const auto tick = world::payload<market::Tick>(message)) {
      ticked(*tick, context.now);
    }
  } else if (message.type == market::OrderReply::kType) {
    if (const auto reply = world::payload<market::OrderReply>(message)) {
      replied(*reply, context, effects);
    }
  } else if (message.type == market::FenceAck::kType) {
    if (const auto fenced = world::payload<market::FenceAck>(message)) {
      state_.member.fenced(fenced->term, context, effects);
    }
  }
}

void Agent::timer(world::TimerId timer, world::Context& context, world::Effects& effects) {
  if (state_.member.timer(timer, context, effects)) {
    return;
  }
  if (timer == kSubscriptionTimer) {
    if (std::exchange(state_.ticked, false)) {
      effects.set_timer(kSubscriptionTimer, state_.config.subscription_retry);
    } else {
      subscribe(effects);
    }
    return;
  }
  const swarm::TaskId task(swarm::TimerRange::own(timer));
  if (kBeginTimers.contains(timer)) {
    if (state_.config.stages.empty()) {
      begin(task, effects);
    } else {
      begin_stage(task, effects);
    }
  } else if (kWorkTimers.contains(timer)) {
    if (state_.config.stages.empty()) {
      worked(task, context, effects);
    } else {
      stage_worked(task, context, effects);
    }
  } else if (kOrderTimers.contains(timer)) {
    retry_order(task, context, effects);
  }
}

void Agent::ticked(const market::Tick& tick, core::Time now) {
  state_.ticked = true;
  if (state_.subscribed && tick.sequence <= state_.last_tick) {
    return;
  }
  state_.subscribed = true;
  state_.last_tick = tick.sequence;
  state_.observed.now = now;
  for (const market::TickQuote& quote : tick.quotes) {
    for (strategy::Instrument& instrument : state_.observed.instruments) {
      if (instrument.symbol == quote.symbol) {
        strategy::append_point(instrument, {now, quote.mid}, state_.config.window_points);
        instrument.bid = quote.bid;
        instrument.ask = quote.ask;
      }
    }
  }
}

// Serving one request may raise others; the member's are bounded, so this ends.
void Agent::serve_member(world::Context& context, world::Effects& effects) {
  for (;;) {
    const std::vector<swarm::MemberRequest> requests = state_.member.take_requests();
    if (requests.empty()) {
      return;
    }
    for (const swarm::MemberRequest& request : requests) {
      std::visit([&](const auto& alternative) { serve(alternative, context, effects); }, request);
    }
  }
}

// Ready means: prices arrive and a leader is known. Busy means: a task is in hand.
void Agent::follow_state(world::Context& context, world::Effects& effects) {
  using swarm::AgentState;
  if (state_.failed) {
    return;
  }
  if (state_.member.state() == AgentState::kInitialising && state_.subscribed &&
      state_.member.leader()) {
    state_.member.set_state(AgentState::kReady, context, effects);
  }
  const bool working = state_.member.tasks_in_hand() > 0;
  if (working && state_.member.state() == AgentState::kReady) {
    state_.member.set_state(AgentState::kBusy, context, effects);
  } else if (!working && state_.member.state() == AgentState::kBusy) {
    state_.member.set_state(AgentState::kReady, context, effects);
  }
  serve_member(context, effects);
}

void Agent::serve(const swarm::FenceWanted& request, world::Context&, world::Effects& effects) {
  effects.send(state_.config.venue,
               market::Fence{market::GroupId(state_.config.member.group.value), request.term},
               request.term);
}

void Agent::serve(const swarm::VoidWanted& request, world::Context&, world::Effects& effects) {
  Voiding& voiding = state_.given_up[request.authority.task];
  voiding.authority = to_market(request.authority);
  send_voids(voiding, effects);
}

void Agent::serve(const swarm::LowWaterWanted& request, world::Context&, world::Effects& effects) {
  effects.send(state_.config.venue,
               market::LowWaterNotice{market::GroupId(state_.config.member.group.value),
                                      request.term, market::TaskId(request.below.value)},
               request.term);
}

// Work holds back what follows it in its step, so each task begins in a step of its own.
void Agent::serve(const swarm::WorkWanted& request, world::Context&, world::Effects& effects) {
  effects.set_timer(kBeginTimers.timer(request.task.value), core::Duration{});
}

// The decision comes when the work is done: the timer is set by an effect that waits for it.
void Agent::begin(swarm::TaskId task, world::Effects& effects) {
  if (const swarm::Assignment* assignment = state_.member.in_hand(task)) {
    const Defect& defect = state_.config.defect;
    const std::uint64_t hundreds = state_.begun++ / 100;
    const auto permille =
        static_cast<std::int64_t>(defect.slow_permille + hundreds * defect.drift_permille);
    effects.work(assignment->task.service_cpu * permille / 1000,
                 assignment->task.service_wait * permille / 1000);
    effects.set_timer(kWorkTimers.timer(task.value), core::Duration{});
  }
}

void Agent::serve(const swarm::OpinionWanted& request, world::Context& context,
                  world::Effects& effects) {
  const strategy::Observation observation = observation_for(request.question.payload, context.now);
  strategy::State copy = state_.strategy;  // an opinion is not a trade
  const strategy::Decision decision = strategy::decide(state_.config.strategy, copy, observation);
  Choice choice;
  if (!decision.legs.empty()) {
    choice.symbol = decision.legs.front().symbol;
    choice.direction = decision.legs.front().side == market::Side::kBuy ? 1 : -1;
  }
  const swarm::JointAnswer answer{request.question.task, request.question.attempt,
                                  core::encode(choice), confidence_of(decision.signal_millionths),
                                  core::digest(observation)};
  if (request.own) {
    state_.member.own_opinion(answer, context, effects);
  } else {
    state_.member.opinion(answer, effects);
  }
}

void Agent::serve(const swarm::JointOutcome& outcome, world::Context& context,
                  world::Effects& effects) {
  const swarm::Assignment* assignment = state_.member.in_hand(outcome.task);
  if (assignment == nullptr || assignment->authority.attempt != outcome.attempt) {
    return;
  }
  if (!outcome.decided) {
    // With every answer in, the members disagree and that is the result; otherwise somebody could
    // not be reached, and another proposer may do better.
    const bool all_answered =
        outcome.in_favour + outcome.against == state_.config.member.joint->members;
    if (all_answered) {
      hold(outcome.task, swarm::Outcome::kUndecided, context, effects);
    } else {
      end(outcome.task, swarm::AttemptEnd::kAborted, swarm::Outcome::kUndecided, {}, context,
          effects);
    }
    return;
  }
  const strategy::Observation observation = observation_for(assignment->task.payload, context.now);
  const auto choice = core::decode<Choice>(outcome.choice);
  strategy::Decision decision;
  const strategy::Instrument* instrument =
      choice ? strategy::find(observation, choice->symbol) : nullptr;
  if (instrument != nullptr && choice->direction != 0) {
    const bool buy = choice->direction > 0;
    decision.reason = strategy::Reason::kEntry;
    decision.legs.push_back({choice->symbol,
                             buy ? market::Side::kBuy : market::Side::kSell,
                             {state_.config.joint_shares},
                             buy ? instrument->ask : instrument->bid});
  }
  carry_out(outcome.task, decision, observation, context, effects);
}

strategy::Observation Agent::observation_for(const core::Bytes& payload, core::Time now) const {
  strategy::Observation observation;
  observation.now = now;
  observation.cash = state_.observed.cash;
  observation.capital = state_.observed.capital;
  if (const auto task = core::decode<TradeTask>(payload)) {
    for (const market::SymbolId symbol : task->symbols) {
      if (const strategy::Instrument* instrument = strategy::find(state_.observed, symbol)) {
        observation.instruments.push_back(*instrument);
      }
    }
  }
  return observation;
}

void Agent::worked(swarm::TaskId task, world::Context& context, world::Effects& effects) {
  const swarm::Assignment* assignment = state_.member.in_hand(task);
  if (assignment == nullptr || state_.orders.contains(task)) {
    return;
  }
  const Defect& defect = state_.config.defect;
  if (defect.fail != num::Probability::never() &&
      state_.member.tasks_in_hand() >= defect.fail_from && context.random.chance(defect.fail)) {
    hold(task, swarm::Outcome::kRejected, context, effects);
    return;
  }
  if (assignment->task.joint) {
    state_.member.ask_jointly(task, context, effects);
    return;
  }
  const strategy::Observation observation = observation_for(assignment->task.payload, context.now);
  const strategy::Decision decision =
      strategy::decide(state_.config.strategy, state_.strategy, observation);
  const strategy::ForecastError error = strategy::forecast_error(state_.strategy);
  if (const auto ratio = error.ratio_millionths()) {
    effects.trace(ForecastJudged{error.judged, *ratio});
  }
  carry_out(task, decision, observation, context, effects);
}

void Agent::carry_out(swarm::TaskId task, const strategy::Decision& decision,
                      const strategy::Observation& observation, world::Context& context,
                      world::Effects& effects) {
  const strategy::Approval approval =
      strategy::approve(state_.config.limits, observation, decision);
  const swarm::Attempt attempt = state_.member.in_hand(task)->authority.attempt;
  effects.trace(DecisionMade{task, attempt, decision.reason, decision.signal_millionths,
                             static_cast<std::uint32_t>(decision.legs.size()), approval.verdict});
  if (decision.holds() || !approval.approved()) {
    hold(task, swarm::Outcome::kDone, context, effects);
    return;
  }
  Order& order = state_.orders[task];
  order.legs = decision.legs;
  order.legs.resize(std::min<std::size_t>(order.legs.size(), kMaximumLegs));
  send_order(task, order, effects);
}

void Agent::hold(swarm::TaskId task, swarm::Outcome outcome, world::Context& context,
                 world::Effects& effects) {
  const swarm::Authority& authority = state_.member.in_hand(task)->authority;
  if (authority.attempt == 1) {
    end(task, swarm::AttemptEnd::kFinished, outcome, {}, context, effects);
    return;
  }
  Voiding& voiding = state_.voidings[task];
  voiding.authority = to_market(authority);
  voiding.otherwise = outcome;
  send_voids(voiding, effects);
  effects.set_timer(kOrderTimers.timer(task.value), state_.config.order_retry);
}

void Agent::send_order(swarm::TaskId task, Order& order, world::Effects& effects) {
  const std::size_t index = order.outcomes.size();
  const strategy::Order& leg = order.legs[index];
  market::Authority authority = to_market(state_.member.in_hand(task)->authority);
  authority.leg = static_cast<market::Leg>(index + 1);
  order.sent = authority;
  ++order.tries;
  const market::OrderRequest request{authority,
                                     state_.config.account,
                                     leg.symbol,
                                     leg.side,
                                     market::OrderType::kImmediateOrCancel,
                                     leg.quantity,
                                     leg.limit};
  effects.send(state_.config.venue, request, authority.term, authority.key().value);
  effects.trace(OrderSent{authority, order.tries > 1});
  effects.set_timer(kOrderTimers.timer(task.value), state_.config.order_retry);
}

void Agent::retry_order(swarm::TaskId task, world::Context& context, world::Effects& effects) {
  if (state_.member.in_hand(task) == nullptr) {
    state_.orders.erase(task);
    return;
  }
  if (const auto order = state_.orders.find(task); order != state_.orders.end()) {
    if (order->second.tries >= state_.config.order_attempts) {
      end(task, swarm::AttemptEnd::kAborted, swarm::Outcome::kDone, {}, context, effects);
    } else {
      send_order(task, order->second, effects);
    }
  } else if (const auto voiding = state_.voidings.find(task); voiding != state_.voidings.end()) {
    send_voids(voiding->second, effects);
    effects.set_timer(kOrderTimers.timer(task.value), state_.config.order_retry);
  }
}

void Agent::replied(const market::OrderReply& reply, world::Context& context,
                    world::Effects& effects) {
  const swarm::TaskId task = task_of(reply);
  book(reply);
  if (state_.orders.contains(task)) {
    order_replied(task, reply, context, effects);
  } else if (state_.voidings.contains(task)) {
    void_replied(task, reply, context, effects);
  }
  if (state_.given_up.contains(task)) {
    give_up_replied(task, reply, context, effects);
  }
}

void Agent::order_replied(swarm::TaskId task, const market::OrderReply& reply,
                          world::Context& context, world::Effects& effects) {
  Order& order = state_.orders.at(task);
  if (reply.key != order.sent.key() || state_.member.in_hand(task) == nullptr) {
    return;
  }
  if (superseded_by(reply.outcome.reject_reason)) {
    superseded(task, context, effects);
    return;
  }
  if (reply.outcome.status == market::OrderStatus::kWorking) {
    return;  // the final outcome follows
  }
  effects.trace(OutcomeSeen{reply.key, reply.outcome.filled, reply.repeat});
  order.outcomes.push_back(reply.outcome);
  order.tries = 0;
  if (order.outcomes.size() < order.legs.size()) {
    send_order(task, order, effects);
  } else {
    order_ended(task, context, effects);
  }
}

// An earlier attempt may have ordered legs that this one did not want: they are told, too.
void Agent::order_ended(swarm::TaskId task, world::Context& context, world::Effects& effects) {
  const Order order = state_.orders.extract(task).mapped();
  const swarm::Authority& authority = state_.member.in_hand(task)->authority;
  if (authority.attempt == 1 || order.outcomes.size() == kMaximumLegs) {
    finish(task, {order.outcomes}, swarm::Outcome::kDone, context, effects);
    return;
  }
  Voiding& voiding = state_.voidings[task];
  voiding.authority = to_market(authority);
  for (const market::Outcome& outcome : order.outcomes) {
    voiding.answers[static_cast<market::Leg>(voiding.answers.size() + 1)] = outcome;
  }
  send_voids(voiding, effects);
  effects.set_timer(kOrderTimers.timer(task.value), state_.config.order_retry);
}

void Agent::finish(swarm::TaskId task, const market::TradeReport& report, swarm::Outcome otherwise,
                   world::Context& context, world::Effects& effects) {
  const bool refused = std::ranges::any_of(report.legs, [](const market::Outcome& leg) {
    return leg.status == market::OrderStatus::kRejected;
  });
  const swarm::Outcome happened =
      refused && !report.traded() ? swarm::Outcome::kRejected : swarm::Outcome::kDone;
  end(task, swarm::AttemptEnd::kFinished, report.legs.empty() ? otherwise : happened, report,
      context, effects);
}

// The venue knows of a newer leader or attempt. If the assignment was renewed meanwhile, order with
// the new authority; otherwise somebody else answers for the task.
void Agent::superseded(swarm::TaskId task, world::Context& context, world::Effects& effects) {
  Order& order = state_.orders.at(task);
  const swarm::Authority& now = state_.member.in_hand(task)->authority;
  if (now.term > order.sent.term || now.attempt > order.sent.attempt) {
    send_order(task, order, effects);
  } else {
    end(task, swarm::AttemptEnd::kStale, swarm::Outcome::kDone, {}, context, effects);
  }
}

void Agent::send_voids(const Voiding& voiding, world::Effects& effects) {
  for (market::Leg leg = 1; leg <= kMaximumLegs; ++leg) {
    if (!voiding.answers.contains(leg)) {
      market::Authority authority = voiding.authority;
      authority.leg = leg;
      effects.send(state_.config.venue, market::VoidRequest{authority, state_.config.account},
                   authority.term, authority.key().value);
    }
  }
}

market::TradeReport Agent::Voiding::report() const {
  market::TradeReport report;
  for (const auto& [leg, outcome] : answers) {
    if (outcome.reject_reason != market::RejectReason::kVoided) {
      report.legs.push_back(outcome);
    }
  }
  return report;
}

void Agent::void_replied(swarm::TaskId task, const market::OrderReply& reply,
                         world::Context& context, world::Effects& effects) {
  if (reply.outcome.status == market::OrderStatus::kWorking ||
      state_.member.in_hand(task) == nullptr) {
    return;
  }
  if (superseded_by(reply.outcome.reject_reason)) {
    end(task, swarm::AttemptEnd::kStale, swarm::Outcome::kDone, {}, context, effects);
    return;
  }
  Voiding& voiding = state_.voidings.at(task);
  voiding.answers[market::leg_of(reply.key)] = reply.outcome;
  if (voiding.complete()) {
    finish(task, voiding.report(), voiding.otherwise, context, effects);
  }
}

// A refusal as superseded says that a newer leader has the task: this one will hear of it.
void Agent::give_up_replied(swarm::TaskId task, const market::OrderReply& reply,
                            world::Context& context, world::Effects& effects) {
  Voiding& voiding = state_.given_up.at(task);
  if (reply.outcome.status == market::OrderStatus::kWorking ||
      superseded_by(reply.outcome.reject_reason)) {
    return;
  }
  voiding.answers[market::leg_of(reply.key)] = reply.outcome;
  if (!voiding.complete()) {
    return;
  }
  const market::TradeReport report = voiding.report();
  state_.given_up.erase(task);
  std::optional<swarm::Result> happened;
  if (!report.legs.empty()) {
    happened = swarm::Result{swarm::Outcome::kDone, core::encode(report)};
  }
  state_.member.voided(task, happened, context, effects);
}

// Own fills change own position and cash, each outcome once however often it is repeated.
void Agent::book(const market::OrderReply& reply) {
  const market::Outcome& outcome = reply.outcome;
  if (outcome.account != state_.config.account || outcome.filled.shares == 0 ||
      outcome.status == market::OrderStatus::kWorking || !state_.booked.insert(reply.key).second) {
    return;
  }
  if (state_.booked.size() > kBookedKept) {
    state_.booked.erase(state_.booked.begin());
  }
  const bool buy = outcome.side == market::Side::kBuy;
  for (strategy::Instrument& instrument : state_.observed.instruments) {
    if (instrument.symbol == outcome.symbol) {
      instrument.position.shares += buy ? outcome.filled.shares : -outcome.filled.shares;
    }
  }
  state_.observed.cash.micros +=
      (buy ? -outcome.notional.micros : outcome.notional.micros) - outcome.fee.micros;
}

std::uint16_t Agent::score() {
  const std::optional<market::Money> now = strategy::equity(state_.observed);
  const std::optional<market::Money> before = std::exchange(state_.worth, now);
  const std::int64_t full = state_.config.full_profit.micros;
  if (full <= 0 || !now || !before) {
    return swarm::kNeutralScore;
  }
  constexpr std::int64_t kHalf = swarm::kNeutralScore;
  const std::int64_t profit = std::clamp(now->micros - before->micros, -full, full);
  return static_cast<std::uint16_t>(kHalf + profit / std::max<std::int64_t>(1, full / kHalf));
}

void Agent::end(swarm::TaskId task, swarm::AttemptEnd end, swarm::Outcome outcome,
                const market::TradeReport& report, world::Context& context,
                world::Effects& effects) {
  state_.orders.erase(task);
  state_.voidings.erase(task);
  effects.cancel_timer(kOrderTimers.timer(task.value));
  const std::uint16_t worth = end == swarm::AttemptEnd::kFinished ? score() : swarm::kNeutralScore;
  if (!state_.config.stages.empty() && report.traded()) {
    feed_back(context, effects);
  }
  state_.member.ended(task, end, {outcome, core::encode(report), worth}, context, effects);
}

}  // namespace agent
