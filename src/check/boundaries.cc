#include "boundaries.h"

#include <algorithm>
#include <functional>
#include <utility>

namespace check {
namespace {

template <class Record>
std::string name_of_question(const Record& record) {
  return "attempt " + text(std::uint64_t{record.attempt}) + " at task " + text(record.task.value);
}

}  // namespace

Boundaries::Boundaries(const CheckConfig& config)
    : topology_(config.topology),
      fleets_(config.topology.fleets),
      quorum_(config.joint_quorum),
      uses_joint_(config.uses_joint) {
  for (const swarm::Link& link : topology_.links) {
    for (const auto& [above, worker] :
         {std::pair(link.low, link.high), std::pair(link.high, link.low)}) {
      const bool hangs = std::ranges::count(topology_.places.sub_leaders, above) > 0 &&
                         topology_.find(worker)->role == swarm::MemberRole::kWorker &&
                         !std::ranges::binary_search(topology_.stand_ins, link);
      if (hangs) {
        below_[worker] = above;
      }
    }
  }
}

void Boundaries::on(const Moment& moment, const swarm::BecameLeader&) {
  leaders_.insert(moment.who);
}

// Who joins does not vote yet. Links of those who left, and of those who voted, may end later.
// Replicas tell of the same entries, each in the order of the log.
void Boundaries::on(const Moment& moment, const swarm::MemberJoined& record) {
  if (topology_.find(record.member) == nullptr) {
    const auto role = record.pool ? swarm::MemberRole::kWorker : swarm::MemberRole::kCoordinator;
    topology_.members.push_back({record.member, role, false});
    std::ranges::sort(topology_.members, {}, &swarm::TopologyMember::node);
  }
  if (record.index <= changes_seen_) {
    return;
  }
  changes_seen_ = record.index;
  if (!topology_.places.sub_leaders.empty()) {
    links_.expect_none(place_fault(record), moment);
  }
  link_joined(record);
}

void Boundaries::on(const swarm::MemberLeft& record) {
  if (record.index > changes_seen_) {
    changes_seen_ = record.index;
    below_.erase(record.member);
  }
}

std::string Boundaries::place_fault(const swarm::MemberJoined& record) const {
  std::map<world::NodeId, std::uint64_t> counts;
  for (const world::NodeId sub_leader : topology_.places.sub_leaders) {
    counts[sub_leader] = 0;
  }
  for (const auto& [worker, above] : below_) {
    counts[above] += worker == record.member ? 0U : 1U;
  }
  const auto known = below_.find(record.member);  // it booted anew and keeps its place
  world::NodeId due = known == below_.end() ? world::NodeId{} : known->second;
  for (const auto& [sub_leader, count] : counts) {
    if (known == below_.end() && (!due || count < counts[due])) {
      due = sub_leader;
    }
  }
  if (record.sub_leader != due || counts[due] >= topology_.places.fan_out) {
    return name_of(record.member) + " is let in below " + name_of(record.sub_leader) +
           "; the fewest workers, " + text(counts[due]) + ", are below " + name_of(due) +
           ", and the fan-out is " + text(std::uint64_t{topology_.places.fan_out});
  }
  return {};
}

void Boundaries::link(world::NodeId one, world::NodeId other) {
  const swarm::Link made{std::min(one, other), std::max(one, other)};
  const auto place = std::ranges::lower_bound(topology_.links, made);
  if (place == topology_.links.end() || *place != made) {
    topology_.links.insert(place, made);
  }
}

void Boundaries::link_joined(const swarm::MemberJoined& record) {
  const std::vector<world::NodeId>& level = topology_.places.sub_leaders;
  const auto above = std::ranges::find(level, record.sub_leader);
  if (above != level.end()) {
    below_[record.member] = record.sub_leader;
    link(record.member, *above);
    const auto beside = std::next(above) == level.end() ? level.begin() : std::next(above);
    if (beside != above) {
      link(record.member, *beside);
    }
  }
  for (const swarm::FleetLink& declared : topology_.places.links) {
    if (declared.member && declared.fleet == record.fleet) {
      link(record.member, declared.member);
    }
    for (const auto& [agent, fleet] : fleets_) {
      const bool paired = (declared.fleet == record.fleet && declared.other == fleet) ||
                          (declared.other == record.fleet && declared.fleet == fleet);
      if (!declared.member && paired) {
        link(record.member, agent);
      }
    }
  }
  fleets_[record.member] = record.fleet;
}

void Boundaries::on(const swarm::ConfigurationChanged& record) {
  for (swarm::TopologyMember& member : topology_.members) {
    member.voter = member.voter || std::ranges::binary_search(record.voters, member.node);
  }
}

void Boundaries::on(const Moment&, const swarm::RingChanged& record) {
  swarm::Topology later = topology_.stitched(record.ring);
  if (stitched_.empty() || stitched_.back() != later) {
    stitched_.push_back(std::move(later));
  }
}

void Boundaries::on(const Moment& moment, const swarm::LinkProven& record) {
  const bool declared = std::ranges::any_of(leaders_, [&](world::NodeId leader) {
    return topology_.may_send(moment.who, record.peer, leader) ||
           std::ranges::any_of(stitched_, [&](const swarm::Topology& later) {
             return later.may_send(moment.who, record.peer, leader);
           });
  });
  links_.expect(declared, moment, [&] {
    return "has a link to " + name_of(record.peer) + ", which a " +
           std::string(swarm::name_of(topology_.kind)) +
           " does not declare under any leader so far";
  });
}

std::string Boundaries::decision_fault(const swarm::JointDecided& record) const {
  const std::string decision = "decides " + name_of_question(record) + " with " +
                               text(std::uint64_t{record.in_favour}) + " in favour";
  if (record.quorum != quorum_ || quorum_ == 0) {
    return decision + " by a quorum of " + text(std::uint64_t{record.quorum}) + "; configured is " +
           text(std::uint64_t{quorum_});
  }
  if (record.in_favour < quorum_ || 2 * std::uint64_t{record.in_favour} <= record.members) {
    return decision + "; needed are " + text(std::uint64_t{quorum_}) + ", and more than half of " +
           text(std::uint64_t{record.members});
  }
  const auto& voters = record.voters;
  const bool ascending = std::ranges::adjacent_find(voters, std::greater_equal()) == voters.end();
  if (voters.size() != record.in_favour || !ascending) {
    return decision + ", but names " + text(std::uint64_t{voters.size()}) +
           " of them, or one twice";
  }
  if (std::uint64_t{record.in_favour} + record.against > record.members) {
    return decision + " and " + text(std::uint64_t{record.against}) +
           " against, which is more than its " + text(std::uint64_t{record.members}) + " members";
  }
  for (const world::NodeId voter : voters) {
    if (topology_.find(voter) == nullptr) {
      return decision + ", among them " + name_of(voter) + ", which is no member";
    }
  }
  return {};
}

void Boundaries::on(const Moment& moment, const swarm::JointDecided& record) {
  joint_.expect_none(decision_fault(record), moment);
}

void Boundaries::on(const Moment& moment, const swarm::JointUndecided& record) {
  joint_.expect(record.most < quorum_, moment, [&] {
    return "leaves " + name_of_question(record) + " undecided, though " +
           text(std::uint64_t{record.most}) + " agree and " + text(std::uint64_t{quorum_}) +
           " are enough";
  });
}

void Boundaries::finish(const FinalState& state) {
  links_.set_applies((state.complete && topology_.members.size() > 1) || links_.checked() > 0);
  joint_.set_applies((state.complete && uses_joint_) || joint_.checked() > 0);
}

void Boundaries::append_to(std::vector<Invariant>& results) const {
  results.push_back(links_.invariant());
  results.push_back(joint_.invariant());
}

}  // namespace check
