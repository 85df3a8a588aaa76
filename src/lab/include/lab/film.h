// What changed in a run, moment by moment: enough to draw the swarm at any time of it.
//
// A result keeps figures and milestones alone. Who led, which links were proven, which breaker was
// open, where messages were lost: that is told by running the run again, which is the same run to
// the bit when the program is the same.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lab/deployment.h"
#include "lab/run.h"
#include "world_sim/observer.h"

namespace lab {

enum class FilmKind : std::uint8_t {
  kUp,           // node runs
  kDown,         // node halts; text: why
  kHangs,        // node is stopped and keeps its memory …
  kResumes,      // … and goes on
  kLeads,        // node was elected; value: the term
  kAssigns,      // node is fenced in and gives out work; value: the term
  kStepsDown,    // node leads no more
  kState,        // of an agent; text: "busy"
  kLinkProven,   // node knows peer at the other end
  kLinkLost,     // node gives its link to peer up
  kSuspects,     // node takes peer for failed
  kTrusts,       // node takes peer for well again
  kBreaker,      // of node towards peer; text: "open"
  kJoins,        // node is a member of pool `value`
  kDrains,       // node is given nothing new
  kLeaves,       // node is no member any more
  kRoute,        // text: "1:7500,2:2500", pools and their parts of 10,000; value: the epoch
  kFaultBegins,  // value: index in RunResult::faults
  kFaultEnds,    // value: index in RunResult::faults
};
constexpr FilmKind last_value(FilmKind) {
  return FilmKind::kFaultEnds;
}
constexpr std::string_view name_of(FilmKind kind) {
  constexpr std::array<std::string_view, 19> kNames = {
      "up",     "down",   "hangs", "resumes",  "leads",     "assigns", "steps_down",
      "state",  "proven", "lost",  "suspects", "trusts",    "breaker", "joins",
      "drains", "leaves", "route", "fault",    "fault_ends"};
  return kNames[static_cast<std::size_t>(kind)];
}

struct FilmEvent {
  core::Time at;
  FilmKind kind = FilmKind::kUp;
  world::NodeId node;  // 0: nobody's
  world::NodeId peer;
  std::uint64_t value = 0;
  std::string text;
};

// Messages from one node to another in one slot of time.
struct Traffic {
  std::uint32_t arrived = 0;
  std::uint32_t lost = 0;
};

class Film : public world_sim::Observer, public world::TraceSink {
 public:
  // Of a slot of Traffic.
  static constexpr core::Duration kSlot = core::milliseconds(200);
  // What is kept at most; a run that has more is told without the rest.
  static constexpr std::size_t kMostEvents = 200'000;
  static constexpr std::size_t kMostSlots = 200'000;

  using Link = std::pair<world::NodeId, world::NodeId>;  // from, to

  void receive(const world::TraceEntry& entry) override;
  void on_delivery(core::Time sent, core::Time arrived, const world::Message& message) override;

  // In the order in which they happened.
  [[nodiscard]] const std::vector<FilmEvent>& events() const { return events_; }
  // By link, then by number of the slot since boot; slots without a message are left out.
  [[nodiscard]] const std::map<Link, std::map<std::uint64_t, Traffic>>& traffic() const {
    return traffic_;
  }
  [[nodiscard]] bool events_complete() const { return events_left_out_ == 0; }
  // When it is not, the traffic of no link is: a part would mislead.
  [[nodiscard]] bool traffic_complete() const { return slots_ <= kMostSlots; }

 private:
  void add(FilmEvent event);
  void on_driver(const world::TraceEntry& entry);
  void on_raft(const world::TraceEntry& entry);
  void on_swarm(const world::TraceEntry& entry);
  void on_pools(const world::TraceEntry& entry);
  [[nodiscard]] bool is_news(std::uint64_t index);
  [[nodiscard]] Traffic* slot(core::Time at, const Link& link);

  std::vector<FilmEvent> events_;
  std::size_t events_left_out_ = 0;
  std::map<Link, std::map<std::uint64_t, Traffic>> traffic_;
  std::size_t slots_ = 0;
  std::set<world::NodeId> members_;
  std::set<world::NodeId> draining_;
  std::set<std::pair<std::uint64_t, world::NodeId>> left_;  // index of the command, and who
  std::uint64_t directory_index_ = 0;  // of the latest change of members that was told
  std::uint64_t route_epoch_ = 0;
};

// What a node of a run is for.
struct CastMember {
  std::string name;
  std::string role;     // "hub", "standby", "peer", "venue", "client", "controller", "spare"
  std::string pool;     // of an agent of the start; empty: of none
  bool member = false;  // of the swarm, from the start or later
  bool voter = false;
};

// A run, run again, with all that can be drawn of it.
struct Filmed {
  RunResult run;
  std::vector<CastMember> cast;    // by node id - 1
  std::vector<std::string> pools;  // by pool id - 1 where pools change
  Film film;
};

// `options.sink` and `options.observer` are not heeded. kInvalid: the scenario cannot be deployed.
[[nodiscard]] core::Result<Filmed> film(const scenario::ScenarioFile& file,
                                        const scenario::Scenario& scenario, RunOptions options);

}  // namespace lab
