// Failure detection for more than 16 members: SWIM with the Lifeguard extensions.
//
// Every member probes the others in a shuffled round: a direct ping, then `indirect_probes` others
// are asked to ping for it, then the target is suspected. A suspicion that is not refuted in time
// makes the target faulty. Updates spread by piggyback on all messages and by gossip, each a
// bounded number of times. Das, Gupta, Motivala, "SWIM: Scalable Weakly-consistent Infection-style
// Process Group Membership Protocol" (DSN 2002); Dadgar, Phillips, Currey, "Lifeguard: Local Health
// Awareness for More Accurate Failure Detection" (2017): local health (LHA-Probe with nacks),
// suspicion timeouts that shrink with independent confirmations (LHA-Suspicion), suspects told of
// it first (Buddy System).
//
// What differs: members come from the group's log, so there is no join, no push-pull and no
// removal: a faulty member goes on being probed, is told, and refutes. There is no second transport
// to probe over.
//
// Where not everybody has a link to everybody, a member probes, asks and tells only those that it
// has a link to; a relay must have one to both. Of a target that only one member can probe nobody
// else can confirm a suspicion, so its timeout is the shortest at once.
//
// Owns message types 0x0220 to 0x0224, trace kind 0x0220, timers kSwimTimers.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "swarm/suspicion.h"
#include "swarm/timer_range.h"
#include "swarm/topology.h"
#include "world/machine.h"

namespace swarm {

enum class SwimState : std::uint8_t { kAlive, kSuspect, kFaulty };
constexpr SwimState last_value(SwimState) {
  return SwimState::kFaulty;
}
constexpr std::string_view name_of(SwimState state) {
  constexpr std::string_view kNames[] = {"alive", "suspect", "faulty"};
  return kNames[static_cast<std::size_t>(state)];
}

// What one member says of another (or of itself, when alive). `version` is SWIM's incarnation
// number: the boot in the upper half, the refutations since in the lower, so only its subject
// raises it.
struct SwimUpdate {
  world::NodeId member;
  SwimState state = SwimState::kAlive;
  std::uint64_t version = 0;
  world::NodeId source;  // who suspects: confirmations count by source
  MUSTER_FIELDS(SwimUpdate, member, state, version, source)
};

struct SwimPing {
  static constexpr world::MessageType kType = 0x0220;
  std::uint32_t sequence = 0;
  std::vector<SwimUpdate> updates;
  MUSTER_FIELDS(SwimPing, sequence, updates)
};
struct SwimPingRequest {
  static constexpr world::MessageType kType = 0x0221;
  std::uint32_t sequence = 0;
  world::NodeId target;
  std::vector<SwimUpdate> updates;
  MUSTER_FIELDS(SwimPingRequest, sequence, target, updates)
};
struct SwimAck {
  static constexpr world::MessageType kType = 0x0222;
  std::uint32_t sequence = 0;
  std::vector<SwimUpdate> updates;
  MUSTER_FIELDS(SwimAck, sequence, updates)
};
// From a relay: the target does not answer me either, and I am well.
struct SwimNack {
  static constexpr world::MessageType kType = 0x0223;
  std::uint32_t sequence = 0;
  MUSTER_FIELDS(SwimNack, sequence)
};
struct SwimGossip {
  static constexpr world::MessageType kType = 0x0224;
  std::vector<SwimUpdate> updates;
  MUSTER_FIELDS(SwimGossip, updates)
};

// Every change of a member's state in this node's view. Faulty and back are also traced as
// Suspected and Trusted.
struct SwimChanged {
  static constexpr world::TraceKind kKind = 0x0220;
  static constexpr std::string_view kName = "swarm.swim_changed";
  world::NodeId member;
  SwimState state = SwimState::kAlive;
  std::uint64_t version = 0;
  std::uint32_t confirmations = 0;  // independent ones, when faulty
  MUSTER_FIELDS(SwimChanged, member, state, version, confirmations)
};

struct SwimConfig {
  core::Duration probe_interval = core::milliseconds(200);
  core::Duration probe_timeout = core::milliseconds(80);  // at most half the interval
  std::uint32_t indirect_probes = 3;
  core::Duration gossip_interval = core::milliseconds(40);
  std::uint32_t gossip_fanout = 3;
  std::uint32_t retransmit_multiplier = 4;
  std::uint32_t suspicion_multiplier = 4;
  std::uint32_t suspicion_maximum = 6;  // the longest timeout in shortest ones
  std::uint32_t health_limit = 8;       // local health is below this
  std::uint32_t updates_per_message = 8;
  MUSTER_FIELDS(SwimConfig, probe_interval, probe_timeout, indirect_probes, gossip_interval,
                gossip_fanout, retransmit_multiplier, suspicion_multiplier, suspicion_maximum,
                health_limit, updates_per_message)
};

// Times and counts in a group of `members`, this node included (patterns.md calls them A5):
// shortest = multiplier * max(1, log10 members) * probe interval; longest = maximum * shortest;
// with c of k expected confirmations max(shortest, longest - (longest - shortest) * ln(c + 1) /
// ln(k + 1)).
[[nodiscard]] core::Duration shortest_suspicion(const SwimConfig& config, std::size_t members);
[[nodiscard]] core::Duration longest_suspicion(const SwimConfig& config, std::size_t members);
// multiplier - 2, and 0 where fewer others than that could confirm.
[[nodiscard]] std::uint32_t expected_confirmations(const SwimConfig& config, std::size_t members);
[[nodiscard]] core::Duration suspicion_timeout(const SwimConfig& config, std::size_t members,
                                               std::uint32_t confirmations);
// multiplier * ceil(log10(members + 1)).
[[nodiscard]] std::uint32_t retransmit_limit(const SwimConfig& config, std::size_t members);
// By when a healthy member that can reach the rest holds a killed one for faulty on its own,
// whoever else helps: two rounds of probes and the longest suspicion.
[[nodiscard]] core::Duration detection_bound(const SwimConfig& config, std::size_t members);

class Swim {
 public:
  // REQUIRES 0 < 2 * probe_timeout <= probe_interval, gossip_interval > 0, every count > 0,
  // suspicion_multiplier >= 2.
  explicit Swim(const SwimConfig& config);

  [[nodiscard]] static bool owns(world::MessageType type) {
    return type >= SwimPing::kType && type <= SwimGossip::kType;
  }
  [[nodiscard]] static bool owns(world::TimerId timer) { return kSwimTimers.contains(timer); }

  // Begins with everybody alive. The node itself may be in the list.
  void start(const std::vector<world::NodeId>& members, world::Context& context,
             world::Effects& effects);
  // Changes the membership; who stays keeps what is known. REQUIRES started.
  void set_members(const std::vector<world::NodeId>& members, world::Context& context,
                   world::Effects& effects);

  // Who has a link to whom from now on; until the first call everybody to everybody.
  void set_links(const Topology& topology, world::NodeId leader);

  // REQUIRES owns(message.type). Messages of strangers and malformed ones are ignored.
  void receive(const world::Message& message, world::Context& context, world::Effects& effects);
  // REQUIRES owns(timer).
  void timer(world::TimerId timer, world::Context& context, world::Effects& effects);

  // Whether routing should avoid the member: it is faulty in this node's view.
  [[nodiscard]] bool suspected(world::NodeId member) const;
  [[nodiscard]] std::vector<world::NodeId> suspects() const;  // the faulty, ascending
  [[nodiscard]] std::optional<SwimState> state(world::NodeId member) const;
  // Lifeguard's local health multiplier: 0 is healthy; probe interval and timeout are (this + 1)
  // times as long.
  [[nodiscard]] std::uint32_t local_health() const { return health_; }
  [[nodiscard]] std::uint64_t refutations() const { return refutations_; }

 private:
  struct Peer {
    SwimState state = SwimState::kAlive;
    std::uint64_t version = 0;
    core::Time last_heard;
    core::Time changed;                     // when the state last changed
    std::vector<world::NodeId> suspecters;  // independent ones, the first included
    MUSTER_FIELDS(Peer, state, version, last_heard, changed, suspecters)
  };
  struct Probe {
    world::NodeId target;
    std::uint32_t sequence = 0;
    bool acknowledged = false;
    std::vector<world::NodeId> relays;  // asked
    std::vector<world::NodeId> nacked;  // of these, who said no
    MUSTER_FIELDS(Probe, target, sequence, acknowledged, relays, nacked)
  };
  struct Relay {
    world::NodeId origin;
    std::uint32_t origin_sequence = 0;
    world::NodeId target;
    bool nacked = false;
    MUSTER_FIELDS(Relay, origin, origin_sequence, target, nacked)
  };
  struct Rumour {
    SwimUpdate update;
    std::uint32_t sent = 0;
    MUSTER_FIELDS(Rumour, update, sent)
  };

  [[nodiscard]] static std::uint64_t first_version(world::Incarnation incarnation);
  [[nodiscard]] std::uint64_t own_version(const world::Context& context) const;
  [[nodiscard]] std::size_t group_size() const { return peers_.size() + 1; }
  [[nodiscard]] bool linked(world::NodeId one, world::NodeId other) const;
  // How many others could confirm a suspicion of the member, as Lifeguard's times take it.
  [[nodiscard]] std::uint32_t confirmations_of(world::NodeId member) const;
  [[nodiscard]] core::Duration scaled(core::Duration duration) const;
  void worsen(std::uint32_t by);
  void improve();

  void begin_probe(world::Context& context, world::Effects& effects);
  void probe_indirectly(world::Context& context, world::Effects& effects);
  void finish_probe(world::Context& context, world::Effects& effects);
  void acknowledged(world::NodeId from, const SwimAck& ack, world::Effects& effects);
  void refused(world::NodeId from, const SwimNack& nack);
  void relay(world::NodeId origin, const SwimPingRequest& request, world::Effects& effects);
  void give_up_relay(std::uint32_t sequence, world::Effects& effects);
  // Up to `count` distinct peers at random that this node and `except` have links to, none in a
  // worse state than `worst`.
  [[nodiscard]] std::vector<world::NodeId> draw(std::uint32_t count, world::NodeId except,
                                                SwimState worst, world::Context& context) const;

  void apply(const std::vector<SwimUpdate>& updates, world::Context& context,
             world::Effects& effects);
  void apply(const SwimUpdate& update, world::Context& context, world::Effects& effects);
  void about_self(const SwimUpdate& update, world::Context& context, world::Effects& effects);
  void change(Peer& peer, const SwimUpdate& update, world::Context& context,
              world::Effects& effects);
  void confirm(Peer& peer, const SwimUpdate& update, world::Context& context,
               world::Effects& effects);
  void wait_for_refutation(world::NodeId member, const Peer& peer, const world::Context& context,
                           world::Effects& effects) const;
  void end_suspicion(world::NodeId member, world::Context& context, world::Effects& effects);
  void spread(const SwimUpdate& update, world::Effects& effects);
  void gossip(world::Context& context, world::Effects& effects);
  [[nodiscard]] std::vector<SwimUpdate> piggyback(world::NodeId to);

  SwimConfig config_;
  world::NodeId self_;
  std::optional<Topology> topology_;  // none: everybody has a link to everybody
  world::NodeId leader_;
  std::map<world::NodeId, Peer> peers_;
  std::vector<world::NodeId> round_;  // still to probe in this round, last first
  std::optional<Probe> probe_;
  std::map<std::uint32_t, Relay> relays_;  // by the sequence of the relayed ping
  std::map<world::NodeId, Rumour> rumours_;
  std::uint32_t sequence_ = 0;
  std::uint32_t health_ = 0;
  std::uint64_t refutations_ = 0;
  bool gossiping_ = false;  // the gossip timer is set

 public:
  MUSTER_FIELDS(Swim, config_, self_, topology_, leader_, peers_, round_, probe_, relays_, rumours_,
                sequence_, health_, refutations_, gossiping_)
};

}  // namespace swarm
