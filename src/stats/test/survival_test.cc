// Kaplan-Meier against the example that every textbook has.
#include "stats/survival.h"

#include <gtest/gtest.h>

namespace stats {
namespace {

// Freireich and others, Blood 21 (1963): weeks of remission under 6-MP; false where still in
// remission.
const std::vector<Duration>& remissions() {
  static const std::vector<Duration> kWeeks{
      {6, true},   {6, true},   {6, true},   {6, false},  {7, true},   {9, false},  {10, true},
      {10, false}, {11, false}, {13, true},  {16, true},  {17, false}, {19, false}, {20, false},
      {22, true},  {23, true},  {25, false}, {32, false}, {32, false}, {34, false}, {35, false}};
  return kWeeks;
}

TEST(KaplanMeier, GivesThePublishedCurve) {
  const std::vector<Step> curve = kaplan_meier(remissions());
  const std::vector<Step> published{{6, 0.857},  {7, 0.807},  {10, 0.753}, {13, 0.690},
                                    {16, 0.627}, {22, 0.538}, {23, 0.448}};
  ASSERT_EQ(curve.size(), published.size());
  for (std::size_t i = 0; i < curve.size(); ++i) {
    EXPECT_EQ(curve[i].seconds, published[i].seconds);
    EXPECT_NEAR(curve[i].survival, published[i].survival, 0.0005);
  }
}

TEST(KaplanMeier, GivesThePublishedMedianAndMean) {
  const std::vector<Step> curve = kaplan_meier(remissions());
  EXPECT_EQ(survival_quantile(curve, 0.5), 23);
  EXPECT_NEAR(restricted_mean(curve, 35), 23.29, 0.005);
}

TEST(KaplanMeier, HasNoQuantileThatWasNotReached) {
  const std::vector<Step> curve = kaplan_meier(remissions());
  EXPECT_EQ(survival_quantile(curve, 0.95), std::nullopt);
  EXPECT_EQ(survival_quantile(kaplan_meier(std::vector<Duration>{{5, false}}), 0.5), std::nullopt);
}

TEST(KaplanMeier, WithoutCensoringIsTheShareStillGoingOn) {
  const std::vector<Step> curve =
      kaplan_meier(std::vector<Duration>{{4, true}, {1, true}, {2, true}, {2, true}});
  EXPECT_EQ(curve, (std::vector<Step>{{1, 0.75}, {2, 0.25}, {4, 0}}));
  EXPECT_EQ(survival_quantile(curve, 0.5), 2);
  EXPECT_EQ(survival_quantile(curve, 1), 4);
  EXPECT_EQ(restricted_mean(curve, 4), (4 + 1 + 2 + 2) / 4.0);
}

TEST(RestrictedMean, StopsAtTheHorizon) {
  const std::vector<Step> curve = kaplan_meier(std::vector<Duration>{{2, true}, {10, false}});
  EXPECT_EQ(restricted_mean(curve, 1), 1);
  EXPECT_EQ(restricted_mean(curve, 10), 2 + 0.5 * 8);
  EXPECT_EQ(restricted_mean(curve, 0), 0);
}

// Never recovering must not look better than recovering late.
TEST(RestrictedMean, RanksNeverRecoveringLast) {
  const auto of = [](std::vector<Duration> durations) {
    return restricted_mean(kaplan_meier(durations), 30);
  };
  EXPECT_LT(of({{2, true}, {20, true}}), of({{2, true}, {30, false}}));
  EXPECT_LT(of({{2, true}, {2, true}}), of({{2, true}, {20, true}}));
}

}  // namespace
}  // namespace stats
