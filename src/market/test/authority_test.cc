#include "market/authority.h"

#include <gmock/gmock.h>

#include "market_builder.h"

namespace market {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

TEST(IdempotencyKey, PacksAndUnpacksItsParts) {
  const IdempotencyKey key = make_key(GroupId(0xABC), TaskId(kLargestTask), 0xFE);
  EXPECT_EQ(group_of(key), GroupId(0xABC));
  EXPECT_EQ(task_of(key), TaskId(kLargestTask));
  EXPECT_EQ(leg_of(key), 0xFE);
  EXPECT_EQ(make_key(GroupId(1), TaskId(2), 3).value, (1ULL << 52U) | (2ULL << 8U) | 3U);
  EXPECT_FALSE(can_make_key(GroupId(4096), TaskId(1)));
  EXPECT_FALSE(can_make_key(GroupId(1), TaskId(kLargestTask + 1)));
  EXPECT_FALSE(can_make_key(GroupId(0), TaskId(1)));
}

TEST(Authority, ARepeatedKeyReturnsTheFirstOutcomeAndNoNewOrder) {
  Exchange exchange = open_exchange();
  exchange.apply(order(kMaker, Side::kSell, 3, 10'000));
  exchange.apply(with(order(kAnna, Side::kBuy, 5, 10'000), authority(7)));
  // Another agent retries the task with another decision.
  auto repeats =
      only<Repeated>(exchange.apply(with(order(kBert, Side::kSell, 9, 9'000), authority(7, 1, 2))));
  ASSERT_THAT(repeats, SizeIs(1));
  EXPECT_EQ(repeats[0].outcome.account, kAnna);
  EXPECT_EQ(repeats[0].outcome.status, OrderStatus::kWorking);
  EXPECT_EQ(repeats[0].outcome.filled, Quantity{3});
  EXPECT_EQ(exchange.position(kBert, kGoog), Quantity{0});
  exchange.apply(order(kMaker, Side::kSell, 2, 10'000));
  repeats =
      only<Repeated>(exchange.apply(with(order(kBert, Side::kSell, 9, 9'000), authority(7, 1, 2))));
  EXPECT_EQ(repeats.at(0).outcome.status, OrderStatus::kFilled);
  EXPECT_EQ(repeats.at(0).outcome.notional, Money{5 * 10'000 * 10'000});
  // Another leg of the task is another order.
  EXPECT_THAT(only<Accepted>(
                  exchange.apply(with(order(kBert, Side::kBuy, 1, 9'000), authority(7, 1, 2, 1)))),
              SizeIs(1));
}

TEST(Authority, ARefusalByTheRulesIsTheFirstOutcomeToo) {
  Exchange exchange = open_exchange();
  const auto events = exchange.apply(with(order(kAnna, Side::kBuy, 5'000, 10'000), authority(7)));
  EXPECT_TRUE(only<Rejected>(events).at(0).recorded);
  const auto repeats =
      only<Repeated>(exchange.apply(with(order(kAnna, Side::kBuy, 5, 10'000), authority(7))));
  EXPECT_EQ(repeats.at(0).outcome.reject_reason, RejectReason::kPositionLimit);
}

TEST(Authority, AStaleTermIsRejectedAndLeavesTheKeyToTheRightfulLeader) {
  Exchange exchange = open_exchange();
  EXPECT_EQ(only<Fenced>(exchange.apply(RaiseFence{GroupId(1), 5})).at(0).term, 5U);
  EXPECT_EQ(only<Fenced>(exchange.apply(RaiseFence{GroupId(1), 3})).at(0).term, 5U);
  EXPECT_EQ(refused(exchange.apply(with(order(kAnna, Side::kBuy, 5, 9'000), authority(7, 4)))),
            RejectReason::kStaleTerm);
  EXPECT_THAT(
      only<Accepted>(exchange.apply(with(order(kAnna, Side::kBuy, 5, 9'000), authority(7, 5)))),
      SizeIs(1));
  // A repeat under the old term is refused as well, and another group has its own fence.
  EXPECT_EQ(refused(exchange.apply(with(order(kAnna, Side::kBuy, 5, 9'000), authority(7, 4)))),
            RejectReason::kStaleTerm);
  Authority other = authority(7, 1);
  other.group = GroupId(2);
  EXPECT_EQ(refused(exchange.apply(with(order(kAnna, Side::kBuy, 5, 9'000), other))),
            RejectReason::kNone);
}

TEST(Authority, AnOrderOfANewerTermRaisesTheFence) {
  Exchange exchange = open_exchange();
  exchange.apply(with(order(kAnna, Side::kBuy, 5, 9'000), authority(7, 6)));
  EXPECT_EQ(exchange.fence_of(GroupId(1)), 6U);
  EXPECT_EQ(refused(exchange.apply(with(order(kAnna, Side::kBuy, 5, 9'000), authority(8, 5)))),
            RejectReason::kStaleTerm);
}

TEST(Authority, AStaleAttemptIsRejected) {
  Exchange exchange = open_exchange();
  exchange.apply(with(order(kAnna, Side::kBuy, 5, 9'000), authority(7, 1, 2)));
  EXPECT_EQ(refused(exchange.apply(with(order(kBert, Side::kBuy, 5, 9'000), authority(7, 1, 1)))),
            RejectReason::kStaleAttempt);
  EXPECT_EQ(
      refused(exchange.apply(with(order(kBert, Side::kBuy, 5, 9'000), authority(7, 1, 1, 1)))),
      RejectReason::kStaleAttempt);
  EXPECT_EQ(refused(exchange.apply(with(order(kBert, Side::kBuy, 5, 9'000), authority(7, 1, 0)))),
            RejectReason::kBadAuthority);
}

TEST(Authority, AVoidedKeyNeverOrdersAndAUsedOneKeepsItsOutcome) {
  Exchange exchange = open_exchange();
  const auto closed = exchange.apply(VoidKey{kBert, authority(7, 1, 2)});
  EXPECT_EQ(only<Rejected>(closed).at(0).reason, RejectReason::kVoided);
  EXPECT_TRUE(only<Rejected>(closed).at(0).recorded);
  const auto late = exchange.apply(with(order(kAnna, Side::kBuy, 5, 10'000), authority(7, 1, 2)));
  EXPECT_EQ(only<Repeated>(late).at(0).outcome.reject_reason, RejectReason::kVoided);
  EXPECT_THAT(only<Accepted>(late), IsEmpty());
  // The attempt before the void is out of date, whatever its key.
  EXPECT_EQ(refused(exchange.apply(with(order(kAnna, Side::kBuy, 5, 10'000), authority(7, 1, 1)))),
            RejectReason::kStaleAttempt);

  exchange.apply(order(kMaker, Side::kSell, 5, 10'000));
  exchange.apply(with(order(kAnna, Side::kBuy, 5, 10'000), authority(8)));
  const auto used = exchange.apply(VoidKey{kBert, authority(8, 1, 2)});
  EXPECT_EQ(only<Repeated>(used).at(0).outcome.filled, Quantity{5});
}

TEST(Authority, TheLowWaterMarkForgetsKeysAndClosesTheirTasks) {
  Exchange exchange = open_exchange();
  const OrderId left =
      accepted(exchange.apply(with(order(kAnna, Side::kBuy, 5, 9'000), authority(7))));
  exchange.apply(with(order(kAnna, Side::kBuy, 5, 9'000), authority(8)));
  Authority other = authority(3);
  other.group = GroupId(2);
  exchange.apply(with(order(kAnna, Side::kBuy, 5, 9'000), other));
  const auto events = exchange.apply(LowWater{GroupId(1), TaskId(8)});
  EXPECT_EQ(only<Cancelled>(events).at(0).order, left);
  EXPECT_EQ(only<Cancelled>(events).at(0).reason, CancelReason::kTaskClosed);
  EXPECT_EQ(exchange.keys_kept(), 2U);
  EXPECT_EQ(refused(exchange.apply(with(order(kAnna, Side::kBuy, 5, 9'000), authority(7)))),
            RejectReason::kClosedTask);
  // Going back changes nothing.
  EXPECT_THAT(exchange.apply(LowWater{GroupId(1), TaskId(2)}), IsEmpty());
  EXPECT_THAT(
      only<Repeated>(exchange.apply(with(order(kAnna, Side::kBuy, 5, 9'000), authority(8)))),
      SizeIs(1));
}

}  // namespace
}  // namespace market
