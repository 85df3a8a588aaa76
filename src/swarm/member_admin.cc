// What a member does when the deployment changes while it runs: requests of a controller, members
// that come and go, telemetry.
#include <algorithm>

#include "swarm/graph.h"
#include "swarm/member.h"

namespace swarm {

Topology current_topology(const Topology& founded, const Directory& directory) {
  Topology current = founded;
  std::erase_if(current.members, [&](const TopologyMember& member) {
    return directory.find(member.node) == nullptr;
  });
  for (const auto& [node, member] : directory.members()) {
    if (founded.find(node) == nullptr) {
      const MemberRole role = member.pool ? MemberRole::kWorker : MemberRole::kCoordinator;
      current.members.push_back({node, role, false});
    }
  }
  // Who came to vote, or does no longer, where those who vote are candidates.
  const bool has_candidates = founded.coordinator() != world::NodeId{};
  for (TopologyMember& member : current.members) {
    const bool votes = directory.find(member.node)->voter;
    if (votes != member.voter && member.role != MemberRole::kCoordinator && has_candidates) {
      member.role = votes ? MemberRole::kCandidate : MemberRole::kWorker;
    }
    member.voter = votes;
  }
  std::ranges::sort(current.members, {}, &TopologyMember::node);
  if (founded.is_graph()) {
    link_places(current, directory);
  }
  return current;
}

std::vector<world::NodeId> Member::everybody() const {
  std::vector<world::NodeId> nodes;
  for (const TopologyMember& member : topology_.members) {
    nodes.push_back(member.node);
  }
  return nodes;
}

void Member::administer(const world::Message& message, Desk& desk) {
  if (message.type == AdminRequest::kType) {
    const auto request = world::payload<AdminRequest>(message);
    if (!request) {
      return;
    }
    if (coordinator_.leading()) {
      return steward_.requested(desk, *request, message.from);
    }
    const world::NodeId leader = raft_.leader() == config_.self ? world::NodeId{} : raft_.leader();
    desk.post(message.from,
              AdminAnswer{request->token, AdminVerdict::kNotLeader, AdminRefusal::kNone, leader,
                          ledger_.directory().route().epoch},
              raft_.term());
  } else if (message.type == StatusQuery::kType) {
    if (const auto query = world::payload<StatusQuery>(message)) {
      desk.post(message.from, status(query->token, desk.context.now), raft_.term());
    }
  }
}

StatusAnswer Member::status(AdminToken token, core::Time now) const {
  StatusAnswer answer;
  answer.token = token;
  answer.leader = raft_.leader();
  answer.term = raft_.term();
  const Directory& directory = ledger_.directory();
  answer.route = directory.route();
  answer.voters_epoch = directory.voters_epoch();
  answer.regrouping = !raft_.is_configuration_committed();
  answer.leads = coordinator_.ready();
  if (!answer.leads) {
    return answer;
  }
  std::map<PoolId, std::uint32_t> in_flight;
  for (const auto& [node, member] : directory.members()) {
    MemberStatusReport& report = answer.members.emplace_back();
    report.entry = member;
    const bool self = node == config_.self;
    report.suspected = !self && (swim_ ? swim_->suspected(node) : detector_.suspected(node));
    report.linked = self || reaches(node);
    report.caught_up = raft_.has_caught_up(node);
    report.state = self ? state_ : detector_.observed(node);
    if (swim_ && !self) {
      report.state = report.linked && !report.suspected ? AgentState::kReady : AgentState::kOffline;
    }
    report.in_flight = coordinator_.in_flight(node);
    in_flight[member.pool] += report.in_flight;
  }
  for (const auto& [id, pool] : directory.pools()) {
    const auto weight = answer.route.weights.find(id);
    PoolStatus& status = answer.pools.emplace_back();
    status.pool = pool;
    status.weight = weight == answer.route.weights.end() ? 0 : weight->second;
    status.waiting = coordinator_.waiting(id);
    status.in_flight = in_flight[id];
    status.share = meter_.share(id, now);
    status.unused_for = status.in_flight > 0 ? core::Duration::zero() : meter_.unused_for(id, now);
  }
  return answer;
}

// A member that SWIM watches does not report what it has in hand; of it the ledger alone speaks.
MemberView Member::look_at(const MemberEntry& member) const {
  if (member.node == config_.self) {
    return {};
  }
  MemberView view;
  view.lost = swim_ ? swim_->suspected(member.node) : detector_.suspected(member.node);
  const auto report = detector_.report(member.node);
  const bool says_idle = swim_ || (report && report->in_flight == 0);
  view.idle = !view.lost && says_idle && coordinator_.in_flight(member.node) == 0;
  return view;
}

bool Member::concerns_directory(const Command& command) const {
  return std::holds_alternative<SetPool>(command) || std::holds_alternative<SetRoute>(command) ||
         std::holds_alternative<AddMember>(command) ||
         std::holds_alternative<RemoveMember>(command) ||
         std::holds_alternative<MemberGone>(command);
}

void Member::directory_changed(const Command& command, Index index, Desk& desk) {
  if (const auto* pool = std::get_if<SetPool>(&command)) {
    desk.effects.trace(PoolChanged{index, pool->pool});
  } else if (const auto* route = std::get_if<SetRoute>(&command)) {
    desk.effects.trace(RouteChanged{index, route->route});
  } else if (const auto* added = std::get_if<AddMember>(&command)) {
    const MemberEntry& entry = *ledger_.directory().find(added->node);
    desk.effects.trace(MemberJoined{index, added->node, added->pool, added->incarnation,
                                    entry.fleet, entry.sub_leader});
  } else if (const auto* removed = std::get_if<RemoveMember>(&command)) {
    desk.effects.trace(MemberDraining{index, removed->node});
  } else if (const auto* gone = std::get_if<MemberGone>(&command)) {
    desk.effects.trace(MemberLeft{index, gone->node, gone->incarnation, gone->lost});
  }
  follow_members(desk);
}

void Member::apply_configuration(const Entry& entry, Desk& desk) {
  const auto configuration = core::decode<Configuration>(entry.bytes);
  core::check(configuration.has_value(), "a committed configuration decodes");
  const Index index = entry.index;
  if (ledger_.apply(configuration->voters)) {
    const Directory& directory = ledger_.directory();
    desk.effects.trace(VotersChanged{index, directory.voters_epoch(), directory.voters()});
    follow_members(desk);
  }
}

void Member::follow_members(Desk& desk) {
  if (ledger_.directory().find(config_.self) != nullptr) {
    hosts_.clear();
  }
  topology_ = topology_now();
  if (routes_) {
    routes_->follow_topology(topology_);
  }
  steward_.members_changed();
  for (const auto& [node, member] : ledger_.directory().members()) {
    if (node != config_.self && member.incarnation) {
      links_.expect(node, member.incarnation, desk.context, desk.effects);
    }
  }
  const world::NodeId leader = coordinator_.leading() ? config_.self : raft_.leader();
  links_.declare(topology_.peers(config_.self, leader), desk.context, desk.effects);
  link_swim(leader);
  if (swim_) {
    swim_->set_members(everybody(), desk.context, desk.effects);
  }
  if (!coordinator_.leading()) {
    return;
  }
  if (watches_by_heartbeat()) {
    detector_.watch(everybody(), desk.context);
  }
  const std::vector<world::NodeId> workers = topology_.workers(config_.self);
  std::erase_if(availability_, [&](const auto& known) {
    return std::ranges::find(workers, known.first) == workers.end();
  });
  for (const world::NodeId agent : workers) {
    availability_.try_emplace(agent, false, false);
  }
}

void Member::send_sample(Desk& desk) {
  if (!reporter_.on()) {
    return;
  }
  world::Sample sample = reporter_.take(desk.context, desk.effects);
  const Directory& directory = ledger_.directory();
  const MemberEntry* own = directory.find(config_.self);
  sample.pool = own == nullptr ? PoolId{} : own->pool;
  sample.state = state_;
  sample.slots = config_.coordinator.dispatch.in_flight_limit;
  if (coordinator_.leading()) {
    world::LeaderSample& leader = sample.leader.emplace(meter_.take(directory, desk.context.now));
    leader.covers = std::min(leader.covers, sample.covers);
    leader.term = raft_.term();
    leader.route_epoch = directory.route().epoch;
    for (world::PoolSample& pool : leader.pools) {
      pool.waiting = coordinator_.waiting(pool.pool);
      sample.queue_length += pool.waiting;
      sample.shed += pool.shed;
      for (const auto& [node, member] : directory.members()) {
        if (member.pool == pool.pool) {
          pool.in_flight += coordinator_.in_flight(node);
          pool.members += member.status == MemberStatus::kServing ? 1U : 0U;
          pool.ready_members += coordinator_.takes_work(node) ? 1U : 0U;
        }
      }
    }
  }
  desk.post(config_.telemetry.controller, sample);
}

}  // namespace swarm
