// Proof that a link works in both directions and leads to the incarnation that it is thought to.
//
// Each end proves its own view: it sends Hello with a fresh nonce, and only an acknowledgement that
// echoes the nonce proves the link. A link that nothing was heard from for `keepalive` is greeted
// again; after `silence` it counts as lost and must be proven anew, as it must after the peer boots
// again. Repeated greetings of a silent peer are `retry` apart at first and double up to `silence`.
//
// Owns message types 0x0210 and 0x0211 and timers kLinkTimers (own part: the peer's id).
#pragma once

#include <array>
#include <map>
#include <vector>

#include "swarm/task.h"
#include "swarm/timer_range.h"
#include "world/machine.h"

namespace swarm {

struct Hello {
  static constexpr world::MessageType kType = 0x0210;
  GroupId group;
  world::Incarnation incarnation;
  std::uint64_t nonce = 0;
  std::uint64_t topology = 0;  // core::digest of the sender's Topology
  MUSTER_FIELDS(Hello, group, incarnation, nonce, topology)
};

struct HelloAck {
  static constexpr world::MessageType kType = 0x0211;
  std::uint64_t nonce = 0;
  world::Incarnation incarnation;
  MUSTER_FIELDS(HelloAck, nonce, incarnation)
};

enum class LinkState : std::uint8_t {
  kNone,      // not declared
  kGreeting,  // declared, not proven
  kProven,
};
constexpr LinkState last_value(LinkState) {
  return LinkState::kProven;
}

enum class LinkLoss : std::uint8_t { kSilence, kRestarted, kWithdrawn };
constexpr LinkLoss last_value(LinkLoss) {
  return LinkLoss::kWithdrawn;
}
constexpr std::string_view name_of(LinkLoss loss) {
  constexpr std::string_view kNames[] = {"silence", "peer restarted", "no longer declared"};
  return kNames[static_cast<std::size_t>(loss)];
}

enum class LinkRefusal : std::uint8_t {
  kMalformed,
  kWrongGroup,
  kWrongTopology,
  kStaleIncarnation,   // older than one that this node has seen
  kForgedIncarnation,  // the body claims another incarnation than the link has
  kWrongNonce,
};
constexpr LinkRefusal last_value(LinkRefusal) {
  return LinkRefusal::kWrongNonce;
}
inline constexpr std::size_t kLinkRefusals = 6;
constexpr std::string_view name_of(LinkRefusal refusal) {
  constexpr std::array<std::string_view, kLinkRefusals> kNames = {
      "malformed",         "wrong group",        "wrong topology",
      "stale incarnation", "forged incarnation", "wrong nonce"};
  return kNames[static_cast<std::size_t>(refusal)];
}

struct LinkProven {
  static constexpr world::TraceKind kKind = 0x0210;
  static constexpr std::string_view kName = "swarm.link_proven";
  world::NodeId peer;
  world::Incarnation peer_incarnation;
  MUSTER_FIELDS(LinkProven, peer, peer_incarnation)
};

struct LinkLost {
  static constexpr world::TraceKind kKind = 0x0211;
  static constexpr std::string_view kName = "swarm.link_lost";
  world::NodeId peer;
  world::Incarnation peer_incarnation;  // the one that was proven
  LinkLoss loss = LinkLoss::kSilence;
  MUSTER_FIELDS(LinkLost, peer, peer_incarnation, loss)
};

struct LinkRefused {
  static constexpr world::TraceKind kKind = 0x0212;
  static constexpr std::string_view kName = "swarm.link_refused";
  world::NodeId peer;
  LinkRefusal refusal = LinkRefusal::kMalformed;
  MUSTER_FIELDS(LinkRefused, peer, refusal)
};

struct LinksConfig {
  GroupId group;
  std::uint64_t topology = 0;
  core::Duration retry = core::milliseconds(100);
  core::Duration keepalive = core::seconds(1);
  core::Duration silence = core::seconds(3);  // > keepalive >= retry > 0
  MUSTER_FIELDS(LinksConfig, group, topology, retry, keepalive, silence)
};

class Links {
 public:
  // REQUIRES silence > keepalive >= retry > 0.
  explicit Links(const LinksConfig& config);

  [[nodiscard]] static bool owns(world::MessageType type) {
    return type == Hello::kType || type == HelloAck::kType;
  }
  [[nodiscard]] static bool owns(world::TimerId timer) { return kLinkTimers.contains(timer); }

  // Says which peers this node has links to, at the start and whenever that changes. New ones are
  // greeted at once; the links of those that are gone are withdrawn. REQUIRES the node itself is
  // not among them.
  void declare(const std::vector<world::NodeId>& peers, world::Context& context,
               world::Effects& effects);

  // The peer is at least this boot of itself: older ones are stale from now on.
  // A proven link to an older one is lost.
  void expect(world::NodeId peer, world::Incarnation incarnation, world::Context& context,
              world::Effects& effects);

  // Call for every message from a member, before anything else is done with it. False: it comes
  // from an incarnation older than one seen already; drop it. A newer incarnation than the proven
  // one withdraws the proof and greets. Any message is a sign of life.
  [[nodiscard]] bool heard(const world::Message& message, world::Context& context,
                           world::Effects& effects);

  // REQUIRES owns(message.type), heard(message) said true. A Hello of a peer that is not declared
  // (yet) is acknowledged too: the two ends learn of a new leader at different times.
  void receive(const world::Message& message, world::Context& context, world::Effects& effects);
  // REQUIRES owns(timer).
  void timer(world::TimerId timer, world::Context& context, world::Effects& effects);

  // REQUIRES nothing: unknown peers are kNone.
  [[nodiscard]] LinkState state(world::NodeId peer) const;
  [[nodiscard]] bool proven(world::NodeId peer) const { return state(peer) == LinkState::kProven; }
  // The newest incarnation seen of a peer; 0: none.
  [[nodiscard]] world::Incarnation incarnation(world::NodeId peer) const;
  [[nodiscard]] std::vector<world::NodeId> declared_peers() const;  // ascending
  [[nodiscard]] std::vector<world::NodeId> proven_peers() const;    // ascending
  [[nodiscard]] std::uint64_t refused(LinkRefusal refusal) const {
    return refused_[static_cast<std::size_t>(refusal)];
  }

 private:
  struct Peer {
    LinkState state = LinkState::kNone;
    world::Incarnation seen;  // the newest incarnation; what is proven when state is kProven
    std::uint64_t nonce = 0;  // of the latest round of Hellos; 0: none
    bool awaiting = false;    // that round is not acknowledged
    core::Time last_heard;
    core::Duration pause{};  // between the latest Hello and its repetition
    MUSTER_FIELDS(Peer, state, seen, nonce, awaiting, last_heard, pause)
  };

  // Begins a round of Hellos with a fresh nonce.
  void greet(world::NodeId node, Peer& peer, world::Context& context, world::Effects& effects);
  void send_hello(world::NodeId node, const Peer& peer, const world::Context& context,
                  world::Effects& effects) const;
  void check_proven(world::NodeId node, Peer& peer, world::Context& context,
                    world::Effects& effects);
  void lose(world::NodeId node, Peer& peer, LinkLoss loss, world::Effects& effects);
  void refuse(world::NodeId node, LinkRefusal refusal, world::Effects& effects);
  void hello(const world::Message& message, world::Context& context, world::Effects& effects);
  void acknowledged(const world::Message& message, world::Effects& effects);

  LinksConfig config_;
  std::map<world::NodeId, Peer> peers_;
  std::array<std::uint64_t, kLinkRefusals> refused_{};

 public:
  MUSTER_FIELDS(Links, config_, peers_, refused_)
};

}  // namespace swarm
