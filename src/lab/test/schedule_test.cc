// Standard schedules over a scenario: order, halves, components, and the search for the capacity.
#include "lab/schedule.h"

#include <gmock/gmock.h>

#include <functional>
#include <span>

#include "capacity.h"
#include "lab/run.h"
#include "scenario/load.h"
#include "scenario/schedule.h"

namespace lab {
namespace {

using scenario::FaultKind;
using scenario::Schedule;
using testing::Contains;
using testing::UnorderedElementsAreArray;

scenario::ScenarioFile star_under(const std::string& schedules, const std::string& more = "") {
  auto file = scenario::load(
      "pattern: star\n"
      "pools: [{name: a, size: 5}]\n"
      "workload: {rate: 5/s, service: {cpu: 10ms, wait: 50ms}}\n"
      "schedules: {quick: [" +
          schedules + "]}\n" + more,
      "test.yaml", {});
  EXPECT_TRUE(file) << (file ? "" : file.error().message);
  return *file;
}

std::vector<FaultKind> kinds_of(const scenario::Scenario& scenario) {
  std::vector<FaultKind> kinds;
  for (const scenario::Fault& fault : scenario.faults) {
    kinds.push_back(fault.kind);
  }
  return kinds;
}

RunResult run_one(const scenario::ScenarioFile& file, std::size_t index) {
  auto result = run(file, file.runs[index], {});
  EXPECT_TRUE(result) << (result ? "" : result.error().message);
  return *result;
}

TEST(Schedules, S1HasNineSlotsInAnOrderOfItsSeed) {
  const scenario::Scenario base = star_under("S1").runs[0];
  const scenario::Scenario one = with_schedule(base, 1);
  const scenario::Scenario two = with_schedule(base, 2);
  ASSERT_EQ(one.faults.size(), 9U);
  EXPECT_NE(kinds_of(one), kinds_of(two));
  EXPECT_THAT(kinds_of(one), UnorderedElementsAreArray(kinds_of(two)));
  EXPECT_EQ(one.duration, core::seconds(600));
  EXPECT_EQ(one.warm_up, core::seconds(60));
  for (std::size_t i = 0; i < 9; ++i) {
    EXPECT_EQ(*one.faults[i].at, core::seconds(70 + 60 * i));
    EXPECT_EQ(*one.faults[i].lasts, core::seconds(20));
  }
  EXPECT_EQ(with_schedule(one, 1), one) << "to do it twice changes nothing";
}

TEST(Schedules, S1LosesAFifthOfTheMessagesInBursts) {
  const scenario::Scenario planned = with_schedule(star_under("S1").runs[0], 3);
  const auto loss = std::ranges::find(planned.faults, FaultKind::kLoss, &scenario::Fault::kind);
  ASSERT_NE(loss, planned.faults.end());
  EXPECT_EQ(loss->probability_ppm, 200'000);
  EXPECT_EQ(loss->correlation_ppm, 750'000);
}

TEST(Schedules, EveryMemberIsInOneOfTheTwoHalves) {
  const scenario::Scenario planned = with_schedule(star_under("S1").runs[0], 3);
  const auto partition =
      std::ranges::find(planned.faults, FaultKind::kPartition, &scenario::Fault::kind);
  ASSERT_NE(partition, planned.faults.end());
  std::vector<std::string> both = partition->sides[0];
  both.insert(both.end(), partition->sides[1].begin(), partition->sides[1].end());
  EXPECT_EQ(partition->sides[0].size(), 3U);
  EXPECT_THAT(both, UnorderedElementsAreArray({"hub", "a-1", "a-2", "a-3", "a-4", "a-5"}));
}

// After a rollout none of the first agents is left; halves of these alone would part nobody.
TEST(Schedules, WhoJoinsLaterGoesToEitherHalfInTurn) {
  const scenario::Scenario planned = with_schedule(
      star_under("S1", "scaling: {min: 5, max: 10, concurrency: {per_agent: 1}}\n").runs[0], 3);
  const auto partition =
      std::ranges::find(planned.faults, FaultKind::kPartition, &scenario::Fault::kind);
  ASSERT_NE(partition, planned.faults.end());
  EXPECT_THAT(partition->sides[1], testing::AllOf(Contains("new-1"), Contains("new-3")));
  EXPECT_THAT(partition->sides[0], testing::AllOf(Contains("new-2"), Contains("new-4")));
}

TEST(Schedules, TheHashIsOfTheDefinitionAndNotOfTheOrder) {
  const auto file = star_under("S1, S1s, S3");
  const auto hash = [&](std::size_t run, std::uint64_t seed) {
    return scenario::schedule_digest(with_schedule(file.runs[run], seed));
  };
  EXPECT_EQ(hash(0, 1), hash(0, 2));
  EXPECT_NE(hash(0, 1), hash(1, 1));
  EXPECT_NE(hash(0, 1), hash(2, 1));
}

TEST(Schedules, S3IsS1UnderTwiceTheLoad) {
  const auto file = star_under("S1, S3");
  EXPECT_EQ(file.runs[1].workload.rate_millitasks_per_s,
            2 * file.runs[0].workload.rate_millitasks_per_s);
  EXPECT_EQ(kinds_of(with_schedule(file.runs[0], 4)), kinds_of(with_schedule(file.runs[1], 4)));
}

TEST(Schedules, S2LosesEveryComponentOnce) {
  auto file = star_under("S2");
  ASSERT_TRUE(enumerate_components(file));
  std::vector<std::string> names;
  for (const scenario::Scenario& run : file.runs) {
    names.push_back(run.component);
    ASSERT_EQ(run.faults.size(), 1U);
    EXPECT_FALSE(run.faults[0].lasts) << "nobody repairs it";
  }
  // The hub and its five spokes; three voters' stores; five spokes' links, and the one between the
  // two standbys.
  EXPECT_EQ(names.size(), 6U + 3U + 6U);
  EXPECT_THAT(names, Contains("node-hub"));
  EXPECT_THAT(names, Contains("store-a-2"));
  EXPECT_THAT(names, Contains("link-hub-a-5"));
  EXPECT_THAT(names, Contains("link-a-1-a-2"));
}

TEST(Schedules, AShortS1ActsInEverySlotAndCountsNothingOfTheWarmUp) {
  const RunResult result = run_one(star_under("S1s"), 0);
  EXPECT_EQ(result.verdict, Verdict::kPass) << result.reason;
  EXPECT_EQ(result.schedule_name, "S1s");
  EXPECT_EQ(result.arm, "base");
  EXPECT_EQ(result.metrics.at("faults_acted"), 9);
  EXPECT_LT(result.metrics.at("offered"), static_cast<double>(result.account.offered))
      << "the account is of every task, the numbers of those after the warm-up";
  EXPECT_NEAR(result.metrics.at("offered"), 5 * 54, 60);
}

TEST(Schedules, TheLeaderAloneIsNoLeaderThoughClientsReachIt) {
  auto file = scenario::load(R"(
pattern: star
duration: 12s
pools: [{name: a, size: 5}]
workload: {rate: 5/s}
faults: [{kind: isolate, target: leader, members_only: true, at: 2s, for: 4s}]
)",
                             "test.yaml", {});
  ASSERT_TRUE(file) << file.error().message;
  const RunResult cut = run_one(*file, 0);
  EXPECT_EQ(cut.verdict, Verdict::kPass) << cut.reason;
  EXPECT_GE(cut.metrics.at("leader_elections"), 1);
  EXPECT_EQ(cut.account.lost, 0U);
}

TEST(Capacity, IsTheLargestRateServedToFivePercent) {
  for (const std::int64_t truth : {7, 130, 999, 1'000, 1'001, 4'321, 60'000}) {
    std::size_t asked = 0;
    const auto found = largest_rate(1'000, [&](std::int64_t rate) -> core::Result<bool> {
      ++asked;
      return rate <= truth;
    });
    ASSERT_TRUE(found);
    EXPECT_LE(*found, truth);
    EXPECT_GE(*found * 105, (truth - 1) * 100) << truth;
    EXPECT_LE(asked, 16U);
  }
}

TEST(Capacity, OfASwarmThatServesNothingIsZero) {
  EXPECT_EQ(*largest_rate(1'000, [](std::int64_t) -> core::Result<bool> { return false; }), 0);
}

// A swarm whose capacity, in tasks a second, is a function of its agents; it remembers what it ran.
struct ModelSwarm {
  std::function<double(double agents)> capacity;
  std::vector<scenario::Scenario> ran{};

  Execute execute() {
    return [this](const scenario::Scenario& one, const RunOptions&) -> core::Result<RunResult> {
      ran.push_back(one);
      const double rate = static_cast<double>(one.workload.rate_millitasks_per_s) / 1'000;
      const bool served = rate <= capacity(scenario::agent_count(one));
      RunResult result;
      result.complete = true;
      result.metrics = {{"latency_p99", served ? 0.5 : 5}, {"reliability", served ? 1 : 0.5}};
      return result;
    };
  }
};

TEST(Capacity, OfItsOwnEachPatternIsThenOfferedSixTenths) {
  ModelSwarm swarm{[](double) { return 40.0; }};
  const scenario::Scenario planned = with_schedule(star_under("S1-own").runs[0], 3);
  const auto result = run_at_own_load(planned, {}, swarm.execute());
  ASSERT_TRUE(result);
  const double capacity = result->metrics.at("capacity");
  EXPECT_LE(capacity, 40);
  EXPECT_GE(capacity, 38);
  EXPECT_NEAR(result->metrics.at("own_rate"), 0.6 * capacity, 0.001);
  for (const scenario::Scenario& probe : std::span(swarm.ran).first(swarm.ran.size() - 1)) {
    EXPECT_TRUE(probe.faults.empty());
    EXPECT_EQ(probe.duration, core::seconds(180)) << "as the capacity of every pattern is found";
  }
  EXPECT_EQ(swarm.ran.back().faults, planned.faults);
  EXPECT_EQ(swarm.ran.back().duration, core::seconds(600));
  EXPECT_NEAR(static_cast<double>(swarm.ran.back().workload.rate_millitasks_per_s), 600 * capacity,
              1);
}

TEST(Capacity, OfSeveralSizesTellsContentionAndCoherence) {
  const auto law = [](double n) { return 3.5 * n / (1 + 0.1 * (n - 1) + 0.01 * n * (n - 1)); };
  ModelSwarm swarm{law};
  const auto result = run_at_sizes(star_under("scalability").runs[0], {}, swarm.execute());
  ASSERT_TRUE(result);
  for (const int size : {1, 2, 4, 8, 10}) {
    const double found = result->metrics.at("capacity_" + std::to_string(size));
    EXPECT_LE(found, law(size)) << size;
    EXPECT_GE(found * 1.051, law(size)) << size;
  }
  EXPECT_NEAR(result->metrics.at("scalability"), law(10) / law(2), 0.06 * law(10) / law(2));
  EXPECT_NEAR(result->metrics.at("usl_sigma"), 0.1, 0.08);
  EXPECT_NEAR(result->metrics.at("usl_kappa"), 0.01, 0.01);
  EXPECT_LT(result->metrics.at("usl_misfit"), 0.05);
  EXPECT_EQ(scenario::agent_count(swarm.ran.back()), 10U) << "the run shown is that of the largest";
}

TEST(Capacity, OfASizeThatServesNothingFollowsNoLaw) {
  ModelSwarm swarm{[](double agents) { return agents < 4 ? 3 * agents : 0; }};
  const auto result = run_at_sizes(star_under("scalability").runs[0], {}, swarm.execute());
  ASSERT_TRUE(result);
  EXPECT_EQ(result->metrics.at("capacity_10"), 0);
  EXPECT_EQ(result->metrics.at("scalability"), 0);
  EXPECT_FALSE(result->metrics.contains("usl_sigma"));
}

// One agent, at work for 900 ms of each task, and tasks that come evenly: it serves one in 900 ms,
// less what the hub and the venue take, and waits of 100 ms are all that the deadline leaves.
scenario::ScenarioFile one_slow_agent(const std::string& schedule) {
  auto file = scenario::load(
      "pattern: star\n"
      "pools: [{name: a, size: 1}]\n"
      "dispatch: {in_flight_per_agent: 1, attempt_timeout: 5s}\n"
      "workload: {rate: 1/s, arrivals: constant, service: {wait: 900ms, spread: fixed}}\n"
      "schedules: {quick: [" +
          schedule + "]}\n",
      "test.yaml", {});
  EXPECT_TRUE(file) << (file ? "" : file.error().message);
  return *file;
}

TEST(Capacity, IsMeasuredByRunsAndIsWhatTheWorkLeaves) {
  const RunResult result = run_one(one_slow_agent("capacity"), 0);
  EXPECT_EQ(result.verdict, Verdict::kPass) << result.reason;
  EXPECT_LE(result.metrics.at("capacity"), 1 / 0.9);
  EXPECT_GE(result.metrics.at("capacity"), 0.95 / 0.92);
  EXPECT_GE(result.metrics.at("reliability"), 0.99) << "the run shown is that at the capacity";
}

// Nobody has the time for whole searches here: interrupted at once, they say which way a run took.
TEST(Capacity, AScheduleThatAsksForItIsSearchedFor) {
  RunOptions hurried;
  hurried.interrupted = [] { return true; };
  const auto file = star_under("S0-own, S1-own, scalability");
  for (const std::size_t own : {0U, 1U}) {
    const auto result = run(file, file.runs[own], hurried);
    ASSERT_TRUE(result);
    EXPECT_EQ(result->verdict, Verdict::kInconclusive);
    EXPECT_EQ(result->metrics.at("own_rate"), 0) << file.runs[own].run;
  }
  const auto sizes = run(file, file.runs[2], hurried);
  ASSERT_TRUE(sizes);
  EXPECT_EQ(sizes->metrics.at("capacity_10"), 0);
}

TEST(Schedules, S2CutsOffEachRegionToo) {
  auto file = scenario::load(
      "pattern: star\n"
      "pools: [{name: a, size: 5}]\n"
      "workload: {rate: 5/s, service: {cpu: 10ms, wait: 50ms}}\n"
      "schedules: {quick: [S2]}\n"
      "regions:\n"
      "  places: [{name: eu, members: [hub]}, {name: us, members: [a-1]}, {name: asia, members: "
      "[rest]}]\n"
      "  round_trips:\n"
      "    - {between: [eu, us], time: 80ms}\n"
      "    - {between: [us, asia], time: 150ms}\n"
      "    - {between: [eu, asia], time: 220ms}\n",
      "test.yaml", {});
  ASSERT_TRUE(file) << file.error().message;
  ASSERT_TRUE(enumerate_components(*file));
  std::vector<std::string> lost;
  for (const scenario::Scenario& run : file->runs) {
    if (run.component.starts_with("region-")) {
      lost.push_back(run.component + " " + run.faults[0].region);
    }
  }
  EXPECT_THAT(lost, testing::ElementsAre("region-eu eu", "region-us us", "region-asia asia"));
  EXPECT_EQ(regions_text(file->runs[0]),
            "eu–us 80 ms, us–asia 150 ms, eu–asia 220 ms; quorum in three regions");
}

TEST(Sizes, StandbysAndVotersAreAsManyAsTheAgentsAllow) {
  const scenario::Scenario star = star_under("scalability").runs[0];
  EXPECT_EQ(scenario::resized(star, 5), star);
  EXPECT_EQ(scenario::resized(star, 2).topology.standbys, 0U);
  EXPECT_EQ(scenario::resized(star, 2).topology.voters, 1U);
  EXPECT_EQ(scenario::resized(star, 10).topology.voters, 3U);
  scenario::Scenario mesh = star;
  mesh.topology.kind = scenario::TopologyKind::kMesh;
  mesh.topology.standbys = 0;
  mesh.topology.voters = 5;
  EXPECT_EQ(scenario::resized(mesh, 1).topology.voters, 1U);
  EXPECT_EQ(scenario::resized(mesh, 4).topology.voters, 3U);
  EXPECT_EQ(scenario::resized(mesh, 10).topology.voters, 5U);
}

TEST(Sizes, ATreeHasSubLeadersFromTheSizeOnThatNeedsThem) {
  const auto file = star_under("scalability");
  scenario::Scenario tree = file.runs[0];
  tree.topology.kind = scenario::TopologyKind::kHierarchical;
  tree.topology.fan_out = 2;
  for (const auto& [agents, sub_leaders] :
       {std::pair{1U, 0U}, {2U, 0U}, {4U, 0U}, {5U, 2U}, {8U, 5U}, {10U, 6U}}) {
    const scenario::Scenario sized = scenario::resized(tree, agents);
    EXPECT_EQ(scenario::relay_names(sized).size(), sub_leaders) << agents;
    EXPECT_TRUE(deploy(file, sized, 1)) << agents;
  }
}

TEST(Sizes, WhatHasNoOneSizeIsLeftOut) {
  auto file = star_under("capacity, scalability",
                         "runs:\n  plain: {}\n  two: {pools: [{name: a}, {name: b}]}\n");
  ASSERT_TRUE(enumerate_components(file));
  std::vector<std::string> names;
  for (const scenario::Scenario& run : file.runs) {
    names.push_back(run.run);
  }
  EXPECT_THAT(names, testing::ElementsAre("plain.capacity", "two.capacity", "plain.scalability"));
}

}  // namespace
}  // namespace lab
