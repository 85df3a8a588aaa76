// What happens to a node: the inputs of its step function.
#pragma once

#include <cstdint>
#include <variant>
#include <vector>

#include "core/bytes.h"
#include "core/codec.h"
#include "world/message.h"

namespace world {

// Names a node's timer. Components of one node share the space by range; setting a timer that is
// already set replaces it.
using TimerId = core::Id<struct TimerIdTag, std::uint64_t>;
// Names one persist effect of a node within one incarnation, for the Persisted event.
using PersistId = core::Id<struct PersistIdTag, std::uint64_t>;
// Names one call of a node within one incarnation.
using CallId = core::Id<struct CallIdTag, std::uint64_t>;

// The first event of every incarnation: the durable records in the order in which they were
// persisted (after the last one that replaced all before it).
struct Start {
  std::vector<core::Bytes> recovered;
  MUSTER_FIELDS(Start, recovered)
};
struct Received {
  Message message;
  MUSTER_FIELDS(Received, message)
};
struct TimerFired {
  TimerId timer;
  MUSTER_FIELDS(TimerFired, timer)
};
// The record named by `id` is durable. It and everything persisted before it survives a crash.
struct Persisted {
  PersistId id;
  MUSTER_FIELDS(Persisted, id)
};
// The answer of a service, or why there is none.
struct Returned {
  CallId call;
  bool ok = false;
  core::Bytes result;  // when ok
  std::string error;   // when not
  MUSTER_FIELDS(Returned, call, ok, result, error)
};

using Event = std::variant<Start, Received, TimerFired, Persisted, Returned>;

}  // namespace world
