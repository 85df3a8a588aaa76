#include "monitor/esd.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "num/stream.h"

namespace monitor {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<double> noise(std::uint64_t seed, std::size_t points, double level, double deviation) {
  num::Stream stream(seed, 0, num::purpose_of("monitor.test.noise"));
  std::vector<double> values;
  for (std::size_t i = 0; i < points; ++i) {
    values.push_back(level + deviation * stream.normal());
  }
  return values;
}

TEST(Student, QuantilesAreThoseOfTheTables) {
  EXPECT_NEAR(student_quantile(0.975, 10), 2.2281388519649385, 1e-9);
  EXPECT_NEAR(student_quantile(0.95, 1), 6.313751514675043, 1e-9);
  EXPECT_NEAR(student_quantile(0.99, 5), 3.3649299989072743, 1e-9);
  EXPECT_NEAR(student_quantile(0.9995, 30), 3.645958635, 1e-6);
  EXPECT_NEAR(student_quantile(0.6, 4), 0.270722, 1e-6);
  EXPECT_EQ(student_quantile(0.5, 7), 0);
  EXPECT_EQ(student_quantile(0.025, 10), -student_quantile(0.975, 10));
}

// The limits for 54 points and alpha 0.05 as the NIST/SEMATECH handbook prints them (section
// 1.3.5.17.3, after Rosner's example).
TEST(Esd, LimitsAreThoseOfThePublishedExample) {
  const std::vector<double> values = noise(1, 54, 0, 1);
  const auto steps = esd_steps(values, {0, 10, 0.05, 1e-9});
  const double published[] = {3.159, 3.151, 3.144, 3.136, 3.128, 3.120, 3.112, 3.103, 3.094, 3.085};
  ASSERT_EQ(steps.size(), 10U);
  for (std::size_t i = 0; i < steps.size(); ++i) {
    EXPECT_NEAR(steps[i].limit, published[i], 6e-4);
  }
}

TEST(Esd, FindsPlantedPointsAndNoOthers) {
  std::vector<double> values = noise(2, 200, 100, 3);
  EXPECT_THAT(seasonal_esd(values, {0, 10, 0.05, 1e-9}), IsEmpty());
  values[40] += 40;
  values[41] += 40;
  values[150] -= 60;
  EXPECT_THAT(seasonal_esd(values, {0, 10, 0.05, 1e-9}), ElementsAre(40U, 41U, 150U));
}

// Three equal outliers hide each other from a test that removes one at a time and stops.
TEST(Esd, OutliersDoNotMaskEachOther) {
  std::vector<double> values = noise(3, 60, 0, 1);
  values[10] = values[20] = values[30] = 12;
  EXPECT_THAT(seasonal_esd(values, {0, 8, 0.05, 1e-9}), ElementsAre(10U, 20U, 30U));
}

TEST(Esd, ASeasonIsNotAnAnomalyAndDoesNotHideOne) {
  std::vector<double> values = noise(4, 240, 0, 2);
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] += i % 24 < 6 ? 100 : 0;  // a busy quarter of each day
  }
  const EsdOptions without{0, 60, 0.05, 1e-9};
  const EsdOptions with{24, 10, 0.05, 1e-9};
  EXPECT_GT(seasonal_esd(values, without).size(), 30U);
  EXPECT_THAT(seasonal_esd(values, with), IsEmpty());
  values[100] += 60;  // below the peaks, but not at that hour
  EXPECT_THAT(seasonal_esd(values, with), ElementsAre(100U));
}

TEST(Esd, AMetricThatNeverMovedIsMeasuredWithItsResolution) {
  std::vector<double> values(100, 0.0);
  values[50] = 2;
  EXPECT_THAT(seasonal_esd(values, {0, 5, 0.05, 1}), IsEmpty());
  EXPECT_THAT(seasonal_esd(values, {0, 5, 0.05, 0.1}), ElementsAre(50U));
}

class Detector : public testing::Test {
 protected:
  // The points that were called anomalous.
  static std::vector<std::size_t> anomalous(const std::vector<double>& values,
                                            const EsdDetectorOptions& options) {
    EsdDetector detector(options);
    std::vector<std::size_t> found;
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (detector.observe(values[i]).anomalous) {
        found.push_back(i);
      }
    }
    return found;
  }
};

TEST_F(Detector, NamesAStepAtOnceAndAllTheWhile) {
  std::vector<double> values = noise(5, 300, 50, 2);
  for (std::size_t i = 200; i < 260; ++i) {
    values[i] += 25;
  }
  const auto found = anomalous(values, {});
  std::vector<std::size_t> step;
  for (std::size_t i = 200; i < 260; ++i) {
    step.push_back(i);
  }
  EXPECT_EQ(found, step);
}

// A z-score whose baseline contains the point cannot exceed sqrt(n - 1): three deviations of ten
// points never happen. The detector's past does not contain the point.
TEST_F(Detector, APointIsNotInItsOwnBaseline) {
  std::vector<double> values = noise(6, 10, 50, 1);
  values.push_back(1e6);
  double sum = 0;
  double squares = 0;
  for (std::size_t i = 1; i < values.size(); ++i) {
    sum += values[i] / 10;
  }
  for (std::size_t i = 1; i < values.size(); ++i) {
    squares += (values[i] - sum) * (values[i] - sum) / 10;
  }
  EXPECT_LT((1e6 - sum) * (1e6 - sum), 9.001 * squares);
  EsdDetectorOptions options;
  options.least_past = 10;
  EXPECT_THAT(anomalous(values, options), ElementsAre(10U));
}

TEST_F(Detector, AFaultThatStaysIsTheNewNormalOnlyWhenPatienceEnds) {
  std::vector<double> values = noise(7, 100, 50, 2);
  const std::vector<double> after = noise(8, 100, 90, 2);
  values.insert(values.end(), after.begin(), after.end());
  EsdDetectorOptions options;
  options.patience = 60;
  const auto found = anomalous(values, options);
  EXPECT_EQ(found.size(), 60U);
  EXPECT_EQ(found.back(), 159U);
}

TEST_F(Detector, OrdinaryPointsAreCalledAnomalousAboutAsOftenAsAlphaSays) {
  EsdDetectorOptions options;
  options.alpha = 0.01;
  const auto found = anomalous(noise(9, 20'000, 50, 2), options);
  EXPECT_GT(found.size(), 100U);
  EXPECT_LT(found.size(), 300U);
}

TEST_F(Detector, FollowsASeason) {
  std::vector<double> values = noise(10, 400, 0, 2);
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] += static_cast<double>(i % 20) * 5;
  }
  EsdDetectorOptions options;
  options.period = 20;
  options.window = 160;
  EXPECT_THAT(anomalous(values, options), IsEmpty());
  values[390] = 5;  // usual at the beginning of a season, not in its middle
  EXPECT_THAT(anomalous(values, options), ElementsAre(390U));
}

TEST_F(Detector, MissingTelemetryIsNoPointAndKeepsTheSeasonInStep) {
  EsdDetectorOptions options;
  options.period = 2;
  EsdDetector detector(options);
  for (int i = 0; i < 100; ++i) {
    const auto value = i % 2 == 0 ? 0.0 : 100.0;
    const Opinion opinion =
        i % 7 == 0 ? detector.observe(std::nullopt) : detector.observe(value + 0.01 * (i % 5));
    EXPECT_FALSE(opinion.anomalous);
  }
}

}  // namespace
}  // namespace monitor
