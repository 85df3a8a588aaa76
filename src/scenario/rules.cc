#include "rules.h"

#include <algorithm>
#include <array>
#include <set>

#include "scenario/load.h"
#include "values.h"

namespace scenario {
namespace {

// Words that mean something else where a node's name may stand.
constexpr std::array<std::string_view, 10> kReserved{
    "leader", "hub", "worker", "standby", "venue", "all", "assignee", "client", "rest", "node"};

core::Result<void> check_pools(const Scenario& scenario, const Desk& desk) {
  std::set<std::string> names;
  std::uint64_t agents = 0;
  for (std::size_t i = 0; i < scenario.pools.size(); ++i) {
    const Pool& pool = scenario.pools[i];
    const std::string path = "pools[" + std::to_string(i) + "].name";
    if (std::find(kReserved.begin(), kReserved.end(), pool.name) != kReserved.end()) {
      return desk.complain(path, quote(pool.name) + " has a meaning of its own; name it otherwise");
    }
    if (!names.insert(pool.name).second) {
      return desk.complain(path, "a second pool " + quote(pool.name) + "; give it another name");
    }
    agents += pool.size;
  }
  if (agents == 0) {
    return desk.complain("pools", "have no agent; give a pool a size of at least 1");
  }
  if (agents > kMaxAgents) {
    return desk.complain("pools", "have " + std::to_string(agents) + " agents; write at most " +
                                      std::to_string(kMaxAgents));
  }
  return {};
}

core::Result<void> check_voters(const Scenario& scenario, const Desk& desk) {
  const Topology& topology = scenario.topology;
  const std::string voters = std::to_string(topology.voters);
  if (topology.kind == TopologyKind::kRing) {
    if (topology.voters != 3) {
      return desk.complain("topology.voters",
                           "are " + voters + ", but three stages of a ring vote; leave it out");
    }
  } else if (topology.kind == TopologyKind::kMesh) {
    if (topology.voters > agent_count(scenario)) {
      return desk.complain("topology.voters", "are " + voters + " of " +
                                                  std::to_string(agent_count(scenario)) +
                                                  " agents; write at most the agents");
    }
  } else if (topology.voters != 1 + topology.standbys) {
    return desk.complain("topology.voters", "are " + voters + ", but a leader and " +
                                                std::to_string(topology.standbys) +
                                                " standbys vote; leave it out or write " +
                                                std::to_string(1 + topology.standbys));
  }
  if (topology.voters % 2 == 0) {
    return desk.complain("topology.voters", "are " + voters +
                                                ", an even number, which survives no more losses "
                                                "than one less; write an odd number");
  }
  return {};
}

core::Result<void> check_topology(const Scenario& scenario, const Desk& desk) {
  const Topology& topology = scenario.topology;
  const bool is_topology = name_of(topology_of(scenario.pattern)) == name_of(scenario.pattern);
  if (is_topology && topology.kind != topology_of(scenario.pattern)) {
    return desk.complain("topology.kind",
                         "is " + std::string(name_of(topology.kind)) + ", but the pattern is " +
                             std::string(name_of(scenario.pattern)) + "; keep one of the two");
  }
  const std::uint32_t agents = agent_count(scenario);
  const bool ring = topology.kind == TopologyKind::kRing;
  if ((topology.kind == TopologyKind::kMesh || ring) && topology.standbys != 0) {
    return desk.complain("topology.standbys",
                         ring ? "mean nothing in a ring; write spares"
                              : "mean nothing in a mesh, where every voter can lead; take them "
                                "away");
  }
  if (topology.standbys >= agents) {
    return desk.complain("topology.standbys", "are " + std::to_string(topology.standbys) + " of " +
                                                  std::to_string(agents) +
                                                  " agents; write fewer than the agents");
  }
  if (topology.standbys % 2 != 0) {
    return desk.complain("topology.standbys",
                         "are " + std::to_string(topology.standbys) +
                             ", which makes an even number of voters; write an even number");
  }
  TRY_VOID(check_voters(scenario, desk));
  if (topology.election_timeout <= 2 * topology.heartbeat) {
    return desk.complain("topology.election_timeout",
                         "is " + duration_text(topology.election_timeout.count()) +
                             ", with a heartbeat of " + duration_text(topology.heartbeat.count()) +
                             "; write more than two heartbeats");
  }
  return {};
}

core::Result<void> check_joint(const Scenario& scenario, const Desk& desk) {
  if (!scenario.dispatch.joint) {
    return {};
  }
  if (scenario.dispatch.policy != Policy::kJoint) {
    return desk.complain("dispatch.joint", "means nothing with policy " +
                                               std::string(name_of(scenario.dispatch.policy)) +
                                               "; write policy: joint or take it away");
  }
  if (scenario.topology.kind != TopologyKind::kMesh) {
    return desk.complain("dispatch.policy",
                         "joint decisions ask every member, but in a " +
                             std::string(name_of(scenario.topology.kind)) +
                             " topology agents have no links to each other; write a mesh");
  }
  const Joint& joint = *scenario.dispatch.joint;
  const std::string members = std::to_string(joint.members);
  if (joint.members > agent_count(scenario)) {
    return desk.complain("dispatch.joint.members", "are " + members + " of " +
                                                       std::to_string(agent_count(scenario)) +
                                                       " agents; write at most the agents");
  }
  if (joint.quorum > joint.members) {
    return desk.complain("dispatch.joint.quorum",
                         "is " + std::to_string(joint.quorum) + " of " + members +
                             " members and never reached; write at most " + members);
  }
  if (2 * joint.quorum <= joint.members) {
    return desk.complain("dispatch.joint.quorum",
                         "is " + std::to_string(joint.quorum) + " of " + members +
                             " members, so two groups could decide differently; write at least " +
                             std::to_string(joint.members / 2 + 1));
  }
  if (joint.claims_losses > joint.members - joint.quorum) {
    return desk.complain("dispatch.joint.claims_losses",
                         "are " + std::to_string(joint.claims_losses) + ", but with a quorum of " +
                             std::to_string(joint.quorum) + " of " + members + " at most " +
                             std::to_string(joint.members - joint.quorum) +
                             " members can be lost; claim fewer or change members and quorum");
  }
  return {};
}

core::Result<void> check_adaptive(const Scenario& scenario, const Desk& desk) {
  if (!scenario.dispatch.adaptive) {
    return {};
  }
  if (scenario.dispatch.policy != Policy::kAdaptive) {
    return desk.complain("dispatch.adaptive", "means nothing with policy " +
                                                  std::string(name_of(scenario.dispatch.policy)) +
                                                  "; write policy: adaptive or take it away");
  }
  for (const auto& [key, ppm] : {std::pair{"discount", scenario.dispatch.adaptive->discount_ppm},
                                 std::pair{"floor", scenario.dispatch.adaptive->floor_ppm}}) {
    if (ppm % 1'000 != 0) {
      return desk.complain(std::string("dispatch.adaptive.") + key,
                           "is finer than a tenth of a percent; round it");
    }
  }
  return {};
}

core::Result<void> check_classes(const Scenario& scenario, const Desk& desk) {
  std::vector<std::string> declared;
  for (const Pool& pool : scenario.pools) {
    declared.insert(declared.end(), pool.capabilities.begin(), pool.capabilities.end());
  }
  std::sort(declared.begin(), declared.end());
  declared.erase(std::unique(declared.begin(), declared.end()), declared.end());
  std::set<std::string> names;
  for (std::size_t i = 0; i < scenario.workload.classes.size(); ++i) {
    const TaskClass& task_class = scenario.workload.classes[i];
    const std::string path = "workload.classes[" + std::to_string(i) + "]";
    if (!names.insert(task_class.name).second) {
      return desk.complain(path + ".name",
                           "a second class " + quote(task_class.name) + "; give it another name");
    }
    const Fallback& fallback = task_class.fallback;
    if (fallback.kind == FallbackKind::kCapability &&
        !std::binary_search(declared.begin(), declared.end(), fallback.capability)) {
      std::vector<std::string> valid{"none", "any"};
      valid.insert(valid.end(), declared.begin(), declared.end());
      return desk.complain(path + ".fallback", "no pool has the capability " +
                                                   quote(fallback.capability) +
                                                   suggestion(fallback.capability, valid));
    }
    if (task_class.capabilities.empty() && fallback.kind != FallbackKind::kNone) {
      return desk.complain(path + ".fallback",
                           "means nothing where any agent will do; add requires or take it away");
    }
  }
  return {};
}

bool is_synthetic_symbol(std::string_view symbol) {
  return symbol.size() > 3 && symbol.starts_with("SYN") &&
         std::all_of(symbol.begin() + 3, symbol.end(),
                     [](char letter) { return letter >= '0' && letter <= '9'; });
}

core::Result<void> check_instrument(const Instrument& instrument, const std::string& path,
                                    const Desk& desk) {
  if (instrument.series.empty() == !instrument.synthetic.has_value()) {
    return desk.complain(path, "needs exactly one of series and synthetic; say where " +
                                   quote(instrument.symbol) + " gets its prices");
  }
  const bool named_synthetic = is_synthetic_symbol(instrument.symbol);
  if (instrument.synthetic && !named_synthetic) {
    return desk.complain(path + ".symbol", "is " + quote(instrument.symbol) +
                                               ", but made-up prices carry no real ticker; write "
                                               "SYN and a number, like SYN1");
  }
  if (!instrument.synthetic && named_synthetic) {
    return desk.complain(path + ".symbol", "is " + quote(instrument.symbol) +
                                               ", which names made-up prices, but it has a series; "
                                               "write the real symbol");
  }
  const std::string synthetic = path + ".synthetic";
  if (instrument.synthetic && !instrument.synthetic->fit.empty() &&
      place_of(desk.tree, synthetic + ".volatility") != place_of(desk.tree, synthetic)) {
    return desk.complain(synthetic + ".volatility",
                         "contradicts fit, which brings its own; keep one of the two");
  }
  if (!instrument.synthetic) {
    return {};
  }
  const std::vector<Regime>& regimes = instrument.synthetic->regimes;
  if (!regimes.empty() && !instrument.synthetic->fit.empty()) {
    return desk.complain(synthetic + ".regimes",
                         "contradict fit, which brings its own; keep one of the two");
  }
  for (std::size_t i = 1; i < regimes.size(); ++i) {
    if (regimes[i].at <= regimes[i - 1].at) {
      return desk.complain(synthetic + ".regimes[" + std::to_string(i) + "].at",
                           "is not after the regime before; write them in order");
    }
  }
  return {};
}

// What arrives on average over the run.
double expected_tasks(const Workload& workload, core::Duration duration) {
  double tasks = 0;
  core::Duration from{};
  std::int64_t rate = workload.rate_millitasks_per_s;
  const auto add_until = [&](core::Duration until) {
    tasks += core::to_seconds(std::max(until - from, core::Duration{})) *
             static_cast<double>(rate) / 1'000.0;
    from = until;
  };
  for (const RateStep& step : workload.steps) {
    add_until(std::min(step.at, duration));
    rate = step.rate_millitasks_per_s;
  }
  add_until(duration);
  return workload.tasks ? std::min(tasks, static_cast<double>(*workload.tasks)) : tasks;
}

core::Result<void> check_load(const Scenario& scenario, const Desk& desk) {
  const double tasks = expected_tasks(scenario.workload, scenario.duration);
  if (tasks > static_cast<double>(kMaxTasks)) {
    return desk.complain("workload.rate", "over the duration makes more than " +
                                              std::to_string(kMaxTasks) +
                                              " tasks, each of which a run holds in memory; write "
                                              "a lower rate, a shorter duration or `tasks`");
  }
  return {};
}

core::Result<void> check_market(const Scenario& scenario, const Desk& desk) {
  std::set<std::string> symbols;
  for (std::size_t i = 0; i < scenario.market.instruments.size(); ++i) {
    const Instrument& instrument = scenario.market.instruments[i];
    const std::string path = "market.instruments[" + std::to_string(i) + "]";
    if (!symbols.insert(instrument.symbol).second) {
      return desk.complain(path + ".symbol",
                           "a second " + quote(instrument.symbol) + "; give it another symbol");
    }
    TRY_VOID(check_instrument(instrument, path, desk));
  }
  return {};
}

}  // namespace

core::Result<void> apply_rules(Scenario& scenario, const Tree& tree, const Source& source) {
  const Desk desk{.tree = tree, .source = source};
  TRY_VOID(check_pools(scenario, desk));
  TRY_VOID(apply_graph_rules(scenario, tree, source));
  TRY_VOID(check_topology(scenario, desk));
  TRY_VOID(apply_ring_rules(scenario, tree, source));
  TRY_VOID(check_joint(scenario, desk));
  TRY_VOID(check_adaptive(scenario, desk));
  TRY_VOID(check_classes(scenario, desk));
  TRY_VOID(check_load(scenario, desk));
  TRY_VOID(check_market(scenario, desk));
  TRY_VOID(apply_region_rules(scenario, tree, source));
  TRY_VOID(apply_policy_rules(scenario, tree, source));
  return apply_fault_rules(scenario, tree, source);
}

}  // namespace scenario
