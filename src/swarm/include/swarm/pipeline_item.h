// What stages of a pipeline hand to each other, and how they say that they have it.
#pragma once

#include <compare>
#include <optional>
#include <vector>

#include "swarm/task.h"
#include "world/message.h"

namespace swarm {

// The how manyeth item that one entry stage let in. Within an epoch (node and incarnation of the
// entry) the order of numbers is the order of the pipeline.
struct ItemEntry {
  std::uint64_t epoch = 0;
  std::uint64_t number = 0;
  MUSTER_FIELDS(ItemEntry, epoch, number)
};

// Says that the stage which must approve has looked at a task. Good only from the node that it
// names, which is the one that the link is proven to lead to, and only for that task and payload.
struct Stamp {
  world::NodeId by;
  TaskId task;
  bool approved = false;
  std::uint64_t payload_digest = 0;
  MUSTER_FIELDS(Stamp, by, task, approved, payload_digest)
};

struct Item {
  Authority authority;
  Task task;  // its payload is the work so far
  ItemEntry entry;
  std::optional<Stamp> stamp;
  MUSTER_FIELDS(Item, authority, task, entry, stamp)
};

// Which stretch of a link's life a number belongs to: a sender that cannot go on where it was
// begins a new one, and later ones are greater.
using LinkEpoch = std::uint64_t;
using LinkSequence = std::uint64_t;  // from 1 in each epoch

// A stage to the next one.
struct ItemSend {
  static constexpr world::MessageType kType = 0x0270;
  LinkEpoch epoch = 0;
  LinkSequence sequence = 0;
  std::uint64_t call = 0;  // echoed by the answer
  Item item;
  MUSTER_FIELDS(ItemSend, epoch, sequence, call, item)
};

// A stage to the next one: what became of what I sent?
struct ItemAsk {
  static constexpr world::MessageType kType = 0x0271;
  LinkEpoch epoch = 0;
  std::uint64_t call = 0;
  MUSTER_FIELDS(ItemAsk, epoch, call)
};

// A stage to the one before, in answer to both, and when a credit is free again. Says everything
// there is to say, so any later one makes up for a lost one.
struct ItemState {
  static constexpr world::MessageType kType = 0x0272;
  LinkEpoch epoch = 0;
  LinkSequence taken = 0;          // every one up to here arrived
  std::vector<LinkSequence> open;  // of these, still held: they use up credits
  std::uint64_t call = 0;          // that it answers; 0: none
  bool unknown = false;            // the receiver does not know the epoch: begin a new one
  MUSTER_FIELDS(ItemState, epoch, taken, open, call, unknown)
};

// The last stage to the first: what the work came to, for what the first one does next. The newest
// counts.
struct Feedback {
  static constexpr world::MessageType kType = 0x0273;
  std::uint64_t number = 0;  // ascending from each sender's incarnation
  core::Bytes payload;
  MUSTER_FIELDS(Feedback, number, payload)
};

// A stage to the leader, while its link to the next one does not work.
struct LinkBroken {
  static constexpr world::MessageType kType = 0x0274;
  world::NodeId peer;
  bool broken = true;
  MUSTER_FIELDS(LinkBroken, peer, broken)
};

}  // namespace swarm
