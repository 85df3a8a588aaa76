#include "lab/recommend.h"

#include <gmock/gmock.h>

#include "num/stream.h"

namespace lab {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

struct Point {
  double p99 = 0;
  double reliability = 0;
};

// `seeds` runs of each variant, that scatter together by the seed and each by itself.
RunSet measured(const std::map<std::string, Point>& variants, std::uint64_t seeds) {
  RunSet set;
  std::uint64_t entity = 0;
  for (const auto& [name, point] : variants) {
    ++entity;
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
      num::Stream luck(seed, entity, 0);
      const double swing = static_cast<double>(luck.below(1'000)) / 1e3 - 0.5;
      Sample& sample = set.cells[{"Performance Summary", "comparison", name}][seed];
      sample.metrics = {{"latency_p99", point.p99 * (1 + 0.1 * swing)},
                        {"jitter", point.p99 * (1 + 0.1 * swing) / 2},
                        {"reliability", point.reliability}};
    }
  }
  return set;
}

TEST(Recommend, TakesWhoIsBestInEverything) {
  const auto made =
      recommend(measured({{"mesh", {0.05, 0.99}}, {"star", {0.1, 0.98}}}, 200), "high-frequency");
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(made->answer, "take mesh");
  EXPECT_EQ(made->verdict, Verdict::kPass);
  EXPECT_EQ(made->candidates[0].best_share, 1);
  EXPECT_EQ(made->candidates[0].front_share, 1);
  EXPECT_EQ(made->candidates[1].front_share, 0);
  EXPECT_THAT(made->objectives, ElementsAre("latency_p99", "jitter", "reliability"));
}

TEST(Recommend, ATradeOffLeavesBothOnTheFrontAndTheFirstObjectiveDecides) {
  const auto made =
      recommend(measured({{"mesh", {0.1, 0.999}}, {"star", {0.05, 0.98}}}, 200), "high-frequency");
  ASSERT_TRUE(made);
  EXPECT_EQ(made->answer, "take star");
  for (const Candidate& one : made->candidates) {
    EXPECT_TRUE(one.on_front) << one.name;
    EXPECT_EQ(one.front_share, 1) << one.name;
  }
}

TEST(Recommend, WhatIsTooLittleToMatterLeavesTheDecisionToTheNextObjective) {
  // The star is 0.1 ms of 350 ms ahead in every draw, and loses 1.3 tasks of 100 more.
  const auto made = recommend(measured({{"mesh", {0.3501, 0.981}}, {"star", {0.35, 0.968}}}, 200),
                              "high-frequency");
  ASSERT_TRUE(made);
  EXPECT_EQ(made->answer, "take mesh");
  ASSERT_EQ(made->bands.size(), 3U);
  EXPECT_NEAR(made->bands[0], 0.0035, 1e-4);
  EXPECT_NEAR(made->bands[2], 0.00019, 1e-9) << "1 % of the 1.9 % that are not done";
  for (const Candidate& one : made->candidates) {
    EXPECT_EQ(one.on_front, one.name == "mesh") << one.name;
  }
}

TEST(Recommend, HalfTheLossesMatterHoweverFewTheyAre) {
  const auto made =
      recommend(measured({{"mesh", {0.1, 0.9995}}, {"star", {0.1, 0.999}}}, 200), "high-frequency");
  ASSERT_TRUE(made);
  EXPECT_EQ(made->answer, "take mesh");
}

TEST(Recommend, ATaskOfTenThousandDecidesNothing) {
  const auto made =
      recommend(measured({{"mesh", {0.05, 0.99995}}, {"star", {0.1, 1}}}, 200), "algorithmic");
  ASSERT_TRUE(made);
  EXPECT_EQ(made->answer, "take mesh");
}

TEST(Recommend, OfATradeOffTheSecondObjectiveDecidesBetweenThoseWhomTheFirstDoesNot) {
  RunSet set = measured({{"mesh", {0.1001, 0.95}}, {"star", {0.1, 0.99}}}, 200);
  for (auto& [cell, samples] : set.cells) {
    for (auto& [seed, sample] : samples) {
      sample.metrics["jitter"] = cell.variant == "mesh" ? 0.02 : 0.05;
    }
  }
  const auto made = recommend(set, "high-frequency");
  ASSERT_TRUE(made);
  EXPECT_EQ(made->answer, "take mesh") << "equally fast, steadier, and less sure";
  EXPECT_TRUE(made->candidates[0].on_front);
  EXPECT_TRUE(made->candidates[1].on_front);
}

TEST(Recommend, EqualOnesAreNotDistinguishable) {
  const auto made = recommend(
      measured({{"mesh", {0.1, 0.99}}, {"ring", {0.3, 0.99}}, {"star", {0.1, 0.99}}}, 200),
      "high-frequency");
  ASSERT_TRUE(made);
  EXPECT_EQ(made->verdict, Verdict::kInconclusive);
  EXPECT_TRUE(made->ranked);
  EXPECT_THAT(made->answer, StartsWith("not distinguishable: "));
  EXPECT_THAT(made->answer, HasSubstr("mesh"));
  EXPECT_THAT(made->answer, HasSubstr("star"));
  EXPECT_THAT(made->answer, testing::Not(HasSubstr("ring")));
}

TEST(Recommend, FewRunsAreObservedAndRankNothing) {
  RunSet set = measured({{"mesh", {0.05, 0.99}}, {"star", {0.1, 0.98}}}, 199);
  set.builds = {"5f0c2a91"};
  const auto made = recommend(set, "high-frequency");
  ASSERT_TRUE(made);
  EXPECT_FALSE(made->ranked);
  EXPECT_EQ(made->verdict, Verdict::kInconclusive);
  EXPECT_EQ(made->answer, "observed, n = 199: a ranking needs 200 seeds of each candidate");
  EXPECT_EQ(made->candidates[0].best_share, 0);
  EXPECT_FALSE(made->candidates[0].on_front);
  EXPECT_EQ(made->more,
            "muster test --pattern summary --seed 200 --seeds 1\n"
            "muster recommend build:5f0c2a91 --for high-frequency");
}

TEST(Recommend, OfSeveralBuildsTheWholeIsRunAgain) {
  RunSet set = measured({{"mesh", {0.05, 0.99}}, {"star", {0.1, 0.98}}}, 20);
  set.builds = {"5f0c2a91", "7d11"};
  for (auto& [cell, samples] : set.cells) {
    for (auto& [seed, sample] : samples) {
      sample.found_as = "study.yaml";
    }
  }
  EXPECT_EQ(recommend(set, "high-frequency", "comparison")->more,
            "muster run study.yaml --seed 1 --seeds 200\n"
            "muster recommend latest --for high-frequency --scenario comparison");
}

TEST(Recommend, APolicyIsNoCandidateButTheDifferenceFromItsBase) {
  const auto made = recommend(
      measured({{"mesh", {0.05, 0.99}}, {"star", {0.1, 0.98}}, {"canary", {0.01, 1}}}, 200),
      "high-frequency");
  ASSERT_TRUE(made);
  EXPECT_EQ(made->answer, "take mesh") << "though the canary's figures are better";
  EXPECT_EQ(made->candidates.size(), 2U);
  ASSERT_EQ(made->policies.size(), 1U);
  const PolicyEffect& canary = made->policies[0];
  EXPECT_EQ(canary.name + " less " + canary.base, "canary less star");
  EXPECT_EQ(canary.seeds, 200U);
  ASSERT_EQ(canary.differences.size(), 3U);
  EXPECT_NEAR(canary.differences[0]->value, -0.09, 0.001);
  EXPECT_LT(canary.differences[0]->interval.high, -0.08);
  EXPECT_NEAR(canary.differences[2]->value, 0.02, 1e-9);
}

TEST(Recommend, AnObjectiveNamesTheScheduleThatItCameFrom) {
  RunSet set;
  for (const auto& [name, point] :
       std::map<std::string, Point>{{"mesh", {0.05, 0.99}}, {"star", {0.1, 0.98}}}) {
    for (const std::string schedule : {"S0s", "S1s"}) {
      for (std::uint64_t seed = 1; seed <= 3; ++seed) {
        Sample& sample = set.cells[{"Performance Summary", "summary", name + "." + schedule}][seed];
        sample.arm = name;
        sample.schedule_name = schedule;
        sample.metrics = {{"latency_p99", schedule == "S0s" ? point.p99 : 9},
                          {"reliability", schedule == "S1s" ? point.reliability : 1}};
      }
    }
  }
  const auto made = recommend(set, "high-frequency");
  ASSERT_TRUE(made);
  EXPECT_THAT(made->objectives, ElementsAre("latency_p99", "reliability"));
  EXPECT_THAT(made->schedules, ElementsAre("S0s", "S1s"));
  EXPECT_NEAR(made->candidates[0].objectives[0].value, 0.05, 1e-9);
  EXPECT_NEAR(made->candidates[0].objectives[1].value, 0.99, 1e-9);
}

TEST(Recommend, LeavesOutWhatACandidateLacksAndSaysSo) {
  RunSet set = measured({{"mesh", {0.05, 0.99}}, {"star", {0.1, 0.98}}}, 20);
  set.cells.rbegin()->second[3].metrics.erase("jitter");
  const auto made = recommend(set, "high-frequency");
  ASSERT_TRUE(made);
  EXPECT_THAT(made->left_out, ElementsAre("jitter"));
}

TEST(Recommend, RefusesWhatCannotBeCompared) {
  const RunSet one = measured({{"mesh", {0.05, 0.99}}}, 20);
  EXPECT_THAT(recommend(one, "high-frequency").error().message, HasSubstr("only one variant"));
  EXPECT_THAT(recommend(one, "fastest").error().message, HasSubstr("risk-averse"));
  EXPECT_THAT(recommend({}, "portfolio").error().message, HasSubstr("--scenario"));
}

TEST(Recommend, EveryPresetHasObjectivesOfTheCatalogueOrOfThePriceList) {
  for (const Preset& preset : presets()) {
    EXPECT_EQ(find_preset(preset.name), &preset);
    EXPECT_GE(preset.metrics.size(), 3U);
  }
  EXPECT_EQ(presets().size(), 5U);
}

}  // namespace
}  // namespace lab
