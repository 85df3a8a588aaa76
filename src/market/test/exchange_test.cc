#include "market/exchange.h"

#include <gmock/gmock.h>

#include <limits>

#include "market_builder.h"

namespace market {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

TEST(Exchange, TradesAtThePriceOfTheOrderThatRestedAndConservesMoney) {
  Exchange exchange = open_exchange();
  exchange.apply(order(kAnna, Side::kSell, 10, 9'990));
  const auto events = exchange.apply(order(kBert, Side::kBuy, 4, 10'010));
  const auto fills = only<Filled>(events);
  ASSERT_THAT(fills, SizeIs(1));
  EXPECT_EQ(fills[0].price, Price{9'990});
  EXPECT_EQ(fills[0].quantity, Quantity{4});
  EXPECT_EQ(fills[0].notional, Money{399'600'000});
  EXPECT_EQ(fills[0].buyer.fee, Money{39'960});
  EXPECT_EQ(exchange.cash(kBert), Money{1'000'000'000'000 - 399'600'000 - 39'960});
  EXPECT_EQ(exchange.cash(kAnna), Money{1'000'000'000'000 + 399'600'000 - 39'960});
  EXPECT_EQ(exchange.position(kAnna, kGoog), Quantity{-4});
  EXPECT_EQ(exchange.last(kGoog), Price{9'990});
  const Totals before = open_exchange().totals();
  const Totals after = exchange.totals();
  EXPECT_EQ(after.cash.micros + after.fees.micros, before.cash.micros);
  EXPECT_EQ(after.shares, before.shares);
}

TEST(Exchange, TheOlderOfTwoEqualPricesTradesFirst) {
  Exchange exchange = open_exchange();
  const OrderId older = accepted(exchange.apply(order(kAnna, Side::kSell, 5, 10'000)));
  const OrderId newer = accepted(exchange.apply(order(kBert, Side::kSell, 5, 10'000)));
  const OrderId better = accepted(exchange.apply(order(kBert, Side::kSell, 5, 9'999)));
  const auto fills = only<Filled>(exchange.apply(order(kCora, Side::kBuy, 12, 10'000)));
  ASSERT_THAT(fills, SizeIs(3));
  EXPECT_EQ(fills[0].seller.order, better);
  EXPECT_EQ(fills[1].seller.order, older);
  EXPECT_EQ(fills[2].seller.order, newer);
  EXPECT_EQ(fills[2].quantity, Quantity{2});
}

TEST(Exchange, AReplaceLosesItsPlaceOnlyWithANewPriceOrMoreShares) {
  Exchange exchange = open_exchange();
  const OrderId anna = accepted(exchange.apply(order(kAnna, Side::kSell, 5, 10'000)));
  const OrderId bert = accepted(exchange.apply(order(kBert, Side::kSell, 5, 10'000)));
  auto replaced =
      only<Replaced>(exchange.apply(ReplaceOrder{kAnna, anna, {3}, {10'000}, std::nullopt}));
  ASSERT_THAT(replaced, SizeIs(1));
  EXPECT_TRUE(replaced[0].kept_place);
  EXPECT_EQ(exchange.book(kGoog, Side::kSell)[0].id, anna);
  replaced = only<Replaced>(exchange.apply(ReplaceOrder{kAnna, anna, {4}, {10'000}, std::nullopt}));
  EXPECT_FALSE(replaced[0].kept_place);
  EXPECT_EQ(exchange.book(kGoog, Side::kSell)[0].id, bert);
  replaced = only<Replaced>(exchange.apply(ReplaceOrder{kBert, bert, {5}, {10'001}, std::nullopt}));
  EXPECT_FALSE(replaced[0].kept_place);
  EXPECT_EQ(exchange.book(kGoog, Side::kSell)[0].id, anna);
  EXPECT_EQ(refused(exchange.apply(ReplaceOrder{kBert, anna, {5}, {10'001}, std::nullopt})),
            RejectReason::kUnknownOrder);
}

TEST(Exchange, AReplaceThatCrossesTradesAtOnce) {
  Exchange exchange = open_exchange();
  exchange.apply(order(kAnna, Side::kSell, 5, 10'000));
  const OrderId bid = accepted(exchange.apply(order(kBert, Side::kBuy, 8, 9'990)));
  const auto fills =
      only<Filled>(exchange.apply(ReplaceOrder{kBert, bid, {8}, {10'000}, std::nullopt}));
  ASSERT_THAT(fills, SizeIs(1));
  EXPECT_EQ(fills[0].quantity, Quantity{5});
  EXPECT_EQ(exchange.open_order(bid)->filled, Quantity{5});
  EXPECT_EQ(refused(exchange.apply(ReplaceOrder{kBert, bid, {5}, {10'000}, std::nullopt})),
            RejectReason::kBadQuantity);
}

TEST(Exchange, OrdersThatMustNotRestEndAtOnce) {
  Exchange exchange = open_exchange();
  exchange.apply(order(kAnna, Side::kSell, 5, 10'000));
  auto events = exchange.apply(order(kBert, Side::kBuy, 6, 10'000, OrderType::kFillOrKill));
  EXPECT_THAT(only<Filled>(events), IsEmpty());
  EXPECT_EQ(only<Cancelled>(events).at(0).reason, CancelReason::kFillOrKill);
  events = exchange.apply(order(kBert, Side::kBuy, 2, 10'000, OrderType::kFillOrKill));
  EXPECT_THAT(only<Filled>(events), SizeIs(1));
  EXPECT_THAT(only<Cancelled>(events), IsEmpty());
  events = exchange.apply(order(kBert, Side::kBuy, 5, 10'000, OrderType::kImmediateOrCancel));
  EXPECT_EQ(only<Filled>(events).at(0).quantity, Quantity{3});
  EXPECT_EQ(only<Cancelled>(events).at(0).remaining, Quantity{2});
  EXPECT_EQ(only<Cancelled>(events).at(0).reason, CancelReason::kNoLiquidity);
  EXPECT_THAT(exchange.book(kGoog, Side::kBuy), IsEmpty());
}

TEST(Exchange, AMarketOrderSweepsAndItsProtectiveLimitIsTheWorstPriceItNeeds) {
  Exchange exchange = open_exchange();
  exchange.apply(order(kAnna, Side::kSell, 5, 10'000));
  exchange.apply(order(kAnna, Side::kSell, 5, 10'200));
  exchange.apply(order(kAnna, Side::kSell, 5, 10'400));
  auto events = exchange.apply(order(kBert, Side::kBuy, 7, 0, OrderType::kMarket));
  EXPECT_EQ(only<Accepted>(events).at(0).request.limit, Price{10'200});
  EXPECT_THAT(only<Filled>(events), SizeIs(2));
  EXPECT_THAT(only<Cancelled>(events), IsEmpty());
  events = exchange.apply(order(kBert, Side::kSell, 7, 0, OrderType::kMarket));
  EXPECT_EQ(only<Cancelled>(events).at(0).reason, CancelReason::kNoLiquidity);
  EXPECT_EQ(refused(exchange.apply(order(kBert, Side::kBuy, 7, 10, OrderType::kMarket))),
            RejectReason::kBadPrice);
}

TEST(Exchange, AnOrderNeverTradesWithItsOwnAccount) {
  Exchange exchange = open_exchange();
  exchange.apply(order(kBert, Side::kSell, 2, 9'999));
  const OrderId own = accepted(exchange.apply(order(kAnna, Side::kSell, 5, 10'000)));
  const auto events = exchange.apply(order(kAnna, Side::kBuy, 5, 10'000));
  EXPECT_THAT(only<Filled>(events), SizeIs(1));
  EXPECT_EQ(only<Cancelled>(events).at(0).reason, CancelReason::kSelfTrade);
  EXPECT_EQ(only<Cancelled>(events).at(0).remaining, Quantity{3});
  EXPECT_NE(exchange.open_order(own), nullptr);
}

TEST(Exchange, CountsOpenOrdersAgainstThePositionLimit) {
  Exchange exchange = open_exchange();
  exchange.apply(order(kAnna, Side::kBuy, 600, 9'000));
  EXPECT_EQ(refused(exchange.apply(order(kAnna, Side::kBuy, 401, 9'000))),
            RejectReason::kPositionLimit);
  const OrderId rest = accepted(exchange.apply(order(kAnna, Side::kBuy, 400, 9'000)));
  EXPECT_EQ(refused(exchange.apply(order(kAnna, Side::kSell, 1'001, 11'000))),
            RejectReason::kPositionLimit);
  exchange.apply(CancelOrder{kAnna, rest, std::nullopt});
  EXPECT_EQ(refused(exchange.apply(order(kAnna, Side::kBuy, 400, 9'000))), RejectReason::kNone);
}

TEST(Exchange, CountsOpenOrdersAgainstCash) {
  ExchangeConfig config = small_market();
  config.accounts[0].cash = dollars(1'000);
  Exchange exchange = open_exchange(config);
  // 9 shares at 100 dollars leave 100 dollars less the fee: not enough for a tenth.
  EXPECT_EQ(refused(exchange.apply(order(kAnna, Side::kBuy, 9, 10'000))), RejectReason::kNone);
  EXPECT_EQ(refused(exchange.apply(order(kAnna, Side::kBuy, 1, 10'000))),
            RejectReason::kInsufficientCash);
  EXPECT_EQ(refused(exchange.apply(order(kAnna, Side::kBuy, 1, 9'900))), RejectReason::kNone);
}

TEST(Exchange, StopsAnAccountThatCouldLoseMoreThanItsLimit) {
  ExchangeConfig config = small_market();
  config.accounts[0].loss_limit = dollars(1'000);
  Exchange exchange = open_exchange(config);
  exchange.apply(order(kMaker, Side::kSell, 1'000, 10'000));
  EXPECT_EQ(refused(exchange.apply(order(kAnna, Side::kBuy, 100, 11'100))),
            RejectReason::kLossLimit);  // 11 dollars above the mark, 100 times
  EXPECT_EQ(refused(exchange.apply(order(kAnna, Side::kBuy, 100, 10'000))), RejectReason::kNone);
  exchange.apply(PriceStep{kGoog, {8'900}});
  EXPECT_EQ(refused(exchange.apply(order(kAnna, Side::kBuy, 1, 8'900))),
            RejectReason::kLossLimit);  // 1,100 dollars lost already
  exchange.apply(PriceStep{kGoog, {9'900}});
  EXPECT_EQ(refused(exchange.apply(order(kAnna, Side::kBuy, 1, 9'900))), RejectReason::kNone);
}

TEST(Exchange, RefusesWhatIsMalformedOrTooLarge) {
  Exchange exchange = open_exchange();
  const std::uint64_t digest = exchange.digest();
  EXPECT_EQ(refused(exchange.apply(order(kAnna, Side::kBuy, 0, 10))), RejectReason::kBadQuantity);
  EXPECT_EQ(refused(exchange.apply(order(kAnna, Side::kBuy, -5, 10))), RejectReason::kBadQuantity);
  EXPECT_EQ(refused(exchange.apply(order(kAnna, Side::kBuy, kMaximumShares + 1, 10))),
            RejectReason::kBadQuantity);
  EXPECT_EQ(refused(exchange.apply(order(kAnna, Side::kBuy, 1, 0))), RejectReason::kBadPrice);
  EXPECT_EQ(refused(exchange.apply(order(kMaker, Side::kBuy, kMaximumShares, kMaximumTicks))),
            RejectReason::kOverflow);
  EXPECT_EQ(refused(exchange.apply(order(AccountId(77), Side::kBuy, 1, 10))),
            RejectReason::kUnknownAccount);
  NewOrder nowhere = order(kAnna, Side::kBuy, 1, 10);
  nowhere.symbol = SymbolId(77);
  EXPECT_EQ(refused(exchange.apply(nowhere)), RejectReason::kUnknownSymbol);
  EXPECT_EQ(exchange.revision(), 0U);
  EXPECT_EQ(exchange.digest(), digest);
}

TEST(Exchange, RefusesAConfigurationThatCannotBeCounted) {
  ExchangeConfig config = small_market();
  config.accounts[0].cash = {std::numeric_limits<std::int64_t>::max()};
  EXPECT_FALSE(Exchange::create(config).has_value());
  config = small_market();
  config.accounts[1].id = kAnna;
  EXPECT_FALSE(Exchange::create(config).has_value());
  config = small_market();
  config.accounts[0].positions = {{kGoog, {1'001}}};
  EXPECT_FALSE(Exchange::create(config).has_value());
  config = small_market();
  config.accounts[0].loss_limit = Money{-1};
  EXPECT_FALSE(Exchange::create(config).has_value());
  config = small_market();
  config.symbols[0].tick = {0};
  EXPECT_FALSE(Exchange::create(config).has_value());
  config = small_market();
  config.fee_basis_points = 10'001;
  EXPECT_FALSE(Exchange::create(config).has_value());
}

TEST(Exchange, AMakersNewQuotesReplaceItsOldOnes) {
  Exchange exchange = open_exchange();
  const auto events = exchange.apply(MakerQuotes{
      kMaker,
      kGoog,
      {{Side::kBuy, {9'990}, {10}}, {Side::kBuy, {0}, {10}}, {Side::kSell, {10'010}, {10}}}});
  const auto quoted = only<Quoted>(events);
  ASSERT_THAT(quoted, SizeIs(1));
  EXPECT_THAT(quoted[0].levels, SizeIs(2));
  EXPECT_EQ(refused(events), RejectReason::kBadPrice);
  EXPECT_EQ(exchange.book(kGoog, Side::kSell)[0].id.value, quoted[0].first_order.value + 1);
  exchange.apply(MakerQuotes{kMaker, kGoog, {{Side::kSell, {10'020}, {7}}}});
  EXPECT_EQ(exchange.best(kGoog, Side::kBuy), std::nullopt);
  EXPECT_EQ(exchange.best(kGoog, Side::kSell), (BookLevel{{10'020}, {7}}));
}

TEST(Exchange, AnEncodedExchangeIsTheSameExchange) {
  Exchange exchange = open_exchange();
  exchange.apply(with(order(kAnna, Side::kSell, 10, 9'990), authority(1)));
  exchange.apply(with(order(kBert, Side::kBuy, 4, 10'010), authority(2)));
  const auto decoded = core::decode<Exchange>(core::encode(exchange));
  ASSERT_TRUE(decoded.has_value());
  EXPECT_EQ(*decoded, exchange);
  EXPECT_EQ(decoded->digest(), exchange.digest());
}

}  // namespace
}  // namespace market
