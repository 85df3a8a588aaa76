// Steps and their effects.
#include <algorithm>
#include <utility>

#include "core/check.h"
#include "engine.h"

namespace world_sim {
namespace {

constexpr core::Duration kNothing{0};
// Longer than any run, short enough to be added to any time of one.
constexpr core::Duration kLongestTimer = core::hours(24 * 365 * 10);

}  // namespace

void Engine::enqueue(Node& node, const EventKey& key, world::Event&& event) {
  node.inbox.push(key, std::move(event));
  node.statistics.inbox_peak =
      std::max<std::uint64_t>(node.statistics.inbox_peak, node.inbox.size());
  dispatch(node);
}

void Engine::dispatch(Node& node) {
  while (node.running() && !node.paused()) {
    if (!node.stepping && !node.inbox.empty()) {
      begin_step(node);
    } else if (!node.waiting_work.empty() && processors_.has_core_for_work(node.spec.id)) {
      begin_work(node);
    } else {
      return;
    }
  }
}

void Engine::begin_step(Node& node) {
  const QueuedEvent queued = node.inbox.pop();
  node.statistics.inbox_wait += now_ - queued.key.at;
  ++node.statistics.steps;

  const world::NodeId self = node.spec.id;
  const world::ClockError error = gate_.read_clock(self, now_);
  world::Context context{self, node.incarnation, core::at(now_ - node.origin + error.monotonic),
                         options_.wall_origin + now_.time_since_epoch() + error.wall, node.random};
  const bool seen = observed();
  const bool digests = seen && options_.observer->wants_digests();
  StepView view{queued.key, self, node.incarnation, now_, node.spec.hardware.step_cost, 0, 0};
  if (seen) {
    view.state_before = digests ? node.machine->digest() : 0;
    options_.observer->on_event(queued.key, self, queued.event);
  }
  node.machine->step(queued.event, context, effects_);
  node.chain.add(queued.key);
  node.chain.add(queued.event);
  node.chain.add(effects_.list());
  slices_.add(now_, node.chain);
  if (seen) {
    view.state_after = digests ? node.machine->digest() : 0;
    options_.observer->on_step(view, effects_.list());
  }
  if (node.spec.hardware.step_cost <= kNothing) {
    node.outbox.push(effects_.take());
    return drain(node);
  }
  node.step_effects = effects_.take();
  node.stepping = true;
  processors_.start(self, 0, true, node.spec.hardware.step_cost, now_);
  count_cpu_faults(node);
}

void Engine::begin_work(Node& node) {
  const PendingWork work = node.waiting_work.front();
  node.waiting_work.pop_front();
  node.waits.emplace(work.ticket.value, work.wait);
  processors_.start(node.spec.id, work.ticket.value, false, work.cpu, now_);
  count_cpu_faults(node);
}

void Engine::task_ended(Node& node, std::uint64_t ticket) {
  const Processors::Ended ended = processors_.end(node.spec.id, ticket, now_);
  if (!ended.valid) {
    return;
  }
  if (ended.was_step) {
    node.stepping = false;
    node.outbox.push(std::exchange(node.step_effects, {}));
    drain(node);
  } else {
    const auto wait = node.waits.extract(ended.name);
    Scheduled scheduled;
    scheduled.kind = Scheduled::Kind::kWorkDone;
    scheduled.node = node.spec.id;
    scheduled.incarnation = node.incarnation;
    scheduled.token = ended.name;
    schedule(node, EventClass::kCpu, now_ + wait.mapped(), std::move(scheduled));
  }
  dispatch(node);
}

void Engine::drain(Node& node) {
  const world::Incarnation incarnation = node.incarnation;
  while (node.running() && node.incarnation == incarnation && !node.paused()) {
    std::optional<world::Outbox::Released> released = node.outbox.next();
    if (!released) {
      return;
    }
    if (observed()) {
      options_.observer->on_effect(now_, node.spec.id, released->effect);
    }
    release(node, std::move(released->effect), released->ticket);
    begin_triggered();
  }
}

void Engine::release(Node& node, world::Effect&& effect, world::WorkTicket ticket) {
  if (auto* sent = std::get_if<world::Send>(&effect)) {
    send(node, std::move(sent->message));
  } else if (const auto* timer = std::get_if<world::SetTimer>(&effect)) {
    set_timer(node, *timer);
  } else if (const auto* cancelled = std::get_if<world::CancelTimer>(&effect)) {
    if (const auto set = node.timers.find(cancelled->timer); set != node.timers.end()) {
      set->second.armed = false;
    }
  } else if (auto* persist = std::get_if<world::Persist>(&effect)) {
    begin_persist(node, std::move(*persist));
  } else if (const auto* work = std::get_if<world::Work>(&effect)) {
    const core::Duration wait = std::clamp(work->wait, kNothing, kLongestTimer);
    if (work->cpu > kNothing) {
      node.waiting_work.push_back({ticket, std::min(work->cpu, kLongestTimer), wait, now_});
      return;
    }
    Scheduled scheduled;
    scheduled.kind = Scheduled::Kind::kWorkDone;
    scheduled.node = node.spec.id;
    scheduled.incarnation = node.incarnation;
    scheduled.token = ticket.value;
    schedule(node, EventClass::kCpu, now_ + wait, std::move(scheduled));
  } else if (auto* call = std::get_if<world::Call>(&effect)) {
    call_service(node, std::move(*call));
  } else {
    emit(node.spec.id, node.incarnation, std::move(std::get<world::Trace>(effect).record));
  }
}

void Engine::set_timer(Node& node, const world::SetTimer& effect) {
  const core::Duration after = std::clamp(effect.after, kNothing, kLongestTimer);
  Timer& timer = node.timers[effect.timer];
  timer.armed = true;
  timer.deadline = monotonic(node) + after;
  const core::Time at = now_ + gate_.true_span(node.spec.id, after);
  if (timer.token == 0 || at < timer.entry_at) {
    queue_timer(node, effect.timer, timer, at);
  }
}

void Engine::queue_timer(Node& node, world::TimerId id, Timer& timer, core::Time at) {
  timer.token = node.next_token++;
  timer.entry_at = at;
  Scheduled scheduled;
  scheduled.kind = Scheduled::Kind::kTimer;
  scheduled.node = node.spec.id;
  scheduled.incarnation = node.incarnation;
  scheduled.token = timer.token;
  scheduled.event = world::TimerFired{id};
  schedule(node, EventClass::kTimer, at, std::move(scheduled));
}

void Engine::fire_timer(Node& node, const EventKey& key, Scheduled& scheduled) {
  const world::TimerId id = std::get<world::TimerFired>(scheduled.event).timer;
  const auto timer = node.timers.find(id);
  if (timer == node.timers.end() || timer->second.token != scheduled.token) {
    return;
  }
  // It was set again meanwhile, or rounding of a drift leaves it a nanosecond short.
  const core::Duration early = timer->second.deadline - monotonic(node);
  if (timer->second.armed && early > kNothing) {
    return queue_timer(node, id, timer->second, now_ + gate_.true_span(node.spec.id, early));
  }
  const bool armed = timer->second.armed;
  node.timers.erase(timer);
  if (armed) {
    ++node.statistics.timers_fired;
    enqueue(node, key, std::move(scheduled.event));
  }
}

void Engine::begin_persist(Node& node, world::Persist effect) {
  const DiskOptions& disk = options_.disk;
  const std::uint64_t used = node.disk.used_bytes_after(effect.mode, effect.record);
  PendingPersist persist{effect.id, used > node.spec.hardware.disk_bytes, std::nullopt};
  core::Duration latency = disk.latency;
  if (disk.jitter > kNothing) {
    latency += node.disk_jitter.exponential(disk.jitter);
  }
  if (disk.bytes_per_second > 0) {
    latency += core::Duration(static_cast<std::int64_t>(effect.record.size()) * 1'000'000'000 /
                              disk.bytes_per_second);
  }
  for (const DiskFault& active : node.disk_faults) {
    const world::Fault& fault = gate_.plan()[active.fault];
    if (fault.kind == world::FaultKind::kDiskSlow) {
      latency += std::max(kNothing, fault.delay);
      gate_.count(active.fault);
    } else if (!persist.failed_by &&
               (fault.kind == world::FaultKind::kDiskError || used > active.limit_bytes)) {
      persist.fails = true;
      persist.failed_by = active.fault;
    }
  }
  if (!persist.fails) {
    node.disk.issue(effect.mode, effect.record);
  }
  node.persist = persist;
  node.statistics.disk_busy += latency;
  Scheduled scheduled;
  scheduled.kind = Scheduled::Kind::kDiskDone;
  scheduled.node = node.spec.id;
  scheduled.incarnation = node.incarnation;
  schedule(node, EventClass::kDisk, now_ + latency, std::move(scheduled));
}

void Engine::end_persist(Node& node, const EventKey& key) {
  core::check(node.persist.has_value(), "a persist that ends was begun");
  const PendingPersist persist = *std::exchange(node.persist, std::nullopt);
  if (persist.fails) {
    if (persist.failed_by) {
      gate_.count(*persist.failed_by);
    }
    return stop(node, world::HaltReason::kDiskFailed, world::UnsyncedWrites::kLose,
                persist.failed_by);
  }
  node.disk.complete();
  ++node.statistics.persists;
  node.outbox.durable();
  const world::Incarnation incarnation = node.incarnation;
  drain(node);
  if (persist.id && node.running() && node.incarnation == incarnation) {
    return enqueue(node, key, world::Persisted{persist.id});
  }
  dispatch(node);
}

void Engine::call_service(Node& node, world::Call effect) {
  Scheduled scheduled;
  scheduled.node = node.spec.id;
  scheduled.incarnation = node.incarnation;
  world::Returned returned{effect.call, false, {}, {}};
  core::Duration latency = kNothing;
  const auto service = services_.find(effect.service);
  if (service == services_.end()) {
    returned.error = "no service named \"" + effect.service + "\" is registered";
  } else {
    world::ServiceAnswer answer = service->second(node.spec.id, effect.request);
    returned.ok = answer.ok;
    returned.result = std::move(answer.result);
    returned.error = std::move(answer.error);
    latency = std::clamp(answer.latency, kNothing, kLongestTimer);
  }
  scheduled.event = std::move(returned);
  schedule(node, EventClass::kService, now_ + latency, std::move(scheduled));
}

void Engine::count_cpu_faults(const Node& node) {
  for (const world::FaultIndex fault : node.cpu_faults) {
    if (gate_.plan()[fault].kind == world::FaultKind::kSlowCpu ||
        processors_.squeezed(node.spec.id)) {
      gate_.count(fault);
    }
  }
}

}  // namespace world_sim
