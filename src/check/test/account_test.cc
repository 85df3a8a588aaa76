// Lost and duplicated, counted from the client's and the venue's records.
#include "check/account.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "market/trace.h"
#include "market/trade_report.h"
#include "swarm/trace.h"

namespace check {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr swarm::GroupId kGroup{1};

class AccountStory : public ::testing::Test {
 protected:
  template <world::Traceable Record>
  void tell(const Record& record) {
    accountant.receive({core::at(core::milliseconds(++now_ms_)), world::NodeId(1),
                        world::Incarnation(1), world::make_trace(record)});
  }
  static core::Time at_ms(std::int64_t milliseconds) {
    return core::at(core::milliseconds(milliseconds));
  }
  void offer(std::uint64_t task) {
    tell(swarm::TaskOffered{swarm::TaskId(task), at_ms(now_ms_ + 1), 0, {}});
  }
  Account counted() const { return accountant.account(at_ms(now_ms_)); }
  // Of the only one.
  core::Time moment() const { return counted().findings.at(0).at; }
  static market::Outcome leg(std::uint64_t order, std::int64_t filled) {
    market::Outcome made;
    made.order = market::OrderId(order);
    made.status = market::OrderStatus::kFilled;
    made.quantity = {filled};
    made.filled = {filled};
    return made;
  }
  static swarm::Result traded(const std::vector<market::Outcome>& legs) {
    return {swarm::Outcome::kDone, core::encode(market::TradeReport{legs})};
  }
  void answer(std::uint64_t task, const swarm::Result& result) {
    tell(swarm::TaskAnswered{swarm::TaskId(task), {}, 1, result});
  }
  void accept(std::uint64_t task, std::uint64_t order, std::int64_t shares,
              swarm::GroupId group = kGroup) {
    accept_leg(task, 1, order, shares, group);
  }
  void accept_leg(std::uint64_t task, market::Leg leg, std::uint64_t order, std::int64_t shares,
                  swarm::GroupId group = kGroup) {
    market::Accepted event;
    event.order = market::OrderId(order);
    event.request.quantity = {shares};
    event.request.authority =
        market::Authority{market::GroupId(group.value), 1, market::TaskId(task), 1, leg};
    tell(market::OrderAcceptedTrace{{++journal_, 0}, event});
  }
  void fill(std::uint64_t order, std::int64_t shares) {
    market::Filled event;
    event.quantity = {shares};
    event.buyer.order = market::OrderId(order);
    event.seller.order = market::OrderId(1'000'000);
    latest_fill_ = {{++journal_, 0}, event};
    tell(latest_fill_);
  }

  Accountant accountant{kGroup, core::milliseconds(5)};
  std::int64_t now_ms_ = 0;
  std::uint64_t journal_ = 0;
  market::FilledTrace latest_fill_;
};

TEST_F(AccountStory, EveryTaskIsDoneOrFailed) {
  offer(1);
  accept(1, 7, 10);
  fill(7, 4);
  fill(7, 6);
  answer(1, traded({leg(7, 10)}));
  offer(2);
  answer(2, traded({}));
  offer(3);
  answer(3, {swarm::Outcome::kShed, {}});
  const Account account = counted();
  EXPECT_EQ(account.offered, 3U);
  EXPECT_EQ(account.done, 2U);
  EXPECT_EQ(account.failed, 1U);
  EXPECT_EQ(account.traded, 1U);
  EXPECT_EQ(account.lost, 0U);
  EXPECT_EQ(account.duplicated, 0U);
  EXPECT_THAT(account.findings, IsEmpty());
}

TEST_F(AccountStory, ATaskWithoutAnyAnswerIsLost) {
  offer(1);
  offer(2);
  answer(2, traded({}));
  const Account account = counted();
  EXPECT_EQ(account.lost, 1U);
  ASSERT_EQ(account.findings.size(), 1U);
  EXPECT_THAT(account.findings[0].what, HasSubstr("task 1 was offered and never answered"));
}

// Whatever took the answer away came between the offer and that moment.
TEST_F(AccountStory, ALostTaskIsDatedWhenItsAnswerWasDueOrTheRunEnded) {
  offer(1);
  EXPECT_EQ(moment(), at_ms(1));
  now_ms_ = 100;
  EXPECT_EQ(moment(), at_ms(6));
}

TEST_F(AccountStory, ADuplicateIsDatedWhenTheVenueWroteItDown) {
  now_ms_ = 50;
  accept(1, 7, 10);
  accept(1, 8, 10);
  now_ms_ = 90;
  EXPECT_EQ(moment(), at_ms(52));
}

TEST_F(AccountStory, AFillTooManyIsDatedWhenItWasMade) {
  offer(1);
  accept(1, 7, 10);
  fill(7, 10);
  fill(7, 1);
  fill(7, 1);
  answer(1, traded({leg(7, 12)}));
  EXPECT_EQ(moment(), at_ms(4));
}

TEST_F(AccountStory, AnUntoldTradeIsDatedWhenBothItAndTheAnswerWereThere) {
  offer(1);
  accept(1, 7, 10);
  fill(7, 10);
  answer(1, {swarm::Outcome::kAttemptsExhausted, {}});
  EXPECT_EQ(moment(), at_ms(4));
}

TEST_F(AccountStory, ATradeAfterTheAnswerIsDatedWhenItWasMade) {
  offer(1);
  answer(1, {swarm::Outcome::kAttemptsExhausted, {}});
  accept(1, 7, 10);
  fill(7, 10);
  EXPECT_EQ(moment(), at_ms(4));
}

TEST_F(AccountStory, ATradeThatTheVenueDoesNotHaveIsLost) {
  offer(1);
  answer(1, traded({leg(7, 10)}));
  offer(2);
  accept(2, 8, 10);
  fill(8, 4);
  answer(2, traded({leg(8, 10)}));
  offer(3);
  answer(3, traded({leg(8, 4)}));  // the trade of task 2
  const Account account = counted();
  EXPECT_EQ(account.lost, 3U);
  EXPECT_EQ(account.findings.size(), 3U);
}

TEST_F(AccountStory, TwoOrdersUnderAKeyAreADuplicate) {
  accept(1, 7, 10);
  accept(1, 8, 10);
  const Account account = counted();
  EXPECT_EQ(account.duplicated, 1U);
  EXPECT_THAT(account.findings.at(0).what, HasSubstr("has 2 accepted orders"));
}

TEST_F(AccountStory, AnOrderFilledBeyondItsQuantityIsADuplicate) {
  offer(1);
  accept(1, 7, 10);
  fill(7, 10);
  fill(7, 1);
  answer(1, traded({leg(7, 11)}));
  EXPECT_EQ(counted().duplicated, 1U);
}

TEST_F(AccountStory, AnotherAnswerThatDiffersIsADuplicate) {
  offer(1);
  answer(1, traded({}));
  tell(swarm::TaskContradicted{swarm::TaskId(1), 5, {swarm::Outcome::kRejected, {}}});
  EXPECT_EQ(counted().duplicated, 1U);
}

TEST_F(AccountStory, ALegOfItsOwnForAnotherAttemptIsADuplicate) {
  offer(1);
  accept_leg(1, 1, 7, 10);
  fill(7, 10);
  accept_leg(1, 5, 8, 10);  // the next attempt does not ask for the same order
  fill(8, 10);
  answer(1, traded({leg(8, 10)}));
  const Account account = counted();
  EXPECT_EQ(account.lost, 0U);
  EXPECT_EQ(account.duplicated, 1U);
  const auto key = market::make_key(market::GroupId(kGroup.value), market::TaskId(1), 1).value;
  EXPECT_THAT(account.findings.at(0).what,
              AllOf(HasSubstr("task 1 traded more than its answer says: order 7 under key " +
                              std::to_string(key) + " (leg 1)"),
                    Not(HasSubstr("order 8"))));
}

TEST_F(AccountStory, AnAnswerWithoutATradeThatHappenedIsADuplicate) {
  offer(1);
  accept_leg(1, 1, 7, 10);
  fill(7, 3);
  accept_leg(1, 2, 8, 10);
  fill(8, 10);
  answer(1, {swarm::Outcome::kAttemptsExhausted, {}});
  const Account account = counted();
  EXPECT_EQ(account.duplicated, 1U);
  EXPECT_THAT(account.findings.at(0).what, AllOf(HasSubstr("order 7"), HasSubstr("order 8")));
}

TEST_F(AccountStory, ATradeForATaskThatNobodyOfferedIsADuplicate) {
  accept(9, 7, 10);
  fill(7, 10);
  const Account account = counted();
  EXPECT_EQ(account.duplicated, 1U);
  EXPECT_THAT(account.findings.at(0).what, HasSubstr("task 9 was never offered and traded"));
}

TEST_F(AccountStory, LegsAndOrdersThatFoundNobodyAreNoDuplicates) {
  offer(1);  // two legs, both in the answer
  accept_leg(1, 1, 7, 10);
  fill(7, 10);
  accept_leg(1, 2, 8, 10);
  fill(8, 10);
  answer(1, traded({leg(7, 10), leg(8, 10)}));
  offer(2);  // accepted, and nobody traded with it
  accept(2, 9, 10);
  answer(2, traded({}));
  offer(3);  // traded, and the end of the run came before the answer: lost
  accept(3, 10, 10);
  fill(10, 10);
  const Account account = counted();
  EXPECT_EQ(account.duplicated, 0U);
  EXPECT_EQ(account.lost, 1U);
}

TEST_F(AccountStory, OrdersUnderOneKeyAreCountedOnce) {
  offer(1);
  accept(1, 7, 10);
  fill(7, 10);
  accept(1, 8, 10);
  fill(8, 10);
  answer(1, traded({leg(7, 10)}));
  EXPECT_EQ(counted().duplicated, 1U);
}

TEST_F(AccountStory, RecordsThatARestartedVenueRepeatsCountOnce) {
  offer(1);
  accept(1, 7, 10);
  fill(7, 10);
  tell(latest_fill_);
  answer(1, traded({leg(7, 10)}));
  EXPECT_EQ(counted().duplicated, 0U);
}

TEST_F(AccountStory, OrdersOfAnotherGroupAreNotThisOnes) {
  accept(1, 7, 10, swarm::GroupId(2));
  accept(1, 8, 10, swarm::GroupId(2));
  fill(7, 30);
  EXPECT_EQ(counted().duplicated, 0U);
}

TEST_F(AccountStory, OnlyTheFirstFindingsAreKeptAndAllAreCounted) {
  for (std::uint64_t task = 1; task <= 9; ++task) {
    offer(task);
  }
  EXPECT_EQ(counted().lost, 9U);
  EXPECT_EQ(counted().findings.size(), kViolationsKept);
}

}  // namespace
}  // namespace check
