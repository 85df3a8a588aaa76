#include "lab/film.h"

#include <algorithm>

#include "scenario/scenario.h"
#include "swarm/links.h"
#include "swarm/pipeline_trace.h"
#include "swarm/raft_trace.h"
#include "swarm/suspicion.h"
#include "swarm/trace.h"

namespace lab {
namespace {

std::string weights_of(const swarm::Route& route) {
  std::string text;
  for (const auto& [pool, parts] : route.weights) {
    text += text.empty() ? "" : ",";
    text += std::to_string(pool.value) + ":" + std::to_string(parts);
  }
  return text;
}

// Where pools change, those of the ledger are the versions, by number; else the scenario's.
std::vector<std::string> pools_of(const Deployment& deployment,
                                  const scenario::Scenario& scenario) {
  std::vector<std::string> names;
  for (const scenario::Pool& pool : scenario.pools) {
    if (!deployment.changing) {
      names.push_back(pool.name);
      continue;
    }
    names.resize(std::max<std::size_t>(names.size(), pool.version));
    std::string& name = names[pool.version - 1];
    name += (name.empty() ? "" : " + ") + pool.name;
  }
  return names;
}

std::vector<CastMember> cast_of(const Deployment& deployment, const scenario::Scenario& scenario,
                                const std::vector<std::string>& pools) {
  std::vector<CastMember> cast;
  for (const Node& node : deployment.nodes) {
    cast.push_back({node.spec.name, node.spare ? "spare" : node.spec.role, {}, node.spare, false});
  }
  for (const swarm::TopologyMember& member : deployment.topology.members) {
    CastMember& one = cast.at(member.node.value - 1);
    one.role = name_of(member.role, deployment.topology.kind);
    one.member = true;
    one.voter = member.voter;
  }
  std::size_t next = 0;
  for (const scenario::Pool& pool : scenario.pools) {
    for (std::uint32_t i = 0; scenario::is_founding(scenario, pool) && i < pool.size; ++i) {
      cast.at(deployment.agents.at(next++).value - 1).pool =
          deployment.changing ? pools.at(pool.version - 1) : pool.name;
    }
  }
  return cast;
}

}  // namespace

void Film::add(FilmEvent event) {
  if (events_.size() < kMostEvents) {
    events_.push_back(std::move(event));
  } else {
    ++events_left_out_;
  }
}

void Film::receive(const world::TraceEntry& entry) {
  switch (entry.record.kind >> 8U) {
    case 0x00:
      on_driver(entry);
      break;
    case 0x01:
      on_raft(entry);
      break;
    case 0x02:
      on_swarm(entry);
      on_pools(entry);
      break;
    default:
      break;
  }
}

Traffic* Film::slot(core::Time at, const Link& link) {
  const auto number = static_cast<std::uint64_t>(at.time_since_epoch() / kSlot);
  auto& slots = traffic_[link];
  auto found = slots.find(number);
  if (found == slots.end()) {
    if (++slots_ > kMostSlots) {
      traffic_.clear();
      return nullptr;
    }
    found = slots.emplace(number, Traffic{}).first;
  }
  return &found->second;
}

void Film::on_delivery(core::Time /*sent*/, core::Time arrived, const world::Message& message) {
  if (Traffic* traffic = traffic_complete() ? slot(arrived, {message.from, message.to}) : nullptr) {
    ++traffic->arrived;
  }
}

void Film::on_driver(const world::TraceEntry& entry) {
  if (entry.record.kind == world::NodeBooted::kKind) {
    add({entry.at, FilmKind::kUp, entry.node, {}, 0, {}});
  } else if (const auto halted = world::as<world::NodeHalted>(entry)) {
    add({entry.at, FilmKind::kDown, entry.node, {}, 0, std::string(name_of(halted->reason))});
  } else if (const auto paused = world::as<world::NodePaused>(entry)) {
    const FilmKind kind = paused->resumed ? FilmKind::kResumes : FilmKind::kHangs;
    add({entry.at, kind, entry.node, {}, 0, {}});
  } else if (const auto started = world::as<world::FaultStarted>(entry)) {
    add({entry.at, FilmKind::kFaultBegins, {}, {}, started->fault, {}});
  } else if (const auto ended = world::as<world::FaultEnded>(entry)) {
    add({entry.at, FilmKind::kFaultEnds, {}, {}, ended->fault, {}});
  } else if (const auto dropped = world::as<world::MessageDropped>(entry)) {
    if (Traffic* traffic =
            traffic_complete() ? slot(entry.at, {dropped->from, dropped->to}) : nullptr) {
      ++traffic->lost;
    }
  }
}

void Film::on_raft(const world::TraceEntry& entry) {
  if (const auto elected = world::as<swarm::BecameLeader>(entry)) {
    add({entry.at, FilmKind::kLeads, entry.node, {}, elected->term, {}});
  } else if (const auto stepped = world::as<swarm::SteppedDown>(entry)) {
    add({entry.at, FilmKind::kStepsDown, entry.node, {}, stepped->term, {}});
  }
}

void Film::on_swarm(const world::TraceEntry& entry) {
  if (const auto ready = world::as<swarm::LeaderReady>(entry)) {
    add({entry.at, FilmKind::kAssigns, entry.node, {}, ready->term, {}});
  } else if (const auto changed = world::as<swarm::AgentStateChanged>(entry)) {
    add({entry.at, FilmKind::kState, entry.node, {}, 0, std::string(name_of(changed->to))});
  } else if (const auto proven = world::as<swarm::LinkProven>(entry)) {
    add({entry.at, FilmKind::kLinkProven, entry.node, proven->peer, 0, {}});
  } else if (const auto lost = world::as<swarm::LinkLost>(entry)) {
    add({entry.at, FilmKind::kLinkLost, entry.node, lost->peer, 0, {}});
  } else if (const auto suspected = world::as<swarm::Suspected>(entry)) {
    add({entry.at, FilmKind::kSuspects, entry.node, suspected->member, 0, {}});
  } else if (const auto trusted = world::as<swarm::Trusted>(entry)) {
    add({entry.at, FilmKind::kTrusts, entry.node, trusted->member, 0, {}});
  } else if (const auto breaker = world::as<swarm::BreakerChanged>(entry)) {
    add({entry.at, FilmKind::kBreaker, entry.node, breaker->peer, 0,
         std::string(name_of(breaker->to))});
  }
}

// Every replica tells what it applies, some of them late; the first to do so counts.
bool Film::is_news(std::uint64_t index) {
  const bool news = index >= directory_index_;
  directory_index_ = std::max(directory_index_, index);
  return news;
}

void Film::on_pools(const world::TraceEntry& entry) {
  if (const auto joined = world::as<swarm::MemberJoined>(entry)) {
    if (is_news(joined->index) && members_.insert(joined->member).second) {
      draining_.erase(joined->member);
      add({entry.at, FilmKind::kJoins, joined->member, {}, joined->pool.value, {}});
    }
  } else if (const auto draining = world::as<swarm::MemberDraining>(entry)) {
    if (is_news(draining->index) && draining_.insert(draining->member).second) {
      add({entry.at, FilmKind::kDrains, draining->member, {}, 0, {}});
    }
  } else if (const auto left = world::as<swarm::MemberLeft>(entry)) {
    if (is_news(left->index) && !left_.contains({left->index, left->member})) {
      left_.insert({left->index, left->member});
      members_.erase(left->member);
      draining_.erase(left->member);
      add({entry.at, FilmKind::kLeaves, left->member, {}, 0, {}});
    }
  } else if (const auto changed = world::as<swarm::RouteChanged>(entry)) {
    if (changed->route.epoch > route_epoch_) {
      route_epoch_ = changed->route.epoch;
      add({entry.at, FilmKind::kRoute, {}, {}, route_epoch_, weights_of(changed->route)});
    }
  }
}

core::Result<Filmed> film(const scenario::ScenarioFile& file, const scenario::Scenario& scenario,
                          RunOptions options) {
  const Deployment deployment = TRY(deploy(file, scenario, options.seed));
  Filmed made;
  made.pools = pools_of(deployment, scenario);
  made.cast = cast_of(deployment, scenario, made.pools);
  options.observer = &made.film;
  options.sink = &made.film;
  made.run = TRY(run(file, scenario, options));
  return made;
}

}  // namespace lab
