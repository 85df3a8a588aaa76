// Where work goes when dispatch adapts, what each strategy earns, and where regions are.
#include <gtest/gtest.h>

#include <cmath>

#include "lab/run.h"
#include "scenario/load.h"

namespace lab {
namespace {

RunResult run_text(const std::string& text, std::uint64_t seed = 1) {
  const auto file = scenario::load(text, "test.yaml", {});
  EXPECT_TRUE(file.has_value()) << (file ? "" : file.error().message);
  RunOptions options;
  options.seed = seed;
  auto result = run(*file, file->runs.front(), options);
  EXPECT_TRUE(result.has_value()) << (result ? "" : result.error().message);
  return *result;
}

std::string two_strategies(const std::string& floor, const std::string& regimes) {
  return R"(
pattern: multi_strategy
duration: 50s
dispatch:
  policy: adaptive
  in_flight_per_agent: 8
  adaptive: {reward: profit, full_profit: 4, floor: )" +
         floor + R"(}
pools:
  - {name: momentum, size: 2, strategy: momentum}
  - {name: reversion, size: 2, strategy: mean_reversion}
workload: {arrivals: constant, rate: 20/s, service: {cpu: 4ms, wait: 10ms}}
market:
  position_limit: 20
  instruments:
    - {symbol: SYN1, bar_lasts: 400ms, synthetic: {regimes: )" +
         regimes + "}}\n";
}

constexpr std::string_view kChange = "[{movement: trending}, {at: 20s, movement: reverting}]";

TEST(Performance, WorkFollowsTheStrategyThatEarnsWhenTheMarketTurns) {
  const RunResult result = run_text(two_strategies("2%", std::string(kChange)));
  EXPECT_EQ(result.verdict, Verdict::kPass) << result.reason;
  ASSERT_TRUE(result.metrics.contains("tasks_to_shift"));
  EXPECT_LE(result.metrics.at("tasks_to_shift"), 400);
  EXPECT_EQ(result.metrics.at("rotations"), 1);
  const RunResult even = run_text(two_strategies("50%", std::string(kChange)));
  EXPECT_TRUE(std::isinf(even.metrics.at("tasks_to_shift"))) << "an even split never moves";
  EXPECT_LT(result.metrics.at("regret"), even.metrics.at("regret"));
}

TEST(Performance, ProfitIsToldApartByStrategy) {
  const RunResult result = run_text(two_strategies("50%", "[{movement: trending}]"));
  const double momentum = result.metrics.at("profit_loss_momentum");
  const double reversion = result.metrics.at("profit_loss_mean_reversion");
  EXPECT_GT(momentum, reversion);
  EXPECT_NEAR(momentum + reversion, result.metrics.at("profit_loss"), 1e-6)
      << "the hub trades nothing";
  EXPECT_FALSE(result.metrics.contains("profit_loss_pairs"));
  double dollars = 0;
  std::uint64_t tasks = 0;
  ASSERT_EQ(result.agents.size(), 4U);
  for (const AgentResult& agent : result.agents) {
    dollars += agent.profit_loss_dollars;
    tasks += agent.tasks;
  }
  EXPECT_EQ(result.agents[0].name, "momentum-1");
  EXPECT_EQ(result.agents[3].strategy, "mean_reversion");
  EXPECT_NEAR(dollars, result.metrics.at("profit_loss"), 1e-6);
  EXPECT_EQ(static_cast<double>(tasks), result.metrics.at("done"));
}

TEST(Performance, ATaskDoneFarAwayTakesLonger) {
  const RunResult result = run_text(R"(
pattern: mesh
duration: 8s
topology: {heartbeat: 150ms, election_timeout: 1s}
pools: [{name: agent, size: 3}]
workload: {rate: 10/s, deadline: 5s, retry: {timeout: 2s}}
regions:
  places:
    - {name: eu, members: [agent-1]}
    - {name: us, members: [agent-2]}
    - {name: asia, members: [agent-3]}
  round_trips:
    - {between: [eu, us], time: 180ms}
    - {between: [us, asia], time: 180ms}
    - {between: [eu, asia], time: 180ms}
)");
  EXPECT_EQ(result.verdict, Verdict::kPass) << result.reason;
  EXPECT_EQ(result.metrics.at("connectivity"), 1) << "however long a handshake takes";
  EXPECT_GE(result.metrics.at("latency_home_p50"), 0.05) << "commits cross the sea";
  EXPECT_GT(result.metrics.at("latency_remote_p50"), result.metrics.at("latency_home_p50"));
}

TEST(Performance, ForecastsAreHeldAgainstTheNaiveOne) {
  const RunResult result = run_text(R"(
pattern: star
duration: 20s
pools: [{name: agent, size: 3, strategy: forecast}]
workload: {rate: 20/s}
)");
  ASSERT_TRUE(result.metrics.contains("forecast_error"));
  EXPECT_GT(result.metrics.at("forecast_error"), 0.5);
  EXPECT_LT(result.metrics.at("forecast_error"), 1.5);
}

}  // namespace
}  // namespace lab
