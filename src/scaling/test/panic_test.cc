// A burst: panic, its end, and what it must not do.
#include <gmock/gmock.h>

#include "pool.h"

namespace scaling {
namespace {

using core::seconds;
using testing::HasSubstr;

Config concurrency() {
  Config config;
  config.most = 40;
  config.concurrency = ConcurrencyRule{};
  config.stabilise_down = seconds(30);
  config.up = {100, 100, seconds(1)};
  return config;
}

TEST(Panic, AStepOfLoadIsServedWithinSeconds) {
  Pool pool(concurrency(), 2);
  pool.run(seconds(60), 2.0);
  EXPECT_EQ(pool.size(), 2);
  // 14 tasks/s of half a second: seven busy agents, ten at 70 %.
  pool.run(seconds(20), 14.0);
  EXPECT_TRUE(pool.decisions().back().panic);
  EXPECT_GE(pool.ready(), 10);
  EXPECT_THAT(pool.decisions().back().reason, HasSubstr("panic since"));
}

TEST(Panic, NeverShrinksAndEndsAfterAWholeCalmWindow) {
  Pool pool(concurrency(), 2);
  pool.run(seconds(60), 2.0);
  pool.run(seconds(10), 14.0);
  const std::uint32_t high = pool.size();
  ASSERT_TRUE(pool.scaler().in_panic());
  pool.run(seconds(50), 2.0);
  EXPECT_TRUE(pool.scaler().in_panic());
  EXPECT_GE(pool.size(), high);
  pool.run(seconds(30), 2.0);
  EXPECT_FALSE(pool.scaler().in_panic());
}

// The pool of a panic does not collapse with it: it goes down step by step.
TEST(Panic, IsLeftByARampAndNotByAJump) {
  Config config = concurrency();
  config.exit = {1, 10, seconds(10)};
  Pool pool(config, 2);
  pool.run(seconds(60), 2.0);
  pool.run(seconds(20), 28.0);
  ASSERT_TRUE(pool.scaler().in_panic());
  const std::uint32_t high = pool.size();
  ASSERT_GE(high, 20);
  pool.run(seconds(500), 2.0);
  EXPECT_LE(pool.size(), 2);
  std::uint32_t steps = 0;
  for (const Decision& decision : pool.decisions()) {
    if (decision.desired < decision.before) {
      EXPECT_LE(decision.before - decision.desired, (decision.before + 9) / 10) << decision.reason;
      ++steps;
    }
  }
  EXPECT_GE(steps, 10);
}

// While agents start, tasks pile up for them. That is no reason to ask for ever more agents.
TEST(Panic, KnowsThatStartingTakesTime) {
  const auto after_a_step = [](bool tells_arrivals) {
    Pool pool(concurrency(), 2);
    pool.cold_start = seconds(25);
    pool.tells_arrivals = tells_arrivals;
    pool.run(seconds(60), 2.0);
    pool.run(seconds(90), 14.0);
    EXPECT_LT(pool.queue(), 1.0);
    return pool.largest();
  };
  // Ten agents carry the load at 70 %. The 250 tasks that waited need 4.2 more agents for 30 s: six
  // at 70 %, and two for rounding.
  EXPECT_GE(after_a_step(true), 10);
  EXPECT_LE(after_a_step(true), 18);
  EXPECT_EQ(after_a_step(false), 40) << "from concurrency alone: all that the bounds allow";
}

TEST(Panic, AsksForNoMoreThanTheProviderStarts) {
  Pool pool(concurrency(), 2);
  pool.start_capacity = 2;
  pool.run(seconds(60), 2.0);
  pool.run(seconds(60), 14.0);
  for (const Decision& decision : pool.decisions()) {
    EXPECT_LE(decision.desired, decision.before + 2) << decision.reason;
  }
  EXPECT_GE(pool.ready(), 10);
}

TEST(Panic, ConstantLoadDoesNotDrift) {
  Pool pool(concurrency(), 5);
  pool.run(seconds(3'600), 6.7);
  EXPECT_EQ(pool.reversals(), 0);
  EXPECT_EQ(pool.size(), 5);
}

TEST(Panic, LastsWhileNothingIsMeasured) {
  Pool pool(concurrency(), 2);
  pool.run(seconds(60), 2.0);
  pool.run(seconds(10), 14.0);
  Scaler scaler = pool.scaler();
  ASSERT_TRUE(scaler.in_panic());
  Signals silent = pool.signals();
  silent.now += seconds(100);
  silent.stable = {};
  silent.panic = {};
  const Decision decision = scaler.decide(silent);
  EXPECT_TRUE(decision.panic);
  EXPECT_GE(decision.desired, decision.before);
}

}  // namespace
}  // namespace scaling
