#include "swarm/coordinator.h"

#include <algorithm>

namespace swarm {
namespace {

constexpr world::TimerId kAttemptTimer = kCoordinatorTimers.timer(1);
constexpr world::TimerId kEnvironmentTimer = kCoordinatorTimers.timer(2);
// The low-water mark is moved in steps, so that it costs few entries of the log.
constexpr std::uint64_t kLowWaterStep = 64;

}  // namespace

Coordinator::Coordinator(CoordinatorConfig config)
    : config_(std::move(config)), dispatch_(config_.dispatch) {
  core::check(config_.queue_limit > 0 && config_.max_attempts > 0 &&
                  config_.attempt_timeout > core::Duration{} &&
                  config_.environment_retry > core::Duration{},
              "a coordinator's limits and times are above zero");
}

void Coordinator::lead(Desk& desk, const std::vector<world::NodeId>& workers) {
  core::check(phase_ == Phase::kIdle && desk.raft.is_leader_ready(), "a new leader takes office");
  phase_ = Phase::kFencing;
  term_ = desk.raft.term();
  dispatch_ = Dispatch(config_.dispatch);
  for (const world::NodeId worker : workers) {
    const MemberEntry* member = desk.ledger.directory().find(worker);
    core::check(member != nullptr, "a worker is a member");
    employ(*member, desk.ledger);
  }
  stopped_ = desk.ledger.ring() && desk.ledger.ring()->stopped;
  desk.effects.trace(FenceRequested{term_});
  ask_environment(desk);
}

void Coordinator::employ(const MemberEntry& member, const Ledger& ledger) {
  const auto& bandit = ledger.bandit();
  dispatch_.add(member.node, member.capabilities, member.pool,
                bandit ? bandit->arm_of(member) : std::string{});
  if (member.status == MemberStatus::kDraining) {
    dispatch_.drain(member.node);
  }
  workers_.insert(member.node);
}

void Coordinator::stop(Desk& desk) {
  CoordinatorConfig config = std::move(config_);
  *this = Coordinator(std::move(config));
  desk.effects.cancel_timer(kAttemptTimer);
  desk.effects.cancel_timer(kEnvironmentTimer);
}

void Coordinator::fenced(Desk& desk, Term term) {
  if (phase_ != Phase::kFencing || term != term_) {
    return;
  }
  phase_ = Phase::kReady;
  const std::vector<TaskId> open = desk.ledger.open_tasks();
  desk.effects.trace(LeaderReady{term_, open.size()});
  for (const TaskId task : open) {
    const TaskEntry& entry = *desk.ledger.find(task);
    if (entry.status == TaskStatus::kAssigned) {
      desk.effects.trace(
          TaskTakenBack{task, entry.attempt, entry.agent, TakeBackReason::kNewLeader});
    }
    if (!finishing_.contains(task)) {
      wait(desk, task);
    }
  }
  pump(desk);
}

void Coordinator::ask_environment(Desk& desk) {
  if (phase_ == Phase::kFencing) {
    fences_.push_back({term_});
  }
  for (const auto& [task, resolving] : resolving_) {
    voids_.push_back({{config_.group, term_, task, resolving.attempt, 1}});
  }
  if (phase_ == Phase::kFencing || !resolving_.empty()) {
    desk.effects.set_timer(kEnvironmentTimer, config_.environment_retry);
  }
}

void Coordinator::offered(Desk& desk, const Offer& offer) {
  core::check(leading(), "only a leader takes offers");
  const TaskId id = offer.task.id;
  if (offer.low_water.value >= low_water_proposed_.value + kLowWaterStep &&
      offer.low_water > desk.ledger.low_water(offer.task.client) &&
      desk.propose(LowWater{offer.task.client, offer.low_water})) {
    low_water_proposed_ = offer.low_water;
  }
  if (const TaskEntry* entry = desk.ledger.find(id)) {
    if (entry->status == TaskStatus::kFinished) {
      answer(desk, entry->task.client, {id, entry->result});
    }
    return;
  }
  if (id < desk.ledger.low_water(offer.task.client) || accepting_.contains(id)) {
    return;
  }
  if (stopped_ || is_full(desk, id)) {
    Task refused = offer.task;
    refused.payload.clear();
    const Outcome reason = stopped_ ? Outcome::kStopped : Outcome::kShed;
    if (desk.propose(Refuse{std::move(refused), reason})) {
      accepting_.insert(id);
    }
    return;
  }
  if (desk.propose(Accept{offer.task})) {
    accepting_.insert(id);
  }
}

void Coordinator::answer(Desk& desk, world::NodeId client, const Reply& reply) const {
  const Directory& directory = desk.ledger.directory();
  if (directory.voters_epoch() > 1) {
    desk.post(client, WhomToAsk{directory.voters_epoch(), directory.voters()}, term_);
  }
  desk.post(client, reply, term_);
}

// Too much is not over, or too much waits for the task's pool: what one pool cannot do must not
// shut out the tasks of the others.
bool Coordinator::is_full(const Desk& desk, TaskId task) const {
  const Directory& directory = desk.ledger.directory();
  const PoolId pool = directory.pool_of(task);
  const std::uint32_t limit = directory.pool(pool).waiting_limit;
  return desk.ledger.open_count() >= config_.queue_limit || (limit > 0 && waiting(pool) >= limit);
}

void Coordinator::applied(Desk& desk, const Command& command, bool changed) {
  std::visit([&](const auto& alternative) { apply(desk, alternative, changed); }, command);
}

void Coordinator::apply(Desk& desk, const Accept& accept, bool changed) {
  accepting_.erase(accept.task.id);
  if (changed) {
    desk.effects.trace(TaskAccepted{accept.task.id, term_});
    if (phase_ == Phase::kReady) {
      wait(desk, accept.task.id);
      pump(desk);
    }
  }
}

void Coordinator::apply(Desk& desk, const Refuse& refuse, bool changed) {
  accepting_.erase(refuse.task.id);
  if (changed) {
    answer(desk, refuse.task.client, {refuse.task.id, {refuse.outcome, {}}});
  }
}

void Coordinator::apply(Desk& desk, const Assign& assign, bool changed) {
  const auto it = running_.find(assign.task);
  if (it == running_.end() || it->second.attempt != assign.attempt || it->second.sent) {
    return;
  }
  if (!changed) {
    // The route or the member changed before it: somebody else is picked.
    dispatch_.release(it->second.agent, true);
    deadlines_.erase({it->second.deadline, assign.task});
    running_.erase(it);
    wait(desk, assign.task);
    return pump(desk);
  }
  it->second.sent = true;
  let_fail_.erase(assign.task);
  const Directory& directory = desk.ledger.directory();
  desk.effects.trace(TaskAssigned{assign.task, assign.attempt, assign.agent, term_,
                                  it->second.fallback, assign.route_epoch,
                                  directory.find(assign.agent)->pool});
  const TaskEntry& entry = *desk.ledger.find(assign.task);
  desk.post(assign.agent,
            Assignment{{config_.group, term_, assign.task, assign.attempt, 1}, entry.task}, term_);
}

void Coordinator::apply(Desk& desk, const Finish& finish, bool changed) {
  finishing_.erase(finish.task);
  if (changed) {
    const TaskEntry& entry = *desk.ledger.find(finish.task);
    answer(desk, entry.task.client, {finish.task, entry.result});
  }
  if (const auto reporter = reporters_.extract(finish.task); !reporter.empty()) {
    desk.post(reporter.mapped(), ResultAcknowledged{finish.task, finish.attempt}, term_);
  }
  if (const auto it = running_.find(finish.task); it != running_.end()) {
    dispatch_.release(it->second.agent, true);
    deadlines_.erase({it->second.deadline, finish.task});
    running_.erase(it);
  }
  resolving_.erase(finish.task);
  let_fail_.erase(finish.task);
  stop_waiting(finish.task);
  pump(desk);
}

// A client may have given up tasks that are not over: they may still order.
void Coordinator::apply(Desk& desk, const LowWater& low_water, bool changed) {
  if (changed) {
    const std::vector<TaskId> open = desk.ledger.open_tasks();
    const TaskId below = open.empty() ? low_water.task : std::min(low_water.task, open.front());
    low_waters_.push_back({below, term_});
  }
}

void Coordinator::apply(Desk& desk, const SetPool&, bool changed) {
  if (changed) {
    pump(desk);
  }
}

void Coordinator::apply(Desk& desk, const SetRoute&, bool changed) {
  if (!changed) {
    return;
  }
  queues_.clear();
  for (auto& [task, place] : waiting_) {
    place.task_class = class_of(desk, task);
    queues_[place.task_class].emplace(place.turn, task);
  }
  pump(desk);
}

void Coordinator::apply(Desk& desk, const AddMember& added, bool changed) {
  if (changed) {
    take_back_all(desk, added.node, TakeBackReason::kRebooted);
    if (added.pool) {
      employ(*desk.ledger.directory().find(added.node), desk.ledger);
    }
    pump(desk);
  }
}

void Coordinator::apply(Desk&, const RemoveMember& removed, bool changed) {
  if (changed) {
    dispatch_.drain(removed.node);
  }
}

void Coordinator::apply(Desk& desk, const MemberGone& gone, bool changed) {
  if (changed) {
    take_back_all(desk, gone.node, TakeBackReason::kSuspected);
    dispatch_.remove(gone.node);
    pump(desk);
  }
}

// The agents of the pool that the route gives the task to, or of its declared fallback while none
// of them would take it.
PoolId Coordinator::serving_pool(const Desk& desk, TaskId task) const {
  const Directory& directory = desk.ledger.directory();
  const PoolId routed = directory.pool_of(task);
  const PoolId fallback = directory.pool(routed).fallback;
  const bool falls_back = fallback && !dispatch_.has_ready(routed) && dispatch_.has_ready(fallback);
  return falls_back ? fallback : routed;
}

Coordinator::TaskClass Coordinator::class_of(const Desk& desk, TaskId task) const {
  const TaskEntry* entry = desk.ledger.find(task);
  core::check(entry != nullptr, "a task that waits is in the ledger");
  const Requirement& requirement = entry->task.requirement;
  return {desk.ledger.directory().pool_of(task),
          requirement.capability + '|' + requirement.fallback};
}

std::uint32_t Coordinator::waiting(PoolId pool) const {
  std::size_t count = 0;
  for (auto queue = queues_.lower_bound({pool, {}});
       queue != queues_.end() && queue->first.first == pool; ++queue) {
    count += queue->second.size();
  }
  return static_cast<std::uint32_t>(count);
}

void Coordinator::wait(Desk& desk, TaskId task) {
  core::check(!running_.contains(task), "a task waits or runs, not both");
  const auto [place, fresh] = waiting_.try_emplace(task);
  if (fresh) {
    place->second = {class_of(desk, task), ++turns_};
    queues_[place->second.task_class].emplace(turns_, task);
  }
}

void Coordinator::stop_waiting(TaskId task) {
  if (const auto place = waiting_.extract(task); !place.empty()) {
    const auto queue = queues_.find(place.mapped().task_class);
    queue->second.erase(place.mapped().turn);
    if (queue->second.empty()) {
      queues_.erase(queue);
    }
  }
}

// Places what can be placed, in the order in which tasks came to wait. A class of tasks whose
// agents are all full is left alone for the rest of the pass, so what a pass costs does not grow
// with the tasks that wait.
void Coordinator::pump(Desk& desk) {
  if (phase_ != Phase::kReady) {
    return;
  }
  if (stopped_) {
    stop_tasks(desk);
    return;
  }
  std::set<TaskClass> saturated;
  for (;;) {
    const Queue* first = nullptr;
    const TaskClass* task_class = nullptr;
    for (const auto& [name, queue] : queues_) {
      const bool sooner = first == nullptr || queue.begin()->first < first->begin()->first;
      if (sooner && !saturated.contains(name)) {
        first = &queue;
        task_class = &name;
      }
    }
    if (first == nullptr) {
      break;
    }
    const TaskId task = first->begin()->second;
    if (place(desk, task)) {
      stop_waiting(task);
    } else {
      saturated.insert(*task_class);
    }
  }
  arm(desk);
}

// False when nobody can take the task now.
bool Coordinator::place(Desk& desk, TaskId task) {
  const TaskEntry* entry = desk.ledger.find(task);
  if (entry == nullptr || entry->status == TaskStatus::kFinished || finishing_.contains(task)) {
    return true;
  }
  const auto& bandit = desk.ledger.bandit();
  const Pick pick = dispatch_.pick(entry->task.requirement, desk.context.random,
                                   serving_pool(desk, task), bandit ? &*bandit : nullptr);
  if (pick.outcome == PickOutcome::kSaturated) {
    return false;
  }
  if (pick.outcome == PickOutcome::kNoneCapable) {
    finish(desk, task, entry->attempt, {Outcome::kNoCapableAgent, {}});
    return true;
  }
  const Attempt attempt = entry->attempt + 1;
  if (!desk.propose(Assign{task, attempt, pick.agent, desk.ledger.directory().route().epoch,
                           let_fail_.contains(task)})) {
    dispatch_.release(pick.agent, true);
    return false;
  }
  const core::Time deadline = desk.context.now + config_.attempt_timeout;
  running_[task] = {pick.agent, attempt, deadline, pick.used_fallback, false};
  deadlines_.insert({deadline, task});
  return true;
}

void Coordinator::finish(Desk& desk, TaskId task, Attempt attempt, const Result& result) {
  if (!finishing_.contains(task) && desk.propose(Finish{task, attempt, result})) {
    finishing_.insert(task);
  }
}

void Coordinator::reported(Desk& desk, const AttemptResult& report, world::NodeId from) {
  const TaskEntry* entry = desk.ledger.find(report.task);
  if (entry == nullptr || entry->status == TaskStatus::kFinished) {
    desk.post(from, ResultAcknowledged{report.task, report.attempt}, term_);
    return;
  }
  const auto running = running_.find(report.task);
  const Attempt newest =
      std::max(entry->attempt, running == running_.end() ? Attempt{} : running->second.attempt);
  if (report.end == AttemptEnd::kFinished && report.attempt >= newest) {
    reporters_[report.task] = from;
    finish(desk, report.task, report.attempt, report.result);
    return;
  }
  desk.post(from, ResultAcknowledged{report.task, report.attempt}, term_);
  // An attempt goes to one agent; in a ring another one ends it.
  if (running != running_.end() && running->second.attempt == report.attempt) {
    take_back(desk, report.task, TakeBackReason::kAborted);
    pump(desk);
  }
}

void Coordinator::take_back(Desk& desk, TaskId task, TakeBackReason reason) {
  const auto node = running_.extract(task);
  core::check(!node.empty(), "a task that is taken back was with an agent");
  const Running& running = node.mapped();
  deadlines_.erase({running.deadline, task});
  dispatch_.release(running.agent, false);
  desk.effects.trace(TaskTakenBack{task, running.attempt, running.agent, reason});
  if (finishing_.contains(task)) {
    return;
  }
  if (reason != TakeBackReason::kRebooted) {
    let_fail_.insert(task);
  }
  if (running.attempt >= config_.max_attempts) {
    resolve(desk, task, running.attempt + 1, Outcome::kAttemptsExhausted);
  } else {
    wait(desk, task);
  }
}

void Coordinator::resolve(Desk& desk, TaskId task, Attempt attempt, Outcome otherwise) {
  resolving_[task] = {attempt, otherwise};
  voids_.push_back({{config_.group, term_, task, attempt, 1}});
  desk.effects.set_timer(kEnvironmentTimer, config_.environment_retry);
}

// What is still with a stage may yet get through, and is left until its time is over.
void Coordinator::stop_tasks(Desk& desk) {
  std::vector<TaskId> tasks;
  for (const auto& [task, place] : waiting_) {
    tasks.push_back(task);
  }
  for (const TaskId task : tasks) {
    stop_waiting(task);
    resolve(desk, task, desk.ledger.find(task)->attempt + 1, Outcome::kStopped);
  }
  arm(desk);
}

void Coordinator::follow_ring(Desk& desk, const std::vector<world::NodeId>& workers, bool stopped) {
  stopped_ = stopped;
  for (const world::NodeId old : std::exchange(workers_, {})) {
    if (std::ranges::find(workers, old) != workers.end()) {
      workers_.insert(old);
      continue;
    }
    std::vector<TaskId> held;
    for (const auto& [task, running] : running_) {
      if (running.agent == old && running.sent) {
        held.push_back(task);
      }
    }
    for (const TaskId task : held) {
      take_back(desk, task, TakeBackReason::kSuspected);
    }
    dispatch_.remove(old);
  }
  for (const world::NodeId worker : workers) {
    if (!workers_.contains(worker)) {
      const MemberEntry* member = desk.ledger.directory().find(worker);
      core::check(member != nullptr, "a stage is done by a member");
      employ(*member, desk.ledger);
    }
  }
  pump(desk);
}

void Coordinator::voided(Desk& desk, TaskId task, const std::optional<Result>& happened) {
  const auto it = resolving_.find(task);
  if (it == resolving_.end()) {
    return;
  }
  finish(desk, task, it->second.attempt, happened.value_or(Result{it->second.otherwise, {}}));
}

void Coordinator::set_available(Desk& desk, world::NodeId agent, bool ready, bool suspected) {
  if (!leading()) {
    return;
  }
  dispatch_.set_ready(agent, ready);
  dispatch_.set_suspected(agent, suspected);
  if (suspected) {
    take_back_all(desk, agent, TakeBackReason::kSuspected);
  }
  pump(desk);
}

void Coordinator::take_back_all(Desk& desk, world::NodeId agent, TakeBackReason reason) {
  std::vector<TaskId> held;
  for (const auto& [task, running] : running_) {
    if (running.agent == agent && running.sent) {
      held.push_back(task);
    }
  }
  for (const TaskId task : held) {
    take_back(desk, task, reason);
  }
}

void Coordinator::arm(Desk& desk) {
  if (!deadlines_.empty()) {
    desk.effects.set_timer(
        kAttemptTimer, std::max(core::Duration{1}, deadlines_.begin()->first - desk.context.now));
  }
}

void Coordinator::timer(Desk& desk, world::TimerId timer) {
  if (timer == kEnvironmentTimer) {
    ask_environment(desk);
    return;
  }
  while (!deadlines_.empty() && deadlines_.begin()->first <= desk.context.now) {
    take_back(desk, deadlines_.begin()->second, TakeBackReason::kTimeout);
  }
  pump(desk);
}

}  // namespace swarm
