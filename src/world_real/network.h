// Proven links to the other nodes: sockets, handshakes, queues and redials. Everything here happens
// on the event loop's thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "core/bytes.h"
#include "core/result.h"
#include "event_loop.h"
#include "handshake.h"
#include "world/message.h"
#include "world/trace.h"
#include "world_real/node_runner.h"

namespace world_real {

class Network {
 public:
  struct Handlers {
    std::function<void(world::Message)> on_message;  // sender, addressee and incarnation are proven
    std::function<void(const world::MessageDropped&)> on_drop;
    std::function<void(std::size_t)> on_sent;  // so many messages were handed to the system
    std::function<void(const LinkEvent&)> on_link;
  };
  // A message in its wire form, which may be damaged on purpose, and what a drop record needs.
  struct Outgoing {
    core::Bytes wire;
    world::NodeId to;
    world::MessageType type = 0;
  };

  Network(EventLoop& loop, const GroupKey& key, Identity self, LinkLimits limits,
          Handlers handlers);
  // Closes everything; no handler is called any more.
  ~Network();
  Network(const Network&) = delete;
  Network& operator=(const Network&) = delete;

  // Binds; returns the port.
  [[nodiscard]] core::Result<std::uint16_t> listen(const Address& address);
  // Begins to accept. REQUIRES: listen() succeeded.
  void accept();
  void set_peer(world::NodeId peer, Address address, world::Incarnation least);
  void send(Outgoing outgoing);

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace world_real
