// Cores, speeds and shares: how long steps and work take.
//
// A node's tasks (its step and its work) run at most one per core. Where more is asked of the cores
// of a node (busy loops of a fault) or of a host (its nodes) than there are, everybody who asks
// gets an equal share at every instant. Rates are multiples of 2^-20 of the reference CPU, rounded
// down; what is left of a task is kept exactly, so a rate that changes and changes back loses
// nothing.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/time.h"
#include "world/node.h"

namespace world_sim {

// Hears when a task will end if nothing changes. A task that is told a new time gets a new ticket,
// and the old one is void.
class TaskClock {
 public:
  virtual ~TaskClock() = default;
  virtual void task_ends(world::NodeId node, std::uint64_t ticket, core::Time at) = 0;
};

class Processors {
 public:
  explicit Processors(TaskClock& clock) : clock_(clock) {}

  // REQUIRES (all others): the node was added.
  void add(world::NodeId node, const world::Hardware& hardware);

  // Whether fewer cores are at work than there are. Steps do not count: a scheduler lets a short
  // task in beside long ones, and they share the cores while it lasts.
  [[nodiscard]] bool has_core_for_work(world::NodeId node) const;
  [[nodiscard]] std::size_t running(world::NodeId node) const;
  // Starts a task of `cost` on the reference CPU. `name` is the caller's. REQUIRES: a core for
  // work, or a step, and cost > 0.
  void start(world::NodeId node, std::uint64_t name, bool is_step, core::Duration cost,
             core::Time now);
  // Ends the task that the ticket announced and says its name; nothing when the ticket is void.
  struct Ended {
    bool valid = false;
    bool was_step = false;
    std::uint64_t name = 0;
  };
  Ended end(world::NodeId node, std::uint64_t ticket, core::Time now);
  // The process is gone.
  void clear(world::NodeId node, core::Time now);

  // Busy loops beside the node's tasks, and its speed in permille of what the hardware has.
  void set_load(world::NodeId node, std::uint32_t busy_loops, std::uint32_t permille,
                core::Time now);
  // A paused process gets no CPU time but keeps its cores occupied.
  void set_paused(world::NodeId node, bool paused, core::Time now);
  // Whether its tasks run with less than a core each for the sake of busy loops.
  [[nodiscard]] bool squeezed(world::NodeId node) const;

  struct Busy {
    core::Duration total{};
    core::Duration steps{};
  };
  [[nodiscard]] Busy busy(world::NodeId node, core::Time now) const;

 private:
  __extension__ using Wide = unsigned __int128;  // in units of 2^-20 ns

  struct Task {
    std::uint64_t name = 0;
    std::uint64_t ticket = 0;
    bool is_step = false;
    Wide left = 0;  // of the reference CPU's time
  };
  struct Cpu {
    world::NodeId node;
    std::size_t host = 0;
    std::uint32_t cores = 1;
    std::uint64_t speed = 0;  // in 2^-20 of the reference CPU
    std::uint32_t permille = 1000;
    std::uint32_t busy_loops = 0;
    bool paused = false;
    std::vector<Task> tasks;
    core::Time since{};       // `left` and the sums below are of then
    std::uint64_t rate = 0;   // of a task's progress
    std::uint64_t share = 0;  // of a core
    std::uint64_t next_ticket = 1;
    Wide busy_total = 0;
    Wide busy_steps = 0;
  };
  struct HostCpu {
    std::uint32_t cores = 0;  // 0: as many as its nodes have
    std::uint32_t cores_of_nodes = 0;
    std::vector<world::NodeId> nodes;
  };

  [[nodiscard]] Cpu& at(world::NodeId node) { return cpus_[node.value]; }
  [[nodiscard]] const Cpu& at(world::NodeId node) const { return cpus_[node.value]; }
  static std::uint32_t demand(const Cpu& cpu);
  static void settle(Cpu& cpu, core::Time now);
  void announce(Cpu& cpu, Task& task, core::Time now);
  // After the number of tasks, loops or the speed of `cpu` changed.
  void rebalance(Cpu& cpu, core::Time now);
  void apply_rate(Cpu& cpu, std::uint64_t host_share, core::Time now);

  TaskClock& clock_;
  std::vector<Cpu> cpus_;  // by node id
  std::vector<HostCpu> hosts_;
  std::map<std::string, std::size_t> host_by_name_;
};

}  // namespace world_sim
