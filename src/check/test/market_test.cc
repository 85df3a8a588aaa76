// The market's invariants: each canary tells one thing falsely and is noticed for that.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "market/trace.h"
#include "num/stream.h"
#include "story.h"

namespace check::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Tampers with the events of one kind.
template <class Event, class Change>
Story::Tamper with(Change change) {
  return [change](market::ExchangeEvent& event) {
    if (auto* const found = std::get_if<Event>(&event)) {
      change(*found);
    }
  };
}

class MarketCanary : public ::testing::Test {
 protected:
  void SetUp() override { story.boot(); }
  void expect_only(const std::string& name, const std::string& why) {
    const auto results = story.judge();
    EXPECT_THAT(violated(results), ElementsAre(name));
    EXPECT_THAT(reason(results, name), HasSubstr(why));
  }
  Story story;
};

TEST_F(MarketCanary, AFillThatMovesOtherMoneyThanItsPrice) {
  story.venue(Story::buy(kFirst, 10, 1'001),
              with<market::Filled>([](market::Filled& fill) { fill.notional.micros += 1; }));
  expect_only("cash_conserved", "price by quantity is 100100000");
}

TEST_F(MarketCanary, AFeeThatIsNotTheConfiguredOne) {
  story.venue(Story::buy(kFirst, 10, 1'001),
              with<market::Filled>([](market::Filled& fill) { fill.seller.fee.micros = 0; }));
  expect_only("cash_conserved", "a fee of 0 micros instead of 50050");
}

TEST_F(MarketCanary, ABalanceThatItsFillsDoNotLeave) {
  story.venue(Story::buy(kFirst, 10, 1'001));
  story.state_balances([](market::BalanceStatement& said) { said.totals.cash.micros -= 5; });
  expect_only("cash_conserved", "its fills leave");
}

TEST_F(MarketCanary, ARestartWithOtherBooks) {
  story.state_balances();
  story.tell(kVenue, market::VenueRecovered{story.position.journal, 12345});
  expect_only("cash_conserved", "is another than before");
}

TEST_F(MarketCanary, SharesThatNobodyIssued) {
  story.state_balances(
      [](market::BalanceStatement& said) { ++said.totals.shares[kSymbol].shares; });
  expect_only("shares_conserved", "1000000 shares were issued; the venue holds 1000001");
}

TEST_F(MarketCanary, AFillThatIsCountedTwice) {
  story.venue(Story::buy(kFirst, 10, 1'001));
  story.venue(Story::buy(kFirst, 10, 1'001),
              with<market::Filled>([](market::Filled& fill) { fill.number = 1; }));
  expect_only("order_life", "fill 1 comes after fill 1");
}

TEST_F(MarketCanary, AFillOfSomebodyElsesOrder) {
  story.venue(Story::buy(kFirst, 10, 1'001), with<market::Filled>([](market::Filled& fill) {
                fill.seller.key = market::IdempotencyKey(99);
              }));
  expect_only("order_life", "whose side, account, symbol or key is another");
}

TEST_F(MarketCanary, ACancelThatForgetsAFill) {
  story.venue(Story::buy(kFirst, 10, 1'000));
  story.venue(
      market::CancelOrder{account_of(kFirst), market::OrderId(4), std::nullopt},
      with<market::Cancelled>([](market::Cancelled& cancel) { cancel.remaining.shares = 9; }));
  expect_only("order_life", "cancelled with 9 shares left, but its fills leave 10");
}

TEST_F(MarketCanary, ASecondCancelOfAnOrder) {
  story.venue(Story::buy(kFirst, 10, 1'000));
  const auto events =
      story.venue(market::CancelOrder{account_of(kFirst), market::OrderId(4), std::nullopt});
  story.say_event({story.position.journal + 1, 0}, events.front());
  expect_only("order_life", "order 4, which is not open");
}

TEST_F(MarketCanary, AFillOfACancelledOrderIsAlsoOutOfLine) {
  const auto sold = story.venue(Story::buy(kFirst, 300, 1'001));
  ASSERT_EQ(sold.size(), 3U) << "accepted and two fills; what is left rests";
  story.venue(market::CancelOrder{account_of(kFirst), market::OrderId(4), std::nullopt});
  auto again = std::get<market::Filled>(sold.at(1));
  again.number = 3;
  story.say_event({story.position.journal + 1, 0}, again);
  const auto results = story.judge();
  EXPECT_THAT(violated(results), ElementsAre("order_life", "price_time_priority"));
  EXPECT_THAT(reason(results, "order_life"), HasSubstr("not open"));
}

TEST_F(MarketCanary, ARiskThatTheVenueMisjudged) {
  story.venue(Story::buy(kFirst, 10, 1'000), with<market::Accepted>([](market::Accepted& order) {
                order.risk.longest.shares = 5;
              }));
  expect_only("limits_respected", "the venue saw a position of 0 to 5");
}

TEST(MarketLimits, AnOrderBeyondItsLimitIsNotToBeAccepted) {
  Story story;
  market::ExchangeConfig strict = Story::market();
  for (market::AccountConfig& account : strict.accounts) {
    if (account.position_limit) {
      account.position_limit = market::Quantity{5};
    }
  }
  story.open_venue(strict);
  story.quote(999, 1'001);
  story.venue(Story::buy(kFirst, 10, 1'000));
  FinalState state = story.calm_end();
  state.complete = false;
  state.replicas.clear();
  const auto results = story.judge(state);
  EXPECT_THAT(violated(results), ElementsAre("limits_respected"));
  EXPECT_THAT(reason(results, "limits_respected"), HasSubstr("beyond the limit of 5"));
}

TEST(MarketLimits, ALossThatCouldPassItsLimitIsNotToBeAccepted) {
  Story story;
  market::ExchangeConfig strict = Story::market();
  for (market::AccountConfig& account : strict.accounts) {
    if (account.loss_limit) {
      account.loss_limit = market::Money{1'000};
    }
  }
  story.open_venue(strict);
  story.quote(999, 1'001);
  story.venue(Story::buy(kFirst, 10, 1'000));
  FinalState state = story.calm_end();
  state.complete = false;
  const auto results = story.judge(state);
  EXPECT_THAT(violated(results), ElementsAre("limits_respected"));
  EXPECT_THAT(reason(results, "limits_respected"), HasSubstr("the loss could reach 50000"));
}

TEST_F(MarketCanary, AFillWithTheYoungerOfTwoEqualOrders) {
  story.venue(Story::buy(kFirst, 10, 1'001), with<market::Filled>([](market::Filled& fill) {
                fill.seller.order = market::OrderId(3);
              }));
  expect_only("price_time_priority", "is with order 3; first in line is order 2 at 1001");
}

TEST_F(MarketCanary, ATradeAtAnotherPriceThanTheRestingOne) {
  story.venue(Story::buy(kFirst, 10, 1'005), with<market::Filled>([](market::Filled& fill) {
                fill.price.ticks = 1'002;
                fill.notional.micros = 10 * 1'002 * 10'000;
                fill.buyer.fee.micros = fill.notional.micros * 5 / 10'000;
                fill.seller.fee = fill.buyer.fee;
              }));
  expect_only("price_time_priority", "is at 1002; the resting order's price is 1001");
}

TEST_F(MarketCanary, AnOrderThatRestsThoughItCouldTrade) {
  const auto events = market::Exchange(*market::Exchange::create(Story::market()))
                          .apply(Story::buy(kFirst, 10, 1'001));
  auto accepted = std::get<market::Accepted>(events.front());
  accepted.order = market::OrderId(4);
  story.say_event({story.position.journal + 1, 0}, accepted);
  expect_only("price_time_priority", "order 4 rests, though it could trade with order 2");
}

TEST_F(MarketCanary, AnOrderThatEndsForWantOfAMatchThatIsThere) {
  market::NewOrder order = Story::buy(kFirst, 10, 1'000);
  order.type = market::OrderType::kImmediateOrCancel;
  // Told with a limit at which the asks of 1001 would have traded.
  story.venue(order, [](market::ExchangeEvent& event) {
    if (auto* const accepted = std::get_if<market::Accepted>(&event)) {
      accepted->request.limit.ticks = 1'001;
      accepted->risk.least_cash.micros -= 100'050;
      accepted->risk.worst_loss.micros += 100'050;
    }
  });
  expect_only("price_time_priority", "ends for want of a match, though order 2 at 1001 is one");
}

// Everything that a real exchange does with random commands is sound.
class RandomTrading : public ::testing::TestWithParam<std::uint64_t> {
 protected:
  market::Command draw() {
    const market::AccountId trader(1 + static_cast<std::uint32_t>(stream.below(3)));
    const auto side = stream.below(2) == 0 ? market::Side::kBuy : market::Side::kSell;
    const auto shares = static_cast<std::int64_t>(1 + stream.below(150));
    const auto price = static_cast<std::int64_t>(980 + stream.below(40));
    switch (stream.below(8)) {
      case 0:
        return market::CancelOrder{trader, market::OrderId(1 + stream.below(orders + 1)), {}};
      case 1:
        return market::ReplaceOrder{
            trader, market::OrderId(1 + stream.below(orders + 1)), {shares}, {price}, {}};
      case 2:
        return market::PriceStep{kSymbol, {price}};
      case 3:
        return market::MakerQuotes{kMaker,
                                   kSymbol,
                                   {{market::Side::kBuy, {price - 3}, {shares}},
                                    {market::Side::kBuy, {price - 6}, {shares}},
                                    {market::Side::kSell, {price - 1}, {shares}},
                                    {market::Side::kSell, {price - 4}, {shares}}}};
      default: {
        const auto type = static_cast<market::OrderType>(stream.below(4));
        const bool market = type == market::OrderType::kMarket;
        return market::NewOrder{trader,      kSymbol, side, type, {shares}, {market ? 0 : price},
                                std::nullopt};
      }
    }
  }
  void note(const std::vector<market::ExchangeEvent>& events) {
    for (const market::ExchangeEvent& event : events) {
      if (const auto* const accepted = std::get_if<market::Accepted>(&event)) {
        orders = accepted->order.value;
      } else if (const auto* const quoted = std::get_if<market::Quoted>(&event)) {
        orders = quoted->first_order.value + quoted->levels.size() - 1;
      }
    }
  }

  num::Stream stream{GetParam(), 1, num::purpose_of("check.test.trading")};
  std::uint64_t orders = 0;
};

TEST_P(RandomTrading, IsSound) {
  Story story;
  story.open_venue();
  for (int round = 0; round < 1'500; ++round) {
    note(story.venue(draw()));
    if (round % 50 == 0) {
      story.state_balances();
    }
  }
  FinalState state = story.calm_end();
  state.complete = false;
  const auto results = story.judge(state);
  EXPECT_THAT(violated(results), IsEmpty());
  for (const char* name : {"order_life", "limits_respected", "price_time_priority"}) {
    EXPECT_THAT(reason(results, name), "");
    EXPECT_GT(find(results, name).checked, 300U) << name;
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomTrading, ::testing::Range<std::uint64_t>(1, 9));

}  // namespace
}  // namespace check::test
