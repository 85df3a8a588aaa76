// What files that load turn into: defaults, every key, runs and sweeps.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/describe.h"
#include "loading.h"
#include "scenario/metrics.h"
#include "tables.h"

namespace scenario {
namespace {

using core::hours;
using core::microseconds;
using core::milliseconds;
using core::seconds;
using testing::ElementsAre;
using testing::IsEmpty;

TEST(Defaults, AFileWithANameAloneIsAMeshOfFiveMomentumTraders) {
  const ScenarioFile file = load_ok("name: case");
  ASSERT_EQ(file.runs.size(), 1U);
  const Scenario& run = file.runs[0];
  EXPECT_EQ(run, file.base);
  EXPECT_EQ(run.name, "case");
  EXPECT_EQ(run.run, "base");
  EXPECT_EQ(run.case_name, "case");
  EXPECT_EQ(run.duration, seconds(30));
  EXPECT_EQ(run.topology.kind, TopologyKind::kMesh);
  EXPECT_EQ(run.topology.voters, 5U);
  EXPECT_EQ(run.topology.standbys, 0U);
  EXPECT_EQ(run.dispatch, Dispatch{});
  EXPECT_EQ(run.sandbox, Sandbox{});
  EXPECT_EQ(run.budget, Budget{});
  EXPECT_THAT(agent_names(run),
              ElementsAre("momentum-1", "momentum-2", "momentum-3", "momentum-4", "momentum-5"));
  EXPECT_THAT(run.pools[0].capabilities, ElementsAre("momentum"));
  ASSERT_EQ(run.workload.classes.size(), 1U);
  EXPECT_EQ(run.workload.classes[0].name, "trade");
  ASSERT_EQ(run.market.instruments.size(), 1U);
  EXPECT_EQ(run.market.instruments[0].symbol, "SYN1");
  EXPECT_TRUE(run.market.instruments[0].synthetic.has_value());
  EXPECT_THAT(run.faults, IsEmpty());
  EXPECT_EQ(run.checks, Checks{});
}

// Sections that switch something on by being there: without them nothing is the default.
bool switches(std::string_view section) {
  constexpr std::string_view kSwitches[] = {"sweep",   "joint",   "on",        "adaptive",
                                            "regions", "scaling", "rollout",   "follows",
                                            "defect",  "prices",  "schedules", "upgrade"};
  return std::ranges::find(kSwitches, section) != std::end(kSwitches);
}

// Keys of a topology that a ring alone may have.
bool of_rings(std::string_view key) {
  constexpr std::string_view kOfRings[] = {"credits", "stitch_after", "breaker"};
  return std::ranges::find(kOfRings, key) != std::end(kOfRings);
}

// {heartbeat: 50ms, ...}: every default that the table states for a mesh, written out.
std::string written_defaults(KeyList keys, const std::string& first = "") {
  std::string text = first;
  for (const Key& key : keys) {
    if (of_rings(key.name)) {
      continue;
    }
    std::string value(key.otherwise);
    if (key.shape == Shape::kObject && !switches(key.name)) {
      value = written_defaults(key.keys);
    }
    if (!value.empty()) {
      text += (text.empty() ? "" : ", ") + std::string(key.name) + ": " + value;
    }
  }
  return first.empty() ? "{" + text + "}" : text;
}

KeyList keys_of(KeyList keys, std::string_view name) {
  for (const Key& key : keys) {
    if (key.name == name) {
      return key.shape == Shape::kList ? key.element->keys : key.keys;
    }
  }
  return {};
}

void expect_same(const std::string& left_out, const std::string& written) {
  EXPECT_THAT(core::difference(load_ok(left_out).base, load_ok(written).base), IsEmpty())
      << written;
}

TEST(Defaults, WritingADefaultOutChangesNothing) {
  expect_same("duration: 30s", written_defaults(run_keys()));
  expect_same("pools: [{name: a, size: 1}]",
              "pools: [{" + written_defaults(keys_of(run_keys(), "pools"), "name: a") + "}]");
  const KeyList workload = keys_of(run_keys(), "workload");
  expect_same(
      "workload: {classes: [{name: a}]}",
      "workload: {classes: [{" + written_defaults(keys_of(workload, "classes"), "name: a") + "}]}");
  const KeyList market = keys_of(run_keys(), "market");
  expect_same("market: {instruments: [{symbol: SYN2, synthetic: {}}]}",
              "market: {instruments: [{" +
                  written_defaults(keys_of(market, "instruments"), "symbol: SYN2") + "}]}");
  const KeyList dispatch = keys_of(run_keys(), "dispatch");
  expect_same("dispatch: {policy: joint}",
              "dispatch: {policy: joint, joint: {" +
                  written_defaults(keys_of(dispatch, "joint"), "members: 3") + "}}");
  expect_same("dispatch: {policy: adaptive}", "dispatch: {policy: adaptive, adaptive: " +
                                                  written_defaults(keys_of(dispatch, "adaptive")) +
                                                  "}");
}

TEST(Defaults, WritingADefaultOfAFaultOutChangesNothing) {
  const KeyList keys = keys_of(run_keys(), "faults");
  std::map<std::string, std::string> otherwise;
  for (const Key& key : keys) {
    otherwise[std::string(key.name)] = key.otherwise;
  }
  const std::map<std::string, std::string> needed{{"target", "momentum-1"},
                                                  {"rate", "1MiB/s"},
                                                  {"probability", "5%"},
                                                  {"mean", "50ms"},
                                                  {"sides", "[[momentum-1], [rest]]"},
                                                  {"latency", "5ms"},
                                                  {"offset", "-3s"},
                                                  {"ppm", "200"},
                                                  {"region", "far"}};
  const std::string regions = R"(pools: [{name: momentum, size: 5}]
regions:
  places: [{name: near, members: [momentum-2]}, {name: far, members: [rest]}]
  round_trips: [{between: [near, far], time: 10ms}]
  split_brain: undefined
)";
  for (const std::string& word : words_of<FaultKind>()) {
    const FaultRule rule = fault_rule(value_of<FaultKind>(word));
    std::string least = "{kind: " + word + ", at: 1s";
    for (const std::string& key : rule.required) {
      least += ", " + key + ": " + needed.at(key);
    }
    std::string full = least;
    for (const std::string& key : rule.optional) {
      full += ", " + key + ": " + otherwise.at(key);
    }
    expect_same(regions + "faults: [" + least + "}]", regions + "faults: [" + full + "}]");
  }
}

TEST(Defaults, FollowTheNumberOfAgents) {
  const auto agents = [](const std::string& pattern, int size) {
    return load_ok("pattern: " + pattern + "\npools: [{name: a, size: " + std::to_string(size) +
                   "}]")
        .base.topology;
  };
  EXPECT_EQ(agents("mesh", 1).voters, 1U);
  EXPECT_EQ(agents("mesh", 4).voters, 3U);
  EXPECT_EQ(agents("mesh", 9).voters, 5U);
  EXPECT_EQ(agents("star", 2).standbys, 0U);
  EXPECT_EQ(agents("star", 2).voters, 1U);
  EXPECT_EQ(agents("hierarchical", 5).standbys, 2U);
  EXPECT_EQ(agents("hierarchical", 5).voters, 3U);
  const Scenario pair = load_ok("pools: [{name: a, size: 2}]\ndispatch: {policy: joint}").base;
  EXPECT_EQ(pair.dispatch.joint->members, 2U);
  EXPECT_EQ(pair.dispatch.joint->quorum, 2U);
}

constexpr std::string_view kFullFile = R"(
name: full-case
pattern: star
case: "A name to display"
description: "One sentence."
duration: 1min
topology: {kind: star, standbys: 2, voters: 3, heartbeat: 20ms, election_timeout: 100ms}
dispatch:
  policy: least_loaded
  attempt_timeout: 0.9s
  max_attempts: 3
  in_flight_per_agent: 8
  queue: 50
sandbox: {vcpu: 1, memory: 512MiB, speed: 50%, step_cost: 7us, inbox: 99}
pools:
  - {name: fast, size: 3, strategy: mean_reversion, capabilities: [momentum, fx], speed: 150%,
     version: 2, entry: 30%}
  - {name: pairs, size: 2, strategy: pairs}
workload:
  arrivals: constant
  rate: 0.5/s
  tasks: 1000
  deadline: 2s
  service: {cpu: 1ms, wait: 0s, spread: lognormal}
  retry: {timeout: 100ms, attempts: 2}
  classes:
    - {name: fx, share: 2, requires: [fx], fallback: pairs}
    - {name: other, fallback: none}
market:
  tick: 50ms
  instruments:
    - {symbol: GOOG, series: goog.csv, bar: 1d, bar_lasts: 1s}
    - {symbol: SYN1, synthetic: {fit: goog.csv, correlation: -80%}}
  position_limit: 5
  loss_limit: 6
  cash: 7
  fee: 8
faults:
  - {kind: crash, target: hub, at: 10s, for: 5s, disk: tear}
  - {kind: crash, target: assignee, on: {probe: ordered, nth: 20}}
  - {kind: partition, sides: [[fast-1, client], [rest]], at: 5s, for: 4s, one_way: true}
  - {kind: clock_step, target: venue, at: 1s, offset: -2s}
checks:
  requirements:
    - {metric: lost, at_most: 0}
    - {metric: goodput, at_least: 90.5%, of: capacity}
    - {metric: profit_loss, at_least: -300}
  objectives:
    - {metric: latency_p99, at_most: 1s}
    - {metric: goodput, at_least: 40/s}
    - {metric: messages_per_task, at_most: 12.5}
  expect_spof: critical
budget: {events: 5000, drain: 3s}
)";

TEST(FullFile, TakesEveryKeyOfTheSwarm) {
  const ScenarioFile file = load_ok(kFullFile, with_files({{"goog.csv", "day,close\n1,2\n"}}));
  const Scenario& base = file.base;
  EXPECT_EQ(base.name, "full-case");
  EXPECT_EQ(base.case_name, "A name to display");
  EXPECT_EQ(base.duration, seconds(60));
  EXPECT_EQ(base.topology, (Topology{TopologyKind::kStar, 2, 3, milliseconds(20), milliseconds(100),
                                     std::nullopt, 0, std::nullopt}));
  EXPECT_EQ(base.dispatch, (Dispatch{Policy::kLeastLoaded, milliseconds(900), 3, 8, 50,
                                     std::nullopt, std::nullopt}));
  EXPECT_EQ(base.sandbox, (Sandbox{1, 512U << 20U, 500'000, microseconds(7), 99, {}}));
  EXPECT_EQ(
      base.pools[0],
      (Pool{"fast", 3, Strategy::kMeanReversion, {"momentum", "fx"}, 1'500'000, 2, 300'000, {}}));
  EXPECT_THAT(base.pools[1].capabilities, ElementsAre("pairs"));
  EXPECT_EQ(base.budget, (Budget{5000, seconds(3)}));
}

TEST(FullFile, TakesEveryKeyOfJointDecisions) {
  const Scenario base = load_ok(R"(
dispatch:
  policy: joint
  joint: {members: 5, quorum: 3, timeout: 250ms, claims_losses: 2}
)")
                            .base;
  EXPECT_EQ(base.dispatch.policy, Policy::kJoint);
  EXPECT_EQ(base.dispatch.joint, (Joint{5, 3, milliseconds(250), 2}));
}

TEST(FullFile, TakesEveryKeyOfWorkloadAndMarket) {
  const ScenarioFile file = load_ok(kFullFile, with_files({{"goog.csv", "day,close\n1,2\n"}}));
  const Workload& workload = file.base.workload;
  EXPECT_EQ(workload.arrivals, Arrivals::kConstant);
  EXPECT_EQ(workload.rate_millitasks_per_s, 500);
  EXPECT_EQ(workload.tasks, 1000U);
  EXPECT_EQ(workload.service, (Service{milliseconds(1), milliseconds(0), Spread::kLognormal}));
  EXPECT_EQ(workload.retry, (Retry{milliseconds(100), 2}));
  EXPECT_EQ(workload.classes[0],
            (TaskClass{"fx", 2, {"fx"}, {FallbackKind::kCapability, "pairs"}}));
  EXPECT_EQ(workload.classes[1], (TaskClass{"other", 1, {}, {}}));
  const Market& market = file.base.market;
  EXPECT_EQ(market.instruments[0].series, "goog.csv");
  EXPECT_EQ(market.instruments[0].bar, hours(24));
  EXPECT_EQ(market.instruments[0].bar_lasts, seconds(1));
  EXPECT_EQ(market.instruments[1].synthetic->correlation_ppm, -800'000);
  EXPECT_EQ(market.instruments[1].synthetic->fit_digest, market.instruments[0].series_digest);
  EXPECT_EQ(market.fee_basis_points, 8U);
  EXPECT_EQ(file.series.at("goog.csv"), "day,close\n1,2\n");
}

TEST(FullFile, TakesFaultsAndChecks) {
  const ScenarioFile file = load_ok(kFullFile, with_files({{"goog.csv", "day,close\n1,2\n"}}));
  const std::vector<Fault>& faults = file.base.faults;
  EXPECT_EQ(faults[0].target, (Target{TargetKind::kHub, ""}));
  EXPECT_EQ(faults[0].at, seconds(10));
  EXPECT_EQ(faults[0].lasts, seconds(5));
  EXPECT_EQ(faults[0].disk, DiskFate::kTear);
  EXPECT_EQ(faults[1].on, (Trigger{Probe::kOrdered, 20}));
  EXPECT_FALSE(faults[1].lasts.has_value());
  EXPECT_THAT(faults[2].sides,
              ElementsAre(ElementsAre("fast-1", "client"),
                          ElementsAre("hub", "fast-2", "fast-3", "pairs-1", "pairs-2")));
  EXPECT_TRUE(faults[2].one_way);
  EXPECT_EQ(faults[3].offset, seconds(-2));
  const Checks& checks = file.base.checks;
  EXPECT_EQ(checks.requirements[0], (Check{"lost", Comparison::kAtMost, 0, "", ""}));
  EXPECT_EQ(checks.requirements[1],
            (Check{"goodput", Comparison::kAtLeast, 905'000, "capacity", ""}));
  EXPECT_EQ(checks.requirements[2].bound_millionths, -300 * kMillion);
  EXPECT_EQ(checks.objectives[0].bound_millionths, kMillion);
  EXPECT_EQ(checks.objectives[1].bound_millionths, 40 * kMillion);
  EXPECT_EQ(checks.objectives[2].bound_millionths, 12'500'000);
  EXPECT_EQ(checks.expect_spof, Spof::kCritical);
}

TEST(Runs, MergeMapsAndReplaceListsAndValues) {
  const ScenarioFile file = load_ok(R"(
workload: {rate: 20/s, service: {cpu: 1ms, wait: 2ms}}
faults: [{kind: hang, target: momentum-1, at: 1s}]
runs:
  base: {}
  same:
  quick:
    workload: {service: {wait: 9ms}}
  kill:
    faults: [{kind: crash, target: leader, at: 2s}, {kind: crash, target: worker, at: 2s}]
)");
  ASSERT_EQ(file.runs.size(), 4U);
  EXPECT_EQ(file.runs[0], file.base);
  EXPECT_EQ(find_run(file, "same")->workload, file.base.workload);
  const Workload& quick = find_run(file, "quick")->workload;
  EXPECT_EQ(quick.rate_millitasks_per_s, 20'000);
  EXPECT_EQ(quick.service.cpu, milliseconds(1));
  EXPECT_EQ(quick.service.wait, milliseconds(9));
  EXPECT_EQ(find_run(file, "kill")->faults.size(), 2U);
  EXPECT_EQ(find_run(file, "kill")->faults[0].kind, FaultKind::kCrash);
  EXPECT_EQ(find_run(file, "nobody"), nullptr);
}

TEST(Runs, ANullTakesAKeyAway) {
  const ScenarioFile file = load_ok(R"(
dispatch: {policy: joint, joint: {members: 5, quorum: 4}}
runs:
  alone: {dispatch: {policy: round_robin, joint: null}}
  joint: {dispatch: {joint: ~}}
)");
  EXPECT_FALSE(file.runs[0].dispatch.joint.has_value());
  EXPECT_EQ(file.runs[1].dispatch.joint, Joint{});
}

TEST(Runs, ChecksGoToTheirRuns) {
  const ScenarioFile file = load_ok(R"(
runs: {base: {}, kill: {faults: [{kind: crash, target: leader, at: 2s}]}}
checks:
  requirements:
    - {metric: lost, at_most: 0}
    - {metric: fenced_rejections, run: kill, at_least: 1}
    - {metric: goodput, run: base, at_least: 100%, of: goodput, of_run: kill}
)");
  const auto metric = testing::Field(&Check::metric, testing::_);
  EXPECT_THAT(find_run(file, "kill")->checks.requirements, ElementsAre(metric, metric));
  EXPECT_EQ(find_run(file, "kill")->checks.requirements[1].metric, "fenced_rejections");
  EXPECT_EQ(find_run(file, "base")->checks.requirements[1].of_run, "kill");
}

TEST(Sweep, MakesOneRunPerValue) {
  const ScenarioFile file = load_ok(R"(
workload: {deadline: 2s}
sweep: {key: workload.rate, values: [20/s, 40/s], metric: hub_utilisation}
checks: {requirements: [{metric: lost, run: 40/s, at_most: 0}]}
)");
  ASSERT_EQ(file.runs.size(), 2U);
  EXPECT_EQ(file.runs[1].run, "40/s");
  EXPECT_EQ(file.runs[1].workload.rate_millitasks_per_s, 40'000);
  EXPECT_EQ(file.runs[1].workload.deadline, seconds(2));
  EXPECT_EQ(file.runs[1].checks.requirements.size(), 1U);
  EXPECT_EQ(file.runs[0].checks.requirements.size(), 0U);
  EXPECT_EQ(file.sweep->metric, "hub_utilisation");
  EXPECT_THAT(file.sweep->values, ElementsAre("20/s", "40/s"));
}

TEST(Sweep, ReachesListElementsAndKeysNotWritten) {
  const ScenarioFile file =
      load_ok("pools: [{name: a, size: 3}]\nsweep: {key: pools.0.size, values: [2, 5]}");
  EXPECT_EQ(agent_count(file.runs[0]), 2U);
  EXPECT_EQ(agent_count(file.runs[1]), 5U);
  const ScenarioFile fresh = load_ok("sweep: {key: topology.heartbeat, values: [10ms]}");
  EXPECT_EQ(fresh.runs[0].topology.heartbeat, milliseconds(10));
}

TEST(Digest, SchedulesAreNamedByTheirFaultsAndTimes) {
  const ScenarioFile file = load_ok(R"(
faults: [{kind: hang, target: momentum-1, at: 1s}]
runs:
  base: {}
  faster: {workload: {rate: 90/s}}
  later: {faults: [{kind: hang, target: momentum-1, at: 2s}]}
)");
  EXPECT_EQ(schedule_digest(file.runs[0]), schedule_digest(file.runs[1]));
  EXPECT_NE(schedule_digest(file.runs[0]), schedule_digest(file.runs[2]));
}

TEST(Schedules, MakeEachRunOnceUnderEach) {
  const ScenarioFile file = load_ok(R"(
seeds: 20
schedules: {quick: [S0s, S1s], full: [S1]}
workload: {rate: 5/s}
runs:
  mesh: {}
  star: {topology: {kind: star}}
)");
  EXPECT_EQ(file.seeds, 20U);
  std::vector<std::string> names;
  for (const Scenario& run : file.runs) {
    names.push_back(run.run);
    EXPECT_EQ(run.full, run.schedule == Schedule::kS1);
    EXPECT_EQ(run.run, run.arm + "." + std::string(name_of(run.schedule)));
  }
  EXPECT_THAT(names, testing::ElementsAre("mesh.S0s", "star.S0s", "mesh.S1s", "star.S1s", "mesh.S1",
                                          "star.S1"));
  EXPECT_EQ(file.runs[0].duration, seconds(60));
  EXPECT_EQ(file.runs[0].warm_up, seconds(6));
  EXPECT_EQ(file.runs[4].duration, seconds(600));
  EXPECT_EQ(file.base.duration, seconds(30)) << "the file itself is under none";
}

TEST(Prices, AreAFileAndWhoseRow) {
  const Scenario base =
      load_ok("prices: {file: p.csv, provider: e2b}", with_files({{"p.csv", "provider\n"}})).base;
  EXPECT_EQ(base.prices->file, "p.csv");
  EXPECT_EQ(base.prices->provider, "e2b");
}

TEST(Digest, FollowsTheContentOfDataFiles) {
  const std::string text = "market: {instruments: [{symbol: GOOG, series: g.csv}]}";
  const auto digest = [&](const std::string& content) {
    return core::digest(load_ok(text, with_files({{"g.csv", content}})).base);
  };
  EXPECT_EQ(digest("a"), digest("a"));
  EXPECT_NE(digest("a"), digest("b"));
}

TEST(Values, ScenariosSurviveEncoding) {
  const ScenarioFile file = load_ok(kFullFile, with_files({{"goog.csv", "day,close\n1,2\n"}}));
  EXPECT_EQ(core::decode<ScenarioFile>(core::encode(file)), file);
}

TEST(Text, MayComeFromWindows) {
  EXPECT_EQ(load_ok("\xEF\xBB\xBFname: a\r\nduration: 5s\r\n").base.duration, seconds(5));
}

TEST(Anchors, AreExpanded) {
  const ScenarioFile file = load_ok(R"(
workload: {deadline: &long 3s, retry: {timeout: *long}}
)");
  EXPECT_EQ(file.base.workload.retry.timeout, seconds(3));
}

TEST(Metrics, HaveNamesOfTheirOwn) {
  for (const Metric& metric : metrics()) {
    EXPECT_EQ(find_metric(metric.name), &metric) << metric.name;
    EXPECT_FALSE(metric.meaning.empty());
  }
  EXPECT_EQ(find_metric("latency"), nullptr);
}

}  // namespace
}  // namespace scenario
