// What the controller knows of a swarm: a fold over the samples that its members send.
//
// Nothing else feeds it, so it knows no more than a controller in reality would: samples arrive
// late, twice or never. Missing telemetry is a state of its own (Presence) and never a zero: a
// member that does not report has no utilisation, no queue and no rate. Times are those of arrival
// on the controller's monotonic clock; the members' clocks are not trusted, so a count may fall
// into a bin as much later as its sample travelled.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <vector>

#include "monitor/window.h"
#include "world/node.h"
#include "world/telemetry.h"

namespace monitor {

enum class Presence : std::uint8_t {
  kExpected,  // never heard
  kFresh,
  kStale,  // heard, but not for a while
  kEnded,  // its sandbox is known to have ended: not by silence, by whoever ran it
};
constexpr Presence last_value(Presence) {
  return Presence::kEnded;
}
constexpr std::string_view name_of(Presence presence) {
  constexpr std::string_view kNames[] = {"expected", "fresh", "stale", "ended"};
  return kNames[static_cast<std::size_t>(presence)];
}

struct MemberView {
  world::NodeId node;
  world::PoolId pool;
  Presence presence = Presence::kExpected;
  std::optional<core::Duration> age;  // of the newest sample; missing if never heard
  core::Duration known_for{};         // since it was expected or first heard
  std::uint64_t samples_lost = 0;     // gaps in the numbering of what arrived
  bool dismissed = false;             // it is to end: its silence is no loss
  std::optional<world::Sample> now;   // the newest sample while it is fresh; missing otherwise
  Window last;                        // of kBin
  Window recent;                      // of kShortWindow
  Window steady;                      // of kLongWindow
  MUSTER_FIELDS(MemberView, node, pool, presence, age, known_for, samples_lost, dismissed, now,
                last, recent, steady)
};

// Of a pool, or of the whole swarm. Tallies and backlog are the leader's words, work its members'.
struct GroupView {
  std::uint32_t members = 0;          // that are expected or were heard, not ended
  std::uint32_t reporting = 0;        // with fresh telemetry
  std::uint32_t ready = 0;            // of the reporting, those that take work: ready or busy
  std::uint32_t initialising = 0;     // of the reporting
  std::uint32_t away = 0;             // heard once, silent or ended now, and not dismissed
  std::optional<core::Duration> age;  // of the newest sample of any member
  // As the leader last saw it, while that is fresh; missing otherwise.
  std::optional<std::uint64_t> waiting;
  std::optional<std::uint64_t> in_flight;
  Tally total;  // since telemetry began
  Window last;
  Window recent;
  Window steady;
  MUSTER_FIELDS(GroupView, members, reporting, ready, initialising, away, age, waiting, in_flight,
                total, last, recent, steady)
};

struct View {
  core::Time at;
  std::vector<MemberView> members;  // ascending by node
  std::map<world::PoolId, GroupView> pools;
  GroupView whole;
  std::optional<world::NodeId> leader;  // who last said that it leads, in the highest term
  std::uint64_t term = 0;
  std::optional<core::Duration> leader_age;  // since it last said so
  core::Duration known_for{};                // since the first member was expected or heard

  // nullptr if there is no such member.
  [[nodiscard]] const MemberView* member(world::NodeId node) const;
  MUSTER_FIELDS(View, at, members, pools, whole, leader, term, leader_age, known_for)
};

struct MonitorConfig {
  // Without a sample for so long, a member's telemetry is missing. Three samples' time.
  core::Duration stale_after = core::seconds(3);
  MUSTER_FIELDS(MonitorConfig, stale_after)
};

// What became of a sample.
enum class Folded : std::uint8_t {
  kTaken,
  kRepeated,  // a copy, or overtaken by a later one
  kOutdated,  // of an incarnation before the one that was heard, or of a forgotten member
  kRefused,   // it cannot be true: not the sender's own, or no positive time covered
};
constexpr Folded last_value(Folded) {
  return Folded::kRefused;
}

// The fold. A regular value. REQUIRES of all calls: `now` never goes back.
class Monitor {
 public:
  explicit Monitor(MonitorConfig config = {});

  // A member that should report from now on. A member that was never announced is taken up with
  // its first sample. Announcing it again moves it to that pool and changes nothing else.
  void expect(world::NodeId node, world::PoolId pool, core::Time now);
  // Its sandbox is known to have ended: that of this incarnation or, unless given, of the newest
  // that was heard (the first, if none was). A later incarnation brings the member back.
  void ended(world::NodeId node, std::optional<world::Incarnation> incarnation = std::nullopt);
  // It is to end on purpose.
  void dismiss(world::NodeId node);
  // No longer part of the swarm; what it did stays in the counts of its pool. What it still has
  // under way is outdated, unless it is expected again.
  void forget(world::NodeId node);

  // Takes a sample once: a copy, an overtaken one and one of an earlier incarnation change nothing.
  // Of leaders only the highest term's words about pools count.
  Folded fold(world::NodeId from, const world::Sample& sample, core::Time now);

  [[nodiscard]] View view(core::Time now) const;

 private:
  struct Member {
    world::PoolId pool;
    core::Time known_since;
    std::optional<core::Time> heard;
    world::Incarnation ended;  // the latest that is known to have
    std::uint64_t lost = 0;
    bool dismissed = false;
    world::Sample newest;  // when heard
    Bins bins;
    MUSTER_FIELDS(Member, pool, known_since, heard, ended, lost, dismissed, newest, bins)
  };
  struct Pool {
    Bins bins;
    Tally total;
    std::uint32_t waiting = 0;  // as the leader last saw it
    std::uint32_t in_flight = 0;
    std::optional<core::Time> seen;  // when it last did
    MUSTER_FIELDS(Pool, bins, total, waiting, in_flight, seen)
  };
  struct Leader {
    world::NodeId node;
    std::uint64_t term = 0;
    core::Time heard;
    MUSTER_FIELDS(Leader, node, term, heard)
  };

  void fold_leader(world::NodeId from, const world::LeaderSample& sample, core::Time now);
  [[nodiscard]] Presence presence(const Member& member, core::Time now) const;
  [[nodiscard]] MemberView view_of(world::NodeId node, const Member& member, core::Time now) const;
  [[nodiscard]] GroupView view_of(const Pool& pool, core::Time now) const;

  MonitorConfig config_;
  std::optional<core::Time> began_;
  std::map<world::NodeId, Member> members_;
  std::set<world::NodeId> forgotten_;
  std::map<world::PoolId, Pool> pools_;
  Pool whole_;
  std::optional<Leader> leader_;

 public:
  MUSTER_FIELDS(Monitor, config_, began_, members_, forgotten_, pools_, whole_, leader_)
};

}  // namespace monitor
