// links_as_declared and isolated_decide_nothing: who may speak to whom, and who may decide alone:
// nobody.
#pragma once

#include <set>
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
  void on(const swarm::MemberJoined& record);
  void on(const swarm::ConfigurationChanged& record);
  void on(const Moment& moment, const swarm::LinkProven& record);
  void on(const Moment& moment, const swarm::RingChanged& record);
  void on(const Moment& moment, const swarm::JointDecided& record);
  void on(const Moment& moment, const swarm::JointUndecided& record);

  void finish(const FinalState& state);
  void append_to(std::vector<Invariant>& results) const;

 private:
  [[nodiscard]] std::string decision_fault(const swarm::JointDecided& record) const;

  Verdict links_{"links_as_declared"};
  Verdict joint_{"isolated_decide_nothing"};
  swarm::Topology topology_;
  std::vector<swarm::Topology> stitched_;  // with the rings that came later
  std::uint32_t quorum_ = 0;
  bool uses_joint_ = false;
  std::set<world::NodeId> leaders_{world::NodeId{}};  // that have led; none is one of them
};

}  // namespace check
