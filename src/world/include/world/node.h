// Who and where: the identity of a node and the machine it runs on.
#pragma once

#include <cstdint>
#include <string>

#include "core/codec.h"
#include "core/id.h"

namespace world {

// A node of a run: a swarm member, the venue, a client. Assigned by the composition root, from 1
// on.
using NodeId = core::Id<struct NodeIdTag, std::uint32_t>;

// Counts the boots of a node, from 1. Issued by whoever boots it; a message of an older incarnation
// is refused at the link's handshake.
using Incarnation = core::Id<struct IncarnationTag, std::uint32_t>;

// The machine that a node is given. `host` names the physical machine: nodes with the same host
// name share its cores, so a noisy neighbour is felt.
struct Hardware {
  std::string host;                     // empty: a host of its own
  std::uint32_t cores = 2;              // virtual CPUs of the node
  std::uint32_t speed_permille = 1000;  // relative to the reference CPU that costs are stated for
  std::uint32_t host_cores = 0;  // cores of the physical machine; 0: as many as its nodes have
  std::uint64_t memory_bytes = 1ULL << 30U;
  std::uint64_t memory_base_bytes = 64ULL << 20U;  // what the program uses when idle
  std::uint64_t disk_bytes = 1ULL << 30U;
  std::uint32_t inbox_limit = 10'000;  // queued events; beyond it messages are dropped and counted
  core::Duration step_cost = core::microseconds(5);  // CPU time of one step at speed 1000
  MUSTER_FIELDS(Hardware, host, cores, speed_permille, host_cores, memory_bytes, memory_base_bytes,
                disk_bytes, inbox_limit, step_cost)
};

}  // namespace world
