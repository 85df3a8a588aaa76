// Whether the new side of a rollout has the state of the old one when work is switched to it.
//
// A switch is a route that gives the new version more than the one before. From then on, as soon as
// an agent of the new version has applied the same part of the group's log as a member that is not
// of that version, the two ledgers are compared: tasks and their results, sessions of clients,
// pools, route, members, what dispatch has learnt. What an agent holds at the venue is no part of
// it: positions stay with the account that bought them.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <vector>

#include "lab/measure.h"
#include "swarm/member.h"

namespace lab {

// Entries that one ledger has and the other has not, or has differently.
[[nodiscard]] std::size_t entries_apart(const swarm::Ledger& one, const swarm::Ledger& other);

class StateTransfer : public world::TraceSink {
 public:
  // Null where the node does not run.
  using MemberOf = std::function<const swarm::Member*(world::NodeId)>;

  explicit StateTransfer(swarm::PoolId candidate) : candidate_(candidate) {}

  void receive(const world::TraceEntry& entry) override;
  // Compares whom it can. To be called often while the run goes on; it changes nothing.
  void look(const std::vector<world::NodeId>& members, const MemberOf& member_of);
  [[nodiscard]] Metrics metrics() const;

 private:
  swarm::PoolId candidate_;
  std::set<world::NodeId> new_side_;
  std::uint64_t epoch_ = 0;
  std::uint32_t parts_ = 0;             // the newest route's for the candidate
  std::uint64_t index_ = 0;             // of the newest switch in the log
  std::set<world::NodeId> to_compare_;  // since that switch
  std::uint64_t compared_ = 0;
  std::uint64_t apart_ = 0;
  std::uint64_t unseen_ = 0;
};

}  // namespace lab
