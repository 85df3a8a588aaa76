// The leader's care for a ring: notices that a stage has nobody left, and says which ring comes
// next.
//
// A stage is broken while every node that does it is suspected, or cannot be reached by the stage
// before it. Broken for `after`, it goes to a spare: a member that is ready and trusted, does no
// stage, and declares all of the stage's capabilities. Without one the ring is stopped, openly; it
// runs again when the stage is back or a spare is there.
//
// A regular value that decides and does nothing: the group's log makes it so.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/time.h"
#include "swarm/ring.h"
#include "swarm/timer_range.h"

namespace swarm {

inline constexpr TimerRange kStitchTimers{0x000B};

// What the leader knows of a member.
struct StageHealth {
  bool ready = false;
  bool suspected = false;
  bool cut_off = false;  // the stage before it says that it does not answer
  std::set<std::string> capabilities;
  MUSTER_FIELDS(StageHealth, ready, suspected, cut_off, capabilities)
};

class Stitcher {
 public:
  explicit Stitcher(core::Duration after = core::seconds(1)) : after_(after) {}

  // The ring to propose now, of the next epoch; nothing while all is as it should be. Members that
  // are not in `known` are gone.
  [[nodiscard]] std::optional<Ring> decide(core::Time now, const std::vector<Stage>& stages,
                                           const Ring& ring,
                                           const std::map<world::NodeId, StageHealth>& known);
  // Forgets how long stages have been broken: another leader, another term.
  void reset() { broken_.clear(); }

 private:
  core::Duration after_;
  std::map<std::uint32_t, core::Time> broken_;  // stages, and since when

 public:
  MUSTER_FIELDS(Stitcher, after_, broken_)
};

}  // namespace swarm
