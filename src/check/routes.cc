#include "routes.h"

#include <algorithm>

namespace check {

Routes::Routes(const CheckConfig& config) {
  const swarm::Founding& founding = config.founding;
  const swarm::PoolId first =
      founding.pools.empty() ? swarm::kDefaultPool : founding.pools.front().id;
  swarm::Route route = founding.route;
  if (route.weights.empty()) {
    route.weights[first] = swarm::kWholeRoute;
  }
  for (const swarm::Pool& pool : founding.pools) {
    fallbacks_[pool.id].insert(pool.fallback);
  }
  routes_[route.epoch] = route;
  for (const swarm::TopologyMember& member : config.topology.members) {
    const auto pool = founding.pool_of.find(member.node);
    pools_[member.node].insert(pool == founding.pool_of.end() ? first : pool->second);
  }
}

void Routes::on(const Moment&, const swarm::PoolChanged& record) {
  fallbacks_[record.pool.id].insert(record.pool.fallback);
}

void Routes::on(const Moment& moment, const swarm::RouteChanged& record) {
  const swarm::Route& route = record.route;
  std::uint64_t sum = 0;
  for (const auto& [pool, weight] : route.weights) {
    sum += weight;
  }
  routed_.expect(sum == swarm::kWholeRoute, moment, [&] {
    return "the weights of route " + text(route.epoch) + " sum to " + text(sum) + ", not to " +
           text(std::uint64_t{swarm::kWholeRoute});
  });
  const bool known = routes_.contains(route.epoch);
  routed_.expect(
      known ? routes_.at(route.epoch) == route : route.epoch == routes_.rbegin()->first + 1, moment,
      [&] {
        return known ? "route " + text(route.epoch) + " is another than elsewhere"
                     : "route " + text(route.epoch) + " follows route " +
                           text(routes_.rbegin()->first);
      });
  routes_.try_emplace(route.epoch, route);
  View& view = views_[moment.who];
  routed_.expect(route.epoch > view.epoch, moment, [&] {
    return "route " + text(route.epoch) + " comes after route " + text(view.epoch);
  });
  view.epoch = route.epoch;
}

void Routes::on(const Moment& moment, const swarm::MemberJoined& record) {
  views_[moment.who].closed.erase(record.member);
  pools_[record.member].insert(record.pool);
  // A replica that boots again tells its log again.
  if (const auto lost = lost_.find(record.member);
      lost != lost_.end() && lost->second < record.index) {
    lost_.erase(lost);
  }
}

void Routes::on(const Moment& moment, const swarm::MemberDraining& record) {
  views_[moment.who].closed.insert(record.member);
}

std::string Routes::in_hand(world::NodeId agent) const {
  const auto held = hands_.find(agent);
  return held == hands_.end() || held->second.empty()
             ? std::string()
             : name_of(*held->second.begin()) +
                   (held->second.size() == 1
                        ? std::string()
                        : " and " + text(std::uint64_t{held->second.size() - 1}) + " more");
}

void Routes::on(const Moment& moment, const swarm::MemberLeft& record) {
  views_[moment.who].closed.insert(record.member);
  if (!leaves_.insert(record.index).second) {
    return;  // another replica has told of it
  }
  if (record.lost) {
    lost_[record.member] = record.index;
    return;
  }
  const std::string held = in_hand(record.member);
  idle_.expect(held.empty(), moment, [&] {
    return name_of(record.member) + " leaves while it has " + held + " in hand";
  });
}

std::string Routes::assignment_fault(const View& view, const swarm::TaskAssigned& record) const {
  const std::string what =
      "attempt " + text(std::uint64_t{record.attempt}) + " at " + name_of(record.task);
  const auto route = routes_.find(record.route_epoch);
  if (route == routes_.end()) {
    return what + " goes by route " + text(record.route_epoch) + ", which nobody has committed";
  }
  if (record.route_epoch < view.epoch) {
    return what + " goes by route " + text(record.route_epoch) + "; in force is " +
           text(view.epoch);
  }
  const swarm::PoolId routed = swarm::pool_of(route->second, record.task);
  const auto fallbacks = fallbacks_.find(routed);
  const bool falls_back =
      fallbacks != fallbacks_.end() && fallbacks->second.contains(record.pool) && record.pool;
  if (record.pool != routed && !falls_back) {
    return what + " goes to pool " + text(std::uint64_t{record.pool.value}) + "; route " +
           text(record.route_epoch) + " gives it to pool " + text(std::uint64_t{routed.value});
  }
  if (const auto pools = pools_.find(record.agent);
      pools == pools_.end() || !pools->second.contains(record.pool)) {
    return what + " goes to " + name_of(record.agent) + ", which was never in pool " +
           text(std::uint64_t{record.pool.value});
  }
  if (view.closed.contains(record.agent)) {
    return what + " goes to " + name_of(record.agent) + ", which drains or has left";
  }
  return {};
}

void Routes::on(const Moment& moment, const swarm::TaskAssigned& record) {
  routed_.expect_none(assignment_fault(views_[moment.who], record), moment);
}

void Routes::on(const swarm::TaskTakenBack& record) {
  if (const auto held = hands_.find(record.agent); held != hands_.end()) {
    held->second.erase(record.task);
  }
}

void Routes::on(const Moment& moment, const swarm::AttemptStarted& record) {
  hands_[moment.who].insert(record.task);
}

void Routes::on(const Moment& moment, const swarm::AttemptReported& record) {
  hands_[moment.who].erase(record.task);
}

void Routes::booted(const Moment& moment) {
  hands_.erase(moment.who);
  views_.erase(moment.who);
}

// A sandbox that is ended on purpose; a crash is a fault's doing.
void Routes::halted(const Moment& moment, const world::NodeHalted& record) {
  if (record.reason == world::HaltReason::kFinished && !lost_.contains(moment.who)) {
    const std::string held = in_hand(moment.who);
    idle_.expect(held.empty(), moment,
                 [&] { return "is ended while it has " + held + " in hand"; });
  }
  hands_.erase(moment.who);
}

void Routes::finish(const FinalState& state, bool due) {
  routed_.set_applies((due && state.tasks_offered > 0) || routed_.checked() > 0);
  idle_.set_applies(idle_.checked() > 0);
}

void Routes::append_to(std::vector<Invariant>& results) const {
  results.push_back(routed_.invariant());
  results.push_back(idle_.invariant());
}

}  // namespace check
