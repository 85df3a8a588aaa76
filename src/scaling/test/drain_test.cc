// Which agents a smaller pool does without, and which may end.
#include "scaling/drain.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace scaling {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

AgentLoad agent(std::uint64_t key, std::optional<std::uint32_t> assigned,
                std::optional<std::uint32_t> in_flight) {
  return {AgentKey(key), false, false, assigned, in_flight};
}

AgentLoad draining(AgentLoad load) {
  load.draining = true;
  return load;
}

AgentLoad starting(AgentLoad load) {
  load.starting = true;
  return load;
}

TEST(Drain, TakesTheStartingAndThenTheIdleOnes) {
  const std::vector<AgentLoad> agents = {agent(1, 0, 0), agent(2, 1, 1), agent(3, 3, 3),
                                         starting(agent(4, 0, std::nullopt)), agent(5, 0, 0)};
  EXPECT_THAT(plan_drain(agents, 1).drain, ElementsAre(AgentKey(4)));
  EXPECT_THAT(plan_drain(agents, 2).drain, ElementsAre(AgentKey(4), AgentKey(5)));
  EXPECT_THAT(plan_drain(agents, 3).drain, ElementsAre(AgentKey(1), AgentKey(4), AgentKey(5)));
  EXPECT_THAT(plan_drain(agents, 9).drain, testing::SizeIs(5));
}

TEST(Drain, TakesUnknownWorkForTheMostThereCanBe) {
  const std::vector<AgentLoad> agents = {agent(1, std::nullopt, 0), agent(2, 0, std::nullopt),
                                         agent(3, 40, 40)};
  EXPECT_THAT(plan_drain(agents, 1).drain, ElementsAre(AgentKey(3)));
}

TEST(Drain, NobodyEndsBeforeBothSidesKnowThatNothingIsLeft) {
  const std::vector<AgentLoad> agents = {
      draining(agent(1, 0, 0)), draining(agent(2, 1, 0)),
      draining(agent(3, 0, 1)), draining(agent(4, 0, std::nullopt)),
      agent(5, 0, 0),           draining(agent(6, std::nullopt, 0))};
  const DrainPlan plan = plan_drain(agents, 0);
  EXPECT_THAT(plan.end, ElementsAre(AgentKey(1)));
  EXPECT_THAT(plan.drain, IsEmpty());
}

TEST(Drain, AnAgentThatNeverWasReadyHasNoSideToAsk) {
  EXPECT_THAT(plan_drain(std::vector{draining(starting(agent(1, 0, std::nullopt)))}, 0).end,
              ElementsAre(AgentKey(1)));
}

TEST(Drain, DoesNotEndWhatItOnlyNowDrains) {
  const DrainPlan plan = plan_drain(std::vector{agent(1, 0, 0)}, 1);
  EXPECT_THAT(plan.drain, ElementsAre(AgentKey(1)));
  EXPECT_THAT(plan.end, IsEmpty());
}

}  // namespace
}  // namespace scaling
