// The scalability law against capacities that were made with known parameters.
#include "stats/scalability.h"

#include <gtest/gtest.h>

#include <array>
#include <vector>

#include "num/stream.h"

namespace stats {
namespace {

constexpr double kSizes[] = {1, 2, 4, 8, 10};

std::vector<SizedCapacity> planted(double gamma, double sigma, double kappa) {
  std::vector<SizedCapacity> points;
  for (const double n : kSizes) {
    points.push_back({n, gamma * n / (1 + sigma * (n - 1) + kappa * n * (n - 1))});
  }
  return points;
}

TEST(ScalabilityLaw, FindsWhatWasPlanted) {
  for (const auto& [gamma, sigma, kappa] :
       {std::array{3.5, 0.05, 0.002}, {100.0, 0.0, 0.0}, {0.7, 0.3, 0.0}, {12.0, 0.0, 0.01}}) {
    const auto fit = fit_scalability(planted(gamma, sigma, kappa));
    ASSERT_TRUE(fit);
    EXPECT_NEAR(fit->gamma, gamma, 1e-9 * gamma);
    EXPECT_NEAR(fit->sigma, sigma, 1e-9);
    EXPECT_NEAR(fit->kappa, kappa, 1e-9);
    EXPECT_LT(fit->misfit, 1e-9);
  }
}

// A bisection knows each capacity to 5 % from below.
TEST(ScalabilityLaw, FindsItNearlyWhereCapacitiesAreKnownToFivePercent) {
  num::Stream random(1, 0, num::purpose_of("test"));
  double sigma = 0;
  double kappa = 0;
  constexpr int kTimes = 500;
  for (int i = 0; i < kTimes; ++i) {
    auto points = planted(3.5, 0.1, 0.01);
    for (SizedCapacity& point : points) {
      point.capacity *= 0.95 + 0.05 * random.unit();
    }
    const auto fit = fit_scalability(points);
    ASSERT_TRUE(fit);
    EXPECT_NEAR(fit->sigma, 0.1, 0.08);
    EXPECT_NEAR(fit->kappa, 0.01, 0.01);
    EXPECT_LT(fit->misfit, 0.05);
    sigma += fit->sigma / kTimes;
    kappa += fit->kappa / kTimes;
  }
  EXPECT_NEAR(sigma, 0.1, 0.01);
  EXPECT_NEAR(kappa, 0.01, 0.001);
}

TEST(ScalabilityLaw, SaysSoWhereCapacityGrowsFasterThanSize) {
  const auto fit = fit_scalability(planted(2, -0.04, 0));
  ASSERT_TRUE(fit);
  EXPECT_NEAR(fit->sigma, -0.04, 1e-9);
  EXPECT_NEAR(fit->kappa, 0, 1e-9);
}

TEST(ScalabilityLaw, HasNoCoherenceBelowZero) {
  const auto fit = fit_scalability(planted(2, 0.1, -0.002));
  ASSERT_TRUE(fit);
  EXPECT_EQ(fit->kappa, 0);
  EXPECT_GT(fit->misfit, 0.001) << "and tells how far off it is";
  EXPECT_LT(fit->misfit, 0.1);
}

TEST(ScalabilityLaw, RefusesWhatSaysNothing) {
  const std::vector<SizedCapacity> two = {{1, 3}, {2, 5}, {2, 6}};
  EXPECT_FALSE(fit_scalability(two));
  const std::vector<SizedCapacity> none = {{1, 3}, {2, 0}, {4, 9}};
  EXPECT_FALSE(fit_scalability(none));
}

}  // namespace
}  // namespace stats
