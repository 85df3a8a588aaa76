#include "load/client.h"

#include <algorithm>

namespace load {
namespace {

constexpr world::TimerId kArrivalTimer{1ULL << 63U};  // above every task id
// First answers kept to recognise a contradiction.
constexpr std::size_t kAnswersKept = 4096;

world::TimerId retry_timer(swarm::TaskId task) {
  return world::TimerId(task.value);
}

}  // namespace

Client::Client(ClientConfig config)
    : state_{config, Workload(config.workload), {}, {}, {}, {}, {}, 0, 0, {}} {
  core::check(!state_.config.members.empty() && state_.config.retry_attempts > 0,
              "a client has somebody to ask and asks at least once");
}

void Client::step(const world::Event& event, world::Context& context, world::Effects& effects) {
  if (std::holds_alternative<world::Start>(event)) {
    state_.started = context.now;
    state_.next = state_.workload.next();
    schedule_arrival(context, effects);
  } else if (const auto* fired = std::get_if<world::TimerFired>(&event)) {
    if (fired->timer == kArrivalTimer) {
      arrive(context, effects);
    } else {
      retry(swarm::TaskId(fired->timer.value), context, effects);
    }
  } else if (const auto* received = std::get_if<world::Received>(&event)) {
    receive(received->message, context, effects);
  }
}

void Client::schedule_arrival(world::Context& context, world::Effects& effects) {
  if (state_.next) {
    const core::Time due = state_.started + state_.next->after;
    effects.set_timer(kArrivalTimer, std::max(core::Duration{}, due - context.now));
  }
}

void Client::arrive(world::Context& context, world::Effects& effects) {
  while (state_.next && state_.started + state_.next->after <= context.now) {
    Open open;
    open.task = std::move(state_.next->task);
    open.task.client = context.self;
    open.intended = state_.started + state_.next->after;
    open.wait = state_.config.retry_timeout;
    const swarm::TaskId id = open.task.id;
    state_.highest_offered = id;
    effects.trace(swarm::TaskOffered{id, open.intended, state_.next->task_class,
                                     open.task.service_cpu + open.task.service_wait});
    Open& kept = state_.open.emplace(id, std::move(open)).first->second;
    offer(kept, whom_to_ask(kept, context.now), effects);
    if (state_.config.spread) {
      state_.target =
          (state_.target + 1) % static_cast<std::uint32_t>(state_.config.members.size());
    }
    state_.next = state_.workload.next();
  }
  schedule_arrival(context, effects);
}

void Client::offer(Open& open, world::NodeId member, world::Effects& effects) {
  ++open.offers;
  open.asked = member;
  effects.send(member, swarm::Offer{open.task, low_water(), false});
  effects.set_timer(retry_timer(open.task.id), open.wait);
}

// Whose turn it is. Of those that take turns the silent are passed over; after a while a new task,
// which has waited for nobody yet, asks one of them again.
world::NodeId Client::whom_to_ask(const Open& open, core::Time now) {
  const auto& members = state_.config.members;
  const std::size_t turn = state_.target + open.turned_away;
  for (std::size_t i = 0; state_.config.spread && i < members.size(); ++i) {
    const world::NodeId member = members[(turn + i) % members.size()];
    const auto silent = state_.silent.find(member);
    if (silent == state_.silent.end()) {
      return member;
    }
    if (silent->second <= now && open.offers == 0) {
      silent->second = now + kLeftAlone;
      return member;
    }
  }
  return members[turn % members.size()];
}

void Client::retry(swarm::TaskId task, world::Context& context, world::Effects& effects) {
  const auto it = state_.open.find(task);
  if (it == state_.open.end()) {
    return;
  }
  if (state_.config.spread) {
    state_.silent[it->second.asked] = context.now + kLeftAlone;
  }
  if (it->second.offers >= state_.config.retry_attempts) {
    effects.trace(swarm::TaskGivenUp{task, it->second.offers});
    state_.open.erase(it);
    return;
  }
  it->second.wait = std::min(it->second.wait * 2, kLongestWait);
  // Each task goes round on its own: whom the others now ask says nothing about who answers this
  // one.
  ++it->second.turned_away;
  offer(it->second, whom_to_ask(it->second, context.now), effects);
}

void Client::receive(const world::Message& message, world::Context& context,
                     world::Effects& effects) {
  if (message.type == swarm::Reply::kType) {
    if (const auto reply = world::payload<swarm::Reply>(message)) {
      answered(*reply, message.from, context, effects);
    }
  } else if (message.type == swarm::NotLeader::kType) {
    if (const auto referral = world::payload<swarm::NotLeader>(message)) {
      referred(*referral, effects);
    }
  } else if (message.type == swarm::WhomToAsk::kType) {
    if (const auto told = world::payload<swarm::WhomToAsk>(message)) {
      told_whom_to_ask(*told);
    }
  }
}

void Client::answered(const swarm::Reply& reply, world::NodeId from, world::Context& context,
                      world::Effects& effects) {
  const auto it = state_.open.find(reply.task);
  if (it == state_.open.end()) {
    const auto first = state_.answered.find(reply.task);
    if (first != state_.answered.end() && first->second != core::digest(reply.result)) {
      effects.trace(swarm::TaskContradicted{reply.task, first->second, reply.result});
    }
    return;
  }
  effects.trace(swarm::TaskAnswered{reply.task, context.now - it->second.intended,
                                    it->second.offers, reply.result});
  effects.cancel_timer(retry_timer(reply.task));
  // The answer may come from the leader: it shows that whoever was asked passed it on.
  state_.silent.erase(from);
  state_.silent.erase(it->second.asked);
  state_.open.erase(it);
  state_.answered.emplace(reply.task, core::digest(reply.result));
  if (state_.answered.size() > kAnswersKept) {
    state_.answered.erase(state_.answered.begin());
  }
  if (!state_.config.spread) {
    turn_to(from);
  }
}

void Client::referred(const swarm::NotLeader& referral, world::Effects& effects) {
  const auto it = state_.open.find(referral.task);
  // Without a leader to turn to, the retry timer decides when to ask again.
  if (it == state_.open.end() || !referral.leader ||
      it->second.offers >= state_.config.retry_attempts) {
    return;
  }
  turn_to(referral.leader);
  it->second.turned_away = 0;
  offer(it->second, state_.config.members[state_.target], effects);
}

void Client::told_whom_to_ask(const swarm::WhomToAsk& told) {
  if (told.epoch <= state_.asked_epoch || told.voters.empty()) {
    return;
  }
  const world::NodeId present = state_.config.members[state_.target];
  state_.asked_epoch = told.epoch;
  state_.config.members = told.voters;
  state_.target = 0;
  turn_to(present);
}

void Client::turn_to(world::NodeId member) {
  const auto& members = state_.config.members;
  const auto it = std::ranges::find(members, member);
  if (it != members.end()) {
    state_.target = static_cast<std::uint32_t>(it - members.begin());
  }
}

swarm::TaskId Client::low_water() const {
  return state_.open.empty() ? swarm::TaskId(state_.highest_offered.value + 1)
                             : state_.open.begin()->first;
}

}  // namespace load
