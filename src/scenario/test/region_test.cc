// Regions, adaptive dispatch and regimes: what loads, and what is refused with its reason.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "loading.h"

namespace scenario {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// Five peers in three regions; `round_trips` and more keys are appended.
std::string three_regions(const std::string& more = "") {
  return R"(pattern: mesh
pools: [{name: agent, size: 5}]
regions:
  places:
    - {name: eu, members: [agent-1, agent-2]}
    - {name: us, members: [agent-3, agent-4]}
    - {name: asia, members: [rest]}
  round_trips:
    - {between: [eu, us], time: 80ms}
    - {between: [asia, us], time: 150ms, jitter: 2ms}
    - {between: [eu, asia], time: 220ms}
)" + more;
}

std::string replaced(std::string text, const std::string& what, const std::string& with) {
  text.replace(text.find(what), what.size(), with);
  return text;
}

TEST(Regions, EverybodyHasAPlaceAndEveryPairADistance) {
  const Scenario run = load_ok(three_regions()).base;
  ASSERT_TRUE(run.regions.has_value());
  EXPECT_EQ(run.regions->places[2], (Region{"asia", {"agent-5"}}));
  EXPECT_EQ(run.regions->round_trips[1],
            (RoundTrip{{"asia", "us"}, core::milliseconds(150), core::milliseconds(2)}));
  EXPECT_EQ(run.regions->split_brain, SplitBrain::kQuorum);
  EXPECT_EQ(region_of(*run.regions, "agent-4").name, "us");
  EXPECT_EQ(region_of(*run.regions, "client").name, "eu") << "home";
  EXPECT_THAT(voter_names(run), ElementsAre("agent-1", "agent-2", "agent-3", "agent-4", "agent-5"));
}

TEST(Regions, TheLossOfOneIsAFault) {
  const Scenario run =
      load_ok(three_regions("faults: [{kind: region_loss, region: us, at: 5s, for: 5s}]")).base;
  EXPECT_EQ(run.faults[0].region, "us");
  EXPECT_EQ(run.faults[0].fate, RegionFate::kCut);
}

TEST(Regions, WithFewerThanThreeTheSplitBrainRuleIsUndefined) {
  const std::string two = R"(pattern: mesh
pools: [{name: agent, size: 5}]
regions:
  places: [{name: eu, members: [agent-1, agent-2, agent-3]}, {name: us, members: [rest]}]
  round_trips: [{between: [eu, us], time: 80ms}]
)";
  EXPECT_THAT(load_error(two),
              HasSubstr("with fewer than three the split-brain rule is undefined"));
  const Scenario run = load_ok(two + "  split_brain: undefined\n").base;
  EXPECT_EQ(run.regions->split_brain, SplitBrain::kUndefined);
}

TEST(Regions, NoRegionMayHoldHalfOfTheVoters) {
  const std::string lopsided =
      replaced(replaced(three_regions(), "[agent-1, agent-2]", "[agent-1, agent-2, agent-3]"),
               "[agent-3, agent-4]", "[agent-4]");
  EXPECT_THAT(load_error(lopsided),
              HasSubstr("place 3 of 5 voters in eu, whose loss would leave no majority"));
}

TEST(Regions, ContradictionsAreRefusedWithTheirPlace) {
  const auto error = [](const std::string& what, const std::string& with) {
    return load_error(replaced(three_regions(), what, with));
  };
  EXPECT_THAT(error("agent-3, agent-4", "agent-2, agent-3"),
              HasSubstr("\"agent-2\" is in two regions"));
  EXPECT_THAT(error("agent-3", "agent-9"), HasSubstr("no member is named \"agent-9\""));
  EXPECT_THAT(error("[rest]", "[agent-4]"), HasSubstr("is in two regions"));
  EXPECT_THAT(error("agent-3, agent-4", "agent-3"), Not(HasSubstr("no place")));
  EXPECT_THAT(error("name: us", "name: eu"), HasSubstr("a second region \"eu\""));
  EXPECT_THAT(error("[eu, us]", "[eu, mars]"), HasSubstr("no region is named \"mars\""));
  EXPECT_THAT(error("[eu, us]", "[us, us]"), HasSubstr("names one region twice"));
  EXPECT_THAT(error("[eu, us]", "[us, asia]"), HasSubstr("a second round trip of asia and us"));
  EXPECT_THAT(error("    - {between: [eu, us], time: 80ms}\n", ""),
              HasSubstr("say nothing of eu and us"));
  EXPECT_THAT(load_error(three_regions("faults: [{kind: region_loss, region: uk, at: 1s}]")),
              HasSubstr("no region is named \"uk\""));
  EXPECT_THAT(load_error("pattern: mesh\nfaults: [{kind: region_loss, region: us, at: 1s}]"),
              HasSubstr("there are none"));
}

TEST(Adaptive, HasItsNumbersAndOnlyWithItsPolicy) {
  const Scenario run =
      load_ok("dispatch: {policy: adaptive, adaptive: {reward: profit, floor: 3%}}").base;
  ASSERT_TRUE(run.dispatch.adaptive.has_value());
  EXPECT_EQ(*run.dispatch.adaptive,
            (Adaptive{Arms::kCapability, Reward::kProfit, 990'000, 30'000, 10}));
  EXPECT_THAT(load_error("dispatch: {adaptive: {floor: 3%}}"), HasSubstr("write policy: adaptive"));
  EXPECT_THAT(load_error("dispatch: {policy: adaptive, adaptive: {floor: 0.05%}}"),
              HasSubstr("finer than a tenth of a percent"));
}

TEST(Regimes, FollowEachOtherAndNeedAMadeUpPath) {
  const auto market = [](const std::string& synthetic) {
    return "market: {instruments: [{symbol: SYN1, synthetic: {" + synthetic + "}}]}";
  };
  const Scenario run =
      load_ok(market("regimes: [{movement: trending}, {at: 20s, movement: reverting}]")).base;
  EXPECT_THAT(run.market.instruments[0].synthetic->regimes,
              ElementsAre(Regime{core::seconds(0), Movement::kTrending},
                          Regime{core::seconds(20), Movement::kReverting}));
  EXPECT_THAT(load_error(market("regimes: [{at: 2s}, {at: 2s}]")),
              HasSubstr("is not after the regime before"));
}

TEST(Patterns, APolicyStandsOverAnyTopology) {
  EXPECT_EQ(load_ok("pattern: multi_strategy").base.topology.kind, TopologyKind::kStar);
  EXPECT_EQ(load_ok("pattern: multi_strategy\ntopology: {kind: mesh}").base.topology.kind,
            TopologyKind::kMesh);
  EXPECT_EQ(load_ok("topology: {kind: hierarchical}").base.pattern, Pattern::kHierarchical);
}

}  // namespace
}  // namespace scenario
