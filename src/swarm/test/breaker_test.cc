#include "swarm/breaker.h"

#include <gtest/gtest.h>

#include "num/stream.h"

namespace swarm {
namespace {

using core::milliseconds;

class BreakerStory : public ::testing::Test {
 protected:
  static constexpr BreakerConfig kConfig{core::seconds(2), 5, 50, milliseconds(100),
                                         core::seconds(1), 2};

  void after(core::Duration pause) {
    now += pause;
    breaker.advance(now);
  }
  CallNumber call() {
    breaker.begin(++calls, now);
    return calls;
  }
  void answered_call() {
    const CallNumber made = call();
    after(milliseconds(10));
    breaker.answered(made, now);
  }
  void unanswered_call() {
    call();
    after(milliseconds(100));
  }
  void open() {
    for (int i = 0; i < 5; ++i) {
      unanswered_call();
    }
    ASSERT_EQ(breaker.state(), BreakerState::kOpen);
  }

  Breaker breaker{kConfig};
  core::Time now = core::at(core::seconds(10));
  CallNumber calls = 0;
};

TEST_F(BreakerStory, StaysClosedUntilThereAreEnoughCallsToJudge) {
  for (int i = 0; i < 4; ++i) {
    unanswered_call();
  }
  EXPECT_EQ(breaker.state(), BreakerState::kClosed);
  unanswered_call();
  EXPECT_EQ(breaker.state(), BreakerState::kOpen);
  const auto changes = breaker.take_changes();
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_EQ(changes[0], (BreakerChange{BreakerState::kClosed, BreakerState::kOpen, 5, 5, now}));
}

TEST_F(BreakerStory, StaysClosedBelowTheRate) {
  for (int i = 0; i < 20; ++i) {
    answered_call();
    answered_call();
    unanswered_call();
  }
  EXPECT_EQ(breaker.state(), BreakerState::kClosed);
}

TEST_F(BreakerStory, ForgetsWhatIsOlderThanItsWindow) {
  for (int i = 0; i < 4; ++i) {
    unanswered_call();
  }
  after(core::seconds(3));
  unanswered_call();
  EXPECT_EQ(breaker.state(), BreakerState::kClosed);
}

TEST_F(BreakerStory, AnAnswerAfterTheDeadlineIsAFailure) {
  for (int i = 0; i < 5; ++i) {
    const CallNumber slow = call();
    now += milliseconds(101);
    breaker.answered(slow, now);
  }
  EXPECT_EQ(breaker.state(), BreakerState::kOpen);
}

TEST_F(BreakerStory, LetsNothingThroughWhileOpenAndThenAFewProbes) {
  open();
  EXPECT_FALSE(breaker.admits());
  EXPECT_EQ(breaker.due(), now + core::seconds(1));
  after(milliseconds(999));
  EXPECT_FALSE(breaker.admits());
  after(milliseconds(1));
  EXPECT_EQ(breaker.state(), BreakerState::kHalfOpen);
  call();
  EXPECT_TRUE(breaker.admits());
  call();
  EXPECT_FALSE(breaker.admits());
}

TEST_F(BreakerStory, ClosesWhenAllProbesAreAnswered) {
  open();
  after(core::seconds(1));
  answered_call();
  EXPECT_EQ(breaker.state(), BreakerState::kHalfOpen);
  answered_call();
  ASSERT_EQ(breaker.state(), BreakerState::kClosed);
  EXPECT_TRUE(breaker.admits());
  unanswered_call();  // what was before does not count any more
  EXPECT_EQ(breaker.state(), BreakerState::kClosed);
}

TEST_F(BreakerStory, AHungProbeOpensItAgainAndNeverHoldsIt) {
  open();
  for (int round = 0; round < 50; ++round) {
    after(core::seconds(1));
    ASSERT_EQ(breaker.state(), BreakerState::kHalfOpen);
    call();
    after(milliseconds(100));
    ASSERT_EQ(breaker.state(), BreakerState::kOpen);
    ASSERT_EQ(breaker.calls_under_way(), 0U);
  }
  after(core::seconds(1));
  answered_call();
  answered_call();
  EXPECT_EQ(breaker.state(), BreakerState::kClosed);
}

TEST_F(BreakerStory, AnswersToCallsFromBeforeItOpenedCountForNothing) {
  std::vector<CallNumber> early;
  for (int i = 0; i < 3; ++i) {
    early.push_back(call());
  }
  unanswered_call();
  unanswered_call();
  ASSERT_EQ(breaker.state(), BreakerState::kOpen);
  after(core::seconds(1));
  ASSERT_EQ(breaker.state(), BreakerState::kHalfOpen);
  for (const CallNumber old : early) {
    breaker.answered(old, now);
  }
  EXPECT_EQ(breaker.state(), BreakerState::kHalfOpen);
}

TEST_F(BreakerStory, EveryChangeIsLegal) {
  num::Stream random(7, 0, 0);
  for (int i = 0; i < 5000; ++i) {
    after(milliseconds(static_cast<std::int64_t>(random.below(150))));
    if (breaker.admits()) {
      const CallNumber made = call();
      if (random.below(2) == 0) {
        breaker.answered(made, now);
      }
    }
    for (const BreakerChange& change : breaker.take_changes()) {
      EXPECT_TRUE(may_become(change.from, change.to));
    }
    EXPECT_LE(breaker.calls_under_way(), 5000U);
  }
}

}  // namespace
}  // namespace swarm
