// What a member's parts share during one step: the surroundings, the group's log and ledger, and a
// way to post a message that may be to the member itself.
#pragma once

#include <vector>

#include "swarm/ledger.h"
#include "swarm/raft.h"
#include "world/machine.h"

namespace swarm {

// Lives for one step; owns nothing.
struct Desk {
  world::Context& context;
  world::Effects& effects;
  Raft& raft;
  const Ledger& ledger;
  std::vector<world::Message>& loopback;  // handled by the member at the end of the step

  template <world::Payload T>
  void post(world::NodeId to, const T& payload, Term term = 0) {
    world::Message message = world::make_message(to, payload, term);
    if (to != context.self) {
      effects.send(std::move(message));
      return;
    }
    message.from = context.self;
    message.incarnation = context.incarnation;
    loopback.push_back(std::move(message));
  }

  // REQUIRES: the node leads. False when the log takes no more now; whoever asked will ask again.
  bool propose(const Command& command) {
    return raft.propose(core::encode(command), context, effects).has_value();
  }
};

}  // namespace swarm
