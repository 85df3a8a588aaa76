// The deterministic driver: runs step machines in virtual time, one process, one thread.
//
// Equal options, boots and calls give equal runs, bit for bit, on every machine and in every build;
// the fingerprint says so. Nothing here reads a clock or opens a socket.
//
// Rules of the simulated world
//   CPU      A node takes up one event at a time; its step takes Hardware::step_cost, and its
//            effects leave when that time ends. Work takes a core while its `cpu` part lasts; work
//            that finds every core at work waits its turn. A step waits for other steps only: a
//            scheduler lets a short task in at once. Cores that are asked for by more than there
//            are (a step beside work, busy loops of a fault, nodes that share a host) are shared
//            equally at every instant; speeds are rounded down to 2^-20 of the reference CPU and
//            times up to a nanosecond.
//   Inbox    Events that wait for the node. A message that finds Hardware::inbox_limit events is
//   dropped;
//            timers, answers and persisted events are never dropped.
//   Links    A message takes the latency of its link class, an exponential jitter, and its turn on
//   the
//            link's bandwidth. Messages of one directed link arrive in the order in which they were
//            sent, except those that a reorder fault holds back and the copies that a duplicate
//            fault makes. A message of an incarnation older than one that has already been heard on
//            the link is refused. Every 64th message of a sender, and every corrupted one, goes
//            through the wire codec.
//   Disk     One persist at a time takes the disk's latency. Each record is framed with its size
//   and
//            CRC-32C; recovery ends at the first frame that is not whole.
//   Clocks   A node's monotonic clock starts at its first boot and goes on through restarts.
//   Faults   Begin and end as fault.h says; duration 0 lasts to the end of the run. A fault that
//   halts a
//            node (crash, memory leak, disk error or full) boots it again when the fault ends,
//            unless another fault still holds it down (which then counts as acted) or it was
//            restarted meanwhile. A fault with a trigger begins right at the record: later effects
//            of that node are hit.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/time.h"
#include "world/fault.h"
#include "world/host.h"
#include "world/trace.h"
#include "world_sim/observer.h"

namespace world_sim {

struct LinkOptions {
  core::Duration latency{};           // the least
  core::Duration jitter{};            // mean of what comes on top, exponential
  std::int64_t bytes_per_second = 0;  // 0: no limit
};
// Two zones in the order in which NetworkOptions has them.
using ZonePair = std::pair<std::string, std::string>;
[[nodiscard]] inline ZonePair zone_pair(const std::string& one, const std::string& other) {
  return {std::min(one, other), std::max(one, other)};
}

struct NetworkOptions {
  LinkOptions same_host{core::microseconds(20), core::microseconds(5), 0};
  LinkOptions same_zone{core::microseconds(250), core::microseconds(50), 1'250'000'000};
  LinkOptions between_zones{core::milliseconds(1), core::microseconds(200), 625'000'000};
  std::map<ZonePair, LinkOptions> between{};  // zones that are another distance apart
};
struct DiskOptions {
  core::Duration latency = core::microseconds(500);  // the least, flush included
  core::Duration jitter = core::microseconds(100);   // mean of what comes on top, exponential
  std::int64_t bytes_per_second = 200'000'000;       // 0: no limit
};

// The nodes that play `role` now ("leader", "assignee", …); empty when nobody does.
using RoleResolver = std::function<std::vector<world::NodeId>(std::string_view role)>;

struct Options {
  std::uint64_t seed = 0;
  world::FaultPlan faults;
  NetworkOptions network;
  DiskOptions disk;
  core::WallTime wall_origin{core::seconds(1'767'225'600)};  // wall time at time 0: 2026-01-01
  std::uint64_t event_budget = 1'000'000'000;
  core::Duration slice = core::milliseconds(100);  // of virtual time, for slice_digests()
  std::vector<world::TraceSink*> sinks;            // not owned
  // Without one: the nodes whose NodeSpec::role is the asked one, and for "all" every node.
  RoleResolver roles;
  std::function<bool()> interrupted;  // asked now and then; true stops the run
  Observer* observer = nullptr;       // not owned; sees what happens in the window below
  core::Time observe_from{};
  core::Time observe_until = core::Time::max();
};

enum class StopReason : std::uint8_t {
  kTimeReached,   // everything up to the asked time has happened
  kIdle,          // nothing is left to happen
  kConditionMet,  // what the caller waited for is true
  kEventBudget,   // Options::event_budget is used up: the run is not complete
  kInterrupted,   // Options::interrupted said so: the run is not complete
};
[[nodiscard]] std::string_view name_of(StopReason reason);

struct Outcome {
  StopReason reason = StopReason::kTimeReached;
  core::Time at;             // virtual time when it stopped
  std::uint64_t events = 0;  // handled since the simulation began
  [[nodiscard]] bool complete() const {
    return reason != StopReason::kEventBudget && reason != StopReason::kInterrupted;
  }
};

// Of one node over all its incarnations.
struct NodeStatistics {
  std::uint64_t steps = 0;
  core::Duration cpu_busy{};   // core time occupied by steps and work
  core::Duration step_busy{};  // the part of it that steps took: one step at a time
  core::Duration disk_busy{};  // with persists: one at a time
  core::Duration running{};    // time between boots and halts
  std::uint64_t messages_sent = 0;
  std::uint64_t messages_delivered = 0;  // into its inbox
  std::uint64_t messages_refused = 0;  // that arrived and were dropped: inbox full, corrupt, stale
  std::uint64_t inbox_dropped = 0;     // the part of them that found the inbox full
  std::uint64_t inbox_peak = 0;
  core::Duration inbox_wait{};  // sum over events of the time spent waiting for a core
  std::uint64_t persists = 0;
  std::uint64_t timers_fired = 0;
};

// What one node looks like at this moment.
struct NodeView {
  bool running = false;
  bool paused = false;
  world::Incarnation incarnation;
  std::size_t inbox_length = 0;
  std::size_t work_waiting = 0;      // for a core
  std::size_t work_in_progress = 0;  // waiting for a core, on a core, or in its `wait` part
  std::size_t timers = 0;
  std::uint64_t memory_bytes = 0;
  std::uint64_t disk_bytes_used = 0;
};

class Engine;

// Owns nodes, their stores and machines. Not copyable, not movable.
class Simulation : public world::Host {
 public:
  explicit Simulation(Options options);
  ~Simulation() override;
  Simulation(const Simulation&) = delete;
  Simulation& operator=(const Simulation&) = delete;

  // Host. May be called between runs, by services and by trace sinks. A node starts at the current
  // time, after what is happening now. REQUIRES (boot): 0 < id < 2^20. A node that is halted stays
  // down when the faults that hit it end; restart() does not wait for them. halt() of a node that
  // is down and restart() of one that runs change nothing else.
  void boot(const world::NodeSpec& spec, world::Program program) override;
  void halt(world::NodeId node, world::HaltReason reason) override;
  void restart(world::NodeId node) override;

  // Replaces a service of the same name. A call of a name that is not registered is answered with
  // an error.
  void register_service(std::string name, world::Service service);

  // Runs everything that happens up to and at `until`; virtual time is `until` afterwards.
  Outcome run_until(core::Time until);
  // As run_until, but stops after the first event after which `condition` holds.
  Outcome run_until(const std::function<bool()>& condition, core::Time until);
  // Runs until nothing is left, which a node with a periodic timer never reaches: then the event
  // budget stops it.
  Outcome run_until_idle();

  [[nodiscard]] core::Time now() const;
  [[nodiscard]] std::uint64_t events() const;

  // ---- For checks; never for nodes ----

  [[nodiscard]] bool knows(world::NodeId node) const;
  [[nodiscard]] std::vector<world::NodeId> nodes() const;  // ascending
  // The following REQUIRE that the node is known.
  [[nodiscard]] const world::NodeSpec& spec(world::NodeId node) const;
  [[nodiscard]] NodeView view(world::NodeId node) const;
  // Busy and running times are up to now.
  [[nodiscard]] NodeStatistics statistics(world::NodeId node) const;
  // Core time occupied as a share of the cores there were while it ran, in permille.
  [[nodiscard]] std::uint32_t utilisation_permille(world::NodeId node) const;
  // The machine, or nullptr while the node is down.
  [[nodiscard]] const world::Machine* machine(world::NodeId node) const;
  // Machine::digest(), 0 while the node is down.
  [[nodiscard]] std::uint64_t state_digest(world::NodeId node) const;
  // What a restart at this moment would recover.
  [[nodiscard]] std::vector<core::Bytes> durable_records(world::NodeId node) const;
  [[nodiscard]] core::Time monotonic_now(world::NodeId node) const;
  [[nodiscard]] core::WallTime wall_now(world::NodeId node) const;

  // How often fault `index` of the plan hit something so far; whether it has begun.
  [[nodiscard]] std::uint64_t acted(std::uint32_t fault) const;
  [[nodiscard]] bool begun(std::uint32_t fault) const;

  // Hash of the whole event stream so far: a chain per node over the keys and bytes of its events
  // and effects, and one over the driver's trace records, combined by addition.
  [[nodiscard]] std::uint64_t fingerprint() const;
  // One digest per Options::slice of virtual time, from time 0 on. Two runs that differ differ
  // first in the slice in which they diverge.
  [[nodiscard]] const std::vector<std::uint64_t>& slice_digests() const;

 private:
  std::unique_ptr<Engine> engine_;
};

}  // namespace world_sim
