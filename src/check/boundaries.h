// links_as_declared and isolated_decide_nothing: who may speak to whom, and who may decide alone:
// nobody. Who joins a tree must be given the place that the rule names (topology.h: Places).
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "check/checks.h"
#include "swarm/joint.h"
#include "swarm/links.h"
#include "swarm/pipeline_trace.h"
#include "swarm/raft_trace.h"
#include "swarm/trace.h"
#include "verdict.h"

namespace check {

class Boundaries {
 public:
  explicit Boundaries(const CheckConfig& config);

  void on(const Moment& moment, const swarm::BecameLeader& record);
  void on(const Moment& moment, const swarm::MemberJoined& record);
  void on(const swarm::MemberLeft& record);
  void on(const swarm::ConfigurationChanged& record);
  void on(const Moment& moment, const swarm::LinkProven& record);
  void on(const Moment& moment, const swarm::RingChanged& record);
  void on(const Moment& moment, const swarm::JointDecided& record);
  void on(const Moment& moment, const swarm::JointUndecided& record);

  void finish(const FinalState& state);
  void append_to(std::vector<Invariant>& results) const;

 private:
  // What is wrong with where a worker of a tree joins.
  [[nodiscard]] std::string place_fault(const swarm::MemberJoined& record) const;
  void link(world::NodeId one, world::NodeId other);
  void link_joined(const swarm::MemberJoined& record);
  [[nodiscard]] std::string decision_fault(const swarm::JointDecided& record) const;

  Verdict links_{"links_as_declared"};
  Verdict joint_{"isolated_decide_nothing"};
  swarm::Topology topology_;
  std::vector<swarm::Topology> stitched_;         // with the rings that came later
  std::map<world::NodeId, world::NodeId> below_;  // workers of a tree, and their sub-leaders
  std::map<world::NodeId, std::string> fleets_;   // of agents, those included that have left
  std::uint64_t changes_seen_ = 0;                // entries of the log up to here were judged
  std::uint32_t quorum_ = 0;
  bool uses_joint_ = false;
  std::set<world::NodeId> leaders_{world::NodeId{}};  // that have led; none is one of them
};

}  // namespace check
