#include "fencing.h"

#include <algorithm>

#include "market/protocol.h"

namespace check {
namespace {

std::string name_of_attempt(swarm::TaskId task, swarm::Attempt attempt) {
  return "attempt " + text(std::uint64_t{attempt}) + " at task " + text(task.value);
}

}  // namespace

std::uint64_t Fencing::fence_of(market::GroupId group) const {
  const auto it = fences_.find(group);
  return it == fences_.end() ? 0 : it->second;
}

void Fencing::on(const Moment& moment, const swarm::BecameLeader& record) {
  offices_.try_emplace(record.term, Office{moment.who, market::GroupId(record.group.value), false});
}

void Fencing::on(const Moment& moment, const swarm::LeaderReady& record) {
  const auto office = offices_.find(record.term);
  const bool leads = office != offices_.end() && office->second.leader == moment.who;
  stale_.expect(leads, moment, [&] {
    return "is ready to lead term " + text(record.term) + ", in which it was not elected";
  });
  if (leads) {
    const std::uint64_t fence = fence_of(office->second.group);
    stale_.expect(fence >= record.term, moment, [&] {
      return "is ready to lead term " + text(record.term) + ", but the venue's fence is at " +
             text(fence);
    });
    office->second.ready = true;
  }
}

void Fencing::on(const Moment& moment, const swarm::TaskAssigned& record) {
  const auto office = offices_.find(record.term);
  const bool ready =
      office != offices_.end() && office->second.leader == moment.who && office->second.ready;
  stale_.expect(ready, moment, [&] {
    return "assigns " + name_of_attempt(record.task, record.attempt) + " in term " +
           text(record.term) + " without being that term's ready leader";
  });
  const Assigned assigned{record.agent, record.term};
  const auto [it, fresh] = assigned_.try_emplace({record.task, record.attempt}, assigned);
  stale_.expect(fresh, moment, [&] {
    return "assigns " + name_of_attempt(record.task, record.attempt) + " to " +
           name_of(record.agent) + ", which " + name_of(it->second.agent) + " has already";
  });
}

void Fencing::on(const Moment& moment, const swarm::AssignmentReceived& record) {
  const auto it = assigned_.find({record.task, record.attempt});
  // A late copy of an assignment may arrive when its task is closed and forgotten here.
  if (it != assigned_.end()) {
    const bool rightful = it->second.term == record.term &&
                          (it->second.agent == moment.who || executors_.contains(moment.who));
    stale_.expect(rightful, moment, [&] {
      return "begins " + name_of_attempt(record.task, record.attempt) + " of term " +
             text(record.term) + ", which was assigned to " + name_of(it->second.agent) +
             " in term " + text(it->second.term);
    });
  }
}

void Fencing::on(const Moment& moment, const market::Fenced& event) {
  std::uint64_t& fence = fences_[event.group];
  stale_.expect(event.term >= fence, moment, [&] {
    return "the fence falls from term " + text(fence) + " to " + text(event.term);
  });
  fence = std::max(fence, event.term);
}

void Fencing::note_attempt(market::IdempotencyKey key, std::uint32_t attempt) {
  std::uint32_t& highest = highest_attempt_[key.value >> market::kLegBits];
  highest = std::max(highest, attempt);
}

std::string Fencing::authority_fault(const market::Accepted& event) const {
  const market::Authority& authority = *event.request.authority;
  const swarm::TaskId task(authority.task.value);
  const std::string order =
      "order " + text(event.order.value) + " for " + name_of_attempt(task, authority.attempt);
  if (authority.term < fence_of(authority.group)) {
    return order + " is accepted with term " + text(authority.term) + ", below the fence of " +
           text(fence_of(authority.group));
  }
  const auto highest = highest_attempt_.find(authority.key().value >> market::kLegBits);
  if (highest != highest_attempt_.end() && authority.attempt < highest->second) {
    return order + " is accepted after attempt " + text(std::uint64_t{highest->second});
  }
  const auto assigned = assigned_.find({task, authority.attempt});
  if (assigned == assigned_.end()) {
    return order + " is accepted, but no leader has assigned that";
  }
  const auto has_account = [&](world::NodeId node) {
    return market::account_of_node(node.value) == event.request.account;
  };
  const bool rightful = assigned->second.term == authority.term &&
                        (executors_.empty() ? has_account(assigned->second.agent)
                                            : std::ranges::any_of(executors_, has_account));
  if (!rightful) {
    return order + " in term " + text(authority.term) + " is accepted from account " +
           text(std::uint64_t{event.request.account.value}) + ", but was assigned to " +
           name_of(assigned->second.agent) + " in term " + text(assigned->second.term);
  }
  return {};
}

void Fencing::on(const Moment& moment, const market::Accepted& event) {
  const auto& authority = event.request.authority;
  if (!authority) {
    return;
  }
  stale_.expect_none(authority_fault(event), moment);
  note_attempt(authority->key(), authority->attempt);
  const auto [it, fresh] = orders_.try_emplace(authority->key(), event.order);
  key_.expect(fresh, moment, [&] {
    return "order " + text(event.order.value) + " is accepted under key " +
           text(authority->key().value) + ", under which order " + text(it->second.value) + " was";
  });
}

void Fencing::on(const Moment& moment, const market::Rejected& event) {
  if (event.reason == market::RejectReason::kStaleTerm && event.key) {
    const std::uint64_t fence = fence_of(market::group_of(event.key));
    stale_.expect(event.term < fence, moment, [&] {
      return "a request of term " + text(event.term) + " is refused as stale, but the fence is " +
             "at " + text(fence);
    });
  }
  if (event.recorded && event.key) {
    note_attempt(event.key, event.attempt);
    // A recorded refusal is the key's outcome: no order may follow, as none may come before.
    const auto [it, fresh] = orders_.try_emplace(event.key, market::OrderId{});
    key_.expect(fresh, moment, [&] {
      return "a refusal is recorded under key " + text(event.key.value) +
             ", whose outcome was order " + text(it->second.value);
    });
  }
}

void Fencing::on(const Moment& moment, const market::Repeated& event) {
  note_attempt(event.key, event.attempt);
  const auto it = orders_.find(event.key);
  key_.expect(it != orders_.end() && it->second == event.outcome.order, moment, [&] {
    return "key " + text(event.key.value) + " is answered with order " +
           text(event.outcome.order.value) +
           (it == orders_.end() ? ", but was never used"
                                : "; its first outcome was order " + text(it->second.value));
  });
}

void Fencing::on(const market::TasksClosed& event) {
  assigned_.erase(assigned_.begin(), assigned_.lower_bound({swarm::TaskId(event.below.value), 0}));
  const auto key_of = [&](std::uint64_t task) {
    return market::make_key(event.group, market::TaskId(task), 0).value >> market::kLegBits;
  };
  if (market::can_make_key(event.group, event.below)) {
    highest_attempt_.erase(highest_attempt_.lower_bound(key_of(1)),
                           highest_attempt_.lower_bound(key_of(event.below.value)));
  }
}

void Fencing::finish(bool leader_expected) {
  stale_.set_applies(leader_expected || stale_.checked() > 0);
  key_.set_applies(key_.checked() > 0);
}

void Fencing::append_to(std::vector<Invariant>& results) const {
  results.push_back(stale_.invariant());
  results.push_back(key_.invariant());
}

}  // namespace check
