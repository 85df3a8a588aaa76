// The agent's side of a task: which attempts it has in hand, and how they ended until a leader says
// that it knows.
//
// An attempt is on disk before work on it begins, so that an agent that restarts can say at once
// which attempts it lost instead of letting the leader find out by silence. Results are repeated
// until a leader acknowledges them; which leader that is may change meanwhile.
//
// Owns timers kWorkerTimers and durable records that start with kWorkerComponent.
#pragma once

#include <map>
#include <vector>

#include "swarm/desk.h"
#include "swarm/protocol.h"
#include "swarm/timer_range.h"
#include "swarm/trace.h"

namespace swarm {

inline constexpr TimerRange kWorkerTimers{0x0007};
inline constexpr core::Byte kWorkerComponent = 0x02;

class Worker {
 public:
  [[nodiscard]] static bool owns(world::TimerId timer) { return kWorkerTimers.contains(timer); }
  [[nodiscard]] static bool owns_record(core::BytesView record) {
    return !record.empty() && record.front() == kWorkerComponent;
  }

  // With the recovered records that it owns, in order. kCorrupt when one does not decode.
  [[nodiscard]] core::Result<void> start(const std::vector<core::Bytes>& recovered, Desk& desk);

  // An assignment from a leader. True when work on it must begin now: it is new. A newer attempt at
  // a task in hand only renews its authority; a known result is reported again, unless attempts of
  // others came between.
  [[nodiscard]] bool assigned(Desk& desk, const Assignment& assignment);
  void acknowledged(const ResultAcknowledged& acknowledged);

  // The attempt in hand, or null: it is over, or was never here.
  [[nodiscard]] const Assignment* in_hand(TaskId task) const;
  [[nodiscard]] std::size_t count_in_hand() const { return in_hand_; }

  // Somebody else goes on with the attempt. Ignored when it is not in hand.
  void passed_on(TaskId task);
  // The attempt ended. REQUIRES: in_hand(task).
  void ended(Desk& desk, TaskId task, AttemptEnd end, Result result);

  void timer(Desk& desk);
  // Another leader: everything not acknowledged is reported to it.
  void leader_changed(Desk& desk, world::NodeId leader);

  // One record from which start() recovers what matters now.
  [[nodiscard]] core::Bytes durable_image() const;

 private:
  struct Attempted {
    Assignment assignment;
    bool over = false;
    AttemptResult report;  // when over
    MUSTER_FIELDS(Attempted, assignment, over, report)
  };
  // `ended` lists the tasks that were acknowledged since the record before, which saves a write
  // each.
  struct Record {
    std::map<TaskId, Attempt> started;
    std::vector<TaskId> ended;
    MUSTER_FIELDS(Record, started, ended)
  };

  [[nodiscard]] static core::Bytes make_record(const Record& record);
  void report(Desk& desk, const AttemptResult& result);
  void report_all(Desk& desk);

  std::map<TaskId, Attempted> attempts_;
  std::uint64_t in_hand_ = 0;  // of them not over
  std::vector<TaskId> ended_;  // not yet on disk
  world::NodeId leader_;
  Term term_ = 0;  // the highest that assigned something

 public:
  MUSTER_FIELDS(Worker, attempts_, in_hand_, ended_, leader_, term_)
};

}  // namespace swarm
