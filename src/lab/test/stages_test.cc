// What a run of a ring tells of its stages: which limits it, where items wait, what a loss cost.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "lab/run.h"
#include "scenario/load.h"

namespace lab {
namespace {

using testing::HasSubstr;

RunResult run_text(const std::string& text) {
  const auto file = scenario::load(text, "test.yaml", {});
  EXPECT_TRUE(file.has_value()) << (file ? "" : file.error().message);
  auto result = run(*file, file->runs.front(), {});
  EXPECT_TRUE(result.has_value()) << (result ? "" : result.error().message);
  return *result;
}

std::string ring(const std::string& collector, const std::string& analyser,
                 const std::string& more) {
  return "pattern: ring\nduration: 6s\n"
         "topology:\n  kind: ring\n  stages:\n"
         "    - {pool: collector, does: [collect], work: " +
         collector + "}\n    - {pool: analyser, does: [analyse, approve], work: " + analyser +
         "}\n    - {pool: executor, does: [execute], work: {cpu: 1ms, wait: 10ms}}\n"
         "pools:\n  - {name: collector, capabilities: [collect]}\n"
         "  - {name: analyser, strategy: momentum, capabilities: [analyse, approve]}\n"
         "  - {name: executor, capabilities: [execute]}\n" +
         more;
}

std::string slow_stage(const RunResult& result) {
  const auto slow = std::ranges::find(result.stages, true, &StageResult::slow);
  return slow == result.stages.end() ? "none" : slow->name;
}

constexpr const char* kOverload = "dispatch: {queue: 50}\nworkload: {rate: 220/s}\n";
constexpr const char* kCalm =
    "dispatch: {attempt_timeout: 3s}\n"
    "workload: {rate: 40/s, deadline: 4s, retry: {timeout: 1500ms, attempts: 8}}\n";

TEST(Stages, TheOneWhosePlacesAreFullIsTheSlowOne) {
  const RunResult result =
      run_text(ring("{cpu: 1ms, wait: 20ms}", "{cpu: 2ms, wait: 60ms}", kOverload));
  ASSERT_EQ(result.stages.size(), 3U);
  EXPECT_EQ(slow_stage(result), "analyser");
  EXPECT_EQ(result.metrics.at("slow_stage"), 2);
  EXPECT_GT(result.stages[1].in_use, 0.9);
  EXPECT_NEAR(result.stages[1].work_mean_s, 0.062, 0.005);
  EXPECT_GT(result.stages[0].wait_mean_s, 0.020) << "items wait before it for a credit";
  EXPECT_LT(result.stages[1].wait_mean_s, 0.020) << "and not behind it";
  EXPECT_GT(result.metrics.at("hop_latency_p50"), 0);
  EXPECT_GT(result.metrics.at("ring_items_peak"), result.metrics.at("stage_items_peak"));
  EXPECT_GT(result.metrics.at("ring_items_peak"), result.metrics.at("ring_items_mean"));
}

TEST(Stages, OneWhoseCpusAreFullIsFoundAsWell) {
  const RunResult result = run_text(ring("{cpu: 18ms, wait: 5ms}", "{cpu: 2ms, wait: 30ms}",
                                         "dispatch: {queue: 50}\nworkload: {rate: 100/s}\n"));
  EXPECT_EQ(slow_stage(result), "collector");
  EXPECT_EQ(result.metrics.at("slow_stage"), 1);
}

TEST(Stages, ALossIsCountedAndToldFromTheBreakToTheProbesThatEndIt) {
  const RunResult result =
      run_text(ring("{cpu: 1ms, wait: 10ms}", "{cpu: 1ms, wait: 10ms}", kCalm) +
               "faults: [{kind: crash, target: analyser-1, at: 2s, for: 3s}]\n");
  EXPECT_EQ(result.verdict, Verdict::kPass) << result.reason;
  EXPECT_GE(result.metrics.at("breaker_opens"), 1);
  EXPECT_EQ(result.metrics.at("breaker_links"), 1);
  EXPECT_GE(result.metrics.at("breaker_probes"), 2);
  EXPECT_EQ(result.metrics.at("ring_stops"), 1);
  EXPECT_LE(result.metrics.at("ring_stop_time"), 5);
  EXPECT_GT(result.metrics.at("ring_stopped_for"), 0);
  EXPECT_EQ(result.metrics.at("lost"), 0);
  std::string told;
  for (const Milestone& milestone : result.milestones) {
    told += milestone.text + "\n";
  }
  EXPECT_THAT(told, HasSubstr("the breaker to analyser-1 opens"));
  EXPECT_THAT(told, HasSubstr("the ring stops: stage analyser has nobody, and no spare can do it"));
  EXPECT_THAT(told, HasSubstr("the ring goes on"));
  EXPECT_THAT(told, HasSubstr("the breaker to analyser-1 closes after 2 probes"));
}

TEST(Stages, WithoutARingThereAreNone) {
  const RunResult result = run_text("pattern: mesh\nduration: 2s\n");
  EXPECT_TRUE(result.stages.empty());
  EXPECT_FALSE(result.metrics.contains("slow_stage"));
  EXPECT_FALSE(result.metrics.contains("breaker_opens"));
}

}  // namespace
}  // namespace lab
