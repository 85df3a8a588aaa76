#include "lab/roles.h"

#include "swarm/raft_trace.h"
#include "swarm/trace.h"

namespace lab {

Roles::Roles(const Deployment& deployment, std::uint64_t seed)
    : deployment_(deployment),
      random_(seed, 0, num::purpose_of("lab.fault_target")),
      voters_(deployment.topology.voters()) {}

void Roles::receive(const world::TraceEntry& entry) {
  if (const auto elected = world::as<swarm::BecameLeader>(entry)) {
    if (elected->term > term_) {
      term_ = elected->term;
      leader_ = entry.node;
    }
  } else if (const auto stepped = world::as<swarm::SteppedDown>(entry)) {
    if (entry.node == leader_ && stepped->term == term_) {
      leader_ = {};
    }
  } else if (const auto changed = world::as<swarm::VotersChanged>(entry)) {
    if (changed->epoch > voters_epoch_) {
      voters_epoch_ = changed->epoch;
      voters_ = changed->voters;
    }
  } else if (entry.record.kind == world::NodeHalted::kKind) {
    down_.insert(entry.node);
    if (entry.node == leader_) {
      leader_ = {};
    }
  } else if (entry.record.kind == world::NodeBooted::kKind) {
    down_.erase(entry.node);
  }
}

std::vector<world::NodeId> Roles::resolve(std::string_view role) {
  if (role == "leader") {
    return leader_ ? std::vector{leader_} : std::vector<world::NodeId>{};
  }
  if (role == "worker") {
    return one_of(deployment_.agents);
  }
  if (role == "standby") {
    return one_of(voters_);
  }
  std::vector<world::NodeId> all;
  for (const swarm::TopologyMember& member : deployment_.topology.members) {
    all.push_back(member.node);
  }
  return all;
}

std::vector<world::NodeId> Roles::one_of(std::vector<world::NodeId> candidates) {
  std::erase_if(candidates,
                [this](world::NodeId node) { return node == leader_ || down_.contains(node); });
  if (candidates.empty()) {
    return {};
  }
  return {candidates[random_.below(candidates.size())]};
}

}  // namespace lab
