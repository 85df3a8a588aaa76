// The main loop and what its events do. One class in four files: engine.cc (loop, boots, queries),
// step.cc (steps and their effects), transport.cc (messages), fault_runner.cc (the plan).
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cpu.h"
#include "fingerprint.h"
#include "node.h"
#include "world/fault_gate.h"
#include "world_sim/event_queue.h"
#include "world_sim/simulation.h"

namespace world_sim {

// What is pending; which fields mean something depends on the kind.
struct Scheduled {
  enum class Kind : std::uint8_t {
    kFaultBegins,    // fault
    kFaultEnds,      // fault
    kOutOfMemory,    // node, incarnation, token
    kNodeEvent,      // node, incarnation, event: Start, Returned
    kTaskEnds,       // node, incarnation, token
    kWorkDone,       // node, incarnation, token
    kDiskDone,       // node, incarnation
    kTimer,          // node, incarnation, token, event: TimerFired
    kArrival,        // node, event: Received; sent
    kCorruptArrival  // node, event: Received; sent, fault, token: the bit
  };
  Kind kind = Kind::kNodeEvent;
  world::FaultIndex fault = 0;
  world::NodeId node;
  world::Incarnation incarnation;
  std::uint64_t token = 0;
  core::Time sent{};
  world::Event event;
};

// How far a fault of the plan has come.
struct FaultState {
  bool begun = false;
  bool active = false;
  std::uint32_t records_seen = 0;  // of the kind that triggers it
  std::optional<core::Time> due;   // when it was to begin; later where nobody played its role
  std::vector<world::NodeId> targets;
  struct Held {
    world::Message message;
    core::Time arrival{};  // if the link were free
  };
  std::vector<Held> held;  // by a clog
};

class Engine final : public TaskClock {
 public:
  explicit Engine(Options options);

  // ---- engine.cc ----
  void boot(const world::NodeSpec& spec, world::Program program);
  void halt(world::NodeId id, world::HaltReason reason);
  void restart(world::NodeId id);
  void register_service(std::string name, world::Service service);
  Outcome run(const std::function<bool()>* condition, core::Time until, bool until_idle);

  [[nodiscard]] core::Time now() const { return now_; }
  [[nodiscard]] std::uint64_t events() const { return events_; }
  [[nodiscard]] Node* find(world::NodeId id) const;
  [[nodiscard]] Node& at(world::NodeId id) const;
  [[nodiscard]] std::vector<world::NodeId> nodes() const;
  [[nodiscard]] NodeView view(world::NodeId id) const;
  [[nodiscard]] NodeStatistics statistics(world::NodeId id) const;
  [[nodiscard]] core::Time monotonic(const Node& node) const;
  [[nodiscard]] core::WallTime wall(const Node& node) const;
  [[nodiscard]] const world::FaultGate& gate() const { return gate_; }
  [[nodiscard]] bool begun(world::FaultIndex fault) const { return faults_.at(fault).begun; }
  [[nodiscard]] std::uint64_t fingerprint() const;
  [[nodiscard]] const std::vector<std::uint64_t>& slice_digests() const {
    return slices_.digests();
  }

  void task_ends(world::NodeId id, std::uint64_t ticket, core::Time at) override;

 private:
  // ---- engine.cc ----
  void handle(const EventKey& key, Scheduled& scheduled);
  void handle_on_node(const EventKey& key, Scheduled& scheduled, Node& node);
  void schedule(Node& cause, EventClass event_class, core::Time at, Scheduled&& scheduled);
  void start_incarnation(Node& node);
  // Ends the running incarnation. `by` is the fault that did it and holds the node down.
  void stop(Node& node, world::HaltReason reason, world::UnsyncedWrites unsynced,
            std::optional<world::FaultIndex> by);
  void emit(world::NodeId node, world::Incarnation incarnation, world::TraceRecord record);
  template <world::Traceable T>
  void emit_for(const Node& node, const T& payload) {
    emit(node.spec.id, node.incarnation, world::make_trace(payload));
  }
  [[nodiscard]] bool observed() const {
    return options_.observer != nullptr && now_ >= options_.observe_from &&
           now_ < options_.observe_until;
  }

  // ---- step.cc ----
  void enqueue(Node& node, const EventKey& key, world::Event&& event);
  // Gives free cores to what waits for them.
  void dispatch(Node& node);
  void begin_step(Node& node);
  void begin_work(Node& node);
  void task_ended(Node& node, std::uint64_t ticket);
  // Lets effects leave as far as they may.
  void drain(Node& node);
  void release(Node& node, world::Effect&& effect, world::WorkTicket ticket);
  void set_timer(Node& node, const world::SetTimer& effect);
  void queue_timer(Node& node, world::TimerId id, Timer& timer, core::Time at);
  void fire_timer(Node& node, const EventKey& key, Scheduled& scheduled);
  void begin_persist(Node& node, world::Persist effect);
  void end_persist(Node& node, const EventKey& key);
  void call_service(Node& node, world::Call effect);
  void count_cpu_faults(const Node& node);

  // ---- transport.cc ----
  void send(Node& from, world::Message message);
  void depart(Node& from, Link& link, world::Message message, core::Time arrival,
              const world::Verdict& verdict);
  void release_held(world::FaultIndex fault);
  void arrive(Node& to, const EventKey& key, Scheduled& scheduled);
  [[nodiscard]] Link& link_between(Node& from, const Node& to);
  void drop(const world::Message& message, world::DropReason reason);

  // ---- fault_runner.cc ----
  void arm_faults();
  // Begins the faults whose records have just been traced.
  void begin_triggered();
  void note_record(const world::TraceEntry& entry);
  void begin_fault(world::FaultIndex fault, world::NodeId trigger_node);
  void end_fault(world::FaultIndex fault);
  [[nodiscard]] std::vector<world::NodeId> resolve(const world::Target& target,
                                                   world::NodeId trigger_node) const;
  void begin_on_node(world::FaultIndex fault, Node& node);
  void end_on_node(world::FaultIndex fault, Node& node);
  void pause(world::FaultIndex fault, Node& node);
  void unpause(world::FaultIndex fault, Node& node);
  void let_up(world::FaultIndex fault, Node& node);
  void apply_cpu_faults(Node& node);
  void retime(Node& node);
  void plan_out_of_memory(Node& node);
  void out_of_memory(Node& node, std::uint64_t token);
  [[nodiscard]] std::uint64_t memory_bytes(const Node& node) const;

  Options options_;
  world::FaultGate gate_;
  Processors processors_;
  EventQueue<Scheduled> queue_;
  std::vector<std::unique_ptr<Node>> nodes_;  // by id; null where no node is
  std::map<std::string, world::Service, std::less<>> services_;
  std::vector<FaultState> faults_;
  std::vector<world::FaultIndex> armed_;  // wait for a record
  struct Triggered {
    world::FaultIndex fault = 0;
    world::NodeId node;
  };
  std::vector<Triggered> triggered_;
  world::Effects effects_;
  Chain driver_chain_;
  Slices slices_;
  core::Time now_{};
  std::uint64_t events_ = 0;
};

}  // namespace world_sim
