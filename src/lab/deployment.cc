#include "lab/deployment.h"

#include <algorithm>
#include <set>

#include "control/controller.h"
#include "dispatch_setup.h"
#include "fault_plan.h"
#include "fleet_setup.h"
#include "market/path.h"
#include "market_setup.h"
#include "ring_setup.h"

namespace lab {
namespace {

// A strategy trades in clips towards a position, so that many tasks trade a little each.
constexpr std::int64_t kClipShares = 10;
constexpr std::uint32_t kWindowPoints = 20;

strategy::Parameters parameters_for(const scenario::Pool& pool, const scenario::Market& market) {
  strategy::Parameters parameters =
      strategy::default_parameters(static_cast<strategy::Kind>(pool.strategy));
  const market::Quantity target{std::max<std::int64_t>(1, market.position_limit_shares / 2)};
  std::visit(
      [&](auto& alternative) {
        if constexpr (requires { alternative.trading; }) {
          alternative.trading.window_points = kWindowPoints;
          alternative.trading.position = target;
          alternative.trading.order_max = market::Quantity{std::min(target.shares, kClipShares)};
          alternative.trading.slack_ticks = 5;
        }
        if constexpr (requires { alternative.entry_millionths; }) {
          alternative.entry_millionths = pool.entry_ppm;
          alternative.exit_millionths = pool.entry_ppm / 5;
        }
      },
      parameters);
  return parameters;
}

strategy::Limits limits_for(const scenario::Market& market) {
  strategy::Limits limits;
  limits.position_max = market::Quantity{market.position_limit_shares};
  limits.order_max = market::Quantity{market.position_limit_shares};
  limits.loss_max = market::dollars(market.loss_limit_dollars);
  limits.age_max = market.tick * 50;
  return limits;
}

world::Hardware hardware_for(const scenario::Sandbox& sandbox, std::int64_t speed_ppm) {
  world::Hardware hardware;
  hardware.cores = sandbox.vcpu;
  hardware.memory_bytes = sandbox.memory_bytes;
  hardware.memory_base_bytes = std::min(hardware.memory_base_bytes, sandbox.memory_bytes / 4);
  const std::int64_t permille = sandbox.speed_ppm / 1000 * speed_ppm / scenario::kMillion;
  hardware.speed_permille = static_cast<std::uint32_t>(std::max<std::int64_t>(1, permille));
  hardware.step_cost = sandbox.step_cost;
  hardware.inbox_limit = sandbox.inbox;
  return hardware;
}

// In thousandths of the reference CPU.
std::uint32_t cpu_capacity_of(const world::Hardware& hardware) {
  return std::max(1U, hardware.cores * hardware.speed_permille);
}

agent::Defect defect_of(const scenario::Pool& pool) {
  agent::Defect defect;
  if (pool.defect) {
    defect.fail =
        num::Probability::parts_per_million(static_cast<std::uint32_t>(pool.defect->fail_ppm));
    defect.fail_from = pool.defect->fail_from;
    defect.slow_permille = static_cast<std::uint32_t>(pool.defect->slow_ppm / 1'000);
    defect.drift_permille = static_cast<std::uint32_t>(pool.defect->drift_ppm / 1'000);
  }
  return defect;
}

// The venue and the client are the environment: they get what they need.
world::Hardware environment_hardware() {
  world::Hardware hardware;
  hardware.cores = 8;
  hardware.step_cost = core::microseconds(2);
  hardware.inbox_limit = 1'000'000;
  return hardware;
}

// Between two samples of a member.
constexpr core::Duration kTelemetryEvery = core::milliseconds(500);

// Makes one deployment step by step; each step uses what the ones before have set.
class Builder {
 public:
  Builder(const scenario::ScenarioFile& file, const scenario::Scenario& scenario,
          std::uint64_t seed)
      : file_(file), scenario_(scenario), seed_(seed) {}

  core::Result<Deployment> build() {
    name_nodes();
    TRY_VOID(make_topology());
    made_.market = std::make_shared<const venue::VenueConfig>(
        TRY(make_market(file_, scenario_, traders(), seed_)));
    make_agents();
    make_venue();
    TRY_VOID(make_client());
    TRY_VOID(make_changes());
    for (PlannedFault& planned : TRY(plan_faults(scenario_, made_))) {
      made_.faults.push_back(std::move(planned.fault));
      made_.fault_names.push_back(std::move(planned.name));
    }
    return std::move(made_);
  }

 private:
  void add(std::string name, std::string role, const world::Hardware& hardware) {
    Node node;
    node.spec.id = world::NodeId(static_cast<std::uint32_t>(made_.nodes.size() + 1));
    node.spec.zone = scenario_.regions ? region_of(*scenario_.regions, name).name : "zone-1";
    node.spec.name = std::move(name);
    node.spec.role = std::move(role);
    node.spec.hardware = hardware;
    made_.nodes.push_back(std::move(node));
  }

  void name_nodes() {
    const std::string_view coordinator = scenario::coordinator_name(scenario_.topology.kind);
    if (!coordinator.empty()) {
      add(std::string(coordinator), "coordinator",
          hardware_for(scenario_.sandbox, scenario::kMillion));
      made_.coordinator = made_.nodes.back().spec.id;
    }
    for (std::string& relay : scenario::relay_names(scenario_)) {
      add(std::move(relay), "relay", hardware_for(scenario_.sandbox, scenario::kMillion));
      made_.relays.push_back(made_.nodes.back().spec.id);
    }
    for (const scenario::Pool& pool : scenario_.pools) {
      for (std::uint32_t i = 1; founding(pool) && i <= pool.size; ++i) {
        add(pool.name + "-" + std::to_string(i), "agent",
            hardware_for(scenario_.sandbox, pool.speed_ppm));
        made_.agents.push_back(made_.nodes.back().spec.id);
      }
    }
    add("venue", "venue", environment_hardware());
    made_.venue = made_.nodes.back().spec.id;
    add("client", "client", environment_hardware());
    made_.client = made_.nodes.back().spec.id;
    if (scenario::is_changing(scenario_)) {
      name_changing_nodes();
    }
  }

  [[nodiscard]] bool founding(const scenario::Pool& pool) const {
    return scenario::is_founding(scenario_, pool);
  }

  void name_changing_nodes() {
    Changing& changing = made_.changing.emplace();
    add("controller", "controller", environment_hardware());
    changing.controller = made_.nodes.back().spec.id;
    add("provider", "provider", environment_hardware());
    changing.janitor = made_.nodes.back().spec.id;
    for (std::uint32_t i = 1; i <= spare_nodes(scenario_); ++i) {
      add(spare_name(i), "agent", hardware_for(scenario_.sandbox, scenario::kMillion));
      made_.nodes.back().spare = true;
    }
  }

  [[nodiscard]] std::vector<world::NodeId> members() const {
    std::vector<world::NodeId> all = made_.relays;
    all.insert(all.end(), made_.agents.begin(), made_.agents.end());
    if (made_.coordinator) {
      all.insert(all.begin(), made_.coordinator);
    }
    return all;
  }

  // Those who may have an account at the venue some time.
  [[nodiscard]] std::vector<world::NodeId> traders() const {
    std::vector<world::NodeId> all = members();
    for (const Node& node : made_.nodes) {
      if (node.spare) {
        all.push_back(node.spec.id);
      }
    }
    return all;
  }

  // A custom topology's candidates are the first of its agents.
  void declare_graph(swarm::TopologySpec& spec) const {
    spec.relays = made_.relays;
    spec.fan_out = scenario_.topology.fan_out;
    spec.most_workers = scenario::most_agents(scenario_) - spec.standbys;
    if (!scenario_.topology.graph) {
      return;
    }
    const scenario::GraphSpec& graph = *scenario_.topology.graph;
    spec.fleets = fleets();
    std::ranges::stable_partition(spec.agents, [&](world::NodeId agent) {
      return std::ranges::find(graph.candidates, made_.name(agent)) != graph.candidates.end();
    });
    for (const scenario::DeclaredLink& link : graph.links) {
      const bool one = is_pool(link.one);
      const bool other = is_pool(link.other);
      if (one && other) {
        spec.fleet_links.push_back({link.one, {}, link.other});
      } else if (one || other) {
        const std::string& member = one ? link.other : link.one;
        spec.fleet_links.push_back({one ? link.one : link.other, made_.find(member), {}});
      } else {
        spec.links.push_back({made_.find(link.one), made_.find(link.other)});
      }
    }
  }

  [[nodiscard]] bool is_pool(std::string_view name) const {
    return std::ranges::find(scenario_.pools, name, &scenario::Pool::name) != scenario_.pools.end();
  }

  // A fleet is called like its pool.
  [[nodiscard]] std::map<world::NodeId, std::string> fleets() const {
    std::map<world::NodeId, std::string> fleets;
    auto agent = made_.agents.begin();
    for (const scenario::Pool& pool : scenario_.pools) {
      for (std::uint32_t i = 0; founding(pool) && i < pool.size; ++i) {
        fleets[*agent++] = pool.name;
      }
    }
    return fleets;
  }

  core::Result<void> make_topology() {
    swarm::TopologySpec spec;
    spec.kind = static_cast<swarm::TopologyKind>(scenario_.topology.kind);
    spec.coordinator = made_.coordinator;
    spec.agents = made_.agents;
    spec.standbys = scenario_.topology.standbys;
    spec.voters = scenario_.topology.voters;
    declare_graph(spec);
    if (scenario_.topology.ring) {
      declare_ring(scenario_, made_.agents, spec);
    }
    made_.topology = TRY(swarm::make_topology(spec));
    return {};
  }

  // The parts of a member's configuration that are the same for all.
  core::Result<swarm::MemberConfig> member_config() const {
    swarm::MemberConfig config;
    config.group = made_.group;
    config.topology = made_.topology;
    config.heartbeat = scenario_.topology.heartbeat;
    config.election_timeout = scenario_.topology.election_timeout;
    if (made_.changing) {
      config.founding = founding_of(made_, scenario_);
      config.telemetry.controller = made_.changing->controller;
      config.telemetry.every = kTelemetryEvery;
    }
    config.suspect_after = std::max(2 * config.heartbeat, config.election_timeout * 2 / 3);
    swarm::CoordinatorConfig& coordinator = config.coordinator;
    coordinator.group = made_.group;
    const scenario::Dispatch& dispatch = scenario_.dispatch;
    coordinator.dispatch = dispatch_of(dispatch);
    coordinator.queue_limit = dispatch.queue;
    coordinator.attempt_timeout = dispatch.attempt_timeout;
    coordinator.max_attempts = dispatch.max_attempts;
    std::size_t index = 0;
    for (const scenario::Pool& pool : scenario_.pools) {
      for (std::uint32_t i = 0; founding(pool) && i < pool.size; ++i) {
        coordinator.capabilities[made_.agents[index++]] = capabilities_of(scenario_, pool);
      }
    }
    if (scenario_.topology.ring) {
      config.pipeline = pipeline_config(*scenario_.topology.ring);
      coordinator.dispatch.in_flight_limit = ring_in_flight(scenario_);
    }
    if (dispatch.joint) {
      swarm::JointSpec spec;
      spec.members = dispatch.joint->members;
      spec.quorum = swarm::Ratio{dispatch.joint->quorum, dispatch.joint->members};
      spec.timeout = dispatch.joint->timeout;
      spec.claims_losses = dispatch.joint->claims_losses;
      config.joint = TRY(swarm::make_joint_rules(spec));
      config.joint_members.assign(made_.agents.begin(),
                                  made_.agents.begin() + dispatch.joint->members);
    }
    return config;
  }

  void make_agents() {
    const auto member = member_config();
    core::check(member.has_value(), "the loader has checked the joint rules");
    for (std::size_t index = 0; index < members().size(); ++index) {
      const world::NodeId node = members()[index];
      agent::AgentConfig config;
      config.member = *member;
      config.member.self = node;
      config.member.telemetry.cpu_capacity_permille = cpu_capacity_of(made_.spec(node).hardware);
      config.venue = made_.venue;
      config.account = market::account_of_node(node.value);
      for (const venue::InstrumentConfig& instrument : made_.market->instruments) {
        config.instruments.push_back({instrument.id, instrument.series.tick});
      }
      config.window_points = kWindowPoints;
      config.strategy = strategy_of(node);
      config.defect = founder_defect(node);
      config.limits = limits_for(scenario_.market);
      config.cash = market::dollars(scenario_.market.cash_dollars);
      config.joint_shares = kClipShares;
      if (scenario_.dispatch.adaptive) {
        config.full_profit = market::dollars(scenario_.dispatch.adaptive->full_profit_dollars);
      }
      if (scenario_.topology.ring) {
        config.stages = stage_programs(*scenario_.topology.ring);
      }
      made_.agent_configs.push_back(config);
      made_.nodes[node.value - 1].program = [config] {
        return std::make_unique<agent::Agent>(config);
      };
    }
  }

  [[nodiscard]] strategy::Parameters strategy_of(world::NodeId node) const {
    std::size_t index = 0;
    for (const scenario::Pool& pool : scenario_.pools) {
      for (std::uint32_t i = 0; founding(pool) && i < pool.size; ++i) {
        if (made_.agents[index++] == node) {
          return parameters_for(pool, scenario_.market);
        }
      }
    }
    return parameters_for(scenario::Pool{}, scenario_.market);
  }

  [[nodiscard]] agent::Defect founder_defect(world::NodeId node) const {
    std::size_t index = 0;
    for (const scenario::Pool& pool : scenario_.pools) {
      for (std::uint32_t i = 0; founding(pool) && i < pool.size; ++i) {
        if (made_.agents[index++] == node) {
          return defect_of(pool);
        }
      }
    }
    return {};
  }

  void make_venue() {
    made_.nodes[made_.venue.value - 1].program = [market = made_.market] {
      return std::make_unique<venue::Venue>(market);
    };
  }

  core::Result<void> make_changes() {
    if (!made_.changing) {
      return {};
    }
    TRY_VOID(set_up_changes(made_, file_, scenario_, seed_));
    const control::ControllerConfig& config = made_.changing->config;
    made_.nodes[made_.changing->controller.value - 1].program = control::controller(config);
    made_.nodes[made_.changing->janitor.value - 1].program = sandbox_sim::janitor();
    return {};
  }

  core::Result<void> make_client() {
    const scenario::Workload& workload = scenario_.workload;
    load::ClientConfig& config = made_.workload;
    config.workload.seed = seed_;
    config.workload.arrivals = static_cast<load::Arrivals>(workload.arrivals);
    std::vector<load::RateStep> rates = TRY(rates_of(file_, scenario_, seed_));
    config.workload.rate_millitasks_per_s = rates.front().rate_millitasks_per_s;
    rates.erase(rates.begin());
    config.workload.steps = std::move(rates);
    config.workload.begins = kSettle;
    config.workload.lasts = scenario_.duration;
    config.workload.tasks = workload.tasks;
    config.workload.service_cpu = workload.service.cpu;
    config.workload.service_wait = workload.service.wait;
    config.workload.spread = static_cast<load::Spread>(workload.service.spread);
    for (const scenario::TaskClass& task_class : workload.classes) {
      config.workload.classes.push_back(class_config(task_class));
    }
    config.members = made_.topology.voters();
    config.spread = scenario_.topology.kind == scenario::TopologyKind::kMesh;
    if (config.spread) {
      config.members = made_.agents;
    }
    config.retry_timeout = workload.retry.timeout;
    config.retry_attempts = workload.retry.attempts;
    made_.capacity_per_s = capacity();
    made_.nodes[made_.client.value - 1].program = [config] {
      return std::make_unique<load::Client>(config);
    };
    return {};
  }

  [[nodiscard]] load::TaskClass class_config(const scenario::TaskClass& task_class) const {
    load::TaskClass made;
    made.name = task_class.name;
    made.share = task_class.share;
    made.requirement.capability = compound(task_class.capabilities);
    made.requirement.fallback_to_any = task_class.fallback.kind == scenario::FallbackKind::kAny;
    made.requirement.fallback = task_class.fallback.capability;
    made.joint = scenario_.dispatch.policy == scenario::Policy::kJoint;
    made.payloads = payloads(task_class);
    return made;
  }

  // A task is about one instrument, and carries the next one too for strategies that need two.
  [[nodiscard]] std::vector<core::Bytes> payloads(const scenario::TaskClass&) const {
    std::vector<core::Bytes> made;
    const auto& instruments = made_.market->instruments;
    for (std::size_t i = 0; i < instruments.size(); ++i) {
      agent::TradeTask task;
      task.symbols.push_back(instruments[i].id);
      if (instruments.size() > 1) {
        task.symbols.push_back(instruments[(i + 1) % instruments.size()].id);
      }
      made.push_back(core::encode(task));
    }
    return made;
  }

  // An agent does tasks no faster than its cores do the CPU part, nor than its bound on tasks in
  // flight allows with the whole service time.
  [[nodiscard]] double capacity() const {
    if (scenario_.topology.ring) {
      return ring_capacity(scenario_);
    }
    double total = 0;
    const scenario::Service& service = scenario_.workload.service;
    const auto workers = made_.topology.workers(made_.coordinator);
    for (const world::NodeId node : workers) {
      const world::Hardware& hardware = made_.spec(node).hardware;
      const double speed = hardware.speed_permille / 1000.0;
      const double cpu = core::to_seconds(service.cpu) / speed;
      const double whole = cpu + core::to_seconds(service.wait);
      const double by_cpu = cpu > 0 ? hardware.cores / cpu : 1e9;
      const double by_bound = whole > 0 ? scenario_.dispatch.in_flight_per_agent / whole : 1e9;
      total += std::min(by_cpu, by_bound);
    }
    return total;
  }

  const scenario::ScenarioFile& file_;
  const scenario::Scenario& scenario_;
  std::uint64_t seed_;
  Deployment made_;
};

}  // namespace

const world::NodeSpec& Deployment::spec(world::NodeId node) const {
  core::check(node.value >= 1 && node.value <= nodes.size(), "a node of the deployment");
  return nodes[node.value - 1].spec;
}

std::string_view Deployment::name(world::NodeId node) const {
  return node ? std::string_view(spec(node).name) : std::string_view("world");
}

world::NodeId Deployment::find(std::string_view name) const {
  for (const Node& node : nodes) {
    if (node.spec.name == name) {
      return node.spec.id;
    }
  }
  return {};
}

world::NodeSpec spec_of_spare(const Deployment& deployment, const scenario::Scenario& scenario,
                              world::NodeId node, const scenario::Pool& pool) {
  world::NodeSpec spec = deployment.spec(node);
  spec.hardware = hardware_for(scenario.sandbox, pool.speed_ppm);
  return spec;
}

world::Program program_of_spare(const Deployment& deployment, const scenario::Scenario& scenario,
                                world::NodeId node, const scenario::Pool& pool) {
  agent::AgentConfig config = deployment.agent_configs.front();
  config.member.self = node;
  config.member.joins = true;
  config.member.telemetry.cpu_capacity_permille =
      cpu_capacity_of(spec_of_spare(deployment, scenario, node, pool).hardware);
  config.account = market::account_of_node(node.value);
  config.strategy = parameters_for(pool, scenario.market);
  config.defect = defect_of(pool);
  return [config = std::move(config)] { return std::make_unique<agent::Agent>(config); };
}

core::Result<Deployment> deploy(const scenario::ScenarioFile& file,
                                const scenario::Scenario& scenario, std::uint64_t seed) {
  return Builder(file, scenario, seed).build();
}

}  // namespace lab
