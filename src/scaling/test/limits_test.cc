// What may become of a recommendation: bounds, stabilisation, pace, cooldown, starting capacity.
#include <gmock/gmock.h>

#include "pool.h"

namespace scaling {
namespace {

using core::seconds;
using testing::HasSubstr;

// One metric with a target of 1 task an agent: the recommendation is the load itself.
class Limits : public testing::Test {
 protected:
  Limits() {
    config = prompt();
    config.metrics = {{"load", Unit::kTasks, {1'000, Unit::kTasks}}};
    config.tolerance = {0, 0};
  }

  // All agents become ready at once.
  Decision load(std::int64_t tasks, core::Duration time) {
    if (!scaler) {
      scaler = make_scaler(config);
    }
    Signals signals;
    signals.now = core::at(time);
    signals.ready = ready;
    signals.starting = starting;
    signals.start_capacity = start_capacity;
    signals.metrics = {metric("load", ready, tasks * 1'000, Unit::kTasks)};
    const Decision decision = scaler->decide(signals);
    if (!frozen) {
      ready = decision.desired;
    }
    return decision;
  }

  Config config;
  std::optional<Scaler> scaler;
  std::uint32_t ready = 4;
  std::uint32_t starting = 0;
  std::optional<std::uint32_t> start_capacity;
  bool frozen = false;
};

TEST_F(Limits, BoundsHoldWhateverElseIsAsked) {
  config.least = 3;
  config.most = 6;
  EXPECT_EQ(load(50, seconds(0)).desired, 6);
  EXPECT_EQ(load(50, seconds(1)).rule, Rule::kMost);
  EXPECT_EQ(load(1, seconds(2)).desired, 3);
  EXPECT_EQ(load(1, seconds(3)).rule, Rule::kLeast);
}

TEST_F(Limits, APoolFoundOutsideItsBoundsIsBroughtInAtOnce) {
  config.least = 6;
  config.up = {1, 1, seconds(60)};
  config.cooldown_up = seconds(60);
  EXPECT_EQ(load(1, seconds(0)).desired, 6);
}

TEST_F(Limits, ShrinkingFollowsTheGreatestRecommendationOfTheWindow) {
  config.stabilise_down = seconds(300);
  ready = 2;
  EXPECT_EQ(load(8, seconds(0)).desired, 8);
  EXPECT_EQ(load(5, seconds(100)).desired, 8);
  const Decision held = load(2, seconds(200));
  EXPECT_EQ(held.desired, 8);
  EXPECT_EQ(held.rule, Rule::kStabilisation);
  EXPECT_THAT(held.reason, HasSubstr("8 was recommended within the last 300 s"));
  EXPECT_EQ(load(2, seconds(299)).desired, 8);
  EXPECT_EQ(load(2, seconds(300)).desired, 5);
  EXPECT_EQ(load(2, seconds(399)).desired, 5);
  EXPECT_EQ(load(2, seconds(400)).desired, 2);
}

TEST_F(Limits, GrowingFollowsTheLeastRecommendationOfItsWindow) {
  config.stabilise_up = seconds(10);
  EXPECT_EQ(load(9, seconds(0)).desired, 4) << "what was found counts as recommended";
  EXPECT_EQ(load(6, seconds(6)).desired, 4);
  EXPECT_EQ(load(9, seconds(11)).desired, 6);
  EXPECT_EQ(load(9, seconds(15)).desired, 6);
  EXPECT_EQ(load(9, seconds(16)).desired, 9);
}

TEST_F(Limits, ARestartDoesNotShrinkAPoolForLackOfMemory) {
  config.stabilise_down = seconds(300);
  ready = 9;
  EXPECT_EQ(load(1, seconds(1'000)).desired, 9);
  EXPECT_EQ(load(1, seconds(1'299)).desired, 9);
  EXPECT_EQ(load(1, seconds(1'300)).desired, 1);
}

TEST_F(Limits, ARestartKnowsTheSizeThatWasKept) {
  config.stabilise_down = seconds(300);
  scaler = *Scaler::make(config, 6);
  ready = 9;
  const Decision decision = load(6, seconds(0));
  EXPECT_EQ(decision.before, 6);
  EXPECT_EQ(decision.desired, 6);
  EXPECT_EQ(decision.retire, 3);
}

// From any size to any other, not only to and from zero.
TEST_F(Limits, CooldownMeansEveryChange) {
  config.cooldown_down = seconds(60);
  EXPECT_EQ(load(8, seconds(0)).desired, 8);
  const Decision held = load(5, seconds(59));
  EXPECT_EQ(held.desired, 8);
  EXPECT_EQ(held.rule, Rule::kCooldown);
  EXPECT_THAT(held.reason, HasSubstr("changed 59 s ago, cooldown 60 s"));
  EXPECT_EQ(load(5, seconds(60)).desired, 5);
  EXPECT_EQ(load(3, seconds(119)).desired, 5) << "a smaller size is a change, too";
  EXPECT_EQ(load(3, seconds(120)).desired, 3);
  EXPECT_EQ(load(9, seconds(121)).desired, 9) << "growing has its own";
}

TEST_F(Limits, CooldownOfGrowingIsItsOwn) {
  config.cooldown_up = seconds(30);
  EXPECT_EQ(load(6, seconds(0)).desired, 6);
  EXPECT_EQ(load(9, seconds(29)).rule, Rule::kCooldown);
  EXPECT_EQ(load(2, seconds(29)).desired, 2);
  EXPECT_EQ(load(9, seconds(58)).desired, 2) << "shrinking was a change";
  EXPECT_EQ(load(9, seconds(59)).desired, 9);
}

TEST_F(Limits, PaceAllowsTheGreaterOfAgentsAndPercentAPeriod) {
  config.most = 100;
  config.up = {4, 100, seconds(15)};
  ready = 2;
  EXPECT_EQ(load(90, seconds(0)).desired, 6) << "four more";
  const Decision held = load(90, seconds(14));
  EXPECT_EQ(held.desired, 6);
  EXPECT_EQ(held.rule, Rule::kPace);
  EXPECT_THAT(held.reason, HasSubstr("at most 4 more in 15 s"));
  EXPECT_EQ(load(90, seconds(15)).desired, 12) << "twice";
  EXPECT_EQ(load(90, seconds(30)).desired, 24);
}

TEST_F(Limits, PaceOfShrinkingIsItsOwn) {
  config.down = {1, 20, seconds(10)};
  ready = 10;
  EXPECT_EQ(load(1, seconds(0)).desired, 8);
  EXPECT_EQ(load(1, seconds(5)).desired, 8);
  EXPECT_EQ(load(1, seconds(10)).desired, 6);
  EXPECT_EQ(load(1, seconds(20)).desired, 4);
}

TEST_F(Limits, GrowsByWhatTheProviderCanStart) {
  ready = 2;
  starting = 0;
  start_capacity = 3;
  frozen = true;
  Decision decision = load(10, seconds(0));
  EXPECT_EQ(decision.desired, 5);
  EXPECT_EQ(decision.create, 3);
  EXPECT_EQ(decision.rule, Rule::kStartCapacity);
  EXPECT_THAT(decision.reason, HasSubstr("the provider starts 3 at a time"));
  starting = 3;
  decision = load(10, seconds(1));
  EXPECT_EQ(decision.desired, 5);
  EXPECT_EQ(decision.create, 0);
  ready = 4;
  starting = 1;
  decision = load(20, seconds(2));
  EXPECT_EQ(decision.desired, 7);
  EXPECT_EQ(decision.create, 2);
}

TEST_F(Limits, CreatesNoMoreThanCanStartEvenForTheLowerBound) {
  config.least = 8;
  start_capacity = 2;
  frozen = true;
  const Decision decision = load(1, seconds(0));
  EXPECT_EQ(decision.desired, 8);
  EXPECT_EQ(decision.create, 2);
}

TEST_F(Limits, ReplacesTheDeadWithoutAChangeOfSize) {
  frozen = true;
  EXPECT_EQ(load(4, seconds(0)).create, 0);
  ready = 3;
  const Decision decision = load(4, seconds(1));
  EXPECT_EQ(decision.desired, 4);
  EXPECT_EQ(decision.create, 1);
}

TEST_F(Limits, AScalerIsAValue) {
  config.stabilise_down = seconds(30);
  load(8, seconds(0));
  Scaler copy = *scaler;
  EXPECT_EQ(copy, *scaler);
  load(3, seconds(31));
  EXPECT_NE(copy, *scaler);
}

}  // namespace
}  // namespace scaling
