#include "fleet_setup.h"

#include <algorithm>

#include "market/series.h"
#include "site.h"

namespace lab {
namespace {

// A series' tick is a hundredth of a point.
constexpr std::int64_t kThousandthsOfATick = 10;

std::uint32_t permille(std::int64_t ppm) {
  return static_cast<std::uint32_t>(ppm / 1'000);
}

scaling::Quantity points(std::int64_t count) {
  return {count * 1'000, scaling::Unit::kVolatilityPercentAYear};
}

// What each bar opens at, in thousandths of a point: known when the bar begins.
core::Result<std::vector<std::int64_t>> opens_of(const scenario::ScenarioFile& file,
                                                 const std::string& name) {
  const auto text = file.series.find(name);
  core::check(text != file.series.end(), "the loader has read every named series");
  const market::Series series = TRY(market::parse_series(text->second, name));
  std::vector<std::int64_t> opens;
  for (const market::Bar& bar : series.bars) {
    opens.push_back(bar.open.ticks * kThousandthsOfATick);
  }
  return opens;
}

scaling::Config scaling_rules(const scenario::Scenario& scenario) {
  const scenario::Scaling& declared = *scenario.scaling;
  scaling::Config rules;
  rules.least = declared.min;
  rules.most = declared.max;
  if (declared.utilisation_ppm) {
    rules.metrics.push_back({"utilisation",
                             scaling::Unit::kFraction,
                             {*declared.utilisation_ppm / 1'000, scaling::Unit::kFraction}});
  }
  if (declared.concurrency) {
    scaling::ConcurrencyRule& rule = rules.concurrency.emplace();
    rule.tasks_per_agent_milli = declared.concurrency->per_agent * 1'000ULL;
    rule.target_permille = permille(declared.concurrency->target_ppm);
    rule.stable_window = declared.concurrency->stable_window;
    rule.panic_window = declared.concurrency->panic_window;
    rule.panic_permille = permille(declared.concurrency->panic_ppm);
  }
  if (declared.forecast) {
    scaling::ForecastRule& rule = rules.forecast.emplace();
    rule.bin = declared.forecast->bin;
    rule.season_bins =
        static_cast<std::uint32_t>(declared.forecast->season / declared.forecast->bin);
    rule.quantile_permille = permille(declared.forecast->quantile_ppm);
    rule.utilisation_permille = permille(declared.forecast->utilisation_ppm);
    rule.assumed_cold_start = scenario.sandbox.provisioning.cold_start_p95;
  }
  if (declared.volatility) {
    const scenario::VolatilityRule& volatility = *declared.volatility;
    scaling::VolatilityRule& rule = rules.volatility.emplace();
    rule.grow_low = points(volatility.low_points);
    rule.grow_high = points(volatility.high_points);
    rule.shrink_low = points(volatility.low_points - volatility.hysteresis_points);
    rule.shrink_high = points(volatility.high_points - volatility.hysteresis_points);
  }
  rules.stabilise_up = declared.stabilise_up;
  rules.stabilise_down = declared.stabilise_down;
  rules.cooldown_up = declared.cooldown_up;
  rules.cooldown_down = declared.cooldown_down;
  rules.up.period = rules.down.period = rules.exit.period = declared.pace_period;
  return rules;
}

rollout::Plan rollout_plan(const scenario::Rollout& declared) {
  const bool canary = declared.kind == scenario::RolloutKind::kCanary;
  rollout::Plan plan = canary ? rollout::canary() : rollout::blue_green();
  if (!declared.steps_ppm.empty()) {
    plan.steps.clear();
    for (const std::int64_t ppm : declared.steps_ppm) {
      plan.steps.push_back(static_cast<std::uint32_t>(ppm / 100));
    }
  }
  plan.least_step = declared.least_step;
  plan.soak = declared.soak;
  plan.quiet = declared.quiet;
  plan.inconclusive_after = declared.inconclusive_after;
  plan.on_inconclusive = declared.on_inconclusive == scenario::Inconclusive::kHold
                             ? rollout::OnTimeout::kHold
                             : rollout::OnTimeout::kRollBack;
  if (declared.bad_error_ppm > 0) {
    plan.rules.errors.bad_parts = static_cast<std::uint32_t>(declared.bad_error_ppm / 100);
  }
  return plan;
}

control::Fleet fleet_of(const scenario::Scenario& scenario, const scenario::Pool& pool,
                        std::set<std::string> capabilities) {
  control::Fleet fleet;
  fleet.name = pool.name;
  fleet.pool = pool_of_version(pool.version);
  fleet.version = std::to_string(pool.version);
  fleet.size = pool.size;
  fleet.spec.vcpu = scenario.sandbox.vcpu;
  fleet.spec.memory_bytes = scenario.sandbox.memory_bytes;
  fleet.spec.lifetime = scenario.sandbox.provisioning.lifetime;
  fleet.capabilities = std::move(capabilities);
  return fleet;
}

// The hub or leader that an upgrade replaces like the candidates; there is one at a time.
control::Fleet fleet_of_coordinators(const scenario::Scenario& scenario) {
  control::Fleet fleet = fleet_of(scenario, scenario.pools.front(), {});
  fleet.name.clear();
  fleet.pool = {};
  fleet.size = 1;
  return fleet;
}

sandbox_sim::StageModel part_of(const scenario::Provisioning& provisioning, std::int64_t percent) {
  return {provisioning.cold_start_p50 * percent / 100, provisioning.cold_start_p95 * percent / 100};
}

sandbox_sim::ProviderConfig provider_of(const scenario::Scenario& scenario, std::uint64_t seed) {
  const scenario::Provisioning& declared = scenario.sandbox.provisioning;
  sandbox_sim::ProviderConfig config;
  config.seed = seed;
  // One draw for the stated whole, so that its quantiles are the start's; finding a place and an
  // image are small fixed parts beside it.
  config.place = {core::milliseconds(20), core::milliseconds(20)};
  config.fetch = {declared.cold_start_p50 / 10, declared.cold_start_p50 / 10};
  config.boot = part_of(declared, 100);
  const core::Duration fixed = config.place.median + config.fetch.median;
  config.boot.median = std::max(core::Duration(1), config.boot.median - fixed);
  config.boot.p95 = std::max(config.boot.median, config.boot.p95 - fixed);
  config.start_failure =
      num::Probability::parts_per_million(static_cast<std::uint32_t>(declared.start_failure_ppm));
  config.concurrent_starts = declared.concurrent_starts;
  config.most_sandboxes = declared.most;
  config.warm_sandboxes = declared.warm;
  return config;
}

void set_up_policies(control::ControllerConfig& config, const scenario::Scenario& scenario) {
  if (scenario.scaling) {
    control::ScalingPlan& plan = config.scaling.emplace();
    plan.fleet = scenario.scaling->pool;
    plan.rules = scaling_rules(scenario);
    if (scenario.scaling->concurrency) {
      plan.stable_window = scenario.scaling->concurrency->stable_window;
      plan.panic_window = scenario.scaling->concurrency->panic_window;
    }
    plan.decide_every = scenario.scaling->decide_every;
    plan.volatility_service = scenario.scaling->volatility ? kVolatilityService : "";
  }
  if (scenario.rollout) {
    const auto stable = std::ranges::find_if(scenario.pools, [&](const scenario::Pool& pool) {
      return scenario::is_founding(scenario, pool);
    });
    control::RolloutPlan& plan = config.rollout.emplace();
    plan.stable = pool_of_version(stable->version);
    plan.candidate = pool_of_version(scenario.rollout->version);
    plan.plan = rollout_plan(*scenario.rollout);
    plan.begins = kSettle + scenario.rollout->begins;
    plan.whole_first = scenario.rollout->kind == scenario::RolloutKind::kBlueGreen;
  }
}

}  // namespace

// A class that requires several capabilities requires one that stands for all of them.
std::string compound(std::vector<std::string> capabilities) {
  std::ranges::sort(capabilities);
  std::string name;
  for (const std::string& capability : capabilities) {
    name += (name.empty() ? "" : "+") + capability;
  }
  return name;
}

std::set<std::string> capabilities_of(const scenario::Scenario& scenario,
                                      const scenario::Pool& pool) {
  std::set<std::string> names(pool.capabilities.begin(), pool.capabilities.end());
  for (const scenario::TaskClass& task_class : scenario.workload.classes) {
    const bool has_all = std::ranges::all_of(
        task_class.capabilities, [&](const std::string& name) { return names.contains(name); });
    if (task_class.capabilities.size() > 1 && has_all) {
      names.insert(compound(task_class.capabilities));
    }
  }
  return names;
}

std::string spare_name(std::uint32_t nth) {
  return "new-" + std::to_string(nth);
}

std::uint32_t spare_nodes(const scenario::Scenario& scenario) {
  std::uint32_t most = scenario.scaling ? 2 * scenario.scaling->max : 0;
  for (const scenario::Pool& pool : scenario.pools) {
    most += pool.size;
  }
  constexpr std::uint32_t kReplacements = 32;
  return 3 * most + kReplacements;
}

swarm::PoolId pool_of_version(std::uint32_t version) {
  return swarm::PoolId(version);
}

swarm::Founding founding_of(const Deployment& deployment, const scenario::Scenario& scenario) {
  swarm::Founding founding;
  std::map<swarm::PoolId, swarm::Pool> pools;
  std::size_t index = 0;
  for (const scenario::Pool& declared : scenario.pools) {
    if (!scenario::is_founding(scenario, declared)) {
      continue;
    }
    swarm::Pool& pool = pools[pool_of_version(declared.version)];
    pool.id = pool_of_version(declared.version);
    pool.version = std::to_string(declared.version);
    pool.name = "version " + pool.version;
    pool.spec = sandbox::SandboxSpec().sandbox_template;
    pool.size += declared.size;
    for (std::uint32_t i = 0; i < declared.size; ++i) {
      founding.pool_of[deployment.agents[index++]] = pool.id;
    }
  }
  for (const auto& [id, pool] : pools) {
    founding.pools.push_back(pool);
  }
  founding.route.weights[founding.pools.front().id] = swarm::kWholeRoute;
  return founding;
}

core::Result<void> set_up_changes(Deployment& deployment, const scenario::ScenarioFile& file,
                                  const scenario::Scenario& scenario, std::uint64_t seed) {
  Changing& changing = *deployment.changing;
  control::ControllerConfig& config = changing.config;
  config.group = deployment.group;
  config.deployment = scenario.name;
  config.voters = deployment.topology.voters();
  config.first_node = changing.janitor.value + 1;
  config.start_capacity = scenario.sandbox.provisioning.concurrent_starts;
  config.fleets.clear();
  for (std::uint32_t i = 0; i < scenario.pools.size(); ++i) {
    config.fleets.push_back(
        fleet_of(scenario, scenario.pools[i], capabilities_of(scenario, scenario.pools[i])));
    changing.pool_of_fleet[scenario.pools[i].name] = i;
  }
  if (scenario.upgrade) {
    config.fleets.push_back(fleet_of_coordinators(scenario));
    config.upgrade = control::UpgradePlan{std::to_string(scenario.upgrade->version),
                                          kSettle + scenario.upgrade->begins};
  }
  set_up_policies(config, scenario);
  if (config.scaling) {
    TRY_VOID(scaling::validate(config.scaling->rules));
  }
  if (config.rollout) {
    TRY_VOID(rollout::validate(config.rollout->plan));
  }
  changing.provider = provider_of(scenario, seed);
  if (scenario.scaling && scenario.scaling->volatility) {
    const scenario::VolatilityRule& rule = *scenario.scaling->volatility;
    changing.volatility_bar = rule.bar_lasts;
    for (const std::int64_t open : TRY(opens_of(file, rule.series))) {
      changing.volatility.push_back({open, scaling::Unit::kVolatilityPercentAYear});
    }
    if (rule.shuffled) {
      num::Stream stream(seed, 0, num::purpose_of("lab.shuffled_volatility"));
      stream.shuffle(std::span(changing.volatility));
    }
  }
  return {};
}

core::Result<std::vector<load::RateStep>> rates_of(const scenario::ScenarioFile& file,
                                                   const scenario::Scenario& scenario,
                                                   std::uint64_t seed) {
  const scenario::Workload& workload = scenario.workload;
  std::vector<load::RateStep> rates;
  if (!workload.follows) {
    rates.push_back({{}, static_cast<std::uint64_t>(workload.rate_millitasks_per_s)});
    for (const scenario::RateStep& step : workload.steps) {
      rates.push_back({step.at, static_cast<std::uint64_t>(step.rate_millitasks_per_s)});
    }
    return rates;
  }
  const scenario::Follows& follows = *workload.follows;
  num::Stream noise(seed, 0, num::purpose_of("lab.load_noise"));
  core::Duration begins{};
  for (const std::int64_t open : TRY(opens_of(file, follows.series))) {
    const std::int64_t above = std::max<std::int64_t>(0, open - follows.above_points * 1'000);
    const auto exact = static_cast<double>(follows.base_millitasks_per_s +
                                           follows.per_point_millitasks_per_s * above / 1'000);
    const double factor = 1 + static_cast<double>(follows.noise_ppm) / 1e6 * noise.normal();
    const auto rate = static_cast<std::int64_t>(exact * std::max(0.0, factor));
    rates.push_back({begins, static_cast<std::uint64_t>(std::max<std::int64_t>(1'000, rate))});
    begins = (rates.size() == 1 ? follows.lag : begins) + follows.bar_lasts;
  }
  return rates;
}

}  // namespace lab
