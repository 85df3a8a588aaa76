// The ledger: the replicated record of what became of every task.
//
// A pure state machine over committed commands; every replica applies the same commands in the same
// order and so holds the same ledger. A task enters once and leaves once: a second Accept, an
// Assign out of turn and a second Finish change nothing and say so. A client is answered only after
// Finish has been applied, so the answer survives any member.
//
// Finished tasks are kept, to answer a client that asks again, until the client's low-water mark
// passes them: below the mark it will never ask again.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <variant>

#include "swarm/bandit.h"
#include "swarm/pools.h"
#include "swarm/ring.h"
#include "swarm/task.h"

namespace swarm {

// The group takes responsibility for a task.
struct Accept {
  Task task;
  MUSTER_FIELDS(Accept, task)
};
// The group will not do a task: there is too much to do, or its pipeline is stopped. On record, so
// that an offer of the same task that is still on its way gets the same answer from whoever leads
// then.
struct Refuse {
  Task task;
  Outcome outcome = Outcome::kShed;
  MUSTER_FIELDS(Refuse, task, outcome)
};
// The how manyeth attempt at a task goes to which agent. Changes nothing when the route has
// another epoch by now, or when the agent may not do the task under it: the leader picks anew.
struct Assign {
  TaskId task;
  Attempt attempt = 0;
  world::NodeId agent;
  std::uint64_t route_epoch = 1;  // that the agent was picked under
  bool failed_before = false;     // the agent of the attempt before let it fail
  MUSTER_FIELDS(Assign, task, attempt, agent, route_epoch, failed_before)
};
// The task is over. The first one counts, whichever attempt it came from: the environment carries
// out a leg once, so every attempt that succeeds reports the same.
struct Finish {
  TaskId task;
  Attempt attempt = 0;
  Result result;
  MUSTER_FIELDS(Finish, task, attempt, result)
};
// The client has its answer for every task of its own below `task`.
struct LowWater {
  world::NodeId client;
  TaskId task;
  MUSTER_FIELDS(LowWater, client, task)
};

using Command = std::variant<Accept, Refuse, Assign, Finish, LowWater, SetPool, SetRoute, AddMember,
                             RemoveMember, MemberGone, Stitch>;

enum class TaskStatus : std::uint8_t { kAccepted, kAssigned, kFinished };
constexpr TaskStatus last_value(TaskStatus) {
  return TaskStatus::kFinished;
}

struct TaskEntry {
  Task task;
  TaskStatus status = TaskStatus::kAccepted;
  Attempt attempt = 0;
  world::NodeId agent;  // of the latest attempt
  Result result;        // when finished
  MUSTER_FIELDS(TaskEntry, task, status, attempt, agent, result)
};

class Ledger {
 public:
  Ledger() = default;
  // With the deployment as it was founded, equal on all replicas; with a bandit it learns from
  // every result which arm is worth what.
  explicit Ledger(Directory directory, std::optional<Bandit> bandit = {})
      : directory_(std::move(directory)), bandit_(std::move(bandit)) {}

  // True when the command changed the ledger; false when it came too late or twice.
  bool apply(const Command& command);
  // The group's configuration of this place in the log: who votes.
  bool apply(const std::vector<world::NodeId>& voters) { return directory_.apply(voters); }

  // The entry, or null when the task is unknown or below its client's low-water mark.
  [[nodiscard]] const TaskEntry* find(TaskId task) const;
  // Below it, `client`'s tasks are over and forgotten.
  [[nodiscard]] TaskId low_water(world::NodeId client) const;
  // Every task that is not over, in id order.
  [[nodiscard]] std::vector<TaskId> open_tasks() const;
  [[nodiscard]] std::size_t open_count() const { return open_count_; }
  [[nodiscard]] std::size_t size() const { return tasks_.size(); }
  // Who may be given which task.
  [[nodiscard]] const Directory& directory() const { return directory_; }
  // Tasks that are not over and whose latest attempt is the agent's.
  [[nodiscard]] std::uint32_t in_hand(world::NodeId agent) const;
  [[nodiscard]] const std::optional<Bandit>& bandit() const { return bandit_; }

  // The newest ring; none while it is as declared.
  [[nodiscard]] const std::optional<Ring>& ring() const { return ring_; }

  MUSTER_FIELDS(Ledger, tasks_, low_water_, open_count_, directory_, in_hand_, bandit_, ring_)

 private:
  bool on(const Accept& command);
  bool on(const Refuse& command);
  bool on(const Assign& command);
  bool on(const Finish& command);
  bool on(const LowWater& command);
  bool on(const SetPool& command) { return directory_.apply(command); }
  bool on(const SetRoute& command) { return directory_.apply(command); }
  bool on(const AddMember& command) { return directory_.apply(command); }
  bool on(const RemoveMember& command) { return directory_.apply(command); }
  bool on(const MemberGone& command);
  void take_from(world::NodeId agent);
  void learn(world::NodeId agent, std::uint32_t reward_permille);
  bool on(const Stitch& command);

  std::map<TaskId, TaskEntry> tasks_;
  std::map<world::NodeId, TaskId> low_water_;
  std::uint64_t open_count_ = 0;
  Directory directory_;
  std::map<world::NodeId, std::uint32_t> in_hand_;  // none is 0
  std::optional<Bandit> bandit_;
  std::optional<Ring> ring_;
};

}  // namespace swarm
