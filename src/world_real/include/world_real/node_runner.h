// The real driver: runs one world::Machine as the node of this process, on real time.
//
//   auto key = TRY(world_real::GroupKey::take_from_environment());
//   auto store = TRY(world_real::open_file_store(directory));
//   auto runner = TRY(world_real::NodeRunner::create(options, key, std::move(store), program));
//   TRY_VOID(runner->run());
//
// Threads. The machine is stepped on the thread that calls run(), and only there; sinks and
// callbacks are called there too. Work burns CPU on `cores` worker threads, persists wait on a
// thread of their own, services run on `service_threads` threads.
//
// Messages are delivered at most once and may be lost, as in the simulator. Between two nodes
// either end may dial; both prove the group key, their ids and incarnations before the first
// message (the protocol is in handshake.h), and then either end may send. A node sends over a link
// that it dialed, else over one that it accepted, and dials when it has neither. A message is
// dropped and traced when its link's queue is full (the newest is dropped), when the addressee
// cannot be reached, and while a failed dial backs off: a message never waits for a dead node to
// come back. A link that carries a message whose sender is not the one it has proven is closed.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"
#include "core/time.h"
#include "world/fault_gate.h"
#include "world/host.h"
#include "world/machine.h"
#include "world/trace.h"
#include "world_real/group_key.h"
#include "world_real/store.h"

namespace world_real {

// Where a node listens. `host` is an IP address or a name that the system resolves.
struct Address {
  std::string host;
  std::uint16_t port = 0;
  bool operator==(const Address&) const = default;
};

struct LinkLimits {
  std::size_t queued_messages = 10'000;  // waiting for one peer
  std::size_t queued_bytes = std::size_t{16} << 20U;
  std::size_t pending_handshakes = 64;  // accepted, not yet proven; more are closed at once
  std::size_t peers = 4096;             // nodes with a proven link
  core::Duration handshake_deadline = core::seconds(5);   // from connecting to proven
  core::Duration least_backoff = core::milliseconds(20);  // doubles with each failed dial
  core::Duration greatest_backoff = core::seconds(2);
};

// Something that happened to a link, for logs, tests and `status --links`.
struct LinkEvent {
  enum class Kind : std::uint8_t { kProven, kRefused, kClosed };
  Kind kind = Kind::kProven;
  bool dialed = false;             // by this node
  world::NodeId peer;              // 0: never proven
  world::Incarnation incarnation;  // of the peer; 0: never proven
  std::string reason;              // a sentence; empty when proven
};

struct Counters {
  std::uint64_t steps = 0;
  std::uint64_t messages_sent = 0;      // handed to the operating system
  std::uint64_t messages_received = 0;  // given to the machine
  std::uint64_t messages_dropped = 0;
  std::uint64_t handshakes_refused = 0;
  std::uint64_t persists = 0;
};

struct Options {
  world::NodeId self;
  Address listen{"127.0.0.1", 0};  // port 0: the system chooses
  std::map<world::NodeId, Address> peers;
  LinkLimits limits;
  std::uint32_t cores = 2;
  std::uint32_t service_threads = 4;
  // Effects held back plus work in progress, beyond which arriving messages are dropped.
  std::uint32_t inbox_limit = 10'000;
  std::uint64_t seed = 0;  // of the node's random stream, with its id and incarnation
  std::map<std::string, world::Service> services;  // ServiceAnswer::latency is not waited for
  // Link and clock faults are carried out here; the others are left to whoever can signal
  // processes. One that names its nodes and its time begins and ends by itself; one that waits for
  // a cue or names a role is begun and ended with begin_fault() and end_fault(). A fault hits the
  // messages that this node sends and its clocks, and is traced by every node with the share that
  // it acted there.
  world::FaultPlan faults;
  std::filesystem::path trace_file;      // empty: none
  std::filesystem::path recording_file;  // empty: none; see recording.h
  world::TraceSink* sink = nullptr;      // not owned; may be null
  // The reading of CLOCK_MONOTONIC that is time 0, so that the processes of a run on one machine
  // share a time line. Default: when the runner is created.
  std::optional<core::Duration> clock_origin;
  bool end_on_signals = false;  // SIGTERM and SIGINT end run(); SIGPIPE is ignored. For programs.
  std::function<void(const LinkEvent&)> on_link;
};

class NodeRunner {
 public:
  // Binds the listening socket; nothing else happens before run(). kInvalid for options that make
  // no sense, kIo when the address cannot be bound.
  [[nodiscard]] static core::Result<std::unique_ptr<NodeRunner>> create(
      Options options, const GroupKey& key, OpenedStore store, const world::Program& program);
  NodeRunner(const NodeRunner&) = delete;
  NodeRunner& operator=(const NodeRunner&) = delete;
  ~NodeRunner();

  // The port that peers connect to.
  [[nodiscard]] std::uint16_t port() const;

  // Gives the machine its Start event and then whatever happens, until stop() or a signal. Success
  // when asked to end; an error when the node had to halt: a persist or the trace failed. Threads
  // are joined on return; a service call that is still running is waited for. REQUIRES: called
  // once.
  [[nodiscard]] core::Result<void> run();

  // Ends run() soon. From any thread, also before run().
  void stop();

  // Adds a peer or changes its address; links of incarnations below `least` are refused from now
  // on. From any thread.
  void set_peer(world::NodeId peer, Address address, world::Incarnation least = {});

  // For link and clock faults of the plan: `fault` is the place in it. Beginning an active fault or
  // ending another does nothing. From any thread. REQUIRES: the plan has such a fault there.
  void begin_fault(world::FaultIndex fault, std::vector<world::NodeId> targets);
  void end_fault(world::FaultIndex fault);

  // REQUIRES: on the thread of run(), or when run() is not running.
  [[nodiscard]] const Counters& counters() const;

 private:
  struct Impl;
  explicit NodeRunner(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace world_real
