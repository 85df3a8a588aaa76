// What clients and members say to each other about tasks.
#pragma once

#include <vector>

#include "swarm/task.h"
#include "world/message.h"

namespace swarm {

// Client to member, and member to leader when the member cannot answer itself. Repeated with the
// same task id until answered.
struct Offer {
  static constexpr world::MessageType kType = 0x0200;
  Task task;
  TaskId low_water;        // the client has its answer for every task of its own below
  bool forwarded = false;  // by a member: never forwarded twice
  MUSTER_FIELDS(Offer, task, low_water, forwarded)
};

// Leader to client, after Finish is committed, or at once when the offer is shed.
struct Reply {
  static constexpr world::MessageType kType = 0x0201;
  TaskId task;
  Result result;
  MUSTER_FIELDS(Reply, task, result)
};

// Leader to client, before each reply in a group whose voters are others than it was founded with:
// those whom the client was told of may all be gone one day.
struct WhomToAsk {
  static constexpr world::MessageType kType = 0x0206;
  std::uint64_t epoch = 0;  // of the voters; an older one says nothing
  std::vector<world::NodeId> voters;
  MUSTER_FIELDS(WhomToAsk, epoch, voters)
};

// Member to client: ask another one. `leader` is 0 when the member knows none.
struct NotLeader {
  static constexpr world::MessageType kType = 0x0202;
  TaskId task;
  world::NodeId leader;
  MUSTER_FIELDS(NotLeader, task, leader)
};

// Leader to agent, after Assign is committed.
struct Assignment {
  static constexpr world::MessageType kType = 0x0203;
  Authority authority;
  Task task;
  MUSTER_FIELDS(Assignment, authority, task)
};

enum class AttemptEnd : std::uint8_t {
  kFinished,  // the result stands
  kAborted,   // the agent lost the attempt: it restarted or could not order
  kStale,  // the environment refused the attempt as superseded: somebody else answers for the task
};
constexpr AttemptEnd last_value(AttemptEnd) {
  return AttemptEnd::kStale;
}

// Agent to leader, repeated until acknowledged by a leader.
struct AttemptResult {
  static constexpr world::MessageType kType = 0x0204;
  TaskId task;
  Attempt attempt = 0;
  AttemptEnd end = AttemptEnd::kFinished;
  Result result;
  MUSTER_FIELDS(AttemptResult, task, attempt, end, result)
};

// Leader to agent: the attempt's end is committed or no longer of interest.
struct ResultAcknowledged {
  static constexpr world::MessageType kType = 0x0205;
  TaskId task;
  Attempt attempt = 0;
  MUSTER_FIELDS(ResultAcknowledged, task, attempt)
};

}  // namespace swarm
