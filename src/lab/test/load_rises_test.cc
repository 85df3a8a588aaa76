#include "load_rises.h"

#include <gmock/gmock.h>

namespace lab {
namespace {

using core::seconds;
using testing::ElementsAre;
using testing::IsEmpty;

// From 10 a second on; a hundred seconds of load.
load::WorkloadConfig load_of(std::vector<std::pair<int, std::uint64_t>> steps) {
  load::WorkloadConfig load;
  load.rate_millitasks_per_s = 10'000;
  load.lasts = seconds(100);
  for (const auto& [at_s, rate] : steps) {
    load.steps.push_back({seconds(at_s), rate * 1'000});
  }
  return load;
}

TEST(LoadRises, AStepIsARiseUntilItIsTakenBack) {
  EXPECT_THAT(rises_of(load_of({{20, 50}, {60, 10}})),
              ElementsAre(Rise{seconds(20), seconds(60), 40.0}));
  EXPECT_THAT(rises_of(load_of({{20, 50}})), ElementsAre(Rise{seconds(20), seconds(100), 40.0}));
}

TEST(LoadRises, ASteadyLoadAndOneThatOnlyFallsHaveNone) {
  EXPECT_THAT(rises_of(load_of({})), IsEmpty());
  EXPECT_THAT(rises_of(load_of({{20, 5}, {40, 1}})), IsEmpty());
}

TEST(LoadRises, AClimbInSmallStepsIsOneRiseAndAWobbleIsNone) {
  EXPECT_THAT(rises_of(load_of({{10, 14}, {20, 12}, {30, 22}, {40, 36}, {50, 50}})),
              ElementsAre(Rise{seconds(50), seconds(100), 40.0}));
}

TEST(LoadRises, TheNextRiseCountsFromTheLowAfterTheFall) {
  EXPECT_THAT(
      rises_of(load_of({{20, 50}, {40, 30}, {50, 20}, {60, 40}, {70, 35}})),
      ElementsAre(Rise{seconds(20), seconds(40), 40.0}, Rise{seconds(60), seconds(100), 35.0}));
}

TEST(LoadRises, LeadIsFromTheDecisionThatHeldToTheRise) {
  const Rise rise{seconds(50), seconds(80), 20};
  EXPECT_EQ(lead_of(rise, 6, {{seconds(0), 2}, {seconds(42), 6}, {seconds(45), 8}}, seconds(14)),
            seconds(8));
  EXPECT_EQ(
      lead_of(rise, 6, {{seconds(0), 2}, {seconds(42), 6}, {seconds(45), 3}, {seconds(49), 7}},
              seconds(14)),
      seconds(1))
      << "taken back in between: the later decision is the one that holds";
}

TEST(LoadRises, ASizeThatComesAfterTheRiseLeadsByLessThanNothing) {
  const Rise rise{seconds(50), seconds(80), 20};
  EXPECT_EQ(lead_of(rise, 6, {{seconds(0), 2}, {seconds(53), 5}, {seconds(54), 6}}, seconds(14)),
            -seconds(4));
  EXPECT_EQ(lead_of(rise, 6, {{seconds(0), 2}, {seconds(95), 6}}, seconds(14)), -seconds(30))
      << "never, as far as this rise goes";
}

TEST(LoadRises, ASizeThatWasThereForAnotherReasonForetellsNothing) {
  const Rise rise{seconds(50), seconds(80), 20};
  EXPECT_EQ(lead_of(rise, 6, {{seconds(0), 2}, {seconds(20), 9}}, seconds(14)), std::nullopt);
  EXPECT_EQ(lead_of(rise, 6, {}, seconds(14)), std::nullopt);
  EXPECT_EQ(lead_of(rise, 6, {{seconds(60), 6}}, seconds(14)), std::nullopt)
      << "nothing is known of the size at the rise";
}

}  // namespace
}  // namespace lab
