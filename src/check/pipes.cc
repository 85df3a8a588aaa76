#include "pipes.h"

#include <algorithm>

namespace check {
namespace {

using swarm::BreakerState;

}  // namespace

Pipes::Pipes(const CheckConfig& config)
    : ring_(config.topology.kind == swarm::TopologyKind::kRing), bounds_(config.pipeline) {
  now_ = swarm::ring_of(config.topology.stages);
  for (const swarm::Stage& stage : config.topology.stages) {
    approving_.push_back(stage.approves);
    if (stage.approves) {
      approvers_.insert(stage.nodes.begin(), stage.nodes.end());
    }
  }
}

void Pipes::on(const Moment&, const swarm::RingChanged& record) {
  if (record.ring.epoch <= now_.epoch) {
    return;
  }
  now_ = record.ring;
  for (std::size_t i = 0; i < approving_.size(); ++i) {
    if (approving_[i]) {
      approvers_.insert(now_.stages[i].begin(), now_.stages[i].end());
    }
  }
}

void Pipes::on(const Moment& moment, const swarm::ItemSent& record) {
  auto& held = outstanding_[{{moment.who, record.to}, record.epoch}];
  held.insert(record.sequence);
  credits_.expect(held.size() <= bounds_.credits, moment, [&] {
    return "has " + text(std::uint64_t{held.size()}) + " items with " + name_of(record.to) +
           ", but " + text(std::uint64_t{bounds_.credits}) + " credits";
  });
  const auto breaker = breaking_.find({moment.who, record.to});
  breakers_.expect(
      breaker == breaking_.end() || breaker->second.state == BreakerState::kClosed, moment, [&] {
        return "sends an item to " + name_of(record.to) + ", though the breaker is not closed";
      });
}

// In one epoch of a link items are taken one after the other, without gap or repetition.
void Pipes::on(const Moment& moment, const swarm::ItemTaken& record) {
  in_hand_.insert({moment.who, record.entry.epoch, record.entry.number});
  if (!record.from) {
    return;
  }
  swarm::LinkSequence& last = taken_[{{record.from, moment.who}, record.epoch}];
  order_.expect(record.sequence == last + 1, moment, [&] {
    return "takes item " + text(record.sequence) + " of " + name_of(record.from) + " after item " +
           text(last);
  });
  last = record.sequence;
}

void Pipes::on(const Moment& moment, const swarm::CreditReturned& record) {
  outstanding_[{{record.from, moment.who}, record.epoch}].erase(record.sequence);
}

void Pipes::on(const Moment& moment, const swarm::ItemStamped& record) {
  approved_.expect(approvers_.contains(moment.who), moment, [&] {
    return "approves " + name_of(record.task) + ", but is not the stage that does";
  });
  if (record.approved && approvers_.contains(moment.who)) {
    stamped_.insert(record.task);
  }
}

// What is carried out for the first time comes in the order in which it entered. It is carried out
// again where another ring began before its sender knew, and the sender sent it again: its order is
// then the same one, which the venue answers with its first outcome.
void Pipes::on(const Moment& moment, const swarm::ItemExecuted& record) {
  const bool in_hand = in_hand_.erase({moment.who, record.entry.epoch, record.entry.number}) > 0;
  if (!bounds_.ordered) {
    return;
  }
  std::set<std::uint64_t>& done = executed_[{moment.who, record.entry.epoch}];
  const std::uint64_t last = done.empty() ? 0 : *done.rbegin();
  const bool first = done.insert(record.entry.number).second;
  order_.expect(first ? record.entry.number > last : in_hand, moment, [&] {
    return "carries out the item that entered as number " + text(record.entry.number) +
           " after number " + text(last);
  });
}

void Pipes::on(const Moment& moment, const market::Accepted& event) {
  if (!ring_ || !event.request.authority) {
    return;
  }
  const swarm::TaskId task(event.request.authority->task.value);
  approved_.expect(stamped_.contains(task), moment, [&] {
    return "order " + text(event.order.value) + " for " + name_of(task) +
           " is accepted, which no stage has approved";
  });
}

void Pipes::on(const Moment& moment, const swarm::BreakerChanged& record) {
  Breaking& breaker = breaking_[{moment.who, record.peer}];
  const std::string change = "the breaker to " + name_of(record.peer) + " goes from " +
                             std::string(swarm::name_of(record.from)) + " to " +
                             std::string(swarm::name_of(record.to));
  const bool legal = record.from == breaker.state && swarm::may_become(record.from, record.to);
  breakers_.expect(legal, moment, [&] {
    return change + ", but was " + std::string(swarm::name_of(breaker.state));
  });
  if (record.to == BreakerState::kHalfOpen) {
    breakers_.expect(record.at - breaker.since >= bounds_.open_for, moment,
                     [&] { return change + " before its time"; });
  }
  if (record.from == BreakerState::kHalfOpen && record.to == BreakerState::kClosed) {
    breakers_.expect(breaker.probes == bounds_.probes, moment, [&] {
      return change + " after " + text(std::uint64_t{breaker.probes}) + " probes";
    });
  }
  breaker = {record.to, record.at, 0};
}

void Pipes::on(const Moment& moment, const swarm::BreakerProbed& record) {
  Breaking& breaker = breaking_[{moment.who, record.peer}];
  ++breaker.probes;
  breakers_.expect(breaker.state == BreakerState::kHalfOpen && breaker.probes <= bounds_.probes,
                   moment, [&] {
                     return "probes " + name_of(record.peer) + " for the " +
                            text(std::uint64_t{breaker.probes}) + ". time while its breaker is " +
                            std::string(swarm::name_of(breaker.state));
                   });
}

void Pipes::on(const Moment& moment, const swarm::PipelineLinkEnded& record) {
  breaking_.erase({moment.who, record.peer});
}

// What a node that halts knew of its links is gone.
void Pipes::halted(world::NodeId node) {
  std::erase_if(breaking_, [&](const auto& entry) { return entry.first.first == node; });
}

// A quiet swarm whose faults are over has no breaker that is not closed, but where nobody is.
void Pipes::finish(const FinalState& state, bool calm) {
  if (ring_ && calm) {
    std::set<world::NodeId> running;
    for (const FinalState::Replica& replica : state.replicas) {
      running.insert(replica.node);
    }
    for (const auto& [ends, breaker] : breaking_) {
      if (running.contains(ends.first) && running.contains(ends.second)) {
        breakers_.expect(breaker.state == BreakerState::kClosed, {state.ended, ends.first}, [&] {
          return "the breaker to " + name_of(ends.second) + ", which runs, is still " +
                 std::string(swarm::name_of(breaker.state));
        });
      }
    }
  }
  const bool applies = ring_ && state.complete;
  approved_.set_applies(approved_.checked() > 0 || applies);
  order_.set_applies(order_.checked() > 0 || applies);
  credits_.set_applies(credits_.checked() > 0 || applies);
  breakers_.set_applies(breakers_.checked() > 0 || applies);
}

void Pipes::append_to(std::vector<Invariant>& results) const {
  for (const Verdict* verdict : {&approved_, &order_, &credits_, &breakers_}) {
    results.push_back(verdict->invariant());
  }
}

}  // namespace check
