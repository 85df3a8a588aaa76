#include "engine.h"

#include <algorithm>
#include <utility>

#include "core/check.h"

namespace world_sim {
namespace {

constexpr std::uint64_t kEventsBetweenInterruptChecks = 1024;
constexpr std::uint64_t kDiskPurpose = num::purpose_of("world_sim.disk_jitter");
constexpr std::uint64_t kTearPurpose = num::purpose_of("world_sim.torn_write");
// Ids are small numbers from 1 on; the driver's own chain has one that no node can have.
constexpr std::uint64_t kDriverEntity = 1ULL << 32U;

}  // namespace

Engine::Engine(Options options)
    : options_(std::move(options)),
      gate_(options_.seed, options_.faults),
      processors_(*this),
      faults_(options_.faults.size()),
      driver_chain_(kDriverEntity),
      slices_(options_.slice) {
  arm_faults();
}

void Engine::boot(const world::NodeSpec& spec, world::Program program) {
  const std::uint32_t id = spec.id.value;
  core::check(id > 0 && id < (1U << kSourceBits), "a node's id is in 1 … 2^20 - 1");
  core::check(find(spec.id) == nullptr, "a node is booted once; later it is restarted");
  core::check(program != nullptr, "a node has a program");
  if (nodes_.size() <= id) {
    nodes_.resize(id + 1);
  }
  nodes_[id] = std::make_unique<Node>(spec, std::move(program), now_);
  nodes_[id]->disk_jitter = num::Stream(options_.seed, id, kDiskPurpose);
  processors_.add(spec.id, spec.hardware);
  start_incarnation(*nodes_[id]);
}

void Engine::halt(world::NodeId id, world::HaltReason reason) {
  Node& node = at(id);
  node.down_by.clear();
  if (node.running()) {
    stop(node, reason, world::UnsyncedWrites::kLose, std::nullopt);
  }
}

void Engine::restart(world::NodeId id) {
  Node& node = at(id);
  if (!node.running()) {
    start_incarnation(node);
  }
}

void Engine::register_service(std::string name, world::Service service) {
  core::check(service != nullptr, "a service is a function");
  services_.insert_or_assign(std::move(name), std::move(service));
}

void Engine::start_incarnation(Node& node) {
  node.down_by.clear();
  node.incarnation = world::Incarnation(node.incarnation.value + 1);
  node.machine = node.program();
  core::check(node.machine != nullptr, "a program makes a machine");
  node.random = world::machine_stream(options_.seed, node.spec.id, node.incarnation);
  node.booted_at = now_;
  world::Start start{node.disk.recover()};
  const auto recovered = static_cast<std::uint32_t>(start.recovered.size());
  Scheduled scheduled;
  scheduled.node = node.spec.id;
  scheduled.incarnation = node.incarnation;
  scheduled.event = std::move(start);
  schedule(node, EventClass::kBoot, now_, std::move(scheduled));
  for (Leak& leak : node.leaks) {
    leak.since = now_;
  }
  plan_out_of_memory(node);
  emit_for(node, world::NodeBooted{recovered});
}

void Engine::stop(Node& node, world::HaltReason reason, world::UnsyncedWrites unsynced,
                  std::optional<world::FaultIndex> by) {
  core::check(node.running(), "only a running node halts");
  const std::uint64_t cause = by ? gate_.identity(*by) : 0;
  num::Stream random(options_.seed ^ cause, node.spec.id.value, kTearPurpose);
  node.disk.crash(unsynced, random);
  node.statistics.running += now_ - node.booted_at;
  node.machine.reset();
  node.inbox.clear();
  node.outbox = {};
  node.stepping = false;
  node.step_effects.clear();
  node.waiting_work.clear();
  node.waits.clear();
  node.timers.clear();
  node.persist.reset();
  node.paused_by.clear();
  node.memory_token = 0;
  processors_.clear(node.spec.id, now_);
  if (by) {
    node.down_by.push_back(*by);
  }
  emit_for(node, world::NodeHalted{reason});
}

void Engine::schedule(Node& cause, EventClass event_class, core::Time at, Scheduled&& scheduled) {
  queue_.push({at, event_class, cause.source(), cause.sequence++}, std::move(scheduled));
}

void Engine::task_ends(world::NodeId id, std::uint64_t ticket, core::Time at) {
  Node& node = this->at(id);
  Scheduled scheduled;
  scheduled.kind = Scheduled::Kind::kTaskEnds;
  scheduled.node = id;
  scheduled.incarnation = node.incarnation;
  scheduled.token = ticket;
  schedule(node, EventClass::kCpu, at, std::move(scheduled));
}

void Engine::emit(world::NodeId node, world::Incarnation incarnation, world::TraceRecord record) {
  const world::TraceEntry entry{now_, node, incarnation, std::move(record)};
  driver_chain_.add(entry);
  slices_.add(now_, driver_chain_);
  note_record(entry);
  for (world::TraceSink* sink : options_.sinks) {
    sink->receive(entry);
  }
}

Outcome Engine::run(const std::function<bool()>* condition, core::Time until, bool until_idle) {
  core::check(until >= now_, "virtual time does not go back");
  const auto outcome = [&](StopReason reason) { return Outcome{reason, now_, events_}; };
  begin_triggered();
  for (;;) {
    if (condition != nullptr && (*condition)()) {
      return outcome(StopReason::kConditionMet);
    }
    if (queue_.empty() && until_idle) {
      return outcome(StopReason::kIdle);
    }
    if (queue_.empty() || queue_.next().at > until) {
      now_ = until;
      return outcome(StopReason::kTimeReached);
    }
    if (events_ >= options_.event_budget) {
      return outcome(StopReason::kEventBudget);
    }
    if (events_ % kEventsBetweenInterruptChecks == 0 && options_.interrupted &&
        options_.interrupted()) {
      return outcome(StopReason::kInterrupted);
    }
    const EventKey key = queue_.next();
    core::check(key.at >= now_, "virtual time does not go back");
    Scheduled scheduled = queue_.pop();
    now_ = key.at;
    ++events_;
    handle(key, scheduled);
    begin_triggered();
  }
}

void Engine::handle(const EventKey& key, Scheduled& scheduled) {
  using Kind = Scheduled::Kind;
  if (scheduled.kind == Kind::kFaultBegins) {
    return begin_fault(scheduled.fault, {});
  }
  if (scheduled.kind == Kind::kFaultEnds) {
    return end_fault(scheduled.fault);
  }
  Node& node = at(scheduled.node);
  if (scheduled.kind == Kind::kArrival || scheduled.kind == Kind::kCorruptArrival) {
    return arrive(node, key, scheduled);
  }
  if (node.running() && node.incarnation == scheduled.incarnation) {
    handle_on_node(key, scheduled, node);
  }
}

void Engine::handle_on_node(const EventKey& key, Scheduled& scheduled, Node& node) {
  using Kind = Scheduled::Kind;
  switch (scheduled.kind) {
    case Kind::kOutOfMemory:
      return out_of_memory(node, scheduled.token);
    case Kind::kTaskEnds:
      return task_ended(node, scheduled.token);
    case Kind::kWorkDone:
      node.outbox.finished(world::WorkTicket(scheduled.token));
      drain(node);
      return dispatch(node);
    case Kind::kDiskDone:
      return end_persist(node, key);
    case Kind::kTimer:
      return fire_timer(node, key, scheduled);
    default:
      return enqueue(node, key, std::move(scheduled.event));
  }
}

Node* Engine::find(world::NodeId id) const {
  return id.value < nodes_.size() ? nodes_[id.value].get() : nullptr;
}

Node& Engine::at(world::NodeId id) const {
  Node* node = find(id);
  core::check(node != nullptr, "the node was booted in this simulation");
  return *node;
}

std::vector<world::NodeId> Engine::nodes() const {
  std::vector<world::NodeId> known;
  for (const auto& node : nodes_) {
    if (node) {
      known.push_back(node->spec.id);
    }
  }
  return known;
}

NodeView Engine::view(world::NodeId id) const {
  const Node& node = at(id);
  const auto armed =
      std::ranges::count_if(node.timers, [](const auto& entry) { return entry.second.armed; });
  return {node.running(),
          node.paused(),
          node.incarnation,
          node.inbox.size(),
          node.waiting_work.size(),
          node.outbox.work_in_progress(),
          static_cast<std::size_t>(armed),
          node.running() ? memory_bytes(node) : 0,
          node.disk.used_bytes()};
}

NodeStatistics Engine::statistics(world::NodeId id) const {
  const Node& node = at(id);
  NodeStatistics statistics = node.statistics;
  if (node.running()) {
    statistics.running += now_ - node.booted_at;
  }
  const Processors::Busy busy = processors_.busy(id, now_);
  statistics.cpu_busy = busy.total;
  statistics.step_busy = busy.steps;
  return statistics;
}

core::Time Engine::monotonic(const Node& node) const {
  return core::at(now_ - node.origin + gate_.clock_error(node.spec.id, now_).monotonic);
}

core::WallTime Engine::wall(const Node& node) const {
  return options_.wall_origin + now_.time_since_epoch() +
         gate_.clock_error(node.spec.id, now_).wall;
}

std::uint64_t Engine::fingerprint() const {
  std::uint64_t sum = driver_chain_.value();
  for (const auto& node : nodes_) {
    if (node) {
      sum += node->chain.value();
    }
  }
  return sum;
}

}  // namespace world_sim
