#include "swarm/pipeline.h"

#include <algorithm>

#include "core/codec.h"
#include "swarm/stage_trace.h"

namespace swarm {
namespace {

// Attempts remembered so that an item which comes again is not worked on again.
constexpr std::size_t kSeenKept = 4096;

bool contains(const std::vector<world::NodeId>& nodes, world::NodeId node) {
  return std::ranges::find(nodes, node) != nodes.end();
}

}  // namespace

Pipeline::Pipeline(const PipelineConfig& config, std::vector<Stage> stages)
    : config_(config), stages_(std::move(stages)) {
  core::check(stages_.size() > 1, "a pipeline has at least two stages");
}

bool Pipeline::last_stage(world::NodeId self) const {
  return ring_.stage_of(self) == stages_.size() - 1;
}

LinkEpoch Pipeline::next_epoch(const Desk& desk) {
  return static_cast<LinkEpoch>(desk.context.incarnation.value) << 32U | ++epochs_;
}

void Pipeline::stitch(Desk& desk, const Ring& ring) {
  const bool first = ring_.stages.empty();
  if (!first && ring.epoch <= ring_.epoch) {
    return;
  }
  const world::NodeId self = desk.context.self;
  const auto was = ring_.stage_of(self);
  ring_ = ring;
  const auto now = ring_.stage_of(self);
  const bool cut_off = now && ring_.stopped && *now < ring_.broken;
  if (!first && (was != now || cut_off)) {
    drop_all(desk);
  }
  const std::vector<world::NodeId> next = ring_.after(self);
  std::vector<world::NodeId> ended;
  for (const auto& [peer, link] : outgoing_) {
    if (!contains(next, peer)) {
      ended.push_back(peer);
    }
  }
  for (const world::NodeId peer : ended) {
    end_link(desk, peer);
  }
  for (const world::NodeId peer : next) {
    const auto [link, fresh] = outgoing_.try_emplace(peer);
    if (fresh) {
      link->second.sender = CreditSender(config_.credits);
      link->second.breaker = Breaker(config_.breaker);
      link->second.sender.open(next_epoch(desk));
      if (!first) {
        link->second.may_be_unaware_until = desk.context.now + config_.stitch_after;
      }
    }
  }
  const std::vector<world::NodeId> before = ring_.before(self);
  for (auto& [peer, link] : incoming_) {
    if (!contains(before, peer)) {
      link.forget();
    }
  }
  pass_on(desk);
}

void Pipeline::drop_all(Desk& desk) {
  const std::size_t items = std::exchange(holding_, {}).size();
  if (items > 0) {
    desk.effects.trace(ItemsDropped{items});
  }
  for (auto& [peer, link] : outgoing_) {
    static_cast<void>(link.sender.recall());
    link.sender.open(next_epoch(desk));
  }
  for (auto& [peer, link] : incoming_) {
    link.forget();
  }
  seen_.clear();
}

void Pipeline::end_link(Desk& desk, world::NodeId peer) {
  const auto link = outgoing_.find(peer);
  const std::vector<Item> items = link->second.sender.recall();
  for (const Item& item : items) {
    if (Held* held = find(item)) {
      held->progress = Progress::kWorked;
    }
  }
  desk.effects.trace(PipelineLinkEnded{peer, items.size()});
  desk.effects.cancel_timer(kPipelineTimers.timer(peer.value));
  outgoing_.erase(link);
}

Pipeline::Held* Pipeline::find(const Item& item) {
  const auto held = std::ranges::find_if(holding_, [&](const auto& entry) {
    return entry.second.item.entry == item.entry &&
           entry.second.item.authority.task == item.authority.task;
  });
  return held == holding_.end() ? nullptr : &held->second;
}

const Item* Pipeline::in_work(TaskId task) const {
  for (const auto& [turn, held] : holding_) {
    if (held.item.authority.task == task && held.progress == Progress::kWorking) {
      return &held.item;
    }
  }
  return nullptr;
}

std::size_t Pipeline::count_in_hand() const {
  return static_cast<std::size_t>(std::ranges::count_if(
      holding_, [](const auto& entry) { return entry.second.progress != Progress::kTaken; }));
}

const Breaker* Pipeline::breaker(world::NodeId peer) const {
  const auto link = outgoing_.find(peer);
  return link == outgoing_.end() ? nullptr : &link->second.breaker;
}

std::vector<world::NodeId> Pipeline::broken_links() const {
  std::vector<world::NodeId> peers;
  for (const auto& [peer, link] : outgoing_) {
    if (link.breaker.state() != BreakerState::kClosed) {
      peers.push_back(peer);
    }
  }
  return peers;
}

void Pipeline::hold(Desk& desk, Held held) {
  const Item& item = held.item;
  desk.effects.trace(ItemTaken{item.authority.task, item.authority.attempt, item.entry, held.from,
                               held.epoch, held.sequence,
                               static_cast<std::uint32_t>(*ring_.stage_of(desk.context.self))});
  holding_.emplace(++arrivals_, std::move(held));
}

void Pipeline::remember(TaskId task, Attempt attempt) {
  Attempt& highest = seen_[task];
  highest = std::max(highest, attempt);
  if (seen_.size() > kSeenKept) {
    seen_.erase(seen_.begin());
  }
}

bool Pipeline::enter(Desk& desk, const Assignment& assignment) {
  const world::NodeId self = desk.context.self;
  if (ring_.stopped || !ring_.is_entry(self)) {
    return false;
  }
  const Authority& authority = assignment.authority;
  for (auto& [turn, held] : holding_) {
    const bool here = held.progress == Progress::kWorking || held.progress == Progress::kWorked;
    if (here && held.item.authority.task == authority.task) {
      held.item.authority = authority;
      return true;
    }
  }
  const std::uint64_t epoch =
      static_cast<std::uint64_t>(self.value) << 32U | desk.context.incarnation.value;
  hold(desk, {{authority, assignment.task, {epoch, ++entered_}, {}}, {}, {}, 0, 0});
  wanted_.push_back(authority.task);
  return true;
}

void Pipeline::receive(Desk& desk, const world::Message& message) {
  const world::NodeId self = desk.context.self;
  const bool from_before = contains(ring_.before(self), message.from);
  if (message.type == ItemSend::kType && from_before) {
    if (const auto send = world::payload<ItemSend>(message)) {
      received(desk, *send, message.from);
    }
  } else if (message.type == ItemAsk::kType && from_before) {
    if (const auto asked = world::payload<ItemAsk>(message)) {
      answer(desk, message.from, asked->epoch, asked->call);
    }
  } else if (message.type == ItemState::kType && outgoing_.contains(message.from)) {
    if (const auto state = world::payload<ItemState>(message)) {
      heard(desk, *state, message.from);
    }
  } else if (message.type == Feedback::kType && ring_.is_entry(self)) {
    if (const auto feedback = world::payload<Feedback>(message)) {
      fed_back(desk, *feedback, message);
    }
  }
}

void Pipeline::answer(Desk& desk, world::NodeId to, LinkEpoch epoch, std::uint64_t call) {
  desk.post(to, incoming_[to].state(epoch, call));
}

void Pipeline::received(Desk& desk, const ItemSend& send, world::NodeId from) {
  if (incoming_[from].arrived(send.epoch, send.sequence) == CreditReceiver::Arrival::kTake) {
    take(desk, send, from);
  }
  answer(desk, from, send.epoch, send.call);
  pass_on(desk);
}

void Pipeline::take(Desk& desk, const ItemSend& send, world::NodeId from) {
  const Authority& authority = send.item.authority;
  hold(desk, {send.item, {}, from, send.epoch, send.sequence});
  const auto arrival = std::prev(holding_.end());
  const auto known = seen_.find(authority.task);
  const bool again = known != seen_.end() && known->second >= authority.attempt;
  remember(authority.task, authority.attempt);
  if (again) {
    lose(desk, arrival);
    return;
  }
  if (last_stage(desk.context.self)) {
    arrived_.push_back({authority, send.item.task});
    return;
  }
  for (auto held = holding_.begin(); held != arrival; ++held) {
    Held& older = held->second;
    const bool here = older.progress == Progress::kWorking || older.progress == Progress::kWorked;
    if (here && older.item.authority.task == authority.task) {
      older.item.authority = authority;  // a newer attempt at what is still here
      lose(desk, arrival);
      return;
    }
  }
  wanted_.push_back(authority.task);
}

// It needs nothing more from here.
void Pipeline::lose(Desk& desk, Holding::iterator held) {
  give_credit_back(desk, held->second);
  holding_.erase(held);
}

void Pipeline::give_credit_back(Desk& desk, Held& held) {
  if (!held.from) {
    return;
  }
  const auto link = incoming_.find(held.from);
  if (link != incoming_.end() && link->second.epoch() == held.epoch) {
    link->second.done(held.epoch, held.sequence);
    desk.effects.trace(CreditReturned{held.from, held.epoch, held.sequence});
    answer(desk, held.from, held.epoch, 0);
  }
  held.from = {};
}

void Pipeline::arrived(Desk& desk, TaskId task, Attempt attempt, bool begins) {
  const auto held = std::ranges::find_if(holding_, [&](const auto& entry) {
    const Authority& authority = entry.second.item.authority;
    return authority.task == task && authority.attempt == attempt;
  });
  if (held == holding_.end()) {
    return;
  }
  if (begins) {
    wanted_.push_back(task);
  } else {
    lose(desk, held);
    pass_on(desk);
  }
}

void Pipeline::ended(Desk& desk, TaskId task) {
  for (auto held = holding_.begin(); held != holding_.end();) {
    const auto next = std::next(held);
    if (held->second.item.authority.task == task) {
      lose(desk, held);
    }
    held = next;
  }
  pass_on(desk);
}

void Pipeline::worked(Desk& desk, TaskId task, core::Bytes payload, std::optional<bool> approved) {
  const auto held = std::ranges::find_if(holding_, [&](const auto& entry) {
    return entry.second.item.authority.task == task && entry.second.progress == Progress::kWorking;
  });
  if (held == holding_.end()) {
    return;
  }
  Item& item = held->second.item;
  if (!last_stage(desk.context.self)) {
    item.task.payload = std::move(payload);
    item.stamp.reset();
  }
  if (approved) {
    const std::uint64_t digest = core::digest(item.task.payload);
    item.stamp = Stamp{desk.context.self, task, *approved, digest};
    desk.effects.trace(ItemStamped{task, item.authority.attempt, *approved, digest});
  }
  held->second.progress = Progress::kWorked;
  desk.effects.trace(ItemWorked{task, item.authority.attempt, item.entry});
  pass_on(desk);
}

// The name on the stamp must be that of the node that the link it came on is proven to lead to.
bool Pipeline::stamp_good(const Held& held) const {
  const Stage& judge = stages_[stages_.size() - 2];
  if (!judge.approves) {
    return true;
  }
  const std::optional<Stamp>& stamp = held.item.stamp;
  return stamp && stamp->by == held.from && stamp->task == held.item.authority.task &&
         stamp->payload_digest == core::digest(held.item.task.payload);
}

void Pipeline::pass_on(Desk& desk) {
  const bool last = last_stage(desk.context.self);
  for (auto& [turn, held] : holding_) {
    if (held.progress == Progress::kWorking && config_.ordered) {
      return;
    }
    if (held.progress != Progress::kWorked) {
      continue;
    }
    const Authority& authority = held.item.authority;
    if (last) {
      const bool good = stamp_good(held);
      held.progress = Progress::kSent;
      desk.effects.trace(ItemExecuted{authority.task, authority.attempt, held.item.entry, good});
      const bool approved = good && (!held.item.stamp || held.item.stamp->approved);
      turns_due_.push_back({authority.task, held.item.task.payload, approved, good});
      continue;
    }
    const world::NodeId peer = choose_link(desk);
    if (!peer) {
      return;
    }
    Outgoing& link = outgoing_.at(peer);
    held.progress = Progress::kSent;
    send(desk, peer, link, link.sender.send(held.item), true);
    arm(desk, peer, link);
  }
}

// Of the links on which an item may leave, the one with the fewest under way.
world::NodeId Pipeline::choose_link(Desk& desk) {
  world::NodeId chosen;
  std::size_t least = 0;
  for (auto& [peer, link] : outgoing_) {
    const bool open = link.breaker.state() == BreakerState::kClosed && link.sender.has_credit();
    const std::size_t load = link.sender.outstanding().size();
    if (open && desk.context.self != peer && (!chosen || load < least)) {
      chosen = peer;
      least = load;
    }
  }
  return chosen;
}

void Pipeline::send(Desk& desk, world::NodeId peer, Outgoing& link, LinkSequence sequence,
                    bool first) {
  const Item& item = link.sender.item(sequence);
  const std::uint64_t call = ++calls_;
  const bool counts = !link.may_be_unaware_until || desk.context.now >= *link.may_be_unaware_until;
  if (counts && link.breaker.admits()) {
    link.breaker.begin(call, desk.context.now);
  }
  if (first) {
    desk.effects.trace(ItemSent{item.authority.task, item.authority.attempt, item.entry, peer,
                                link.sender.epoch(), sequence});
  }
  desk.post(peer, ItemSend{link.sender.epoch(), sequence, call, item}, item.authority.term);
}

void Pipeline::ask(Desk& desk, world::NodeId peer, Outgoing& link) {
  const std::uint64_t call = ++calls_;
  if (link.breaker.state() == BreakerState::kHalfOpen) {
    desk.effects.trace(BreakerProbed{peer});
  }
  link.breaker.begin(call, desk.context.now);
  desk.post(peer, ItemAsk{link.sender.epoch(), call});
}

void Pipeline::heard(Desk& desk, const ItemState& state, world::NodeId peer) {
  Outgoing& link = outgoing_.at(peer);
  link.may_be_unaware_until.reset();
  const bool was_closed = link.breaker.state() == BreakerState::kClosed;
  if (state.call != 0) {
    link.breaker.answered(state.call, desk.context.now);
    follow(desk, peer, link);
  }
  if (state.unknown) {
    if (state.epoch == link.sender.epoch()) {
      reopen(desk, peer, link);
    }
  } else {
    const CreditSender::Progress progress = link.sender.heard(state);
    for (const Item& item : progress.taken) {
      Held* held = find(item);
      if (held != nullptr && held->progress == Progress::kSent) {
        held->progress = Progress::kTaken;
        give_credit_back(desk, *held);
        if (ring_.is_entry(desk.context.self)) {
          passed_.push_back(item.authority.task);
        }
      }
    }
    for (const Item& item : progress.done) {
      std::erase_if(holding_, [&](const auto& entry) {
        return entry.second.item.entry == item.entry && entry.second.progress == Progress::kTaken;
      });
    }
  }
  if (!was_closed && link.breaker.state() == BreakerState::kClosed) {
    for (const LinkSequence sequence : link.sender.untaken()) {
      send(desk, peer, link, sequence, false);
    }
  }
  pass_on(desk);
  arm(desk, peer, link);
}

// The receiver does not know where we are: everything that is not done goes again.
void Pipeline::reopen(Desk& desk, world::NodeId peer, Outgoing& link) {
  link.sender.open(next_epoch(desk));
  if (link.breaker.state() == BreakerState::kClosed) {
    for (const LinkSequence sequence : link.sender.untaken()) {
      send(desk, peer, link, sequence, true);
    }
  }
}

void Pipeline::timer(Desk& desk, world::TimerId timer) {
  const world::NodeId peer(static_cast<std::uint32_t>(TimerRange::own(timer)));
  if (const auto link = outgoing_.find(peer); link != outgoing_.end()) {
    link->second.ticking = false;
    tick(desk, peer, link->second);
    pass_on(desk);
    arm(desk, peer, link->second);
  }
}

void Pipeline::tick(Desk& desk, world::NodeId peer, Outgoing& link) {
  link.breaker.advance(desk.context.now);
  follow(desk, peer, link);
  if (link.breaker.state() == BreakerState::kHalfOpen) {
    while (link.breaker.admits()) {
      ask(desk, peer, link);
    }
  } else if (link.breaker.state() == BreakerState::kClosed) {
    const std::vector<LinkSequence> untaken = link.sender.untaken();
    for (const LinkSequence sequence : untaken) {
      send(desk, peer, link, sequence, false);
    }
    if (untaken.empty() && !link.sender.outstanding().empty()) {
      ask(desk, peer, link);
    }
  }
}

void Pipeline::arm(Desk& desk, world::NodeId peer, Outgoing& link) {
  const bool closed = link.breaker.state() == BreakerState::kClosed;
  if (link.ticking || (closed && link.sender.outstanding().empty())) {
    return;
  }
  core::Duration pause = config_.ask_every;
  if (link.breaker.state() == BreakerState::kOpen) {
    pause = std::max(core::Duration{1}, *link.breaker.due() - desk.context.now);
  }
  link.ticking = true;
  desk.effects.set_timer(kPipelineTimers.timer(peer.value), pause);
}

// What the breaker did; where another node does the same stage, it gets what waits for this one.
void Pipeline::follow(Desk& desk, world::NodeId peer, Outgoing& link) {
  for (const BreakerChange& change : link.breaker.take_changes()) {
    desk.effects.trace(
        BreakerChanged{peer, change.from, change.to, change.calls, change.failures, change.at});
    if (change.to == BreakerState::kHalfOpen) {
      continue;
    }
    broken_.push_back({peer, change.to == BreakerState::kOpen});
    if (change.to == BreakerState::kOpen && outgoing_.size() > 1) {
      for (const Item& item : link.sender.recall()) {
        if (Held* held = find(item)) {
          held->progress = Progress::kWorked;
        }
      }
      link.sender.open(next_epoch(desk));
    }
  }
}

void Pipeline::feed_back(Desk& desk, core::Bytes payload) {
  const Feedback feedback{++fed_back_, std::move(payload)};
  for (const world::NodeId entry : ring_.stages.front()) {
    desk.post(entry, feedback);
  }
}

void Pipeline::fed_back(Desk&, const Feedback& feedback, const world::Message& message) {
  if (!contains(ring_.stages.back(), message.from)) {
    return;
  }
  const std::pair number{message.incarnation.value, feedback.number};
  auto& newest = feedback_heard_[message.from];
  if (number > newest) {
    newest = number;
    feedback_.push_back(feedback.payload);
  }
}

}  // namespace swarm
