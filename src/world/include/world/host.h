// Booting and halting nodes by role: what a provider of sandboxes and the composition root ask of a
// driver, simulated or real.
#pragma once

#include <string>

#include "world/machine.h"
#include "world/node.h"
#include "world/trace.h"

namespace world {

struct NodeSpec {
  NodeId id;
  std::string name;  // as in the scenario, "momentum-1"
  std::string role;  // "leader", "hub", "worker", "venue", "client"
  std::string zone;  // link classes and zone partitions go by zone
  Hardware hardware;
};

class Host {
 public:
  virtual ~Host() = default;

  // Makes the node known and boots it. Its store is empty. REQUIRES: the id is new.
  virtual void boot(const NodeSpec& spec, Program program) = 0;
  // Ends the process at once; its store stays.
  virtual void halt(NodeId node, HaltReason reason) = 0;
  // Boots a halted node again with what was durable and the next incarnation.
  virtual void restart(NodeId node) = 0;
};

// A function of the environment that machines may call. Answers exactly once, after `latency` of
// virtual time in the simulator; the real driver runs it on its own executor.
struct ServiceAnswer {
  bool ok = false;
  core::Bytes result;
  std::string error;
  core::Duration latency{};
};
using Service = std::function<ServiceAnswer(NodeId caller, core::BytesView request)>;

}  // namespace world
