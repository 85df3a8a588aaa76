// What the driver keeps of one node.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "disk.h"
#include "fingerprint.h"
#include "links.h"
#include "world/fault_gate.h"
#include "world/host.h"
#include "world/outbox.h"
#include "world_sim/event_key.h"
#include "world_sim/simulation.h"

namespace world_sim {

struct QueuedEvent {
  EventKey key;
  world::Event event;
};

// What waits for the node, in order. Keeps its memory: most nodes find one event at a time.
class Inbox {
 public:
  void push(const EventKey& key, world::Event&& event) {
    if (first_ > events_.size() / 2) {
      events_.erase(events_.begin(), events_.begin() + static_cast<std::ptrdiff_t>(first_));
      first_ = 0;
    }
    events_.push_back({key, std::move(event)});
  }
  // REQUIRES: not empty.
  QueuedEvent pop() { return std::move(events_[first_++]); }
  void clear() {
    events_.clear();
    first_ = 0;
  }
  [[nodiscard]] bool empty() const { return size() == 0; }
  [[nodiscard]] std::size_t size() const { return events_.size() - first_; }

 private:
  std::vector<QueuedEvent> events_;
  std::size_t first_ = 0;  // those before it are gone
};

// A timer has at most one entry in the queue that counts. Setting it later than that entry leaves
// the entry alone, and cancelling it too: the entry finds out when its time comes. So timers that
// are set again and again, as election timers are, do not fill the queue.
struct Timer {
  bool armed = false;
  core::Time deadline;      // on the node's monotonic clock, when armed
  core::Time entry_at;      // true time of the entry
  std::uint64_t token = 0;  // of the entry; 0: none yet
};

struct PendingWork {
  world::WorkTicket ticket;
  core::Duration cpu{};
  core::Duration wait{};
  core::Time since{};  // waits for a core
};

struct PendingPersist {
  world::PersistId id;
  bool fails = false;
  std::optional<world::FaultIndex> failed_by;
};

struct Leak {
  world::FaultIndex fault = 0;
  core::Time since{};
  std::uint32_t permille_per_second = 0;
};

// A disk fault that is active; `limit_bytes` is the room of a full disk.
struct DiskFault {
  world::FaultIndex fault = 0;
  std::uint64_t limit_bytes = 0;
};

struct Node {
  Node(const world::NodeSpec& node_spec, world::Program node_program, core::Time now)
      : spec(node_spec), program(std::move(node_program)), origin(now), chain(spec.id.value) {}

  world::NodeSpec spec;
  world::Program program;
  core::Time origin;  // where its monotonic clock starts
  Chain chain;
  Disk disk;
  Links links;
  NodeStatistics statistics;
  num::Stream disk_jitter;
  std::uint64_t sequence = 0;  // of the events that it causes
  world::Incarnation incarnation;

  // Of the running incarnation; `machine` is null while the node is down.
  std::unique_ptr<world::Machine> machine;
  num::Stream random;
  core::Time booted_at{};
  Inbox inbox;
  world::Outbox outbox;
  bool stepping = false;
  std::vector<world::Effect> step_effects;        // leave when the step's time ends
  std::deque<PendingWork> waiting_work;           // for a core
  std::map<std::uint64_t, core::Duration> waits;  // of work that is on a core, by ticket
  std::map<world::TimerId, Timer> timers;
  std::uint64_t next_token = 1;
  std::optional<PendingPersist> persist;

  // Faults that act on it.
  std::vector<world::FaultIndex> down_by;
  std::vector<world::FaultIndex> paused_by;
  std::vector<world::FaultIndex> cpu_faults;
  std::vector<DiskFault> disk_faults;
  std::vector<Leak> leaks;
  std::uint64_t memory_token = 0;  // of the queued out-of-memory kill that counts

  [[nodiscard]] bool running() const { return machine != nullptr; }
  [[nodiscard]] bool paused() const { return !paused_by.empty(); }
  [[nodiscard]] std::uint32_t source() const { return spec.id.value; }
};

}  // namespace world_sim
