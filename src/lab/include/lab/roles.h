// Who plays which role at this moment, as far as the trace tells: for faults that name a role.
#pragma once

#include <set>
#include <string_view>
#include <vector>

#include "lab/deployment.h"
#include "num/stream.h"
#include "world/trace.h"

namespace lab {

class Roles : public world::TraceSink {
 public:
  // The deployment must outlive it.
  Roles(const Deployment& deployment, std::uint64_t seed);

  void receive(const world::TraceEntry& entry) override;

  // "leader": the latest one elected that has not stepped down or halted. "worker": one random
  // running agent that does not lead. "standby": one random running voter that does not lead.
  // "all": every member.
  [[nodiscard]] std::vector<world::NodeId> resolve(std::string_view role);
  // 0: none.
  [[nodiscard]] world::NodeId leader() const { return leader_; }

 private:
  [[nodiscard]] std::vector<world::NodeId> one_of(std::vector<world::NodeId> candidates);

  const Deployment& deployment_;
  num::Stream random_;
  world::NodeId leader_;
  swarm::Term term_ = 0;
  std::set<world::NodeId> down_;
  std::vector<world::NodeId> voters_;  // as of the newest change
  std::uint64_t voters_epoch_ = 1;
};

}  // namespace lab
