// What the leader counts by pool, from the commands that it applies: for its telemetry and for
// whoever asks for its status.
//
// Idle on every other member. A new leader knows which tasks are open and nothing else, so what it
// says of a span that began before its term is of its term only.
#pragma once

#include <array>
#include <map>
#include <vector>

#include "swarm/ledger.h"
#include "world/telemetry.h"

namespace swarm {

class PoolMeter {
 public:
  // Takes office: forgets everything but the tasks that the ledger says are open.
  void lead(const Ledger& ledger, core::Time now);
  // After the ledger has applied it; `changed` is what it said.
  void applied(const Command& command, bool changed, const Ledger& ledger, core::Time now);

  // The counts since the last call, of every pool in ascending order, and the time that they cover.
  // What is so now (waiting, in flight, members), the term and the route are left to the caller.
  [[nodiscard]] world::LeaderSample take(const Directory& directory, core::Time now);

  // Of the assignments committed in the last kShareWindow, those to agents of the pool, in parts of
  // kWholeRoute; 0 when there were none at all.
  [[nodiscard]] std::uint32_t share(PoolId pool, core::Time now) const;
  // Since an agent of the pool was last assigned a task or ended one, or since taking office.
  [[nodiscard]] core::Duration unused_for(PoolId pool, core::Time now) const;

 private:
  static constexpr std::size_t kSlots = 10;  // of a second each; together kShareWindow

  struct Assignments {
    std::array<std::uint32_t, kSlots> counts{};
    std::array<std::int64_t, kSlots> seconds{};  // that each slot counts
    MUSTER_FIELDS(Assignments, counts, seconds)
  };
  // A task that is not over.
  struct Open {
    core::Time since;       // accepted, or when this leader took office
    bool accepted = false;  // by this leader
    MUSTER_FIELDS(Open, since, accepted)
  };
  // The part of its time in the system that no LeaderSample told of yet.
  [[nodiscard]] core::Duration untold(const Open& task, core::Time now) const;
  void finished(const Finish& finish, const Ledger& ledger, core::Time now);
  void assigned_to(PoolId pool, core::Time now);
  [[nodiscard]] static std::uint64_t recent(const Assignments& assignments, core::Time now);

  core::Time since_;  // in office
  core::Time told_;   // the last LeaderSample
  std::map<PoolId, world::PoolSample> counts_;
  std::map<PoolId, Assignments> assignments_;
  std::map<PoolId, core::Time> used_;
  std::map<TaskId, Open> open_;

 public:
  MUSTER_FIELDS(PoolMeter, since_, told_, counts_, assignments_, used_, open_)
};

}  // namespace swarm
