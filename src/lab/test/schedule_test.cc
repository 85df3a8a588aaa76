// Standard schedules over a scenario: order, halves, components, and the search for the capacity.
#include "lab/schedule.h"

#include <gmock/gmock.h>

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

TEST(Capacity, IsMeasuredByRunsAndIsBelowWhatIsConfigured) {
  const RunResult result = run_one(star_under("capacity"), 0);
  EXPECT_EQ(result.verdict, Verdict::kPass) << result.reason;
  const double capacity = result.metrics.at("capacity");
  EXPECT_GT(capacity, 5);
  EXPECT_LT(capacity, result.metrics.at("configured_capacity") * 1.05);
  EXPECT_GE(result.metrics.at("reliability"), 0.99) << "the run shown is that at the capacity";
}

}  // namespace
}  // namespace lab
