#include "world/fault_gate.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "world/message.h"

namespace world {
namespace {

using core::at;
using core::milliseconds;
using core::seconds;

constexpr std::size_t kCell = kCellBytes;
const NodeId kA(1);
const NodeId kB(2);
const NodeId kC(3);

Fault fault_of(FaultKind kind, num::Probability probability = num::Probability::always()) {
  Fault fault;
  fault.kind = kind;
  fault.target.nodes = {kA};
  fault.probability = probability;
  return fault;
}

// Which of `count` messages from `from` to `to` the gate drops.
std::vector<bool> drops(FaultGate& gate, NodeId from, NodeId to, int count) {
  std::vector<bool> dropped;
  for (int i = 0; i < count; ++i) {
    dropped.push_back(gate.judge(from, to, kCell, at(milliseconds(i))).dropped_by.has_value());
  }
  return dropped;
}

TEST(FaultGate, LetsEverythingPassWhileNoFaultIsActive) {
  FaultGate gate(1, {fault_of(FaultKind::kLoss)});
  EXPECT_FALSE(gate.judge(kA, kB, kCell, {}).dropped_by);
  gate.begin(0, {kA}, {});
  EXPECT_EQ(gate.judge(kA, kB, kCell, {}).dropped_by, FaultIndex{0});
  gate.end(0, at(seconds(1)));
  EXPECT_FALSE(gate.judge(kA, kB, kCell, {}).dropped_by);
  EXPECT_EQ(gate.acted(0), 1U);
}

TEST(FaultGate, ADrawDependsOnTheFaultAndTheLinkAndOnNothingElse) {
  Fault on_a = fault_of(FaultKind::kLoss, num::Probability::percent(50));
  Fault on_b = on_a;
  on_b.target.nodes = {kB};
  Fault weaker_on_b = on_b;
  weaker_on_b.duration = seconds(5);

  FaultGate both(9, {on_a, on_b});
  both.begin(0, {kA}, {});
  both.begin(1, {kB}, {});
  drops(both, kA, kC, 77);
  const auto with_both = drops(both, kB, kC, 200);

  for (const Fault& alone : {on_b, weaker_on_b}) {
    FaultGate gate(9, {alone});
    gate.begin(0, {kB}, {});
    EXPECT_EQ(drops(gate, kB, kC, 200), with_both);
  }
  FaultGate other_seed(10, {on_b});
  other_seed.begin(0, {kB}, {});
  EXPECT_NE(drops(other_seed, kB, kC, 200), with_both);
}

TEST(FaultGate, AFaultTakesItsDrawsEvenWhenAnotherDropsTheMessage) {
  const Fault loss = fault_of(FaultKind::kLoss, num::Probability::percent(50));
  const Fault cut = fault_of(FaultKind::kPartition);
  FaultGate alone(9, {loss});
  alone.begin(0, {kA}, {});
  FaultGate cut_at_first(9, {cut, loss});
  cut_at_first.begin(0, {kA}, {});
  cut_at_first.begin(1, {kA}, {});
  drops(alone, kA, kB, 50);
  drops(cut_at_first, kA, kB, 50);
  EXPECT_EQ(cut_at_first.acted(0), 50U);
  EXPECT_EQ(cut_at_first.acted(1), 0U);
  cut_at_first.end(0, at(seconds(1)));
  EXPECT_EQ(drops(alone, kA, kB, 100), drops(cut_at_first, kA, kB, 100));
}

// Of zeros and ones: their mean, and how one correlates with the next but `lag` - 1.
struct Series {
  std::vector<bool> lost;
  [[nodiscard]] double mean() const {
    return static_cast<double>(std::ranges::count(lost, true)) / static_cast<double>(lost.size());
  }
  [[nodiscard]] double correlation(std::size_t lag) const {
    const double centre = mean();
    double sum = 0;
    for (std::size_t i = lag; i < lost.size(); ++i) {
      sum += ((lost[i] ? 1 : 0) - centre) * ((lost[i - lag] ? 1 : 0) - centre);
    }
    return sum / (static_cast<double>(lost.size() - lag) * centre * (1 - centre));
  }
};

// 300,000 messages: the standard error of the mean is below 0.25 % for all of these, that of a
// correlation below 0.2 %, so that four of them are 1 %.
TEST(FaultGate, CorrelatedLossLosesAsManyAsStatedAndNeighboursAsStated) {
  for (const auto& [mean, correlation] :
       {std::pair{20U, 75U}, {20U, 0U}, {1U, 50U}, {50U, 60U}, {80U, 75U}}) {
    Fault loss = fault_of(FaultKind::kLoss, num::Probability::percent(mean));
    loss.correlation = num::Probability::percent(correlation);
    FaultGate gate(4, {loss});
    gate.begin(0, {kA}, {});
    const Series series{drops(gate, kA, kB, 300'000)};
    const double expected = correlation / 100.0;
    EXPECT_NEAR(series.mean(), mean / 100.0, 0.01) << mean << " % by " << correlation << " %";
    EXPECT_NEAR(series.correlation(1), expected, 0.01) << mean << " % by " << correlation << " %";
    EXPECT_NEAR(series.correlation(2), expected * expected, 0.015) << "and no longer memory";
  }
}

TEST(FaultGate, CorrelatedLossHasItsMeanFromTheFirstMessageOnAndOnEachLinkAlone) {
  Fault loss = fault_of(FaultKind::kLoss, num::Probability::percent(20));
  loss.correlation = num::Probability::percent(75);
  FaultGate gate(4, {loss});
  gate.begin(0, {kA}, {});
  std::array<Series, 3> nth;
  Series across;
  for (std::uint32_t link = 0; link < 20'000; ++link) {
    const auto lost = drops(gate, kA, NodeId(10 + link), 3);
    for (std::size_t i = 0; i < 3; ++i) {
      nth[i].lost.push_back(lost[i]);
    }
    across.lost.push_back(lost[2]);
  }
  for (const Series& series : nth) {
    EXPECT_NEAR(series.mean(), 0.2, 0.012);
  }
  EXPECT_NEAR(across.correlation(1), 0, 0.03) << "links know nothing of each other";
}

TEST(FaultGate, CorrelationNeitherLosesAtZeroNorSparesAtAll) {
  for (const auto& [mean, count] :
       {std::pair{num::Probability::never(), 0}, std::pair{num::Probability::always(), 500}}) {
    Fault loss = fault_of(FaultKind::kLoss, mean);
    loss.correlation = num::Probability::percent(99);
    FaultGate gate(4, {loss});
    gate.begin(0, {kA}, {});
    EXPECT_EQ(std::ranges::count(drops(gate, kA, kB, 500), true), count);
  }
}

TEST(FaultGate, TwinsInOnePlanDrawDifferently) {
  const Fault loss = fault_of(FaultKind::kLoss, num::Probability::percent(50));
  FaultGate gate(9, {loss, loss});
  EXPECT_NE(gate.identity(0), gate.identity(1));
  EXPECT_EQ(gate.identity(0), FaultGate(3, {loss}).identity(0));
}

TEST(FaultGate, MatchesTargetsPeersAndDirections) {
  Fault loss = fault_of(FaultKind::kLoss);
  loss.peers = {kB};
  FaultGate gate(1, {loss});
  gate.begin(0, {kA}, {});
  EXPECT_TRUE(gate.judge(kA, kB, kCell, {}).dropped_by);
  EXPECT_TRUE(gate.judge(kB, kA, kCell, {}).dropped_by);
  EXPECT_FALSE(gate.judge(kA, kC, kCell, {}).dropped_by);
  EXPECT_FALSE(gate.judge(kC, kB, kCell, {}).dropped_by);

  loss.one_way = true;
  FaultGate one_way(1, {loss});
  one_way.begin(0, {kA}, {});
  EXPECT_TRUE(one_way.judge(kA, kB, kCell, {}).dropped_by);
  EXPECT_FALSE(one_way.judge(kB, kA, kCell, {}).dropped_by);

  // Without peers a partition leaves the inside of its side alone, a loss does not.
  FaultGate cut(1, {fault_of(FaultKind::kPartition), fault_of(FaultKind::kLoss)});
  cut.begin(0, {kB, kA}, {});
  EXPECT_FALSE(cut.judge(kA, kB, kCell, {}).dropped_by);
  EXPECT_TRUE(cut.judge(kC, kB, kCell, {}).dropped_by);
  cut.end(0, {});
  cut.begin(1, {kB, kA}, {});
  EXPECT_TRUE(cut.judge(kA, kB, kCell, {}).dropped_by);
}

TEST(FaultGate, DelaysWithinMeanPlusOrMinusJitter) {
  Fault delay = fault_of(FaultKind::kDelay);
  delay.delay = milliseconds(50);
  delay.jitter = milliseconds(10);
  FaultGate gate(1, {delay});
  gate.begin(0, {kA}, {});
  core::Duration least = seconds(1);
  core::Duration most{0};
  for (int i = 0; i < 500; ++i) {
    const Verdict verdict = gate.judge(kA, kB, kCell, {});
    EXPECT_FALSE(verdict.may_be_overtaken);
    least = std::min(least, verdict.extra_delay);
    most = std::max(most, verdict.extra_delay);
  }
  EXPECT_GE(least, milliseconds(40));
  EXPECT_LT(least, milliseconds(42));
  EXPECT_LE(most, milliseconds(60));
  EXPECT_GT(most, milliseconds(58));
  EXPECT_EQ(gate.acted(0), 500U);
}

TEST(FaultGate, ABandwidthQueuesPerLinkAndDirection) {
  Fault narrow = fault_of(FaultKind::kBandwidth);
  narrow.amount = 64'000;  // a cell per millisecond
  FaultGate gate(1, {narrow});
  gate.begin(0, {kA}, {});
  EXPECT_EQ(gate.judge(kA, kB, kCell, {}).extra_delay, milliseconds(1));
  EXPECT_EQ(gate.judge(kA, kB, kCell, {}).extra_delay, milliseconds(2));
  EXPECT_EQ(gate.judge(kB, kA, kCell, {}).extra_delay, milliseconds(1));
  EXPECT_EQ(gate.judge(kA, kC, kCell, {}).extra_delay, milliseconds(1));
  EXPECT_EQ(gate.judge(kA, kB, 2 * kCell, at(milliseconds(10))).extra_delay, milliseconds(2));
}

TEST(FaultGate, CorruptionNamesABitOfTheWireFormAndCountsOnlyWhenRefused) {
  FaultGate gate(1, {fault_of(FaultKind::kCorrupt)});
  gate.begin(0, {kA}, {});
  std::uint64_t least = kCell * 8;
  std::uint64_t most = 0;
  for (int i = 0; i < 2000; ++i) {
    const Verdict verdict = gate.judge(kA, kB, kCell, {});
    ASSERT_TRUE(verdict.corrupt_bit);
    least = std::min(least, *verdict.corrupt_bit);
    most = std::max(most, *verdict.corrupt_bit);
  }
  EXPECT_LT(least, 8U);
  EXPECT_GE(most, kCell * 8 - 8);
  EXPECT_LT(most, kCell * 8);
  EXPECT_EQ(gate.acted(0), 0U);
  gate.count(0);
  EXPECT_EQ(gate.acted(0), 1U);
}

TEST(FaultGate, AHeldMessageIsAskedAboutAgainWhenItsClogEnds) {
  FaultGate gate(
      1, {fault_of(FaultKind::kClog), fault_of(FaultKind::kClog), fault_of(FaultKind::kPartition)});
  gate.begin(0, {kA}, {});
  gate.begin(1, {kA}, {});
  EXPECT_EQ(gate.judge(kA, kB, kCell, {}).held_by, FaultIndex{0});
  gate.end(0, at(seconds(1)));
  EXPECT_EQ(gate.blocked(kA, kB).held_by, FaultIndex{1});
  gate.end(1, at(seconds(2)));
  gate.begin(2, {kA}, at(seconds(2)));
  EXPECT_EQ(gate.blocked(kA, kB).dropped_by, FaultIndex{2});
  gate.end(2, at(seconds(3)));
  const Verdict free = gate.blocked(kA, kB);
  EXPECT_FALSE(free.dropped_by || free.held_by);
  EXPECT_EQ(gate.acted(0), 1U);
  EXPECT_EQ(gate.acted(1), 1U);
  EXPECT_EQ(gate.acted(2), 1U);
}

TEST(FaultGate, ClockFaultsAddUpAndOnlyAStepStays) {
  Fault offset = fault_of(FaultKind::kClockOffset);
  offset.delay = seconds(7);
  Fault step = fault_of(FaultKind::kClockStep);
  step.delay = -seconds(2);
  FaultGate gate(1, {offset, step});
  EXPECT_EQ(gate.read_clock(kA, {}).wall, seconds(0));
  gate.begin(0, {kA}, at(seconds(1)));
  gate.begin(1, {kA}, at(seconds(1)));
  EXPECT_EQ(gate.read_clock(kA, at(seconds(2))).wall, seconds(5));
  EXPECT_EQ(gate.read_clock(kB, at(seconds(2))).wall, seconds(0));
  EXPECT_EQ(gate.read_clock(kA, at(seconds(2))).monotonic, seconds(0));
  gate.end(0, at(seconds(3)));
  gate.end(1, at(seconds(3)));
  EXPECT_EQ(gate.clock_error(kA, at(seconds(9))).wall, -seconds(2));
  EXPECT_EQ(gate.acted(0), 2U);
  EXPECT_EQ(gate.acted(1), 2U);
}

TEST(FaultGate, ADriftingMonotonicClockNeverGoesBackAndTimersFollowIt) {
  for (const std::int64_t drift : {-5'000'000L, -899'999L, -300L, 77L, 3'000'000L}) {
    Fault fault = fault_of(FaultKind::kClockDrift);
    fault.amount = drift;
    FaultGate gate(1, {fault});
    gate.begin(0, {kA}, at(milliseconds(10)));
    core::Time last{};
    for (std::int64_t tick = 0; tick < 20'000; ++tick) {
      if (tick == 15'000) {
        gate.end(0, at(milliseconds(10) + core::Duration(tick)));
      }
      const core::Time now = at(milliseconds(10) + core::Duration(tick));
      const core::Time local = now + gate.clock_error(kA, now).monotonic;
      ASSERT_GE(local, last);
      last = local;
    }
    gate.begin(0, {kA}, at(seconds(1)));
    const core::Duration span = gate.true_span(kA, seconds(3));
    const core::Time then = at(seconds(1)) + span;
    const core::Duration advanced = span + gate.clock_error(kA, then).monotonic -
                                    gate.clock_error(kA, at(seconds(1))).monotonic;
    EXPECT_NEAR(static_cast<double>(advanced.count()), 3e9, 5);
  }
}

}  // namespace
}  // namespace world
