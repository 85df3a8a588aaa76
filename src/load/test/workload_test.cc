#include "load/workload.h"

#include <gtest/gtest.h>

namespace load {
namespace {

WorkloadConfig config() {
  WorkloadConfig made;
  made.seed = 7;
  made.lasts = core::seconds(100);
  made.classes = {{"one", 3, {}, false, {core::to_bytes("a"), core::to_bytes("b")}},
                  {"other", 1, {}, false, {core::to_bytes("c")}}};
  return made;
}

std::vector<Arrival> all(const WorkloadConfig& made) {
  Workload workload(made);
  std::vector<Arrival> arrivals;
  while (auto next = workload.next()) {
    arrivals.push_back(*next);
  }
  return arrivals;
}

TEST(Workload, ArrivesAtTheStatedRateInOrderWithIdsFromOne) {
  const auto arrivals = all(config());
  EXPECT_NEAR(static_cast<double>(arrivals.size()), 5000, 250);
  for (std::size_t i = 0; i < arrivals.size(); ++i) {
    ASSERT_EQ(arrivals[i].task.id.value, i + 1);
    ASSERT_TRUE(i == 0 || arrivals[i - 1].after <= arrivals[i].after);
    ASSERT_LT(arrivals[i].after, core::seconds(100));
  }
}

TEST(Workload, FollowsARateThatChanges) {
  WorkloadConfig made = config();
  made.steps = {{core::seconds(40), 200'000}, {core::seconds(60), 10'000}};
  for (const Arrivals arrivals : {Arrivals::kPoisson, Arrivals::kConstant}) {
    made.arrivals = arrivals;
    std::size_t before = 0;
    std::size_t during = 0;
    std::size_t after = 0;
    for (const Arrival& arrival : all(made)) {
      ++(arrival.after <= core::seconds(40)   ? before
         : arrival.after <= core::seconds(60) ? during
                                              : after);
    }
    const bool exact = arrivals == Arrivals::kConstant;
    EXPECT_NEAR(static_cast<double>(before), 2000, exact ? 1 : 150);
    EXPECT_NEAR(static_cast<double>(during), 4000, exact ? 1 : 200);
    EXPECT_NEAR(static_cast<double>(after), 400, exact ? 1 : 70);
  }
}

TEST(Workload, SharesFollowTheClasses) {
  const auto arrivals = all(config());
  std::size_t first = 0;
  for (const Arrival& arrival : arrivals) {
    first += arrival.task_class == 0 ? 1U : 0U;
  }
  EXPECT_NEAR(static_cast<double>(first) / static_cast<double>(arrivals.size()), 0.75, 0.03);
}

TEST(Workload, ServiceTimesDoNotMoveArrivals) {
  WorkloadConfig exponential = config();
  exponential.spread = Spread::kExponential;
  const auto fixed = all(config());
  const auto drawn = all(exponential);
  ASSERT_EQ(fixed.size(), drawn.size());
  double sum = 0;
  for (std::size_t i = 0; i < fixed.size(); ++i) {
    ASSERT_EQ(fixed[i].after, drawn[i].after);
    sum += core::to_seconds(drawn[i].task.service_cpu);
  }
  EXPECT_NEAR(sum / static_cast<double>(drawn.size()), 0.005, 0.0003);
}

TEST(Workload, StopsAtItsNumberAndConstantArrivalsAreEven) {
  WorkloadConfig few = config();
  few.tasks = 3;
  few.arrivals = Arrivals::kConstant;
  few.begins = core::seconds(1);
  const auto arrivals = all(few);
  ASSERT_EQ(arrivals.size(), 3U);
  EXPECT_EQ(arrivals[2].after, core::seconds(1) + 3 * core::milliseconds(20));
}

TEST(Workload, ConstantArrivalsAreRateTimesDuration) {
  WorkloadConfig even = config();
  even.arrivals = Arrivals::kConstant;
  even.lasts = core::seconds(2);
  for (const std::uint64_t rate : {3U, 50U, 1500U}) {
    even.rate_millitasks_per_s = rate * 1000;
    EXPECT_EQ(all(even).size(), rate * 2) << rate << "/s";
    WorkloadConfig capped = even;
    capped.tasks = rate * 2;
    EXPECT_EQ(all(capped).size(), rate * 2) << "the cap is the number that comes anyway";
  }
}

}  // namespace
}  // namespace load
