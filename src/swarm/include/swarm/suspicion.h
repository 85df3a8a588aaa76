// What a failure detector leaves in the trace, whichever detector it is.
//
// A suspicion is an opinion of one node. It steers that node's routing and removes nobody: only a
// committed entry of the group's log does. A suspicion of a member that ran all the while (compare
// with NodeHalted and the fault records) is a false positive.
#pragma once

#include "core/time.h"
#include "world/trace.h"

namespace swarm {

struct Suspected {
  static constexpr world::TraceKind kKind = 0x0218;
  static constexpr std::string_view kName = "swarm.suspected";
  world::NodeId member;
  core::Duration silence{};  // since the last sign of life that this node knows of
  MUSTER_FIELDS(Suspected, member, silence)
};

struct Trusted {
  static constexpr world::TraceKind kKind = 0x0219;
  static constexpr std::string_view kName = "swarm.trusted";
  world::NodeId member;
  core::Duration suspected_for{};
  MUSTER_FIELDS(Trusted, member, suspected_for)
};

}  // namespace swarm
