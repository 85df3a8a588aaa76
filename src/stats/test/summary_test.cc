// Quantiles with infinities, and shares of work.
#include "stats/summary.h"

#include <gtest/gtest.h>

#include <limits>

namespace stats {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

std::vector<double> one_to(std::size_t count) {
  std::vector<double> values;
  for (std::size_t i = 1; i <= count; ++i) {
    values.push_back(static_cast<double>(i));
  }
  return values;
}

TEST(Quantiles, AreTheLeastValueWithEnoughAtOrBelowIt) {
  EXPECT_EQ(quantile(one_to(100), 0.99), 99);
  EXPECT_EQ(quantile(one_to(100), 0.07), 7);
  EXPECT_EQ(quantile(one_to(100), 0.071), 8);
  EXPECT_EQ(quantile(one_to(4), 0.5), 2);
  EXPECT_EQ(quantile(one_to(5), 0.5), 3);
  EXPECT_EQ(quantile(one_to(5), 0), 1);
  EXPECT_EQ(quantile(one_to(5), 1), 5);
}

TEST(Quantiles, OfUnorderedValuesAreTheSame) {
  EXPECT_EQ(quantile_of({5, 1, 4, 2, 3}, 0.5), 3);
  EXPECT_EQ(quantile_of({3, kInfinity, 1}, 0.7), kInfinity);
}

// With less than 99 % of the tasks done in time, p99 does not exist.
TEST(Quantiles, AreInfiniteWhereTooManyTasksFailed) {
  std::vector<double> latencies(980, 0.2);
  latencies.insert(latencies.end(), 20, kInfinity);
  EXPECT_EQ(quantile_text(quantile(latencies, 0.5), 1), "0.2 s");
  EXPECT_EQ(quantile_text(quantile(latencies, 0.98), 1), "0.2 s");
  EXPECT_EQ(quantile_text(quantile(latencies, 0.99), 1), ">1 s");
}

TEST(Text, HasFourDigits) {
  EXPECT_EQ(short_text(0.41), "0.41");
  EXPECT_EQ(short_text(1.0 / 3), "0.3333");
  EXPECT_EQ(short_text(-1234), "-1234");
  EXPECT_EQ(short_text(kInfinity), "inf");
}

TEST(SharesOfWork, CompareTheBusiestWithTheIdlest) {
  EXPECT_EQ(shares(std::vector<double>{1, 3, 4}), (Shares{0.5, 0.125, 4}));
  EXPECT_EQ(shares(std::vector<double>{2, 2}), (Shares{0.5, 0.5, 1}));
  EXPECT_EQ(shares(std::vector<double>{0, 2}).ratio, kInfinity);
  EXPECT_EQ(shares(std::vector<double>{0, 0}), (Shares{0, 0, 1}));
}

}  // namespace
}  // namespace stats
