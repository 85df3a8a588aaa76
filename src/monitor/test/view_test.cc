#include "monitor/view.h"

#include <gtest/gtest.h>

#include "telemetry.h"

namespace monitor {
namespace {

TEST(View, AddsUpWhatMembersAndTheLeaderReport) {
  ReportingSwarm swarm;
  swarm.waiting = 7;
  const View view = swarm.tick(10);
  EXPECT_EQ(view.whole.members, 4U);
  EXPECT_EQ(view.whole.reporting, 4U);
  const GroupView& pool = view.pools.at(kPool);
  EXPECT_EQ(pool.members, 3U);
  EXPECT_EQ(pool.recent.rate_milli(pool.recent.tally.done), 30'000U);
  EXPECT_EQ(pool.recent.utilisation_permille(), 400U);
  EXPECT_EQ(pool.waiting, 7U);
  EXPECT_EQ(pool.steady.waiting_milli(), 7'000U);
  EXPECT_EQ(pool.steady.in_system_milli(), 7'600U);
  EXPECT_EQ(pool.total.done, 300U);
  EXPECT_EQ(pool.recent.failure_permille(), 0U);
  EXPECT_EQ(view.member(kFirst)->recent.rate_milli(60), 10'000U);
  EXPECT_EQ(view.member(kFirst)->now->done, 10U);
}

TEST(View, AWindowForgetsWhatIsOlderThanItself) {
  ReportingSwarm swarm;
  swarm.seconds[kFirst].failed = 10;
  swarm.tick();
  swarm.seconds.clear();
  const View soon = swarm.tick(3);
  EXPECT_GT(soon.whole.recent.failure_permille(), 0U);
  const View later = swarm.tick(6);
  EXPECT_EQ(later.whole.recent.failure_permille(), 0U);
  EXPECT_GT(later.whole.steady.failure_permille(), 0U);
  EXPECT_EQ(swarm.tick(60).whole.steady.failure_permille(), 0U);
}

TEST(View, WhatDoesNotReportHasNoNumbersInsteadOfZeros) {
  ReportingSwarm swarm;
  swarm.tick(10);
  swarm.silent[kFirst] = true;
  const View view = swarm.tick(10);
  const MemberView& silent = *view.member(kFirst);
  EXPECT_EQ(silent.presence, Presence::kStale);
  EXPECT_EQ(silent.age, core::milliseconds(10'100));
  EXPECT_EQ(silent.now, std::nullopt);
  EXPECT_FALSE(silent.recent.known());
  EXPECT_EQ(silent.recent.utilisation_permille(), std::nullopt);
  EXPECT_EQ(silent.recent.rate_milli(silent.recent.tally.done), std::nullopt);
  EXPECT_EQ(silent.recent.failure_permille(), std::nullopt);
  // The pool's mean is over those who report: a silent member is not an idle one.
  EXPECT_EQ(view.pools.at(kPool).recent.utilisation_permille(), 400U);
  EXPECT_EQ(view.pools.at(kPool).reporting, 2U);
  EXPECT_EQ(view.pools.at(kPool).members, 3U);
}

TEST(View, WithoutALeaderTheBacklogIsNotKnown) {
  ReportingSwarm swarm;
  swarm.waiting = 5;
  swarm.tick(5);
  swarm.silent[kLeader] = true;
  const View view = swarm.tick(10);
  EXPECT_EQ(view.whole.waiting, std::nullopt);
  EXPECT_EQ(view.whole.recent.waiting_milli(), std::nullopt);
  EXPECT_EQ(view.whole.recent.failure_permille(), std::nullopt);
  EXPECT_EQ(view.leader, kLeader);
  EXPECT_EQ(view.leader_age, core::milliseconds(10'100));
}

TEST(View, ARateCountsOnlyTheTimeThatWasReportedOn) {
  ReportingSwarm swarm;
  swarm.tick(3);
  swarm.silent[kFirst] = true;
  swarm.tick(2);
  swarm.silent[kFirst] = false;
  const View view = swarm.tick();
  const Window& recent = view.member(kFirst)->recent;
  EXPECT_EQ(recent.tally.covers, core::seconds(4));
  EXPECT_EQ(recent.rate_milli(recent.tally.done), 10'000U);
  EXPECT_EQ(view.member(kFirst)->samples_lost, 2U);
}

class Samples : public testing::Test {
 protected:
  Folded fold(const world::Sample& sample) {
    now += core::milliseconds(100);
    return monitor.fold(kFirst, sample, now);
  }
  [[nodiscard]] std::uint64_t done() const {
    return monitor.view(now + kBin).member(kFirst)->steady.tally.done;
  }
  core::Time now;
  Monitor monitor;
};

TEST_F(Samples, ACopyCountsOnce) {
  EXPECT_EQ(fold(sample_of(kFirst, 1)), Folded::kTaken);
  EXPECT_EQ(fold(sample_of(kFirst, 1)), Folded::kRepeated);
  EXPECT_EQ(done(), 10U);
}

TEST_F(Samples, OneThatWasOvertakenStaysLost) {
  EXPECT_EQ(fold(sample_of(kFirst, 1)), Folded::kTaken);
  EXPECT_EQ(fold(sample_of(kFirst, 3)), Folded::kTaken);
  EXPECT_EQ(fold(sample_of(kFirst, 2)), Folded::kRepeated);
  EXPECT_EQ(done(), 20U);
  EXPECT_EQ(monitor.view(now).member(kFirst)->samples_lost, 1U);
}

TEST_F(Samples, ANewIncarnationCountsFromOneAndEndsTheOldOne) {
  EXPECT_EQ(fold(sample_of(kFirst, 9)), Folded::kTaken);
  world::Sample reborn = sample_of(kFirst, 1);
  reborn.incarnation = world::Incarnation(2);
  EXPECT_EQ(fold(reborn), Folded::kTaken);
  EXPECT_EQ(fold(sample_of(kFirst, 10)), Folded::kOutdated);
  EXPECT_EQ(monitor.view(now).member(kFirst)->samples_lost, 0U);
}

TEST_F(Samples, WhatCannotBeTrueIsRefused) {
  world::Sample sample = sample_of(kFirst, 1);
  sample.node = kSecond;
  EXPECT_EQ(fold(sample), Folded::kRefused);
  sample = sample_of(kFirst, 1);
  sample.covers = {};
  EXPECT_EQ(fold(sample), Folded::kRefused);
  EXPECT_TRUE(monitor.view(now).members.empty());
}

TEST_F(Samples, AnEndedMemberComesBackOnlyWithALaterIncarnation) {
  fold(sample_of(kFirst, 1));
  monitor.ended(kFirst);
  fold(sample_of(kFirst, 2));  // was under way when its sandbox ended
  EXPECT_EQ(monitor.view(now).member(kFirst)->presence, Presence::kEnded);
  world::Sample reborn = sample_of(kFirst, 1);
  reborn.incarnation = world::Incarnation(2);
  fold(reborn);
  EXPECT_EQ(monitor.view(now).member(kFirst)->presence, Presence::kFresh);
}

TEST_F(Samples, AMemberThatNeverReportedIsExpected) {
  monitor.expect(kSecond, kPool, now);
  const View view = monitor.view(now + core::seconds(20));
  EXPECT_EQ(view.member(kSecond)->presence, Presence::kExpected);
  EXPECT_EQ(view.member(kSecond)->age, std::nullopt);
  EXPECT_EQ(view.member(kSecond)->known_for, core::seconds(20));
}

TEST_F(Samples, TheWordsOfADeposedLeaderDoNotCount) {
  world::Sample sample = sample_of(kFirst, 1);
  world::PoolSample pool;
  pool.pool = kPool;
  pool.done = 4;
  sample.leader = world::LeaderSample{5, core::seconds(1), 1, {pool}};
  fold(sample);
  world::Sample deposed = sample_of(kSecond, 1);
  deposed.leader = world::LeaderSample{4, core::seconds(1), 1, {pool}};
  EXPECT_EQ(monitor.fold(kSecond, deposed, now), Folded::kTaken);
  const View view = monitor.view(now);
  EXPECT_EQ(view.whole.total.done, 4U);
  EXPECT_EQ(view.leader, kFirst);
  EXPECT_EQ(view.term, 5U);
}

TEST(Latency, AQuantileIsABandWithTheTruthInIt) {
  LatencySums counts{};
  for (std::int64_t ms = 1; ms <= 1000; ++ms) {
    ++counts[world::latency_bucket_of(core::milliseconds(ms))];
  }
  for (const std::uint32_t permille : {1U, 10U, 250U, 500U, 990U, 1000U}) {
    const auto band = quantile(counts, permille);
    const core::Duration truth = core::milliseconds(permille);
    EXPECT_LE(band->low, truth);
    EXPECT_GT(band->high, truth);
    EXPECT_LE((band->high - band->low).count() * 4, band->low.count());
    EXPECT_GE(band->estimate, band->low);
    EXPECT_LE(band->estimate, band->high);
  }
}

TEST(Latency, NothingHasNoQuantileAndTheLastBucketHasNoEnd) {
  LatencySums counts{};
  EXPECT_EQ(quantile(counts, 500), std::nullopt);
  counts.back() = 1;
  EXPECT_EQ(quantile(counts, 500)->low, quantile(counts, 500)->high);
}

}  // namespace
}  // namespace monitor
