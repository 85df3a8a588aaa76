// A group of Rafts in one process under virtual time, with verbs to break it.
//
// Events happen in the order (time, order of making). Each node has the real outbox, a store whose
// persists take time and are lost or kept by a kill, and a state machine that lists the applied
// commands. Every message goes through the wire encoding. The checker watches from the start; a
// cluster that goes away with a violation fails the test.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "num/stream.h"
#include "raft_checker.h"
#include "swarm/raft.h"
#include "world/outbox.h"

namespace swarm::test {

inline world::NodeId node(std::uint32_t number) {
  return world::NodeId(number);
}

struct ClusterOptions {
  std::uint32_t voters = 3;
  std::uint32_t learners = 0;
  std::uint64_t seed = 1;
  std::uint32_t preferred = 0;  // node number; 0: none
  core::Duration latency_min = core::milliseconds(1);
  core::Duration latency_max = core::milliseconds(2);
  core::Duration persist_min = core::milliseconds(1);
  core::Duration persist_max = core::milliseconds(1);
  num::Probability loss{};
  num::Probability duplicate{};
  // Timing and limits; identity and membership are filled in.
  RaftOptions raft{.heartbeat = core::milliseconds(30),
                   .election_timeout = core::milliseconds(150)};
};

class RaftCluster {
 public:
  enum class Unsynced { kLose, kKeep };

  explicit RaftCluster(ClusterOptions options);
  ~RaftCluster();
  RaftCluster(const RaftCluster&) = delete;
  RaftCluster& operator=(const RaftCluster&) = delete;

  // ---- Time ----
  void advance(core::Duration duration);
  // Until `condition` holds; false if it does not within `limit`.
  bool advance_until(const std::function<bool()>& condition, core::Duration limit);
  [[nodiscard]] core::Duration now() const { return now_.time_since_epoch(); }

  // ---- Breaking and mending ----
  void kill(world::NodeId id, Unsynced unsynced = Unsynced::kLose);
  void restart(world::NodeId id);
  void pause(world::NodeId id);
  void resume(world::NodeId id);
  // Only nodes of the same side talk to each other; nodes that are not named are on no side.
  void partition(const std::vector<std::vector<world::NodeId>>& sides);
  void isolate(world::NodeId id);
  void cut(world::NodeId from, world::NodeId to) { cut_.emplace(from, to); }
  void heal() { cut_.clear(); }
  void set_loss(num::Probability loss) { options_.loss = loss; }
  void set_duplicate(num::Probability duplicate) { options_.duplicate = duplicate; }
  // The next persists of `id` take this long.
  void slow_disk(world::NodeId id, core::Duration latency) { nodes_.at(id).persist = latency; }
  // A node that starts empty and waits to be added.
  void boot_joiner(world::NodeId id);
  // As if `from` had sent it, now.
  void inject(world::NodeId from, world::NodeId to, world::Message message);
  // Sees every message that a node sends; may keep it from leaving by returning false.
  void on_send(std::function<bool(const world::Message&)> hook) { on_send_ = std::move(hook); }

  // ---- Asking the group ----
  core::Result<Index> propose(world::NodeId id, const std::string& command);
  core::Result<Index> change(MembershipChange change, world::NodeId subject);
  core::Result<Index> change_by(world::NodeId asked, MembershipChange change,
                                world::NodeId subject);
  // The ready leader of the highest term among running nodes; 0 when there is none.
  [[nodiscard]] world::NodeId leader() const;
  // Waits for it; fails the test if none comes within ten election timeouts.
  world::NodeId elect();
  [[nodiscard]] const Raft& raft(world::NodeId id) const;
  [[nodiscard]] bool is_up(world::NodeId id) const { return nodes_.at(id).raft.has_value(); }
  [[nodiscard]] const std::vector<std::string>& applied(world::NodeId id) const {
    return nodes_.at(id).applied;
  }
  [[nodiscard]] std::vector<world::NodeId> ids() const;
  [[nodiscard]] std::size_t stored_records(world::NodeId id) const {
    return nodes_.at(id).store.size();
  }
  // All running members of the leader's configuration have applied the same commands.
  [[nodiscard]] bool converged() const;

  // ---- What was seen ----
  template <world::Traceable T>
  [[nodiscard]] std::vector<std::pair<world::NodeId, T>> seen() const {
    std::vector<std::pair<world::NodeId, T>> found;
    for (const world::TraceEntry& entry : trace_) {
      if (const auto record = world::as<T>(entry)) {
        found.emplace_back(entry.node, *record);
      }
    }
    return found;
  }
  void forget_trace() { trace_.clear(); }
  void keep_trace(bool keep) { keeps_trace_ = keep; }
  [[nodiscard]] RaftChecker& checker() { return checker_; }
  [[nodiscard]] std::uint64_t steps() const { return steps_; }
  // Of everything: equal runs have equal fingerprints.
  [[nodiscard]] std::uint64_t fingerprint() const;

 private:
  struct Node {
    RaftOptions options;
    std::optional<Raft> raft;
    world::Outbox outbox;
    num::Stream random;
    world::Incarnation incarnation;
    std::map<world::TimerId, std::uint64_t> timers;  // the event that counts
    std::vector<core::Bytes> store;
    std::optional<world::Persist> writing;
    std::optional<core::Duration> persist;  // instead of the cluster's
    std::vector<std::string> applied;
    bool paused = false;
    std::deque<std::function<void()>> held;  // what happens when it resumes
  };

  void boot(world::NodeId id);
  void at(core::Time time, std::function<void()> happening);
  // Runs `act` on a node that is still in `incarnation`, when it is not paused.
  void on_node(world::NodeId id, world::Incarnation incarnation, std::function<void(Node&)> act);
  void step(world::NodeId id, const std::function<void(Raft&, world::Context&, world::Effects&)>&);
  void apply(Node& node, world::Effects& effects);
  void release(world::NodeId id);
  void deliver(const world::Message& message);
  void write(world::NodeId id, world::Persist persist);
  static void commit_write(Node& node);
  [[nodiscard]] bool is_cut(world::NodeId from, world::NodeId to) const {
    return cut_.contains({from, to});
  }

  ClusterOptions options_;
  core::Time now_;
  std::uint64_t next_event_ = 1;
  std::uint64_t steps_ = 0;
  std::map<std::pair<core::Time, std::uint64_t>, std::function<void()>> events_;
  std::map<world::NodeId, Node> nodes_;
  std::set<std::pair<world::NodeId, world::NodeId>> cut_;
  std::function<bool(const world::Message&)> on_send_;
  num::Stream network_;
  std::vector<world::TraceEntry> trace_;
  bool keeps_trace_ = true;
  core::Hasher history_;
  RaftChecker checker_;
};

}  // namespace swarm::test
