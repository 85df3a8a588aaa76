#include "build.h"

#include <algorithm>

#include "core/codec.h"
#include "section.h"

namespace scenario {
namespace {

Pool build_pool(const Section& section) {
  Pool pool;
  pool.name = section.text("name");
  section.integer("size", pool.size);
  section.word("strategy", pool.strategy);
  pool.capabilities = {std::string(name_of(pool.strategy))};
  section.words("capabilities", pool.capabilities);
  section.percent("speed", pool.speed_ppm);
  section.integer("version", pool.version);
  section.percent("entry", pool.entry_ppm);
  pool.defect = build_defect(section);
  return pool;
}

std::vector<Pool> build_pools(const Section& file) {
  if (!file.has("pools")) {
    return {Pool{.name = "momentum",
                 .size = 5,
                 .strategy = Strategy::kMomentum,
                 .capabilities = {"momentum"},
                 .speed_ppm = kMillion,
                 .version = 1,
                 .entry_ppm = kMillion / 2,
                 .defect = std::nullopt}};
  }
  std::vector<Pool> pools;
  for (const Tree& item : file.list("pools")) {
    pools.push_back(build_pool(Section(&item)));
  }
  return pools;
}

Topology build_topology(const Section& section, TopologyKind pattern,
                        const std::vector<Pool>& pools, std::uint32_t agents) {
  Topology topology;
  topology.kind = pattern;
  section.word("kind", topology.kind);
  const bool mesh = topology.kind == TopologyKind::kMesh;
  const bool ring = topology.kind == TopologyKind::kRing;
  topology.standbys = !mesh && !ring && agents > 2 ? 2 : 0;
  section.integer("standbys", topology.standbys);
  const std::uint32_t peers = std::clamp<std::uint32_t>(agents, 1, 5);
  topology.voters = mesh ? peers - (peers % 2 == 0 ? 1 : 0) : 1 + topology.standbys;
  section.integer("fan_out", topology.fan_out);
  if (topology.kind == TopologyKind::kCustom) {
    topology.graph = build_graph(section);
    topology.standbys = static_cast<std::uint32_t>(topology.graph->candidates.size());
    topology.voters = 1 + topology.standbys;
  }
  if (ring) {
    topology.ring = build_ring(section, pools);
    topology.voters = 3;
  }
  section.integer("voters", topology.voters);
  section.duration("heartbeat", topology.heartbeat);
  section.duration("election_timeout", topology.election_timeout);
  return topology;
}

Dispatch build_dispatch(const Section& section, std::uint32_t agents) {
  Dispatch dispatch;
  section.word("policy", dispatch.policy);
  section.duration("attempt_timeout", dispatch.attempt_timeout);
  section.integer("max_attempts", dispatch.max_attempts);
  section.integer("in_flight_per_agent", dispatch.in_flight_per_agent);
  section.integer("queue", dispatch.queue);
  if (dispatch.policy == Policy::kJoint || section.has("joint")) {
    const Section inner = section.section("joint");
    Joint joint;
    joint.members = std::min(joint.members, agents);
    inner.integer("members", joint.members);
    joint.quorum = joint.members / 2 + 1;
    inner.integer("quorum", joint.quorum);
    inner.duration("timeout", joint.timeout);
    inner.integer("claims_losses", joint.claims_losses);
    dispatch.joint = joint;
  }
  if (dispatch.policy == Policy::kAdaptive || section.has("adaptive")) {
    const Section inner = section.section("adaptive");
    Adaptive& adaptive = dispatch.adaptive.emplace();
    inner.word("arms", adaptive.arms);
    inner.word("reward", adaptive.reward);
    inner.percent("discount", adaptive.discount_ppm);
    inner.percent("floor", adaptive.floor_ppm);
    inner.integer("full_profit", adaptive.full_profit_dollars);
  }
  return dispatch;
}

Sandbox build_sandbox(const Section& section) {
  Sandbox sandbox;
  section.integer("vcpu", sandbox.vcpu);
  section.number("memory", Shape::kSize, sandbox.memory_bytes);
  section.percent("speed", sandbox.speed_ppm);
  section.duration("step_cost", sandbox.step_cost);
  section.integer("inbox", sandbox.inbox);
  sandbox.provisioning = build_provisioning(section);
  return sandbox;
}

TaskClass build_class(const Section& section) {
  TaskClass task_class;
  task_class.name = section.text("name");
  section.integer("share", task_class.share);
  section.words("requires", task_class.capabilities);
  const std::string fallback = section.text("fallback");
  if (fallback == "any") {
    task_class.fallback.kind = FallbackKind::kAny;
  } else if (!fallback.empty() && fallback != "none") {
    task_class.fallback = {FallbackKind::kCapability, fallback};
  }
  return task_class;
}

Workload build_workload(const Section& section) {
  Workload workload;
  section.word("arrivals", workload.arrivals);
  section.number("rate", Shape::kRate, workload.rate_millitasks_per_s);
  workload.steps = build_rate_steps(section);
  if (section.has("tasks")) {
    section.integer("tasks", workload.tasks.emplace());
  }
  section.duration("deadline", workload.deadline);
  const Section service = section.section("service");
  service.duration("cpu", workload.service.cpu);
  service.duration("wait", workload.service.wait);
  service.word("spread", workload.service.spread);
  const Section retry = section.section("retry");
  retry.duration("timeout", workload.retry.timeout);
  retry.integer("attempts", workload.retry.attempts);
  for (const Tree& item : section.list("classes")) {
    workload.classes.push_back(build_class(Section(&item)));
  }
  if (workload.classes.empty()) {
    workload.classes.emplace_back().name = "trade";
  }
  return workload;
}

core::Result<Instrument> build_instrument(const Tree& tree, const std::string& path,
                                          FileContext& context, const Source& source) {
  const Section section(&tree);
  Instrument instrument;
  instrument.symbol = section.text("symbol");
  section.duration("bar", instrument.bar);
  section.duration("bar_lasts", instrument.bar_lasts);
  if (const Tree* series = section.at("series"); series != nullptr) {
    instrument.series = series->text;
    instrument.series_digest = TRY(read_series(*series, path + ".series", context, source));
  }
  if (section.has("synthetic")) {
    const Section inner = section.section("synthetic");
    Synthetic synthetic;
    inner.percent("correlation", synthetic.correlation_ppm);
    inner.percent("volatility", synthetic.volatility_ppm);
    if (const Tree* fit = inner.at("fit"); fit != nullptr) {
      synthetic.fit = fit->text;
      synthetic.fit_digest = TRY(read_series(*fit, path + ".synthetic.fit", context, source));
    }
    for (const Tree& item : inner.list("regimes")) {
      const Section each(&item);
      Regime& regime = synthetic.regimes.emplace_back();
      each.duration("at", regime.at);
      each.word("movement", regime.movement);
    }
    instrument.synthetic = synthetic;
  }
  return instrument;
}

core::Result<Market> build_market(const Section& section, FileContext& context,
                                  const Source& source) {
  Market market;
  section.duration("tick", market.tick);
  section.integer("position_limit", market.position_limit_shares);
  section.integer("loss_limit", market.loss_limit_dollars);
  section.integer("cash", market.cash_dollars);
  section.integer("fee", market.fee_basis_points);
  const std::span<const Tree> items = section.list("instruments");
  for (std::size_t i = 0; i < items.size(); ++i) {
    const std::string path = "market.instruments[" + std::to_string(i) + "]";
    market.instruments.push_back(TRY(build_instrument(items[i], path, context, source)));
  }
  if (items.empty()) {
    Instrument& instrument = market.instruments.emplace_back();
    instrument.symbol = "SYN1";
    instrument.synthetic.emplace();
  }
  return market;
}

}  // namespace

core::Result<std::uint64_t> read_series(const Tree& value, const std::string& path,
                                        FileContext& context, const Source& source) {
  const auto known = context.series.find(value.text);
  if (known != context.series.end()) {
    return context.digests.at(known->first);
  }
  if (!context.read_file) {
    return refuse(source, value.place, path,
                  "names the data file " + quote(value.text) +
                      ", and no data files can be read here; use a synthetic instrument");
  }
  core::Result<std::string> text = context.read_file(value.text);
  if (!text) {
    return refuse(source, value.place, path,
                  "data file " + quote(value.text) + " cannot be read: " + text.error().message +
                      "; put it beside the scenario or in a data directory");
  }
  if (text->empty()) {
    return refuse(source, value.place, path,
                  "data file " + quote(value.text) + " is empty; it needs a header and bars");
  }
  const std::uint64_t digest = core::digest(*text);
  context.digests.emplace(value.text, digest);
  context.series.emplace(value.text, std::move(*text));
  return digest;
}

core::Result<Scenario> build(const Tree& tree, const std::string& run, FileContext& context,
                             const Source& source) {
  const Section file(&tree);
  Scenario scenario;
  scenario.name = context.name;
  scenario.run = run;
  scenario.case_name = file.has("case") ? file.text("case") : scenario.name;
  scenario.description = file.text("description");
  file.duration("duration", scenario.duration);
  file.duration("warm_up", scenario.warm_up);
  file.word("schedule", scenario.schedule);
  scenario.arm = run;
  scenario.pools = build_pools(file);
  scenario.rollout = build_rollout(file);
  scenario.upgrade = build_upgrade(file);
  const std::uint32_t agents = agent_count(scenario);
  file.word("pattern", scenario.pattern);
  scenario.topology = build_topology(file.section("topology"), topology_of(scenario.pattern),
                                     scenario.pools, agents);
  if (!file.has("pattern")) {
    scenario.pattern = value_of<Pattern>(name_of(scenario.topology.kind));
  }
  scenario.dispatch = build_dispatch(file.section("dispatch"), agents);
  scenario.sandbox = build_sandbox(file.section("sandbox"));
  scenario.scaling = TRY(build_scaling(file, scenario, context, source));
  scenario.workload = build_workload(file.section("workload"));
  scenario.workload.follows = TRY(build_follows(file.section("workload"), context, source));
  if (scenario.topology.ring) {
    scenario.workload.service = ring_service(*scenario.topology.ring, scenario.workload.service);
  }
  scenario.market = TRY(build_market(file.section("market"), context, source));
  scenario.prices = TRY(build_prices(file, context, source));
  scenario.regions = build_regions(file);
  scenario.faults = TRY(build_faults(tree, source));
  scenario.checks = TRY(build_checks(tree, run, context.run_names, source));
  const Section budget = file.section("budget");
  budget.integer("events", scenario.budget.events);
  budget.duration("drain", scenario.budget.drain);
  TRY_VOID(apply_schedule(scenario, tree, source));
  return scenario;
}

}  // namespace scenario
