// The way of messages through a graph of declared links (topology.h: is_graph).
//
// Every node states which of its links are proven, and statements are passed on from neighbour to
// neighbour, so each node knows the graph as it is now and sends to the first node of a shortest
// path: link-state routing, as in McQuillan, Richer, Rosen, "The New Routing Algorithm for the
// ARPANET" (1980), and OSPF (RFC 2328). A link counts when both ends state it. A lost statement is
// made up for: neighbours tell each other a digest of all they know every `tick`, and who knows
// otherwise sends all of it. Stand-in links cost more than any other, so they carry something only
// when it has no other way that is as short.
//
// What is not for a neighbour goes in an envelope of its own type: the driver fills in who sends,
// so a relay cannot send in another's name, and does not. The envelope says who wrote what is in
// it; members of a group trust each other as far as that.
//
// Owns message types 0x0240 to 0x0242 and timers kRouteTimers.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <vector>

#include "swarm/timer_range.h"
#include "swarm/topology.h"
#include "world/machine.h"

namespace swarm {

inline constexpr TimerRange kRouteTimers{0x0008};

// A message on its way over others. The header's term is the inner message's.
struct Relayed {
  static constexpr world::MessageType kType = 0x0240;
  world::NodeId origin;
  world::Incarnation incarnation;  // of the origin
  world::NodeId destination;
  world::MessageType type = 0;
  std::uint16_t flags = 0;
  std::uint64_t key = 0;
  std::uint32_t hops = 1;  // links that it takes so far
  core::Bytes body;
  MUSTER_FIELDS(Relayed, origin, incarnation, destination, type, flags, key, hops, body)
};

// What a node says of its own links. Of two the one with the greater (incarnation, sequence) holds.
struct LinkStatement {
  world::NodeId node;
  world::Incarnation incarnation;
  std::uint64_t sequence = 0;
  std::vector<world::NodeId> neighbours;  // proven from here, ascending
  MUSTER_FIELDS(LinkStatement, node, incarnation, sequence, neighbours)
};

struct LinkNews {
  static constexpr world::MessageType kType = 0x0241;
  std::vector<LinkStatement> statements;
  MUSTER_FIELDS(LinkNews, statements)
};

struct LinkDigest {
  static constexpr world::MessageType kType = 0x0242;
  std::uint64_t known = 0;  // digest of all statements that the sender knows
  MUSTER_FIELDS(LinkDigest, known)
};

class Routes {
 public:
  // REQUIRES topology.is_graph(), tick > 0. Who joins later may not be in it yet.
  Routes(const Topology& topology, world::NodeId self, core::Duration tick);

  [[nodiscard]] static bool owns(world::MessageType type) {
    return type >= Relayed::kType && type <= LinkDigest::kType;
  }
  [[nodiscard]] static bool owns(world::TimerId timer) { return kRouteTimers.contains(timer); }

  void start(world::Effects& effects);
  // Members and their links as they are now; what those stated who have left is forgotten.
  void follow_topology(const Topology& topology);
  // Which links of this node are proven now, ascending. Does nothing when they are as before.
  void follow(const std::vector<world::NodeId>& proven, const world::Context& context,
              world::Effects& effects);
  // News and digests from a neighbour. Malformed ones, and what strangers state, are ignored.
  void receive(const world::Message& message, world::Effects& effects);
  void timer(world::Effects& effects);

  // The neighbour over which a member is reached; 0: it cannot be reached now.
  [[nodiscard]] world::NodeId next_hop(world::NodeId to) const;
  // How many links that takes; 0: no way.
  [[nodiscard]] std::uint32_t distance(world::NodeId to) const;
  [[nodiscard]] bool is_neighbour(world::NodeId node) const {
    return costs_.at(self_).contains(node);
  }

  // The envelope, one hop on, for the next node on its way; nothing when there is none, or when it
  // has gone further than any way is long.
  [[nodiscard]] std::optional<world::Message> forward(Relayed envelope, std::uint64_t term) const;

 private:
  struct Way {
    world::NodeId first;
    std::uint32_t cost = 0;
    std::uint32_t links = 0;
    MUSTER_FIELDS(Way, first, cost, links)
  };

  [[nodiscard]] bool states(world::NodeId node, world::NodeId neighbour) const;
  void find_ways();
  void tell(const LinkNews& news, world::NodeId except, world::Effects& effects) const;

  world::NodeId self_;
  core::Duration tick_{};
  std::map<world::NodeId, std::map<world::NodeId, std::uint32_t>> costs_;  // of declared links
  std::set<world::NodeId> passing_;
  std::vector<world::NodeId> proven_;
  std::map<world::NodeId, LinkStatement> statements_;
  std::map<world::NodeId, Way> ways_;

 public:
  MUSTER_FIELDS(Routes, self_, tick_, costs_, passing_, proven_, statements_, ways_)
};

}  // namespace swarm
