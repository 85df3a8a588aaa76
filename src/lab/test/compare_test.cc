#include "lab/compare.h"

#include <gmock/gmock.h>

#include <cmath>

#include "num/stream.h"

namespace lab {
namespace {

// `seeds` runs of one cell whose p99 and reliability scatter around the given ones. The same seed
// has the same luck in every set.
RunSet runs(std::uint64_t seeds, double p99, double reliability, std::uint64_t first = 1) {
  RunSet set;
  for (std::uint64_t seed = first; seed < first + seeds; ++seed) {
    num::Stream luck(seed, 0, 0);
    const double swing = static_cast<double>(luck.below(1'000)) / 1e3 - 0.5;
    Sample& sample = set.cells[{"Star Topology", "star", "base"}][seed];
    sample.verdict = Verdict::kPass;
    sample.run = "star@" + std::to_string(seed);
    sample.metrics = {{"latency_p99", p99 * (1 + 0.1 * swing)},
                      {"reliability", reliability - 0.001 * swing}};
  }
  return set;
}

const Difference& find(const Comparison& made, const std::string& metric) {
  for (const Difference& one : made.differences) {
    if (one.metric == metric) {
      return one;
    }
  }
  ADD_FAILURE() << metric << " is not compared";
  return made.differences.front();
}

TEST(Compare, ASetAgainstItselfIsTheSame) {
  const RunSet set = runs(20, 0.1, 0.99);
  const Comparison made = compare(set, set).value();
  EXPECT_EQ(made.verdict, Verdict::kPass);
  EXPECT_EQ(find(made, "latency_p99").difference, 0);
  EXPECT_TRUE(find(made, "latency_p99").paired);
  EXPECT_GT(find(made, "latency_p99").noise, 0);
}

TEST(Compare, OtherSeedsOfTheSameProgramAreTheSame) {
  const Comparison made = compare(runs(30, 0.1, 0.99), runs(30, 0.1, 0.99, 1'000)).value();
  EXPECT_EQ(made.verdict, Verdict::kPass) << made.reason;
  EXPECT_FALSE(find(made, "latency_p99").paired);
}

TEST(Compare, FindsWhatGotWorseAndWhatGotBetter) {
  const Comparison made = compare(runs(20, 0.1, 0.98), runs(20, 0.12, 0.999)).value();
  EXPECT_EQ(made.verdict, Verdict::kFail);
  const Difference& latency = find(made, "latency_p99");
  EXPECT_EQ(latency.change, Change::kWorse);
  EXPECT_NEAR(latency.difference, 0.02, 0.002);
  EXPECT_GT(latency.interval.low, latency.noise);
  EXPECT_GE(latency.p_corrected, latency.p);
  EXPECT_EQ(find(made, "reliability").change, Change::kBetter);
}

TEST(Compare, FindsItWithOtherSeedsToo) {
  const Comparison made = compare(runs(40, 0.1, 0.98), runs(40, 0.12, 0.98, 1'000)).value();
  EXPECT_EQ(find(made, "latency_p99").change, Change::kWorse);
}

TEST(Compare, LessThanTheNoiseOfAIsTheSameHoweverSignificant) {
  // Every pair differs by 0.1 %, so the p-value is tiny; runs of A differ by far more.
  const Comparison made = compare(runs(30, 0.1, 0.99), runs(30, 0.1001, 0.99)).value();
  const Difference& latency = find(made, "latency_p99");
  EXPECT_LT(latency.p_corrected, 0.001);
  EXPECT_EQ(latency.change, Change::kSame);
}

TEST(Compare, TooFewRunsDecideNothing) {
  const Comparison made = compare(runs(19, 0.1, 0.99), runs(19, 0.5, 0.9)).value();
  EXPECT_EQ(made.verdict, Verdict::kInconclusive);
  EXPECT_THAT(made.reason, testing::HasSubstr("20 seeds"));
  EXPECT_EQ(compare(runs(20, 1, 1), {}).value().verdict, Verdict::kInconclusive);
}

TEST(Compare, ALatencyBeyondTheDeadlineIsWorse) {
  RunSet after = runs(20, 0.1, 0.99);
  for (auto& [seed, sample] : after.cells.begin()->second) {
    if (seed > 5) {
      sample.metrics["latency_p99"] = HUGE_VAL;
    }
  }
  const Comparison made = compare(runs(20, 0.1, 0.99), after).value();
  EXPECT_EQ(find(made, "latency_p99").change, Change::kWorse);
  EXPECT_TRUE(std::isinf(find(made, "latency_p99").b));
}

TEST(Compare, ARecoveryThatNoLongerComesIsWorseHoweverFastTheOthersBecame) {
  RunSet before;
  RunSet after;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    const Cell cell{"Star Topology", "star", "base"};
    const double swing = static_cast<double>(seed % 7) / 10;
    before.cells[cell][seed].metrics = {{"recovery_time", 5 + swing}};
    // 28 recover sooner than before, 32 never do.
    after.cells[cell][seed].metrics = {{"recovery_time", seed <= 32 ? HUGE_VAL : 4.9 + swing}};
  }
  const Comparison made = compare(before, after).value();
  EXPECT_EQ(find(made, "recovery_time").change, Change::kWorse);
  EXPECT_EQ(find(made, "recovery_time").runs_b, 60U);
  EXPECT_EQ(find(compare(after, before).value(), "recovery_time").change, Change::kBetter);
}

TEST(Compare, WhichWayItWentIsNotLeftToMediansWhereSomeRunsAreInfinite) {
  RunSet before;
  RunSet after;
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    const Cell cell{"Star Topology", "star", "base"};
    before.cells[cell][seed].metrics = {{"recovery_time", 5}};
    const double of_others = seed <= 55 ? 5 : HUGE_VAL;
    after.cells[cell][seed].metrics = {{"recovery_time", of_others}};
  }
  EXPECT_EQ(find(compare(before, after).value(), "recovery_time").change, Change::kWorse)
      << "the median is 5 s in both";
}

TEST(Compare, OneRunThatFailsWherePassedIsARegression) {
  RunSet after = runs(1, 0.1, 0.99);
  after.cells.begin()->second[1].verdict = Verdict::kFail;
  after.cells.begin()->second[1].reason = "invariant shares_conserved violated";
  const Comparison made = compare(runs(1, 0.1, 0.99), after).value();
  EXPECT_EQ(made.verdict, Verdict::kFail);
  ASSERT_EQ(made.new_failures.size(), 1U);
  EXPECT_EQ(made.new_failures[0].run, "star@1");
}

TEST(Compare, AnotherScheduleMakesNoPairs) {
  RunSet after = runs(20, 0.1, 0.99);
  after.cells.begin()->second[7].schedule = 99;
  const Comparison made = compare(runs(20, 0.1, 0.99), after).value();
  EXPECT_FALSE(find(made, "latency_p99").paired);
}

TEST(Compare, NamesCellsThatOnlyOneSetHasAndRefusesUnknownMetrics) {
  RunSet other;
  other.cells[{"Mesh Topology", "mesh", "50/s"}][1] = {};
  const Comparison made = compare(runs(1, 1, 1), other).value();
  EXPECT_THAT(made.only_a, testing::ElementsAre("star"));
  EXPECT_THAT(made.only_b, testing::ElementsAre("mesh:50-s"));
  EXPECT_EQ(compare({}, {}, {{"speed"}, 20, 0.05}).error().code, core::Code::kInvalid);
}

}  // namespace
}  // namespace lab
