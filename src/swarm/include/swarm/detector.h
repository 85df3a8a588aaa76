// Failure detection for up to 16 members: the leader asks each of them for a sign of life.
//
// Every `interval` the leader sends each member a Heartbeat, and suspects a member that it has
// heard nothing from for `silence`; so a member that dies is suspected between `silence` -
// `interval` and `silence` + `interval` later, plus what messages take. Silence and interval are
// configuration and do not adapt. Larger groups use swim.h, where no node watches all others.
//
// Owns message types 0x0218 and 0x0219 and timers kHeartbeatTimers.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "swarm/agent_state.h"
#include "swarm/suspicion.h"
#include "swarm/task.h"
#include "swarm/timer_range.h"
#include "world/machine.h"

namespace swarm {

// The most members that a leader watches by heartbeats.
inline constexpr std::size_t kHeartbeatMembers = 16;

// Carries the leader's term in the message header.
struct Heartbeat {
  static constexpr world::MessageType kType = 0x0218;
  std::uint64_t sequence = 0;
  MUSTER_FIELDS(Heartbeat, sequence)
};

// What a member says of itself when asked.
struct MemberReport {
  AgentState state = AgentState::kInitialising;
  std::uint32_t in_flight = 0;
  std::uint32_t queued = 0;
  MUSTER_FIELDS(MemberReport, state, in_flight, queued)
};

// Carries the heartbeat's term in the message header.
struct HeartbeatAck {
  static constexpr world::MessageType kType = 0x0219;
  std::uint64_t sequence = 0;
  MemberReport report;
  MUSTER_FIELDS(HeartbeatAck, sequence, report)
};

// A member's answer to a Heartbeat. Nothing is sent if the message does not decode.
// REQUIRES message.type == Heartbeat::kType; the caller has refused leaders of older terms.
void answer_heartbeat(const world::Message& message, const MemberReport& report,
                      world::Effects& effects);

struct DetectorConfig {
  core::Duration interval = core::milliseconds(50);
  core::Duration silence = core::milliseconds(200);  // >= 2 * interval
  MUSTER_FIELDS(DetectorConfig, interval, silence)
};

// The leader's side. Does nothing until lead() and after stop().
class Detector {
 public:
  // REQUIRES interval > 0 and silence >= 2 * interval.
  explicit Detector(const DetectorConfig& config);

  [[nodiscard]] static bool owns(world::MessageType type) {
    return type == Heartbeat::kType || type == HeartbeatAck::kType;
  }
  [[nodiscard]] static bool owns(world::TimerId timer) { return kHeartbeatTimers.contains(timer); }

  // Begins to watch as the leader of `term`: nobody is suspected at first. The leader itself is
  // left out of the list.
  void lead(Term term, const std::vector<world::NodeId>& members, world::Context& context,
            world::Effects& effects);
  // Changes whom a leader watches; who stays keeps what is known. REQUIRES leading().
  void watch(const std::vector<world::NodeId>& members, const world::Context& context);
  void stop(world::Effects& effects);
  [[nodiscard]] bool leading() const { return term_ != 0; }

  // REQUIRES message.type == HeartbeatAck::kType. Acknowledgements of other terms and of members
  // not watched are ignored.
  void receive(const world::Message& message, world::Context& context, world::Effects& effects);
  // REQUIRES owns(timer).
  void timer(world::TimerId timer, world::Context& context, world::Effects& effects);
  // Any message of a member is a sign of life as good as an acknowledgement.
  void heard(world::NodeId member, world::Context& context, world::Effects& effects);

  // False for members that are not watched.
  [[nodiscard]] bool suspected(world::NodeId member) const;
  [[nodiscard]] std::vector<world::NodeId> suspects() const;  // ascending
  // The newest report; nothing if none came in this term.
  [[nodiscard]] std::optional<MemberReport> report(world::NodeId member) const;
  // As observed from here: offline when suspected, initialising before the first report.
  [[nodiscard]] AgentState observed(world::NodeId member) const;

 private:
  struct Watched {
    core::Time last_heard;
    bool suspected = false;
    core::Time suspected_since;
    std::uint64_t reported = 0;  // sequence of the heartbeat that `report` answers; 0: none
    MemberReport report;
    MUSTER_FIELDS(Watched, last_heard, suspected, suspected_since, reported, report)
  };

  DetectorConfig config_;
  Term term_ = 0;
  std::uint64_t sequence_ = 0;
  core::Time last_tick_;
  std::map<world::NodeId, Watched> watched_;

 public:
  MUSTER_FIELDS(Detector, config_, term_, sequence_, last_tick_, watched_)
};

}  // namespace swarm
