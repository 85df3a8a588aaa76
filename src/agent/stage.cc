// An agent as a stage of a ring: observes, decides, approves or orders, and hands on.
#include "agent/agent.h"
#include "agent/trace.h"
#include "timers.h"

namespace agent {
namespace {

core::Duration part(core::Duration whole, std::int64_t ppm) {
  constexpr std::int64_t kWhole = 1'000'000;
  return core::Duration(whole.count() / kWhole * ppm + whole.count() % kWhole * ppm / kWhole);
}

}  // namespace

// As with whole tasks, each item begins in a step of its own.
void Agent::serve(const swarm::StageWanted& request, world::Context&, world::Effects& effects) {
  effects.set_timer(kBeginTimers.timer(request.task.value), core::Duration{});
}

void Agent::begin_stage(swarm::TaskId task, world::Effects& effects) {
  const swarm::Item* item = state_.member.stage_item(task);
  const auto stage = state_.member.stage();
  if (item == nullptr || !stage) {
    return;
  }
  const StageProgram& program = state_.config.stages.at(*stage);
  effects.work(part(item->task.service_cpu, program.cpu_ppm),
               part(item->task.service_wait, program.wait_ppm));
  effects.set_timer(kWorkTimers.timer(task.value), core::Duration{});
}

void Agent::stage_worked(swarm::TaskId task, world::Context& context, world::Effects& effects) {
  const swarm::Item* item = state_.member.stage_item(task);
  const auto stage = state_.member.stage();
  if (item == nullptr || !stage) {
    return;
  }
  const StageProgram& program = state_.config.stages.at(*stage);
  StageWork work;
  if (program.collects) {
    work.observation = observation_for(item->task.payload, context.now);
  } else if (auto before = core::decode<StageWork>(item->task.payload)) {
    work = std::move(*before);
  }
  if (program.analyses) {
    work.decision = strategy::decide(state_.config.strategy, state_.strategy, work.observation);
  }
  std::optional<bool> approved;
  if (program.approves) {
    const strategy::Approval approval =
        strategy::approve(state_.config.limits, work.observation, work.decision);
    approved = approval.approved();
    effects.trace(DecisionMade{
        task, item->authority.attempt, work.decision.reason, work.decision.signal_millionths,
        static_cast<std::uint32_t>(work.decision.legs.size()), approval.verdict});
  }
  state_.member.stage_worked(task, core::encode(work), approved, context, effects);
}

// Carries out what the stage before has approved, and nothing else.
void Agent::serve(const swarm::TurnWanted& request, world::Context& context,
                  world::Effects& effects) {
  if (state_.member.in_hand(request.task) == nullptr || state_.orders.contains(request.task)) {
    return;
  }
  const auto work = core::decode<StageWork>(request.payload);
  if (!request.stamp_good || !work) {
    hold(request.task, swarm::Outcome::kRejected, context, effects);
    return;
  }
  if (work->decision.holds() || !request.approved) {
    hold(request.task, swarm::Outcome::kDone, context, effects);
    return;
  }
  Order& order = state_.orders[request.task];
  order.legs = work->decision.legs;
  order.legs.resize(std::min<std::size_t>(order.legs.size(), kMaximumLegs));
  send_order(request.task, order, effects);
}

void Agent::feed_back(world::Context& context, world::Effects& effects) {
  Holdings holdings;
  holdings.cash = state_.observed.cash;
  for (const strategy::Instrument& instrument : state_.observed.instruments) {
    holdings.positions[instrument.symbol] = instrument.position;
  }
  state_.member.feed_back(core::encode(holdings), context, effects);
}

void Agent::serve(const swarm::FeedbackHeard& request, world::Context&, world::Effects&) {
  const auto holdings = core::decode<Holdings>(request.payload);
  if (!holdings) {
    return;
  }
  state_.observed.cash = holdings->cash;
  for (strategy::Instrument& instrument : state_.observed.instruments) {
    if (const auto known = holdings->positions.find(instrument.symbol);
        known != holdings->positions.end()) {
      instrument.position = known->second;
    }
  }
}

}  // namespace agent
