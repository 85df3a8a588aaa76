// The directed links that leave one node: when what is sent arrives.
#pragma once

#include <vector>

#include "core/time.h"
#include "num/stream.h"
#include "world/node.h"
#include "world_sim/simulation.h"

namespace world_sim {

struct Link {
  world::NodeId to;
  const LinkOptions* options = nullptr;
  num::Stream jitter;
  core::Time busy_until{};                // the sender's end of the link
  core::Time last_arrival{};              // of the messages that keep their order
  world::Incarnation newest_incarnation;  // of the sender, that has arrived

  // When a message that is sent now would arrive: its turn on the link, latency and jitter.
  [[nodiscard]] core::Time transit(std::size_t wire_bytes, core::Time now);
  // The arrival in the link's order.
  [[nodiscard]] core::Time in_order(core::Time arrival);
};

class Links {
 public:
  // Nothing when the node has not sent to `to` before.
  [[nodiscard]] Link* find(world::NodeId to);
  Link& add(Link link);

 private:
  std::vector<Link> links_;  // ascending by addressee
};

}  // namespace world_sim
