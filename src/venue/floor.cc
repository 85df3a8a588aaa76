#include "floor.h"

#include <algorithm>
#include <utility>

#include "core/check.h"

namespace venue {

namespace {

constexpr world::TimerId kTickTimer{0x0301};

// Writes an event of the exchange as the trace record of its kind.
class Tracer {
 public:
  Tracer(world::Effects& effects, const market::JournalPosition& position)
      : effects_(effects), position_(position) {}
  void operator()(const market::Accepted& event) { write<market::OrderAcceptedTrace>(event); }
  void operator()(const market::Rejected& event) { write<market::OrderRejectedTrace>(event); }
  void operator()(const market::Repeated& event) { write<market::OrderRepeatedTrace>(event); }
  void operator()(const market::Filled& event) { write<market::FilledTrace>(event); }
  void operator()(const market::Cancelled& event) { write<market::OrderCancelledTrace>(event); }
  void operator()(const market::Replaced& event) { write<market::OrderReplacedTrace>(event); }
  void operator()(const market::Quoted& event) { write<market::QuotedTrace>(event); }
  void operator()(const market::Fenced& event) { write<market::FencedTrace>(event); }
  void operator()(const market::TasksClosed& event) { write<market::TasksClosedTrace>(event); }
  void operator()(const market::Marked& event) { write<market::MarkedTrace>(event); }

 private:
  template <class Record, class Event>
  void write(const Event& event) {
    effects_.trace(Record{position_, event});
  }
  world::Effects& effects_;
  market::JournalPosition position_;
};

market::Exchange open(const market::ExchangeConfig& config) {
  auto exchange = market::Exchange::create(config);
  core::check(exchange.has_value(), "a venue is made of a configuration that was checked");
  return std::move(*exchange);
}

market::ExchangeConfig checked_config(const VenueConfig& config) {
  auto made = exchange_config(config);
  core::check(made.has_value(), "a venue is made of a configuration that was checked");
  return std::move(*made);
}

// Calls visit(number, index, event) for all events in order.
template <class Visit>
void for_each_event(const std::vector<RecordEvents>& records, Visit visit) {
  for (const RecordEvents& record : records) {
    for (std::uint32_t index = 0; index < record.events.size(); ++index) {
      visit(market::JournalPosition{record.number, index}, record.events[index]);
    }
  }
}

}  // namespace

Venue::Floor::Floor(std::shared_ptr<const VenueConfig> config)
    : config_(std::move(config)), exchange_config_(checked_config(*config_)), feed_(*config_) {
  state_.exchange = open(exchange_config_);
}

void Venue::Floor::step(const world::Event& event, world::Context& context,
                        world::Effects& effects) {
  if (!state_.closed) {
    std::visit([&](const auto& alternative) { on(alternative, context, effects); }, event);
  }
}

void Venue::Floor::on(const world::Start& event, world::Context& context, world::Effects& effects) {
  effects.trace(market::VenueOpened{exchange_config_});
  auto recovered = recover(state_.exchange, event.recovered);
  if (!recovered) {
    state_.closed = true;
    effects.trace(market::VenueClosed{recovered.error().message});
    return;
  }
  state_.exchange = std::move(recovered->exchange);
  state_.journal = recovered->journal;
  state_.ticks = recovered->ticks;
  state_.commands_since_snapshot = event.recovered.size();
  if (!event.recovered.empty()) {
    effects.trace(market::VenueRecovered{state_.journal, state_.exchange.digest()});
    for_each_event(recovered->latest, [&](const auto& position, const auto& happened) {
      std::visit(Tracer(effects, position), happened);
    });
  }
  note_balances();
  advance(context.now);
  state_.next_tick = context.now;
  arm_timer(context.now, effects);
  flush(effects);
}

void Venue::Floor::on(const world::Received& event, world::Context&, world::Effects& effects) {
  const world::Message& message = event.message;
  const bool known =
      handle_as<market::OrderRequest>(message) || handle_as<market::VoidRequest>(message) ||
      handle_as<market::CancelRequest>(message) || handle_as<market::Fence>(message) ||
      handle_as<market::Subscribe>(message) || handle_as<market::LowWaterNotice>(message);
  if (!known) {
    effects.trace(market::VenueMessageRefused{message.from.value, message.type});
  }
  flush(effects);
}

void Venue::Floor::on(const world::TimerFired& event, world::Context& context,
                      world::Effects& effects) {
  if (event.timer == kTickTimer) {
    arm_timer(context.now, effects);
    advance(context.now);
    flush(effects);
  }
}

void Venue::Floor::on(const world::Persisted& event, world::Context&, world::Effects& effects) {
  if (event.id == world::PersistId(state_.persists)) {
    state_.writing = false;
    flush(effects);
  }
}

void Venue::Floor::on(const world::Returned&, world::Context&, world::Effects&) {
  core::check(false, "a venue calls no service, so none can answer");
}

// Ticks keep their rhythm: one that comes late does not delay the next, and lost ones are not made
// up.
void Venue::Floor::arm_timer(core::Time now, world::Effects& effects) {
  state_.next_tick = std::max(state_.next_tick + config_->tick, now);
  effects.set_timer(kTickTimer, state_.next_tick - now);
}

// One step along the price paths.
void Venue::Floor::advance(core::Time now) {
  const std::uint64_t step = state_.ticks++;
  state_.unsaved_tick = true;
  for (const market::Command& command : feed_.commands(step)) {
    tell_owners(apply(command), {});
  }
  state_.latest_tick = feed_.tick(state_.exchange, step, now);
  for (const world::NodeId subscriber : state_.subscribers) {
    send(subscriber, state_.latest_tick);
  }
  if (step % config_->balances_every_ticks == 0) {
    note_balances();
  }
}

// The events are noted for the trace, and the command for the journal if it changed anything.
std::vector<market::ExchangeEvent> Venue::Floor::apply(const market::Command& command) {
  const std::uint64_t revision = state_.exchange.revision();
  auto events = state_.exchange.apply(command);
  market::JournalPosition position;
  if (state_.exchange.revision() != revision) {
    position.journal = ++state_.journal;
    state_.unsaved.push_back({position.journal, command});
    state_.unsaved_events.push_back({position.journal, events});
  }
  for (const market::ExchangeEvent& event : events) {
    state_.outputs.emplace_back(Noted{position, event});
    ++position.index;
  }
  return events;
}

// Owners of orders that rested, and whoever asked for their keys, learn what changed. `answered`
// gets its reply from the caller.
void Venue::Floor::tell_owners(const std::vector<market::ExchangeEvent>& events,
                               market::IdempotencyKey answered) {
  std::set<market::IdempotencyKey> changed;
  for (const market::ExchangeEvent& event : events) {
    if (const auto* const filled = std::get_if<market::Filled>(&event)) {
      changed.insert(filled->buyer.key);
      changed.insert(filled->seller.key);
    } else if (const auto* const cancelled = std::get_if<market::Cancelled>(&event)) {
      changed.insert(cancelled->key);
    }
  }
  for (const market::IdempotencyKey key : changed) {
    const auto outcome = state_.exchange.outcome(key);
    if (!outcome) {  // no key, or its task is closed
      state_.watchers.erase(key);
      continue;
    }
    if (key != answered) {
      std::set<world::NodeId> listeners = state_.watchers[key];
      listeners.insert(world::NodeId(outcome->account.value));
      for (const world::NodeId listener : listeners) {
        const bool repeat = market::account_of_node(listener.value) != outcome->account;
        send(listener, market::OrderReply{key, 0, *outcome, repeat}, key);
      }
    }
    if (outcome->status != market::OrderStatus::kWorking) {
      state_.watchers.erase(key);
    }
  }
}

template <class Payload>
void Venue::Floor::send(world::NodeId to, const Payload& payload, market::IdempotencyKey key) {
  state_.outputs.emplace_back(world::make_message(to, payload, 0, key.value));
}

void Venue::Floor::note_balances() {
  state_.outputs.emplace_back(
      market::BalanceStatement{state_.journal, state_.exchange.totals(), state_.exchange.digest()});
}

// Begins the next persist unless one is in flight. What waits behind it waits here, so that all
// commands that arrive meanwhile share the persist after it.
void Venue::Floor::flush(world::Effects& effects) {
  if (state_.writing) {
    return;
  }
  if (!state_.unsaved.empty() || state_.unsaved_tick) {
    persist(effects);
  }
  release(effects);
}

void Venue::Floor::persist(world::Effects& effects) {
  const world::PersistId id(++state_.persists);
  state_.writing = true;
  state_.unsaved_tick = false;
  state_.commands_since_snapshot += state_.unsaved.size();
  auto events = std::exchange(state_.unsaved_events, {});
  auto records = std::exchange(state_.unsaved, {});
  if (state_.commands_since_snapshot >= config_->snapshot_every_commands) {
    state_.commands_since_snapshot = 0;
    const DurableRecord snapshot =
        Snapshot{state_.ticks, state_.journal, state_.exchange, std::move(events)};
    effects.replace_store(core::encode(snapshot), id);
  } else {
    const DurableRecord batch = Batch{state_.ticks, std::move(records)};
    effects.persist(core::encode(batch), id);
  }
}

void Venue::Floor::release(world::Effects& effects) {
  for (Output& output : std::exchange(state_.outputs, {})) {
    if (auto* const message = std::get_if<world::Message>(&output)) {
      effects.send(std::move(*message));
    } else if (const auto* const noted = std::get_if<Noted>(&output)) {
      std::visit(Tracer(effects, noted->position), noted->event);
    } else {
      effects.trace(std::get<market::BalanceStatement>(output));
    }
  }
}

// ---- Messages ----

template <class Request>
bool Venue::Floor::handle_as(const world::Message& message) {
  if (message.type != Request::kType) {
    return false;
  }
  const auto request = world::payload<Request>(message);
  if (request) {
    handle(message.from, *request);
  }
  return request.has_value();
}

// Applies a command that is answered by OrderReply. `asked` is what the sender wanted, for the
// answer to a refusal. REQUIRES: asked.authority is set.
void Venue::Floor::answer(world::NodeId from, const market::NewOrder& asked,
                          const market::Command& command) {
  const market::Authority& authority = *asked.authority;
  market::OrderReply reply;
  reply.attempt = authority.attempt;
  reply.outcome.account = asked.account;
  reply.outcome.symbol = asked.symbol;
  reply.outcome.side = asked.side;
  reply.outcome.quantity = asked.quantity;
  if (market::can_make_key(authority.group, authority.task)) {
    reply.key = authority.key();
  }
  std::vector<market::ExchangeEvent> events;
  if (asked.account == market::account_of_node(from.value)) {
    events = apply(command);
  } else {
    events.emplace_back(market::Rejected{asked.account,
                                         {},
                                         reply.key,
                                         authority.term,
                                         authority.attempt,
                                         market::RejectReason::kNotAllowed,
                                         false});
    state_.outputs.emplace_back(Noted{{}, events.back()});
  }
  tell_owners(events, reply.key);
  for (const market::ExchangeEvent& event : events) {
    if (const auto* const rejected = std::get_if<market::Rejected>(&event)) {
      reply.outcome.reject_reason = rejected->reason;
    } else if (std::holds_alternative<market::Accepted>(event)) {
      reply.outcome = *state_.exchange.outcome(reply.key);
    } else if (const auto* const repeated = std::get_if<market::Repeated>(&event)) {
      reply.outcome = repeated->outcome;
      reply.repeat = true;
    }
  }
  if (reply.outcome.status == market::OrderStatus::kWorking) {
    state_.watchers[reply.key].insert(from);
  }
  send(from, reply, reply.key);
}

void Venue::Floor::handle(world::NodeId from, const market::OrderRequest& request) {
  const market::NewOrder order{request.account,  request.symbol, request.side,     request.type,
                               request.quantity, request.limit,  request.authority};
  answer(from, order, order);
}

void Venue::Floor::handle(world::NodeId from, const market::VoidRequest& request) {
  market::NewOrder nothing;
  nothing.account = request.account;
  nothing.authority = request.authority;
  answer(from, nothing, market::VoidKey{request.account, request.authority});
}

void Venue::Floor::handle(world::NodeId from, const market::CancelRequest& request) {
  const market::Authority& authority = request.authority;
  market::CancelReply answer;
  if (market::can_make_key(authority.group, authority.task)) {
    answer.key = authority.key();
  }
  if (request.account != market::account_of_node(from.value)) {
    answer.reason = market::RejectReason::kNotAllowed;
  } else {
    const auto outcome = state_.exchange.outcome(answer.key);
    const market::OrderId order = outcome ? outcome->order : market::OrderId{};
    const auto events = apply(market::CancelOrder{request.account, order, authority});
    tell_owners(events, {});
    for (const market::ExchangeEvent& event : events) {
      if (const auto* const rejected = std::get_if<market::Rejected>(&event)) {
        answer.reason = rejected->reason;
      }
    }
  }
  if (const auto outcome = state_.exchange.outcome(answer.key)) {
    answer.outcome = *outcome;
  }
  send(from, answer, answer.key);
}

void Venue::Floor::handle(world::NodeId from, const market::Fence& request) {
  apply(market::RaiseFence{request.group, request.term});
  send(from, market::FenceAck{request.group, state_.exchange.fence_of(request.group)});
}

void Venue::Floor::handle(world::NodeId from, const market::Subscribe&) {
  state_.subscribers.insert(from);
  send(from, state_.latest_tick);
}

void Venue::Floor::handle(world::NodeId, const market::LowWaterNotice& notice) {
  if (notice.term >= state_.exchange.fence_of(notice.group)) {
    tell_owners(apply(market::LowWater{notice.group, notice.below}), {});
  }
}

}  // namespace venue
