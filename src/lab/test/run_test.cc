#include "lab/run.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "lab/suite.h"
#include "lab/window.h"
#include "scenario/load.h"
#include "scenario/metrics.h"
#include "swarm/dispatch.h"

namespace lab {
namespace {

scenario::ScenarioFile load(const std::string& text) {
  auto file = scenario::load(text, "test.yaml", {});
  EXPECT_TRUE(file.has_value()) << (file ? "" : file.error().message);
  return *file;
}

constexpr std::string_view kStar = R"(
pattern: star
duration: 5s
pools: [{name: agent, size: 4, strategy: momentum}]
workload: {rate: 20/s}
)";

RunResult run_text(const std::string& text, std::uint64_t seed = 1) {
  const auto file = load(text);
  RunOptions options;
  options.seed = seed;
  auto result = run(file, file.runs.front(), options);
  EXPECT_TRUE(result.has_value()) << (result ? "" : result.error().message);
  return *result;
}

TEST(Run, ACalmStarPassesAndEveryInvariantThatAppliesWasEvaluated) {
  const RunResult result = run_text(std::string(kStar));
  EXPECT_EQ(result.verdict, Verdict::kPass) << result.reason;
  EXPECT_GT(result.account.offered, 50U);
  EXPECT_EQ(result.account.done, result.account.offered);
  for (const check::Invariant& invariant : result.invariants) {
    EXPECT_TRUE(invariant.holds()) << invariant.name;
  }
}

TEST(Run, TheSameSeedGivesTheSameFingerprintAndAnotherGivesAnother) {
  const RunResult one = run_text(std::string(kStar));
  const RunResult again = run_text(std::string(kStar));
  EXPECT_EQ(one.fingerprint, again.fingerprint);
  EXPECT_EQ(one.metrics, again.metrics);
  EXPECT_NE(one.fingerprint, run_text(std::string(kStar), 2).fingerprint);
}

double failover_after(const std::string& fault) {
  const RunResult result = run_text(std::string(kStar) + "faults: [" + fault + "]\n");
  EXPECT_GT(result.metrics.at("faults_acted"), 0) << fault;
  const auto found = result.metrics.find("failover_time");
  return found == result.metrics.end() ? -1 : found->second;
}

TEST(Run, ALeaderThatKeepsTheLeadThroughACutOrAShortHangWasNotMissedTillTheEnd) {
  EXPECT_EQ(failover_after("{kind: partition, sides: [[agent-4], [rest]], at: 1s, for: 2s}"), -1);
  EXPECT_NEAR(failover_after("{kind: hang, target: leader, at: 1s, for: 100ms}"), 0.1, 0.001);
  const double replaced = failover_after("{kind: isolate, target: leader, at: 1s, for: 2s}");
  EXPECT_GT(replaced, 0.1);
  EXPECT_LT(replaced, 2) << "from the cut until a standby led";
  EXPECT_GT(failover_after("{kind: crash, target: leader, at: 1s, for: 2s}"), 0.1);
}

TEST(Run, WatchingAWindowDoesNotChangeTheRun) {
  const auto file = load(std::string(kStar));
  Window window(core::at(core::seconds(3)), core::at(core::seconds(4)));
  RunOptions options;
  options.observer = &window;
  options.sink = &window;
  options.observe_from = core::at(core::seconds(3));
  options.observe_until = core::at(core::seconds(4));
  const auto watched = run(file, file.runs.front(), options);
  ASSERT_TRUE(watched.has_value());
  EXPECT_EQ(watched->fingerprint, run_text(std::string(kStar)).fingerprint);
  EXPECT_NE(window.text(*watched).find("task.assigned"), std::string::npos);
  EXPECT_NE(window.perfetto(*watched).find("\"traceEvents\""), std::string::npos);
}

TEST(Run, HasANameThatAShellTakesAsItIs) {
  RunResult result;
  result.scenario = "star-hub";
  result.run = "base";
  result.seed = 7;
  EXPECT_EQ(result.id(), "star-hub@7");
  result.run = "1200/s";
  result.build = "5f0c2a9133";
  EXPECT_EQ(result.id(), "star-hub:1200-s@7#5f0c2a9133");
  result.found_as = "mine/hub.yaml";
  EXPECT_EQ(result.id(), "mine/hub.yaml:1200-s@7#5f0c2a9133");
  result.edition = "3f2a91c0";
  EXPECT_EQ(result.id(), "mine/hub.yaml:1200-s@7#5f0c2a9133.3f2a91c0");
}

TEST(Run, HasTheEditionOfWhatItsScenarioSays) {
  const scenario::Scenario star = load(std::string(kStar)).base;
  EXPECT_EQ(edition_of(load("# a remark\n" + std::string(kStar)).base), edition_of(star));
  const auto file = load(std::string(kStar));
  EXPECT_EQ(run_text(std::string(kStar)).edition, edition_of(file.runs.front()));
  EXPECT_EQ(run_text(std::string(kStar), 2).edition, edition_of(file.runs.front()))
      << "whatever the seed";
  for (const char* change : {"name: other", "faults: [{kind: crash, target: hub, at: 2s}]",
                             "checks: {requirements: [{metric: lost, at_most: 0}]}"}) {
    const scenario::Scenario changed = load(std::string(kStar) + change + "\n").base;
    EXPECT_NE(edition_of(changed), edition_of(star)) << change;
  }
}

TEST(Run, AHubWithoutStandbysIsASinglePointOfFailure) {
  const RunResult result = run_text(std::string(kStar) +
                                    "topology: {standbys: 0}\n"
                                    "faults: [{kind: crash, target: hub, at: 2s}]\n");
  EXPECT_EQ(result.spof, "Critical");
  EXPECT_GT(result.account.lost, 0U);
  EXPECT_EQ(result.account.duplicated, 0U);
}

// More members than heartbeats watch: SWIM does.
class ManyMembers : public ::testing::TestWithParam<std::string> {
 protected:
  [[nodiscard]] static std::string scenario() {
    return "pattern: " + GetParam() +
           "\nduration: 12s\npools: [{name: agent, size: 20, strategy: momentum}]\n"
           "workload: {rate: 20/s}\n";
  }
};

// Who speaks to whom, of the members.
class Listener : public world_sim::Observer {
 public:
  explicit Listener(const swarm::Topology& topology) : topology_(topology) {}
  void on_delivery(core::Time, core::Time, const world::Message& message) override {
    if (topology_.find(message.from) != nullptr && topology_.find(message.to) != nullptr) {
      ++heard_;
      const bool declared = std::ranges::any_of(topology_.voters(), [&](world::NodeId leader) {
        return topology_.may_send(message.from, message.to, leader);
      });
      undeclared_ += declared ? 0U : 1U;
    }
  }
  [[nodiscard]] std::uint64_t heard() const { return heard_; }
  [[nodiscard]] std::uint64_t undeclared() const { return undeclared_; }

 private:
  const swarm::Topology& topology_;
  std::uint64_t heard_ = 0;
  std::uint64_t undeclared_ = 0;
};

TEST_P(ManyMembers, SpeakOverDeclaredLinksOnlyAlsoWhileOneIsLost) {
  const auto file =
      load(scenario() + "faults: [{kind: crash, target: agent-17, at: 1s, for: 3s}]\n");
  const auto deployment = deploy(file, file.runs.front(), 5);
  ASSERT_TRUE(deployment.has_value());
  Listener listener(deployment->topology);
  RunOptions options;
  options.seed = 5;
  options.observer = &listener;
  EXPECT_TRUE(run(file, file.runs.front(), options).has_value());
  EXPECT_GT(listener.heard(), 1000U);
  EXPECT_EQ(listener.undeclared(), 0U);
}

TEST_P(ManyMembers, NobodyIsSuspectedWithoutAFault) {
  const RunResult result = run_text(scenario());
  EXPECT_EQ(result.verdict, Verdict::kPass) << result.reason;
  EXPECT_EQ(result.metrics.at("false_suspicions"), 0);
}

TEST_P(ManyMembers, AKilledAgentIsFoundAndTheTasksAreDone) {
  const RunResult result =
      run_text(scenario() + "faults: [{kind: crash, target: agent-17, at: 1s}]\n");
  EXPECT_EQ(result.verdict, Verdict::kPass) << result.reason;
  EXPECT_GT(result.metrics.at("recovery_detect"), 0);
  EXPECT_EQ(result.metrics.at("false_suspicions"), 0);
  EXPECT_EQ(result.account.lost, 0U);
  EXPECT_EQ(result.account.duplicated, 0U);
}

INSTANTIATE_TEST_SUITE_P(Topologies, ManyMembers, ::testing::Values("mesh", "star", "hierarchical"),
                         [](const auto& instance) { return instance.param; });

// To whom agents speak that are created while it runs.
class NewcomersEar : public world_sim::Observer {
 public:
  explicit NewcomersEar(const Deployment& deployment) : deployment_(deployment) {}
  void on_delivery(core::Time, core::Time, const world::Message& message) override {
    if (deployment_.nodes[message.from.value - 1].spare) {
      heard_[message.from].insert(std::string(deployment_.name(message.to)));
    }
  }
  [[nodiscard]] const std::map<world::NodeId, std::set<std::string>>& heard() const {
    return heard_;
  }

 private:
  const Deployment& deployment_;
  std::map<world::NodeId, std::set<std::string>> heard_;
};

TEST(Run, AgentsCreatedUnderSubLeadersSpeakToTheirOwnAndTheNextAlone) {
  const auto file = load(R"(
pattern: hierarchical
duration: 30s
topology: {standbys: 0, fan_out: 2}
dispatch: {in_flight_per_agent: 2}
sandbox: {vcpu: 1, cold_start: {p50: 500ms, p95: 1s}}
pools: [{name: agent, size: 2, strategy: momentum}]
workload: {rate: 100/s, service: {cpu: 50ms, wait: 0s}, retry: {timeout: 4s, attempts: 6}}
scaling:
  min: 2
  max: 6
  concurrency: {per_agent: 2, target: 50%, stable_window: 6s, panic_window: 3s}
  decide_every: 1s
checks:
  requirements:
    - {metric: size_max, at_least: 5}
    - {metric: relay_hops_max, at_least: 3}
)");
  const auto deployment = deploy(file, file.runs.front(), 5);
  ASSERT_TRUE(deployment.has_value());
  NewcomersEar ear(*deployment);
  RunOptions options;
  options.seed = 5;
  options.observer = &ear;
  const auto result = run(file, file.runs.front(), options);
  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(result->verdict, Verdict::kPass) << result->reason;
  EXPECT_GE(ear.heard().size(), 3U);
  // Below two at the top there are three, for six workers.
  const std::vector<std::set<std::string>> pairs{{"sub-leader-3", "sub-leader-4"},
                                                 {"sub-leader-4", "sub-leader-5"},
                                                 {"sub-leader-5", "sub-leader-3"}};
  for (auto [newcomer, others] : ear.heard()) {
    for (const char* environment : {"venue", "client", "controller"}) {
      others.erase(environment);
    }
    EXPECT_TRUE(std::ranges::count(pairs, others) > 0 || others.empty())
        << deployment->name(newcomer) << " speaks to " << *others.begin();
  }
}

// Whatever the run's last moment is, a sandbox that is about to be ended is forgotten by nobody,
// however old it is. Here agents leave some seconds after the load fell.
TEST(Run, ASandboxThatIsBeingEndedWhenTheRunEndsIsNoOrphan) {
  std::set<double> ended;
  for (int duration_ms = 34'000; duration_ms < 38'000; duration_ms += 250) {
    const RunResult result = run_text(
        "pattern: star\nduration: " + std::to_string(duration_ms) +
        "ms\nsandbox: {vcpu: 1}\nworkload: {rate: 6/s, steps: [{at: 31s, rate: 1/s}], "
        "service: {cpu: 300ms}}\nbudget: {drain: 1s}\npools: [{name: agent, size: 3}]\n"
        "scaling: {min: 1, max: 3, decide_every: 1s, concurrency: {per_agent: 1, target: 50%, "
        "stable_window: 4s, panic_window: 2s}, stabilise_down: 2s}\n");
    EXPECT_EQ(result.metrics.at("orphan_sandboxes"), 0) << "after " << duration_ms << " ms";
    ended.insert(result.metrics.at("agents_ended"));
  }
  EXPECT_GT(ended.size(), 1U) << "some runs end before an agent left, and some after";
}

TEST(Run, AFaultThatNeverBeginsFailsTheRun) {
  const RunResult result = run_text(
      std::string(kStar) +
      "faults: [{kind: crash, target: assignee, on: {probe: ordered, nth: 99999}, for: 1s}]\n");
  EXPECT_EQ(result.verdict, Verdict::kFail);
  EXPECT_NE(result.reason.find("did not act"), std::string::npos);
}

TEST(Run, EveryMetricThatARunHasIsInTheCatalogue) {
  for (const auto& [name, value] : run_text(std::string(kStar)).metrics) {
    EXPECT_NE(scenario::find_metric(name), nullptr) << name;
  }
}

TEST(Run, WhatAControllerDidIsInTheCatalogueThoughItDiesMeanwhile) {
  const RunResult result = run_text(R"(
pattern: star
duration: 20s
sandbox: {vcpu: 1}
dispatch: {in_flight_per_agent: 2}
pools: [{name: agent, size: 2, strategy: momentum}]
workload: {rate: 8/s, steps: [{at: 3s, rate: 32/s}], service: {cpu: 100ms}}
faults: [{kind: crash, target: controller, at: 12s, for: 1s}]
scaling: {min: 2, max: 6, decide_every: 1s, concurrency: {stable_window: 4s, panic_window: 2s}}
)");
  EXPECT_EQ(result.verdict, Verdict::kPass) << result.reason;
  for (const auto& [name, value] : result.metrics) {
    EXPECT_NE(scenario::find_metric(name), nullptr) << name;
  }
  EXPECT_EQ(result.metrics.at("size_error"),
            result.metrics.at("over_provision") + result.metrics.at("under_provision"));
  EXPECT_EQ(result.metrics.at("undone"), 0);
}

TEST(Deployment, TheWordsOfAScenarioAreThoseOfTheSwarm) {
  for (int i = 0; i <= static_cast<int>(swarm::Policy::kSpecialised); ++i) {
    EXPECT_EQ(name_of(static_cast<swarm::Policy>(i)),
              scenario::name_of(static_cast<scenario::Policy>(i)));
  }
  for (int i = 0; i <= static_cast<int>(last_value(swarm::TopologyKind{})); ++i) {
    EXPECT_EQ(name_of(static_cast<swarm::TopologyKind>(i)),
              scenario::name_of(static_cast<scenario::TopologyKind>(i)));
  }
}

TEST(Deployment, IsAPureFunctionOfFileRunAndSeed) {
  const auto file = load(std::string(kStar));
  const auto one = deploy(file, file.runs.front(), 3);
  const auto other = deploy(file, file.runs.front(), 3);
  ASSERT_TRUE(one && other);
  EXPECT_EQ(core::digest(one->agent_configs), core::digest(other->agent_configs));
  EXPECT_EQ(core::digest(*one->market), core::digest(*other->market));
  EXPECT_EQ(one->nodes.size(), 7U);  // hub, four agents, venue, client
}

SuiteOptions one_after_the_other(std::uint64_t seeds) {
  SuiteOptions options;
  options.seeds = seeds;
  options.clock_s = [] { return 0.0; };
  options.interrupted = [] { return false; };
  options.for_each = [](std::size_t count, const std::function<void(std::size_t)>& body) {
    for (std::size_t i = 0; i < count; ++i) {
      body(i);
    }
  };
  return options;
}

TEST(Suite, AnObjectiveSaysItsBoundAndWhatWasMeasuredInOneUnit) {
  const Case one{
      "test.yaml",
      load(std::string(kStar) + "checks: {objectives: [{metric: latency_p99, at_most: 1ms}]}\n")};
  const auto suite = run_suite({one}, one_after_the_other(2));
  ASSERT_TRUE(suite.has_value());
  const CheckResult& objective = suite->cases.at(0).checks.at(0);
  EXPECT_EQ(objective.text, "latency_p99 at most 1 ms");
  EXPECT_TRUE(objective.observed.starts_with("observed: ")) << objective.observed;
  EXPECT_NE(objective.observed.find(" ms], n = 2; judged from n = 20 on"), std::string::npos)
      << objective.observed;
  EXPECT_EQ(suite->verdict, Verdict::kPass) << "two seeds do not judge an objective";
}

TEST(Suite, AnObjectiveOfTwoVariantsIsJudgedByTheirDifferenceOnEachSeed) {
  const std::string slower = "{metric: latency_p50, run: slow, of: latency_p50, of_run: quick, ";
  const Case one{"test.yaml",
                 load("pattern: star\nduration: 1s\npools: [{name: agent, size: 2}]\n"
                      "workload: {rate: 20/s}\nchecks: {objectives: [" +
                      slower + "at_least: 150%}, " + slower +
                      "at_most: 110%}]}\nruns:\n  quick: {workload: {service: {wait: 10ms}}}\n"
                      "  slow: {workload: {service: {wait: 40ms}}}\n")};
  const auto suite = run_suite({one}, one_after_the_other(20));
  ASSERT_TRUE(suite.has_value());
  const CaseResult& made = suite->cases.at(0);
  ASSERT_EQ(made.checks.size(), 2U) << "those of a variant that is not the first, too";
  EXPECT_EQ(made.checks[0].text, "slow: latency_p50 at least 150 % of latency_p50 of quick");
  EXPECT_TRUE(made.checks[0].observed.starts_with("pass: off that by ")) << made.checks[0].observed;
  EXPECT_NE(made.checks[0].observed.find("n = 20"), std::string::npos) << made.checks[0].observed;
  EXPECT_TRUE(made.checks[1].observed.starts_with("fail: ")) << made.checks[1].observed;
  EXPECT_EQ(made.verdict, Verdict::kFail);
  const auto observed = run_suite({one}, one_after_the_other(2));
  ASSERT_TRUE(observed.has_value());
  EXPECT_EQ(observed->verdict, Verdict::kPass) << "two seeds do not judge an objective";
}

TEST(Suite, AnObjectiveThatEveryRunMissesByNobodyKnowsHowMuchIsObservedBelowTwentySeeds) {
  const Case late{"test.yaml", load("pattern: star\nduration: 1s\npools: [{name: agent, size: 2}]\n"
                                    "workload: {rate: 20/s, deadline: 10ms}\nchecks: {objectives: "
                                    "[{metric: latency_p99, at_most: 5ms}]}\n")};
  const auto one = run_suite({late}, one_after_the_other(1));
  ASSERT_TRUE(one.has_value());
  EXPECT_EQ(one->cases.at(0).checks.at(0).observed,
            "observed: > deadline in 1 of 1; judged from n = 20 on");
  EXPECT_EQ(one->verdict, Verdict::kPass) << "one seed does not judge an objective";
  const auto many = run_suite({late}, one_after_the_other(20));
  ASSERT_TRUE(many.has_value());
  EXPECT_EQ(many->cases.at(0).checks.at(0).observed, "fail: > deadline in 20 of 20");
  EXPECT_EQ(many->verdict, Verdict::kFail);
}

// The crash hits whom the seed draws: only one of the agents can do the work.
TEST(Suite, ARunThatNeverRecoversIsNotLeftOutOfTheMeanThatIsJudged) {
  const Case one{"test.yaml",
                 load("pattern: star\nduration: 20s\ndispatch: {policy: specialised}\n"
                      "pools: [{name: able, size: 1, capabilities: [it]}, {name: other, size: 1}]\n"
                      "workload: {rate: 10/s, classes: [{name: it, requires: [it]}]}\n"
                      "faults: [{kind: crash, target: worker, at: 2s}]\n"
                      "checks: {objectives: [{metric: recovery_time, at_most: 10s}]}\n")};
  const auto few = run_suite({one}, one_after_the_other(12));
  ASSERT_TRUE(few.has_value());
  EXPECT_TRUE(few->cases.at(0).checks.at(0).passed) << "twelve seeds do not judge an objective";
  EXPECT_TRUE(few->cases.at(0).checks.at(0).observed.starts_with("observed: never in "))
      << few->cases.at(0).checks.at(0).observed;
  const auto many = run_suite({one}, one_after_the_other(24));
  ASSERT_TRUE(many.has_value());
  const CaseResult& made = many->cases.at(0);
  const MetricEstimate& mean = made.metrics.at("recovery_time");
  EXPECT_EQ(mean.n, 24U);
  EXPECT_GE(mean.infinite, 4U);
  EXPECT_LT(mean.infinite, 24U) << "some do recover, and in time";
  EXPECT_TRUE(std::isinf(mean.value));
  EXPECT_FALSE(made.checks.at(0).passed);
  EXPECT_TRUE(made.checks.at(0).observed.starts_with("fail: never in ")) << made.checks[0].observed;
  EXPECT_NE(made.checks[0].observed.find(" of 24, else "), std::string::npos);
}

TEST(Suite, AnObjectiveThatNothingCanTellOfIsMissed) {
  const Case one{"test.yaml",
                 load(std::string(kStar) + "checks: {objectives: [{metric: rollback_time, "
                                           "at_most: 1s}]}\n")};
  const auto suite = run_suite({one}, one_after_the_other(1));
  ASSERT_TRUE(suite.has_value());
  EXPECT_EQ(suite->verdict, Verdict::kFail);
}

TEST(Suite, AnObjectiveWhoseIntervalSpansItsBoundLeavesTheCaseInconclusive) {
  const auto with_bound = [](const std::string& bound) {
    return Case{"test.yaml", load("pattern: star\nduration: 1s\npools: [{name: agent, size: 2}]\n"
                                  "workload: {rate: 20/s, service: {wait: 10ms}}\n"
                                  "checks: {objectives: [{metric: offered, at_most: " +
                                  bound + "}]}\n")};
  };
  const auto first = run_suite({with_bound("1000")}, one_after_the_other(20));
  ASSERT_TRUE(first.has_value());
  EXPECT_EQ(first->verdict, Verdict::kPass);
  // Arrivals are random: a bound at the rounded mean is within the interval.
  const double mean = first->cases.at(0).metrics.at("offered").value;
  const auto bound = std::to_string(static_cast<std::uint64_t>(mean + 0.5));
  const auto suite = run_suite({with_bound(bound)}, one_after_the_other(20));
  ASSERT_TRUE(suite.has_value());
  const CaseResult& made = suite->cases.at(0);
  EXPECT_TRUE(made.checks.at(0).observed.starts_with("inconclusive: ")) << made.checks[0].observed;
  EXPECT_EQ(made.verdict, Verdict::kInconclusive);
  EXPECT_EQ(suite->verdict, Verdict::kInconclusive);
  EXPECT_TRUE(made.reason.starts_with("objective offered at most ")) << made.reason;
}

TEST(Suite, TellsEachVariantBesideTheSumOfAll) {
  Case one{"test.yaml",
           load(std::string(kStar) + "topology: {kind: star, standbys: 0}\nruns:\n  good: {}\n  "
                                     "late: {workload: {deadline: 1ms}}\n")};
  const auto suite = run_suite({one}, one_after_the_other(2));
  ASSERT_TRUE(suite.has_value());
  const CaseResult& made = suite->cases.at(0);
  const std::vector<VariantResult> variants = variants_of(made);
  ASSERT_EQ(variants.size(), 2U);
  EXPECT_EQ(variants[0].run, "good");
  EXPECT_EQ(variants[1].run, "late");
  EXPECT_EQ(variants[0].account.offered + variants[1].account.offered, made.account.offered);
  EXPECT_EQ(variants[0].metrics.at("reliability").value, 1);
  EXPECT_EQ(variants[1].metrics.at("reliability").value, 0) << "nothing is done in a millisecond";
  EXPECT_EQ(variants[1].metrics.at("reliability").n, 2U);
  const std::optional<double> all = reliability_of(made);
  ASSERT_TRUE(all.has_value());
  EXPECT_GT(*all, 0.4);
  EXPECT_LT(*all, 0.6) << "not that of the first variant";
  const auto accounts = accounts_of(made);
  ASSERT_EQ(accounts.size(), 2U);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(accounts[i].first, variants[i].run);
    EXPECT_EQ(accounts[i].second.offered, variants[i].account.offered);
    EXPECT_EQ(accounts[i].second.done, variants[i].account.done);
  }
  EXPECT_EQ(variants[0].spof, "Critical");
  EXPECT_EQ(variants[0].spof_nodes, std::vector<std::string>{"hub"});
}

TEST(Suite, ARequirementWithoutItsOtherVariantIsLeftOut) {
  Case one{"test.yaml", load(std::string(kStar) +
                             "checks: {requirements: [{metric: goodput, run: a, at_least: 50%, "
                             "of: goodput, of_run: b}]}\nruns: {a: {}, b: {}}\n")};
  const auto both = run_suite({one}, one_after_the_other(1));
  ASSERT_TRUE(both.has_value());
  EXPECT_EQ(both->cases.at(0).checks.size(), 1U);
  one.file.runs.pop_back();  // as replay has it
  const auto alone = run_suite({one}, one_after_the_other(1));
  ASSERT_TRUE(alone.has_value());
  EXPECT_TRUE(alone->cases.at(0).checks.empty());
  EXPECT_EQ(alone->verdict, Verdict::kPass);
}

TEST(Suite, ComparesVariantsForEverySeed) {
  Case one{"test.yaml", load(std::string(kStar) +
                             "checks: {requirements: [{metric: goodput, run: a, at_least: 200%, "
                             "of: goodput, of_run: b}]}\nruns: {a: {}, b: {}}\n")};
  const auto suite = run_suite({one}, one_after_the_other(2));
  ASSERT_TRUE(suite.has_value());
  EXPECT_EQ(suite->cases.at(0).runs.size(), 4U);
  EXPECT_EQ(suite->verdict, Verdict::kFail);
  EXPECT_NE(suite->cases.at(0).reason.find("a: goodput"), std::string::npos);
}

}  // namespace
}  // namespace lab
