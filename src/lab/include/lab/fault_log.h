// What became of each planned fault: when it began and ended, when somebody noticed it and when it
// was dealt with.
//
// Each fault listens from its onset on, and no longer than until another begins after it has ended;
// faults that overlap cannot be told apart and each listens through the other. What concerns other
// nodes or other tasks is never booked to it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "swarm/ring.h"
#include "swarm/task.h"
#include "world/fault.h"
#include "world/trace.h"

namespace lab {

// A fault of the plan as it went. A time that is absent did not come about while it was watched.
struct FaultRecord {
  std::string kind;
  std::uint32_t index = 0;
  std::optional<core::Time> began;
  std::optional<core::Time> ended;
  std::vector<world::NodeId> targets;
  std::uint64_t acted = 0;
  bool on_leader = false;
  // First notice of who was hit: a member suspects it, takes a task back from it or opens its
  // breaker towards it; of a leader, also that somebody stands for election.
  std::optional<core::Time> detected;
  // After that: a leader in office anew where the leader was hit; a task that a target held is
  // given out again; a stage that a target had is a spare's, or the ring stopped openly.
  std::optional<core::Time> decided;
  // From here on the objective was met; see watch_recovery() in measure.h. The onset, if it was met
  // all the while.
  std::optional<core::Time> recovered;
  // The next fault's onset or the end of the load: what came then is not this fault's.
  std::optional<core::Time> watched_until;
};

// Recovery, split. `execute` runs from the decision to `recovered`, and is absent where the
// objective was met again before anybody decided; where all four are, the three add up to the
// total.
struct RecoverySplit {
  std::optional<core::Duration> detect;
  std::optional<core::Duration> decide;
  std::optional<core::Duration> execute;
  std::optional<core::Duration> total;
};
[[nodiscard]] RecoverySplit split_of(const FaultRecord& fault);

class FaultLog {
 public:
  // The plan, and the scenario's name for the kind of each fault of it.
  FaultLog(const std::vector<std::string>& kinds, const world::FaultPlan& plan);

  // `leader`: who led when it happened, 0 if nobody.
  void receive(const world::TraceEntry& entry, world::NodeId leader);

  [[nodiscard]] const std::vector<FaultRecord>& records() const { return records_; }
  [[nodiscard]] std::vector<FaultRecord>& records() { return records_; }

 private:
  // A task in somebody's hands, as the group assigned it or a stage of a ring took it.
  struct Hold {
    world::NodeId node;
    swarm::Attempt attempt = 0;
    core::Time from;
    std::optional<core::Time> until;  // taken back
  };

  void begin(std::uint32_t index, const std::vector<world::NodeId>& targets, core::Time at,
             world::NodeId leader);
  void end(std::uint32_t index, std::uint64_t acted, core::Time at);
  void follow_tasks(const world::TraceEntry& entry);
  void follow_leadership(const world::TraceEntry& entry);
  void follow_ring(const swarm::Ring& ring, core::Time at);
  [[nodiscard]] bool listens(const FaultRecord& fault, core::Time at) const;
  // Its targets; of a partition, which has two sides, the members of both.
  [[nodiscard]] bool hits(const FaultRecord& fault, world::NodeId node) const;
  // Whether the node's word counts: who was hit as leader, or cut off from the others, may still
  // believe anything.
  [[nodiscard]] bool may_speak(const FaultRecord& fault, world::NodeId node) const;
  void notice(world::NodeId member, core::Time at);

  std::vector<FaultRecord> records_;
  std::vector<std::vector<world::NodeId>> peers_;  // of each, by the plan
  std::vector<world::NodeId> led_;                 // when each began
  std::map<swarm::TaskId, Hold> holds_;
  std::optional<swarm::Ring> ring_;
};

}  // namespace lab
