#include "lab/run.h"

#include <algorithm>

#include "capacity.h"
#include "check/checks.h"
#include "control_log.h"
#include "judge.h"
#include "lab/cost.h"
#include "lab/roles.h"
#include "lab/safety.h"
#include "lab/schedule.h"
#include "performance.h"
#include "site.h"
#include "stage_log.h"
#include "state_transfer.h"
#include "view_log.h"

namespace lab {
namespace {

// How often a run that could end early is looked at.
constexpr core::Duration kLook = core::milliseconds(200);
// How often a rollout's members are looked at: often enough to meet replicas that are level.
constexpr core::Duration kGlance = core::milliseconds(20);
// Heartbeats and elections settle in this time after everything is answered, so that checks at the
// end see a quiet swarm.
constexpr core::Duration kQuiet = core::seconds(2);

// What the scenario says of its regions; within one, the simulator's own figures.
world_sim::NetworkOptions network_of(const scenario::Scenario& scenario) {
  world_sim::NetworkOptions network;
  if (scenario.regions) {
    for (const scenario::RoundTrip& pair : scenario.regions->round_trips) {
      world_sim::LinkOptions link = network.between_zones;
      link.latency = pair.time / 2;
      link.jitter = pair.jitter;
      network.between[world_sim::zone_pair(pair.between[0], pair.between[1])] = link;
    }
  }
  return network;
}

// One run from boot to verdict; the members are its stages' shared state.
class Runner {
 public:
  Runner(const scenario::ScenarioFile& file, const scenario::Scenario& scenario,
         const RunOptions& options, Deployment deployment, std::optional<PriceRow> prices)
      : scenario_(scenario),
        options_(options),
        deployment_(std::move(deployment)),
        prices_(std::move(prices)),
        roles_(deployment_, options.seed),
        measure_(deployment_, scenario),
        accountant_(deployment_.group, scenario.workload.deadline),
        checks_(check_config()),
        stage_log_(deployment_, scenario),
        view_log_(deployment_.topology, deployment_.fault_names),
        control_log_(deployment_),
        transfer_(make_transfer()),
        site_(make_site()),
        simulation_(simulation_options()) {
    static_cast<void>(file);
    if (site_) {
      site_->attach(simulation_);
    }
  }

  RunResult go() {
    for (const Node& node : deployment_.nodes) {
      if (!node.spare) {
        simulation_.boot(node.spec, node.program);
      }
    }
    if (site_) {
      site_->adopt_founders();
    }
    stopped_ = simulation_.run_until(measure_.load_begin());
    measure_.begin_load();
    if (stopped_.complete()) {
      stopped_ = simulation_.run_until(measure_.measured_from());
    }
    for (const world::NodeId node : simulation_.nodes()) {
      before_[node] = simulation_.statistics(node);
    }
    offer_load();
    sample_utilisation();
    drain();
    return result();
  }

 private:
  // A rollout's switches are looked at as they come; a run that is stopped for that goes on as if
  // it had not been.
  void offer_load() {
    while (transfer_ && stopped_.complete() && simulation_.now() + kGlance < measure_.load_end()) {
      stopped_ = simulation_.run_until(simulation_.now() + kGlance);
      transfer_->look(members(), [this](world::NodeId node) { return member_of(node); });
    }
    if (stopped_.complete()) {
      stopped_ = simulation_.run_until(measure_.load_end());
    }
  }

  // Null: it does not run, or is no member.
  [[nodiscard]] const swarm::Member* member_of(world::NodeId node) const {
    const auto* machine = dynamic_cast<const agent::Agent*>(simulation_.machine(node));
    return machine == nullptr ? nullptr : &machine->member();
  }

  [[nodiscard]] std::optional<StateTransfer> make_transfer() const {
    const bool rolls = deployment_.changing && deployment_.changing->config.rollout;
    return rolls ? std::optional<StateTransfer>(deployment_.changing->config.rollout->candidate)
                 : std::nullopt;
  }

  [[nodiscard]] std::unique_ptr<Site> make_site() const {
    return deployment_.changing ? std::make_unique<Site>(deployment_, scenario_) : nullptr;
  }

  world_sim::Options simulation_options() {
    world_sim::Options made;
    made.seed = options_.seed;
    made.faults = deployment_.faults;
    made.network = network_of(scenario_);
    made.event_budget = scenario_.budget.events;
    made.sinks = {&roles_, &measure_, &accountant_, &checks_, &alert_log_, &stage_log_, &view_log_};
    if (transfer_) {
      made.sinks.push_back(&*transfer_);
    }
    if (site_) {
      made.sinks.push_back(site_.get());
      made.sinks.push_back(&detector_bench_);
      made.sinks.push_back(&control_log_);
    }
    if (options_.sink != nullptr) {
      made.sinks.push_back(options_.sink);
    }
    made.roles = [this](std::string_view role) { return roles_.resolve(role); };
    made.interrupted = options_.interrupted;
    made.observer = options_.observer;
    made.observe_from = options_.observe_from;
    made.observe_until = options_.observe_until;
    return made;
  }

  check::CheckConfig check_config() const {
    check::CheckConfig config;
    config.topology = deployment_.topology;
    config.venue = deployment_.venue;
    config.client = deployment_.client;
    config.election_timeout = scenario_.topology.election_timeout;
    config.faults = deployment_.faults;
    config.founding = deployment_.agent_configs.front().member.founding;
    config.uses_joint = scenario_.dispatch.joint.has_value();
    config.joint_quorum = config.uses_joint ? scenario_.dispatch.joint->quorum : 0;
    config.expects_liveness = heals();
    if (const auto& ring = scenario_.topology.ring) {
      config.pipeline = {ring->credits, ring->ordered, ring->breaker.probes,
                         ring->breaker.open_for};
    }
    return config;
  }

  // Every fault ends before the drain does, so that the swarm must come back.
  [[nodiscard]] bool heals() const {
    return std::ranges::all_of(scenario_.faults, [](const scenario::Fault& fault) {
      return fault.lasts.has_value() || fault.kind == scenario::FaultKind::kClockStep;
    });
  }

  [[nodiscard]] const load::Client& client() const {
    const auto* machine =
        dynamic_cast<const load::Client*>(simulation_.machine(deployment_.client));
    core::check(machine != nullptr, "the client runs to the end");
    return *machine;
  }

  // Founders, and those that the controller created since.
  [[nodiscard]] std::vector<world::NodeId> members() const {
    std::vector<world::NodeId> all = simulation_.nodes();
    std::erase_if(all, [this](world::NodeId node) {
      return deployment_.topology.find(node) == nullptr && !deployment_.nodes[node.value - 1].spare;
    });
    return all;
  }

  // Nobody waits for anything, and nothing is left of what the client gave up: the replica that
  // knows most has no task open.
  [[nodiscard]] bool settled() const {
    if (!client().finished()) {
      return false;
    }
    const swarm::Member* newest = nullptr;
    for (const world::NodeId node : members()) {
      const swarm::Member* held = member_of(node);
      if (held != nullptr &&
          (newest == nullptr || held->applied_index() > newest->applied_index())) {
        newest = held;
      }
    }
    return newest == nullptr || newest->ledger().open_count() == 0;
  }

  void drain() {
    const core::Time latest = measure_.load_end() + scenario_.budget.drain;
    while (stopped_.complete() && !settled() && simulation_.now() < latest) {
      stopped_ = simulation_.run_until(std::min(latest, simulation_.now() + kLook));
    }
    if (stopped_.complete()) {
      stopped_ = simulation_.run_until(simulation_.now() + kQuiet);
    }
  }

  void sample_utilisation() {
    const double seconds = core::to_seconds(simulation_.now() - measure_.measured_from());
    if (seconds <= 0) {
      return;
    }
    double sum = 0;
    for (const world::NodeId agent : deployment_.agents) {
      const auto now = simulation_.statistics(agent);
      const double cores = deployment_.spec(agent).hardware.cores;
      cpu_in_use_[agent] =
          core::to_seconds(now.cpu_busy - before_[agent].cpu_busy) / (seconds * cores);
      sum += cpu_in_use_[agent];
    }
    sample_busy();
    extra_["utilisation_mean"] = sum / static_cast<double>(deployment_.agents.size());
    const world::NodeId hub = deployment_.coordinator ? deployment_.coordinator : roles_.leader();
    if (hub) {
      const auto now = simulation_.statistics(hub);
      const core::Duration busy =
          std::max(now.step_busy - before_[hub].step_busy, now.disk_busy - before_[hub].disk_busy);
      extra_["hub_utilisation"] = std::min(1.0, core::to_seconds(busy) / seconds);
    }
  }

  // Of every sandbox that is or was a member's.
  void sample_busy() {
    for (const world::NodeId node : members()) {
      busy_ += simulation_.statistics(node).cpu_busy - before_[node].cpu_busy;
    }
  }

  void count_cost(Metrics& metrics) const {
    const core::Time from = measure_.measured_from();
    const core::Time until = measure_.load_end();
    std::vector<Allocation> held;
    if (site_) {
      held = allocations(site_->provider().lifetimes(), from, until);
    } else {
      for (std::size_t i = 0; i < deployment_.topology.members.size(); ++i) {
        held.push_back({until - from, scenario_.sandbox.vcpu, scenario_.sandbox.memory_bytes});
      }
    }
    measure_cost(held, busy_, metrics["done"], prices_, metrics);
  }

  check::FinalState final_state() {
    check::FinalState state;
    state.ended = simulation_.now();
    state.complete = stopped_.complete();
    state.open_at_client = client().open_tasks();
    state.tasks_offered = measure_.tasks().size();
    for (const world::NodeId node : members()) {
      const auto statistics = simulation_.statistics(node);
      state.inbox_peak = std::max(state.inbox_peak, statistics.inbox_peak);
      state.inbox_limit = deployment_.spec(node).hardware.inbox_limit;
      state.messages_sent += statistics.messages_sent;
      const auto view = simulation_.view(node);
      state.timers_peak = std::max<std::uint64_t>(state.timers_peak, view.timers);
      const swarm::Member* held = member_of(node);
      if (held != nullptr && !view.paused) {
        state.replicas.push_back({node, held->applied_index(), core::digest(held->ledger()),
                                  held->ledger().open_count()});
      }
    }
    return state;
  }

  RunResult result() {
    RunResult made;
    made.scenario = scenario_.name;
    made.run = scenario_.run;
    made.arm = scenario_.arm;
    made.component = scenario_.component;
    if (scenario_.schedule != scenario::Schedule::kNone) {
      made.schedule_name = scenario::name_of(scenario_.schedule);
    }
    made.regions = regions_text(scenario_);
    made.prices = prices_ ? prices_->text() : "";
    made.seed = options_.seed;
    made.fingerprint = simulation_.fingerprint();
    made.schedule = scenario::schedule_digest(scenario_);
    made.stopped = stopped_.reason;
    made.complete = stopped_.complete();
    made.virtual_s = core::to_seconds(simulation_.now().time_since_epoch());
    made.events = simulation_.events();
    const check::FinalState state = final_state();
    checks_.finish(state);
    made.invariants = checks_.results();
    made.account = accountant_.account(simulation_.now());
    made.metrics = measure_.metrics(simulation_.now());
    made.metrics.merge(view_log_.metrics(measure_.load_end()));
    measure_performance(deployment_, scenario_, measure_, made.metrics);
    made.metrics.merge(extra_);
    if (site_) {
      site_->provider().settle();
      made.metrics.merge(control_log_.metrics(measure_, site_->provider(), simulation_.now()));
      if (const auto& follows = scenario_.workload.follows; follows && scenario_.scaling) {
        control_log_.volatility_leads(follows->lag, follows->bar_lasts, made.metrics);
      }
    }
    if (transfer_) {
      made.metrics.merge(transfer_->metrics());
    }
    made.stages = stage_log_.stages(cpu_in_use_);
    made.agents = agents_of(deployment_, measure_);
    made.metrics.merge(stage_log_.metrics(made.stages, simulation_.now()));
    count_cost(made.metrics);
    made.metrics["lost"] = static_cast<double>(made.account.lost);
    made.metrics["duplicated"] = static_cast<double>(made.account.duplicated);
    if (state.tasks_offered > 0) {
      made.metrics["messages_per_task"] =
          static_cast<double>(state.messages_sent) / static_cast<double>(state.tasks_offered);
    }
    if (const Safety safety = safety_of(made); safety.orders > 0) {
      made.metrics[std::string(kSafetyMetric)] = safety.per_million();
    }
    made.faults = measure_.faults();
    for (FaultRecord& fault : made.faults) {
      fault.acted = simulation_.acted(fault.index);
    }
    made.metrics["faults_acted"] = static_cast<double>(std::ranges::count_if(
        made.faults, [](const FaultRecord& fault) { return fault.acted > 0; }));
    made.milestones = measure_.milestones();
    made.alerts = alert_log_.alerts();
    made.detectors = detector_bench_.scores(made.faults, measure_.load_end());
    made.metrics.merge(alert_log_.metrics(made.faults));
    made.milestones.insert(made.milestones.end(), alert_log_.milestones().begin(),
                           alert_log_.milestones().end());
    made.milestones.insert(made.milestones.end(), control_log_.milestones().begin(),
                           control_log_.milestones().end());
    made.milestones.insert(made.milestones.end(), stage_log_.milestones().begin(),
                           stage_log_.milestones().end());
    std::ranges::stable_sort(made.milestones, {}, &Milestone::at);
    draw(made);
    judge_run(scenario_, made);
    return made;
  }

  // What reports draw: bins, links, names.
  void draw(RunResult& made) const {
    const auto length = static_cast<std::size_t>((measure_.load_end() - measure_.load_begin()) /
                                                 core::milliseconds(100));
    made.bins.resize(std::max<std::size_t>(1, length));
    for (const auto& [id, task] : measure_.tasks()) {
      const auto at = (task.intended - measure_.load_begin()) / core::milliseconds(100);
      Bin& bin = made.bins[std::min(static_cast<std::size_t>(at), made.bins.size() - 1)];
      ++bin.due;
      if (task.latency && task.outcome == swarm::Outcome::kDone) {
        const double seconds = core::to_seconds(*task.latency);
        made.latencies_s.push_back(seconds);
        if (*task.latency <= measure_.deadline()) {
          ++bin.good;
          bin.latency_mean_s += (seconds - bin.latency_mean_s) / bin.good;
        }
      }
    }
    std::ranges::sort(made.latencies_s);
    const auto& proven = measure_.proven_links();
    for (const swarm::Link& link : measure_.declared_links()) {
      made.links.push_back({std::string(deployment_.name(link.low)),
                            std::string(deployment_.name(link.high)),
                            std::ranges::find(proven, link) != proven.end()});
    }
    for (const Node& node : deployment_.nodes) {
      made.node_names.push_back(node.spec.name);
    }
    for (const auto& instrument : deployment_.market->instruments) {
      made.provenance.push_back(instrument.name + ": " + instrument.series.provenance.text());
    }
    for (const world::NodeId node : deployment_.topology.single_points_of_failure()) {
      made.spof_nodes.emplace_back(deployment_.name(node));
    }
    made.spof = made.spof_nodes.empty() ? "None" : "Critical";
  }

  const scenario::Scenario& scenario_;
  const RunOptions& options_;
  Deployment deployment_;
  std::optional<PriceRow> prices_;
  Roles roles_;
  Measure measure_;
  AlertLog alert_log_;
  DetectorBench detector_bench_;
  check::Accountant accountant_;
  check::Checks checks_;
  StageLog stage_log_;
  ViewLog view_log_;
  ControlLog control_log_;
  std::optional<StateTransfer> transfer_;
  std::unique_ptr<Site> site_;
  world_sim::Simulation simulation_;
  world_sim::Outcome stopped_;
  std::map<world::NodeId, world_sim::NodeStatistics> before_;
  std::map<world::NodeId, double> cpu_in_use_;  // of agents, since the load began
  Metrics extra_;
  core::Duration busy_{};  // core time of all sandboxes, of what is measured
};

}  // namespace

std::string RunResult::id() const {
  return (found_as.empty() ? scenario : found_as) + (run == "base" ? "" : ":" + variant_word(run)) +
         "@" + std::to_string(seed) +
         (build.empty() ? "" : "#" + build + (edition.empty() ? "" : "." + edition));
}

std::string edition_of(const scenario::Scenario& scenario) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string word(8, '0');
  std::uint64_t rest = core::digest(scenario);
  for (char& digit : word) {
    digit = kDigits[rest & 0xFU];
    rest >>= 4U;
  }
  return word;
}

std::string variant_word(std::string_view variant) {
  std::string word;
  for (const char letter : variant) {
    const bool plain = (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
                       (letter >= '0' && letter <= '9') || letter == '.' || letter == '_';
    const bool continues = (static_cast<unsigned char>(letter) & 0xC0U) == 0x80U;  // in UTF-8
    if (!continues) {
      word += plain ? letter : '-';
    }
  }
  return word;
}

std::string regions_text(const scenario::Scenario& scenario) {
  std::string text;
  if (!scenario.regions) {
    return text;
  }
  for (const scenario::RoundTrip& pair : scenario.regions->round_trips) {
    text += (text.empty() ? "" : ", ") + pair.between[0] + "–" + pair.between[1] + " " +
            std::to_string(pair.time / core::milliseconds(1)) + " ms";
  }
  const bool decided = scenario.regions->split_brain == scenario::SplitBrain::kQuorum;
  return text + (decided ? "; quorum in three regions" : "; no such quorum, split brain undefined");
}

std::string_view RunResult::node_name(world::NodeId node) const {
  return node && node.value <= node_names.size() ? std::string_view(node_names[node.value - 1])
                                                 : std::string_view("world");
}

namespace {

core::Result<RunResult> run_once(const scenario::ScenarioFile& file,
                                 const scenario::Scenario& scenario, const RunOptions& options) {
  Deployment deployment = TRY(deploy(file, scenario, options.seed));
  std::optional<PriceRow> prices;
  if (scenario.prices) {
    prices = TRY(price_of(file.series.at(scenario.prices->file), scenario.prices->provider));
  }
  return Runner(file, scenario, options, std::move(deployment), std::move(prices)).go();
}

// REQUIRES: `planned` is with_schedule().
core::Result<RunResult> run_as_planned(const scenario::ScenarioFile& file,
                                       const scenario::Scenario& planned,
                                       const RunOptions& options) {
  const Execute execute = [&file](const scenario::Scenario& one, const RunOptions& how) {
    return run_once(file, one, how);
  };
  switch (planned.schedule) {
    case scenario::Schedule::kCapacity:
      return run_at_capacity(planned, options, execute);
    case scenario::Schedule::kS0Own:
    case scenario::Schedule::kS1Own:
      return run_at_own_load(planned, options, execute);
    case scenario::Schedule::kScalability:
      return run_at_sizes(planned, options, execute);
    default:
      return execute(planned, options);
  }
}

}  // namespace

core::Result<RunResult> run(const scenario::ScenarioFile& file, const scenario::Scenario& scenario,
                            const RunOptions& options) {
  auto made = run_as_planned(file, with_schedule(scenario, options.seed), options);
  if (made) {
    made->edition = edition_of(scenario);
  }
  return made;
}

}  // namespace lab
