#include "cpu.h"

#include <algorithm>

#include "core/check.h"

namespace world_sim {
namespace {

constexpr std::uint64_t kOne = 1U << 20U;

}  // namespace

void Processors::add(world::NodeId node, const world::Hardware& hardware) {
  core::check(hardware.cores > 0 && hardware.speed_permille > 0, "a node has cores that run");
  if (cpus_.size() <= node.value) {
    cpus_.resize(node.value + 1);
  }
  std::size_t index = hosts_.size();
  if (!hardware.host.empty()) {
    index = host_by_name_.try_emplace(hardware.host, index).first->second;
  }
  if (index == hosts_.size()) {
    hosts_.emplace_back();
  }
  HostCpu& host = hosts_[index];
  host.cores = std::max(host.cores, hardware.host_cores);
  host.cores_of_nodes += hardware.cores;
  host.nodes.push_back(node);
  Cpu& cpu = at(node);
  cpu.node = node;
  cpu.host = index;
  cpu.cores = hardware.cores;
  cpu.speed = kOne * hardware.speed_permille / 1000;
  cpu.rate = cpu.speed;
  cpu.share = kOne;
}

bool Processors::has_core_for_work(world::NodeId node) const {
  const auto at_work =
      std::ranges::count_if(at(node).tasks, [](const Task& task) { return !task.is_step; });
  return static_cast<std::size_t>(at_work) < at(node).cores;
}

std::size_t Processors::running(world::NodeId node) const {
  return at(node).tasks.size();
}

void Processors::start(world::NodeId node, std::uint64_t name, bool is_step, core::Duration cost,
                       core::Time now) {
  Cpu& cpu = at(node);
  core::check(is_step || has_core_for_work(node), "work starts on a core that is not at work");
  core::check(cost > core::Duration(0), "a task takes time");
  settle(cpu, now);
  const Wide left = static_cast<Wide>(cost.count()) * kOne;
  cpu.tasks.push_back({name, 0, is_step, left});
  rebalance(cpu, now);
  if (cpu.tasks.back().ticket == 0 && cpu.rate > 0) {
    announce(cpu, cpu.tasks.back(), now);
  }
}

Processors::Ended Processors::end(world::NodeId node, std::uint64_t ticket, core::Time now) {
  Cpu& cpu = at(node);
  const auto task = std::ranges::find(cpu.tasks, ticket, &Task::ticket);
  if (task == cpu.tasks.end()) {
    return {};
  }
  settle(cpu, now);
  core::check(task->left == 0, "a task ends when nothing is left of it");
  const Ended ended{true, task->is_step, task->name};
  cpu.tasks.erase(task);
  rebalance(cpu, now);
  return ended;
}

void Processors::clear(world::NodeId node, core::Time now) {
  Cpu& cpu = at(node);
  settle(cpu, now);
  cpu.tasks.clear();
  cpu.paused = false;
  rebalance(cpu, now);
}

void Processors::set_load(world::NodeId node, std::uint32_t busy_loops, std::uint32_t permille,
                          core::Time now) {
  Cpu& cpu = at(node);
  settle(cpu, now);
  cpu.busy_loops = busy_loops;
  cpu.permille = permille;
  rebalance(cpu, now);
}

void Processors::set_paused(world::NodeId node, bool paused, core::Time now) {
  Cpu& cpu = at(node);
  settle(cpu, now);
  cpu.paused = paused;
  rebalance(cpu, now);
}

bool Processors::squeezed(world::NodeId node) const {
  const Cpu& cpu = at(node);
  return cpu.busy_loops > 0 && cpu.tasks.size() + cpu.busy_loops > cpu.cores;
}

Processors::Busy Processors::busy(world::NodeId node, core::Time now) const {
  Cpu cpu = at(node);
  settle(cpu, now);
  return {core::Duration(static_cast<std::int64_t>(cpu.busy_total / kOne)),
          core::Duration(static_cast<std::int64_t>(cpu.busy_steps / kOne))};
}

// How many cores of the host the node keeps busy.
std::uint32_t Processors::demand(const Cpu& cpu) {
  const std::size_t own = cpu.paused ? 0 : cpu.tasks.size();
  return static_cast<std::uint32_t>(std::min<std::size_t>(cpu.cores, own + cpu.busy_loops));
}

void Processors::settle(Cpu& cpu, core::Time now) {
  const auto elapsed = static_cast<std::uint64_t>((now - cpu.since).count());
  cpu.since = now;
  const Wide progress = static_cast<Wide>(elapsed) * cpu.rate;
  const Wide occupied = static_cast<Wide>(elapsed) * cpu.share;
  for (Task& task : cpu.tasks) {
    task.left -= std::min(task.left, progress);
    cpu.busy_total += occupied;
    if (task.is_step) {
      cpu.busy_steps += occupied;
    }
  }
}

void Processors::announce(Cpu& cpu, Task& task, core::Time now) {
  task.ticket = cpu.next_ticket++;
  const Wide duration = (task.left + cpu.rate - 1) / cpu.rate;
  clock_.task_ends(cpu.node, task.ticket,
                   now + core::Duration(static_cast<std::int64_t>(duration)));
}

void Processors::rebalance(Cpu& cpu, core::Time now) {
  const HostCpu& host = hosts_[cpu.host];
  if (host.cores == 0 || host.cores >= host.cores_of_nodes) {
    return apply_rate(cpu, kOne, now);
  }
  std::uint64_t asked = 0;
  for (const world::NodeId node : host.nodes) {
    asked += demand(at(node));
  }
  const std::uint64_t host_share = asked <= host.cores ? kOne : kOne * host.cores / asked;
  for (const world::NodeId node : host.nodes) {
    apply_rate(at(node), host_share, now);
  }
}

void Processors::apply_rate(Cpu& cpu, std::uint64_t host_share, core::Time now) {
  const std::uint64_t asked = cpu.tasks.size() + cpu.busy_loops;
  std::uint64_t share = asked <= cpu.cores ? host_share : host_share * cpu.cores / asked;
  std::uint64_t rate = 0;
  if (cpu.paused) {
    share = 0;
  } else {
    const std::uint64_t speed = cpu.speed * cpu.permille / 1000;
    rate = std::max<std::uint64_t>(1, speed * share / kOne);
  }
  if (rate == cpu.rate && share == cpu.share) {
    return;
  }
  settle(cpu, now);
  cpu.rate = rate;
  cpu.share = share;
  for (Task& task : cpu.tasks) {
    task.ticket = 0;
    if (rate > 0) {
      announce(cpu, task, now);
    }
  }
}

}  // namespace world_sim
