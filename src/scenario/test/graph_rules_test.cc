// Declared links and sub-leaders in a scenario file.
#include <gmock/gmock.h>

#include "loading.h"

namespace scenario {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

constexpr const char* kPools = "pools: [{name: a, size: 4}]\n";

std::string custom(const std::string& keys) {
  return std::string(kPools) + "topology: {kind: custom, " + keys + "}\n";
}

const std::string kLinks =
    "candidates: [a-1, a-2], relays: [east], links: [[leader, a-1], [leader, a-2], "
    "[leader, east], [a-1, east], [east, a-3], [east, a-4]]";

TEST(Graphs, ACustomTopologyIsReadAsItIsWritten) {
  const Scenario scenario = load_ok(custom(kLinks)).base;
  EXPECT_EQ(scenario.pattern, Pattern::kCustom);
  EXPECT_EQ(scenario.topology.voters, 3U);
  ASSERT_TRUE(scenario.topology.graph.has_value());
  EXPECT_EQ(scenario.topology.graph->links.size(), 6U);
  EXPECT_EQ(scenario.topology.graph->links[3], (DeclaredLink{"a-1", "east"}));
  EXPECT_THAT(member_names(scenario), ElementsAre("leader", "east", "a-1", "a-2", "a-3", "a-4"));
  EXPECT_THAT(voter_names(scenario), ElementsAre("leader", "a-1", "a-2"));
}

TEST(Graphs, AFanOutSaysHowManySubLeadersThereAre) {
  const Scenario scenario =
      load_ok("pools: [{name: a, size: 12}]\ntopology: {kind: hierarchical, fan_out: 3}\n").base;
  EXPECT_THAT(relay_names(scenario), ElementsAre("sub-leader-1", "sub-leader-2", "sub-leader-3",
                                                 "sub-leader-4", "sub-leader-5", "sub-leader-6"));
  EXPECT_EQ(sub_leaders(10, 3), 6U) << "two levels: two above four";
  EXPECT_EQ(sub_leaders(3, 3), 0U);
}

TEST(Graphs, ASubLeaderMayBeTheTargetOfAFault) {
  const Scenario scenario =
      load_ok(
          "pools: [{name: a, size: 8}]\ntopology: {kind: hierarchical, fan_out: 3}\n"
          "faults: [{kind: crash, target: sub-leader-2, at: 1s},\n"
          "         {kind: partition, sides: [[leader], [sub-leader-1]], at: 1s}]\n")
          .base;
  EXPECT_EQ(scenario.faults.size(), 2U);
}

TEST(Graphs, ATreeHasSubLeadersForTheMostWorkersThatScalingAndRolloutAllow) {
  const Scenario scaled =
      load_ok(
          "pools: [{name: a, size: 4}]\ntopology: {kind: hierarchical, fan_out: 3}\n"
          "scaling: {min: 2, max: 12}\n")
          .base;
  EXPECT_EQ(most_agents(scaled), 12U);
  EXPECT_EQ(relay_names(scaled).size(), 6U) << "for ten workers, though there are two";
  const Scenario rolled_out =
      load_ok(
          "pools: [{name: a, size: 4}, {name: b, size: 5, version: 2}]\n"
          "topology: {kind: hierarchical, fan_out: 4}\nrollout: {version: 2}\n")
          .base;
  EXPECT_EQ(most_agents(rolled_out), 9U) << "both versions at a time";
  EXPECT_EQ(relay_names(rolled_out).size(), 2U);
}

TEST(Graphs, ALinkMayNameAPoolAndThenItMayGrow) {
  const std::string links =
      "candidates: [a-1, a-2], relays: [east], links: [[leader, a-1], [leader, a-2], "
      "[leader, east], [a-1, east], [east, b]]";
  const Scenario scenario =
      load_ok("pools: [{name: a, size: 2}, {name: b}]\ntopology: {kind: custom, " + links +
              "}\nscaling: {pool: b, min: 1, max: 4}\n")
          .base;
  EXPECT_EQ(scenario.topology.graph->links[4], (DeclaredLink{"east", "b"}));
}

struct BadGraph {
  std::string yaml;
  std::string place;
  std::string what;
};

// Which of the pools, keys or links is at fault, on which line, and what to do about it.
TEST(Graphs, EveryImpossibleGraphIsRefusedWithPlaceReasonAndRemedy) {
  const std::vector<BadGraph> bad{
      {custom("relays: [east]"), "2:11: topology", "has no links; list them"},
      {custom("links: [[leader, a-9]]"), "2:34: topology.links[0]",
       "no member or pool is named \"a-9\"; did you mean \"a-1\"?"},
      {custom("links: [[a-1, a-1]]"), "2:34: topology.links[0]",
       "links \"a-1\" to itself; name two members"},
      {custom("links: [[leader, a-1], [a-1, leader]]"), "2:49: topology.links[1]",
       "a second time; take one of the two away"},
      {custom("links: [[leader]]"), "2:34: topology.links[0]", "has 1 elements; write from 2 to 2"},
      {custom("links: [[leader, a-1], [leader, a-2], [leader, a-3]]"), "2:33: topology.links",
       "leave \"a-4\" out of the leader's reach, since workers pass nothing on; link it"},
      {custom("candidates: [a-1, a-2], links: [[leader, a-1], [leader, a-3], [a-3, a-2], "
              "[a-1, a-4]]"),
       "2:57: topology.links", "leave the voters \"leader\" and \"a-2\" out of each other's reach"},
      {custom("candidates: [a-1], links: [[leader, a-1]]"), "2:38: topology.candidates",
       "an even number of voters with the leader; write an even number"},
      {custom("candidates: [b-1, a-2], links: [[leader, a-1]]"), "2:39: topology.candidates[0]",
       "no agent is named \"b-1\"; did you mean"},
      {custom("candidates: [a-1, a-1], links: [[leader, a-1]]"), "2:44: topology.candidates[1]",
       "stands twice; write each candidate once"},
      {custom("relays: [a-2], links: [[leader, a-1]]"), "2:35: topology.relays[0]",
       "is taken; give the relay a name of its own"},
      {custom("standbys: 2, links: [[leader, a-1]]"), "2:36: topology.standbys",
       "mean nothing in a custom topology; name candidates instead"},
      {custom("fan_out: 2, links: [[leader, a-1]]"), "2:35: topology.fan_out",
       "means nothing in a custom topology, only in a hierarchical one; take it away"},
      {"topology: {kind: star, relays: [x]}\n", "1:32: topology.relays",
       "means nothing in a star topology, only in a custom one; take it away"},
      {"pools: [{name: a, size: 5}]\ntopology: {kind: hierarchical, fan_out: 3}\n",
       "2:41: topology.fan_out", "the leader can have 3 workers itself; write less than that"},
      {"pools: [{name: a, size: 300}]\ntopology: {kind: hierarchical, fan_out: 9}\n",
       "2:11: topology", "members that pass messages over each other; write at most 256"},
      {"pools: [{name: sub-leader, size: 9}]\ntopology: {kind: hierarchical, fan_out: 3}\n",
       "1:16: pools[0].name", "names the members between leader and workers; name the pool"},
      {custom(kLinks) + "sandbox: {replace: true}\n", "2:133: topology.links[4]",
       "is of \"a-3\" alone, but with sandbox.replace another agent may replace it; name its pool"},
      {custom(kLinks) + "upgrade: {begins: 5s}\n", "3:10: upgrade",
       "adds voters, which no declared link"},
      {custom("links: [[leader, a], [a-1, a]]"), "2:47: topology.links[1]",
       "links \"a-1\" to itself"},
      {custom("links: [[leader, a], [a-2, leader]]"), "2:47: topology.links[1]",
       "links \"a-2\" and \"leader\" a second time"},
      {"pools: [{name: a, size: 2}, {name: b, version: 2}]\n"
       "topology: {kind: custom, links: [[leader, a]]}\nrollout: {version: 2}\n",
       "2:33: topology.links",
       "leave agents that rollout creates in pool \"b\" out of the leader's reach; link the pool"},
      {"pools: [{name: a, size: 2}, {name: a-1}]\ntopology: {kind: custom, links: [[leader, a]]}\n",
       "1:36: pools[1].name", "is an agent's name too; name the pool otherwise"},
      {"pools: [{name: a, size: 9}]\ntopology: {kind: hierarchical, fan_out: 9}\n"
       "scaling: {min: 1, max: 240}\n",
       "2:11: topology", "has 271 members that pass messages over each other; write at most 256"},
  };
  for (const BadGraph& each : bad) {
    const std::string error = load_error(each.yaml);
    EXPECT_THAT(error, StartsWith("dir/case.yaml:" + each.place + ": ")) << each.yaml;
    EXPECT_THAT(error, HasSubstr(each.what)) << each.yaml;
  }
}

}  // namespace
}  // namespace scenario
