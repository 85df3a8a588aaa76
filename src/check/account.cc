#include "check/account.h"

#include <algorithm>

#include "core/describe.h"
#include "market/trace.h"
#include "market/trade_report.h"
#include "swarm/trace.h"
#include "verdict.h"

namespace check {
namespace {

void note(std::vector<Violation>& findings, std::uint64_t count, core::Time at, std::string what) {
  if (count <= kViolationsKept) {
    findings.push_back({at, {}, std::move(what)});
  }
}

}  // namespace

void Accountant::receive(const world::TraceEntry& entry) {
  if (const auto offered = world::as<swarm::TaskOffered>(entry)) {
    offers_[offered->task].due = offered->intended + deadline_;
  } else if (const auto answered = world::as<swarm::TaskAnswered>(entry)) {
    offers_[answered->task].answers.push_back(
        {answered->result.outcome, answered->result.payload, entry.at});
  } else if (const auto contradicted = world::as<swarm::TaskContradicted>(entry)) {
    offers_[contradicted->task].answers.push_back(
        {contradicted->later.outcome, contradicted->later.payload, entry.at});
  } else if (const auto accepted = world::as<market::OrderAcceptedTrace>(entry)) {
    const auto position = std::pair(accepted->position.journal, accepted->position.index);
    const auto& authority = accepted->event.request.authority;
    if (position > last_position_ && authority && authority->group.value == group_.value) {
      last_position_ = position;
      const std::uint64_t order = accepted->event.order.value;
      orders_[order] = {authority->key().value, accepted->event.request.quantity.shares, 0, {}, {}};
      KeyRecord& key = keys_[authority->key().value];
      key.orders.push_back(order);
      key.latest = entry.at;
    }
  } else if (const auto filled = world::as<market::FilledTrace>(entry)) {
    const auto position = std::pair(filled->position.journal, filled->position.index);
    if (position <= last_position_) {
      return;
    }
    last_position_ = position;
    for (const market::FillLeg& leg : {filled->event.buyer, filled->event.seller}) {
      if (const auto it = orders_.find(leg.order.value); it != orders_.end()) {
        OrderRecord& order = it->second;
        order.filled += filled->event.quantity.shares;
        order.latest = entry.at;
        if (order.filled > order.quantity && !order.beyond) {
          order.beyond = entry.at;
        }
      }
    }
  }
}

Account Accountant::account(core::Time ended) const {
  Account made;
  for (const auto& [task, offer] : offers_) {
    count_answers(task, offer, ended, made);
  }
  count_orders(made);
  count_untold(made);
  return made;
}

void Accountant::count_answers(swarm::TaskId task, const Offer& offer, core::Time ended,
                               Account& made) const {
  ++made.offered;
  if (offer.answers.empty()) {
    note(made.findings, ++made.lost, std::min(offer.due, ended),
         name_of(task) + " was offered and never answered");
    return;
  }
  const Answer& first = offer.answers.front();
  ++(first.outcome == swarm::Outcome::kDone ? made.done : made.failed);
  if (offer.answers.size() > 1) {
    note(made.findings, ++made.duplicated, offer.answers[1].at,
         name_of(task) + " was answered twice, differently");
  }
  const auto report = core::decode<market::TradeReport>(first.payload);
  const auto missing = [&](const market::Outcome& leg) {
    const auto order = orders_.find(leg.order.value);
    return leg.filled.shares > 0 &&
           (order == orders_.end() || order->second.filled != leg.filled.shares ||
            market::task_of(market::IdempotencyKey(order->second.key)).value != task.value);
  };
  if (first.outcome == swarm::Outcome::kDone && report) {
    made.traded += report->traded() ? 1U : 0U;
    if (std::ranges::any_of(report->legs, missing)) {
      note(made.findings, ++made.lost, first.at,
           name_of(task) +
               " claims a trade that the venue does not have: " + core::describe(*report));
    }
  }
}

void Accountant::count_orders(Account& made) const {
  for (const auto& [key, record] : keys_) {
    if (record.orders.size() > 1) {
      note(made.findings, ++made.duplicated, record.latest,
           "key " + std::to_string(key) + " has " + std::to_string(record.orders.size()) +
               " accepted orders");
    }
  }
  for (const auto& [order, record] : orders_) {
    if (record.beyond) {
      note(made.findings, ++made.duplicated, *record.beyond,
           "order " + std::to_string(order) + " is filled beyond its quantity");
    }
  }
}

void Accountant::count_untold(Account& made) const {
  struct Untold {
    std::string orders;
    core::Time latest;
  };
  std::map<swarm::TaskId, Untold> untold;
  for (const auto& [order, record] : orders_) {
    const market::IdempotencyKey key(record.key);
    const swarm::TaskId task(market::task_of(key).value);
    // Several orders under a key are counted as such, a task without an answer as lost.
    const bool counted = keys_.at(record.key).orders.size() > 1;
    const auto offer = offers_.find(task);
    const bool open = offer != offers_.end() && offer->second.answers.empty();
    if (record.filled > 0 && !counted && !open &&
        (offer == offers_.end() || !tells_of(offer->second, order))) {
      Untold& found = untold[task];
      found.latest = std::max(found.latest, record.latest);
      std::string& list = found.orders;
      list += (list.empty() ? "order " : ", order ") + std::to_string(order) + " under key " +
              std::to_string(record.key) + " (leg " + std::to_string(market::leg_of(key)) + ")";
    }
  }
  for (const auto& [task, found] : untold) {
    const auto offer = offers_.find(task);
    const bool offered = offer != offers_.end();
    note(made.findings, ++made.duplicated,
         offered ? std::max(found.latest, offer->second.answers.front().at) : found.latest,
         name_of(task) +
             (offered ? " traded more than its answer says: " : " was never offered and traded: ") +
             found.orders);
  }
}

bool Accountant::tells_of(const Offer& offer, std::uint64_t order) {
  return std::ranges::any_of(offer.answers, [order](const Answer& answer) {
    const auto report = core::decode<market::TradeReport>(answer.payload);
    return report && std::ranges::any_of(report->legs, [order](const market::Outcome& leg) {
             return leg.order.value == order;
           });
  });
}

}  // namespace check
