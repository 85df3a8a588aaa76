#include "swarm/ledger.h"

namespace swarm {

bool Ledger::apply(const Command& command) {
  return std::visit([this](const auto& alternative) { return on(alternative); }, command);
}

bool Ledger::on(const Accept& command) {
  if (command.task.id < low_water(command.task.client)) {
    return false;
  }
  const bool added =
      tasks_.try_emplace(command.task.id, TaskEntry{command.task, {}, 0, {}, {}}).second;
  open_count_ += added ? 1 : 0;
  return added;
}

bool Ledger::on(const Refuse& command) {
  if (command.task.id < low_water(command.task.client)) {
    return false;
  }
  TaskEntry refused{command.task, TaskStatus::kFinished, 0, {}, {command.outcome, {}}};
  refused.task.payload.clear();
  return tasks_.try_emplace(command.task.id, std::move(refused)).second;
}

bool Ledger::on(const Assign& command) {
  const auto it = tasks_.find(command.task);
  if (it == tasks_.end() || it->second.status == TaskStatus::kFinished ||
      command.attempt != it->second.attempt + 1 ||
      command.route_epoch != directory_.route().epoch ||
      !directory_.may_do(command.agent, directory_.pool_of(command.task))) {
    return false;
  }
  if (it->second.status == TaskStatus::kAssigned) {
    take_from(it->second.agent);
    if (command.failed_before) {
      learn(it->second.agent, 0);
    }
  }
  ++in_hand_[command.agent];
  it->second.status = TaskStatus::kAssigned;
  it->second.attempt = command.attempt;
  it->second.agent = command.agent;
  return true;
}

bool Ledger::on(const Finish& command) {
  const auto it = tasks_.find(command.task);
  if (it == tasks_.end() || it->second.status == TaskStatus::kFinished) {
    return false;
  }
  core::check(open_count_ > 0, "a task that is not over is counted as open");
  --open_count_;
  if (it->second.status == TaskStatus::kAssigned) {
    take_from(it->second.agent);
    learn(it->second.agent, bandit_ ? bandit_->reward_of(command.result) : 0);
  }
  it->second.status = TaskStatus::kFinished;
  it->second.result = command.result;
  // What the task asked for is not needed to repeat the answer.
  it->second.task.payload.clear();
  return true;
}

bool Ledger::on(const LowWater& command) {
  if (command.task <= low_water(command.client)) {
    return false;
  }
  for (auto it = tasks_.begin(); it != tasks_.end() && it->first < command.task;) {
    const bool over =
        it->second.task.client == command.client && it->second.status == TaskStatus::kFinished;
    it = over ? tasks_.erase(it) : std::next(it);
  }
  low_water_[command.client] = command.task;
  return true;
}

bool Ledger::on(const MemberGone& command) {
  return directory_.apply(command, in_hand(command.node) > 0);
}

void Ledger::take_from(world::NodeId agent) {
  const auto held = in_hand_.find(agent);
  core::check(held != in_hand_.end(), "a task that was assigned is in an agent's hand");
  if (--held->second == 0) {
    in_hand_.erase(held);
  }
}

void Ledger::learn(world::NodeId agent, std::uint32_t reward_permille) {
  const MemberEntry* member = directory_.find(agent);
  if (bandit_ && member != nullptr) {
    bandit_->observe(bandit_->arm_of(*member), reward_permille);
  }
}

std::uint32_t Ledger::in_hand(world::NodeId agent) const {
  const auto held = in_hand_.find(agent);
  return held == in_hand_.end() ? 0 : held->second;
}

bool Ledger::on(const Stitch& command) {
  if (command.ring.epoch != (ring_ ? ring_->epoch : 0) + 1) {
    return false;
  }
  ring_ = command.ring;
  return true;
}

const TaskEntry* Ledger::find(TaskId task) const {
  const auto it = tasks_.find(task);
  return it == tasks_.end() ? nullptr : &it->second;
}

TaskId Ledger::low_water(world::NodeId client) const {
  const auto it = low_water_.find(client);
  return it == low_water_.end() ? TaskId() : it->second;
}

std::vector<TaskId> Ledger::open_tasks() const {
  std::vector<TaskId> open;
  for (const auto& [id, entry] : tasks_) {
    if (entry.status != TaskStatus::kFinished) {
      open.push_back(id);
    }
  }
  return open;
}

}  // namespace swarm
