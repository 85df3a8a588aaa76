#include "venue/venue.h"

#include <gmock/gmock.h>

#include "venue_bench.h"

namespace venue {
namespace {

using market::CancelReply;
using market::FenceAck;
using market::OrderReply;
using market::OrderStatus;
using market::RejectReason;
using market::Tick;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

TEST(Venue, AnswersAnOrderOnlyWhenItIsDurable) {
  VenueBench bench;
  bench.settle();
  bench.receive(kAnna, buy(kAnna, 1, 10, 20'000));
  EXPECT_THAT(bench.sent<OrderReply>(kAnna), IsEmpty());
  EXPECT_THAT(bench.traced<market::OrderAcceptedTrace>(), IsEmpty());
  bench.write();
  const auto replies = bench.sent<OrderReply>(kAnna);
  ASSERT_THAT(replies, SizeIs(1));
  EXPECT_EQ(replies[0].outcome.status, OrderStatus::kFilled);
  EXPECT_EQ(replies[0].outcome.filled, market::Quantity{10});
  EXPECT_EQ(replies[0].attempt, 1U);
  EXPECT_FALSE(replies[0].repeat);
  EXPECT_THAT(bench.traced<market::OrderAcceptedTrace>(), SizeIs(1));
  EXPECT_THAT(bench.traced<market::FilledTrace>(), SizeIs(1));
}

TEST(Venue, OrdersThatArriveDuringAWriteShareTheNext) {
  VenueBench bench;
  bench.settle();
  const std::size_t before = bench.writes();
  for (std::uint64_t task = 1; task <= 50; ++task) {
    bench.receive(kAnna, buy(kAnna, task, 1, 20'000));
  }
  bench.settle();
  EXPECT_EQ(bench.writes(), before + 2);
  EXPECT_THAT(bench.sent<OrderReply>(kAnna), SizeIs(50));
}

TEST(Venue, RefusesAnOrderForAnotherNodesAccount) {
  VenueBench bench;
  bench.settle();
  bench.receive(kBert, buy(kAnna, 1, 10, 20'000));
  const auto replies = bench.sent<OrderReply>(kBert);
  ASSERT_THAT(replies, SizeIs(1));
  EXPECT_EQ(replies[0].outcome.reject_reason, RejectReason::kNotAllowed);
  // The key is still free for its rightful user.
  bench.receive(kAnna, buy(kAnna, 1, 10, 20'000));
  bench.settle();
  EXPECT_EQ(bench.sent<OrderReply>(kAnna).at(0).outcome.status, OrderStatus::kFilled);
}

TEST(Venue, RefusesMessagesThatItDoesNotUnderstand) {
  VenueBench bench;
  bench.settle();
  const std::uint64_t digest = bench.venue().digest();
  bench.receive_raw(kAnna, market::OrderRequest::kType, {1, 2, 3});
  bench.receive_raw(kAnna, 0x0222, {});
  EXPECT_THAT(bench.traced<market::VenueMessageRefused>(),
              ElementsAre(market::VenueMessageRefused{kAnna.value, 0x0301},
                          market::VenueMessageRefused{kAnna.value, 0x0222}));
  EXPECT_EQ(bench.venue().digest(), digest);
}

TEST(Venue, AcknowledgesAFenceWhenItIsDurableAndHoldsItThroughACrash) {
  VenueBench bench;
  bench.settle();
  bench.receive(kLeader, market::Fence{kGroup, 4});
  EXPECT_THAT(bench.sent<FenceAck>(kLeader), IsEmpty());
  bench.settle();
  EXPECT_THAT(bench.sent<FenceAck>(kLeader), ElementsAre(FenceAck{kGroup, 4}));
  bench.crash();
  bench.settle();
  bench.receive(kAnna, buy(kAnna, 1, 10, 20'000, 3));
  bench.settle();
  EXPECT_EQ(bench.sent<OrderReply>(kAnna).at(0).outcome.reject_reason, RejectReason::kStaleTerm);
  // A deposed leader learns that it is one.
  bench.receive(kLeader, market::Fence{kGroup, 2});
  bench.settle();
  EXPECT_THAT(bench.sent<FenceAck>(kLeader), ElementsAre(FenceAck{kGroup, 4}));
}

TEST(Venue, ARetryAfterACrashFindsItsOrderIfItWasDurable) {
  VenueBench bench;
  bench.settle();
  bench.receive(kAnna, buy(kAnna, 1, 10, 20'000));
  ASSERT_TRUE(bench.writing());
  bench.crash(VenueBench::InFlight::kKept);
  bench.settle();
  EXPECT_THAT(bench.sent<OrderReply>(kAnna), IsEmpty());
  bench.receive(kBert, buy(kBert, 1, 99, 20'000, 1, 2));
  bench.settle();
  const auto replies = bench.sent<OrderReply>(kBert);
  ASSERT_THAT(replies, SizeIs(1));
  EXPECT_TRUE(replies[0].repeat);
  EXPECT_EQ(replies[0].outcome.account, market::account_of_node(kAnna.value));
  EXPECT_EQ(replies[0].outcome.filled, market::Quantity{10});
  EXPECT_EQ(bench.venue().exchange().position(market::account_of_node(kBert.value), kGoog),
            market::Quantity{0});
}

TEST(Venue, ARetryAfterACrashOrdersAnewIfNothingWasDurable) {
  VenueBench bench;
  bench.settle();
  bench.receive(kAnna, buy(kAnna, 1, 10, 20'000));
  bench.crash(VenueBench::InFlight::kLost);
  bench.settle();
  bench.receive(kAnna, buy(kAnna, 1, 10, 20'000));
  bench.settle();
  const auto replies = bench.sent<OrderReply>(kAnna);
  ASSERT_THAT(replies, SizeIs(1));
  EXPECT_FALSE(replies[0].repeat);
  EXPECT_EQ(bench.venue().exchange().position(market::account_of_node(kAnna.value), kGoog),
            market::Quantity{10});
}

TEST(Venue, PricesGoOnWhereTheyStoppedAfterACrash) {
  VenueBench calm;
  VenueBench stormy;
  for (VenueBench* bench : {&calm, &stormy}) {
    bench->settle();
    for (int i = 0; i < 10; ++i) {
      bench->tick();
    }
  }
  ASSERT_EQ(calm.venue().exchange().mark(kGoog), stormy.venue().exchange().mark(kGoog));
  stormy.crash();
  stormy.settle();
  calm.tick();
  for (int i = 0; i < 30; ++i) {
    EXPECT_EQ(calm.venue().exchange().mark(kGoog), stormy.venue().exchange().mark(kGoog));
    EXPECT_EQ(calm.venue().ticks(), stormy.venue().ticks());
    calm.tick();
    stormy.tick();
  }
  EXPECT_EQ(calm.venue().exchange(), stormy.venue().exchange());
}

TEST(Venue, MarketMakersQuoteAroundThePathAndSubscribersSeeEveryTick) {
  VenueBench bench;
  bench.settle();
  bench.receive(kAnna, market::Subscribe{});
  ASSERT_THAT(bench.sent<Tick>(kAnna), SizeIs(1));
  for (std::uint64_t sequence = 1; sequence <= 25; ++sequence) {
    bench.tick();
    const auto ticks = bench.sent<Tick>(kAnna);
    ASSERT_THAT(ticks, SizeIs(1));
    EXPECT_EQ(ticks[0].sequence, sequence);
    ASSERT_THAT(ticks[0].quotes, SizeIs(1));
    const market::TickQuote& quote = ticks[0].quotes[0];
    EXPECT_LT(quote.bid, quote.mark);
    EXPECT_GT(quote.ask, quote.mark);
    EXPECT_EQ(quote.mid, quote.mark);
  }
  const auto& exchange = bench.venue().exchange();
  EXPECT_THAT(exchange.book(kGoog, market::Side::kBuy), SizeIs(3));
  EXPECT_THAT(exchange.book(kGoog, market::Side::kSell), SizeIs(3));
  EXPECT_THAT(bench.sent<Tick>(kBert), IsEmpty());
}

TEST(Venue, TellsTheOwnerAndWhoeverAskedWhenARestingOrderChanges) {
  VenueBench bench;
  bench.settle();
  bench.receive(kAnna, buy(kAnna, 1, 10, 9'960));  // below the makers: rests
  bench.settle();
  EXPECT_EQ(bench.sent<OrderReply>(kAnna).at(0).outcome.status, OrderStatus::kWorking);
  bench.receive(kBert, buy(kBert, 1, 10, 9'960, 1, 2));  // another agent retries the task
  bench.settle();
  EXPECT_EQ(bench.sent<OrderReply>(kBert).at(0).outcome.status, OrderStatus::kWorking);
  market::OrderRequest sell = buy(kBert, 2, 500, 9'950);
  sell.side = market::Side::kSell;
  bench.receive(kBert, sell);
  bench.settle();
  const auto to_owner = bench.sent<OrderReply>(kAnna);
  ASSERT_THAT(to_owner, SizeIs(1));
  EXPECT_EQ(to_owner[0].outcome.status, OrderStatus::kFilled);
  EXPECT_EQ(to_owner[0].attempt, 0U);
  EXPECT_FALSE(to_owner[0].repeat);
  const auto to_other = bench.sent<OrderReply>(kBert);
  ASSERT_THAT(to_other, SizeIs(2));
  EXPECT_EQ(to_other[0].outcome.status, OrderStatus::kFilled);
  EXPECT_TRUE(to_other[0].repeat);
  EXPECT_EQ(to_other[1].outcome.filled, market::Quantity{160});
  EXPECT_EQ(to_other[1].outcome.status, OrderStatus::kWorking);
}

TEST(Venue, CancelsWhatIsLeftOfAnOrderByItsKey) {
  VenueBench bench;
  bench.settle();
  const market::OrderRequest order = buy(kAnna, 1, 10, 9'000);
  bench.receive(kAnna, order);
  bench.settle();
  bench.receive(kBert, market::CancelRequest{order.authority, order.account});
  EXPECT_EQ(bench.sent<CancelReply>(kBert).at(0).reason, RejectReason::kNotAllowed);
  bench.receive(kAnna, market::CancelRequest{order.authority, order.account});
  EXPECT_THAT(bench.sent<CancelReply>(kAnna), IsEmpty());
  bench.settle();
  const auto replies = bench.sent<CancelReply>(kAnna);
  ASSERT_THAT(replies, SizeIs(1));
  EXPECT_EQ(replies[0].reason, RejectReason::kNone);
  EXPECT_EQ(replies[0].outcome.status, OrderStatus::kCancelled);
  bench.receive(kAnna, market::CancelRequest{order.authority, order.account});
  EXPECT_EQ(bench.sent<CancelReply>(kAnna).at(0).reason, RejectReason::kUnknownOrder);
}

TEST(Venue, AVoidedKeyTakesNoOrderAndAUsedOneTellsWhatBecameOfIt) {
  VenueBench bench;
  bench.settle();
  const market::OrderRequest late = buy(kAnna, 1, 10, 20'000);
  bench.receive(kAnna, market::VoidRequest{late.authority, late.account});
  EXPECT_THAT(bench.sent<OrderReply>(kAnna), IsEmpty());
  bench.crash(VenueBench::InFlight::kKept);
  bench.settle();
  bench.receive(kAnna, late);
  bench.settle();
  auto replies = bench.sent<OrderReply>(kAnna);
  ASSERT_THAT(replies, SizeIs(1));
  EXPECT_EQ(replies[0].outcome.reject_reason, RejectReason::kVoided);
  EXPECT_TRUE(replies[0].repeat);
  const market::OrderRequest done = buy(kAnna, 2, 10, 20'000);
  bench.receive(kAnna, done);
  bench.receive(kBert,
                market::VoidRequest{buy(kBert, 2, 1, 1).authority, buy(kBert, 2, 1, 1).account});
  bench.settle();
  replies = bench.sent<OrderReply>(kBert);
  ASSERT_THAT(replies, SizeIs(1));
  EXPECT_EQ(replies[0].outcome.filled, market::Quantity{10});
  EXPECT_TRUE(replies[0].repeat);
}

TEST(Venue, ForgetsKeysBelowTheLowWaterMarkOfThePresentLeader) {
  VenueBench bench;
  bench.receive(kLeader, market::Fence{kGroup, 4});
  bench.receive(kAnna, buy(kAnna, 1, 1, 20'000, 4));
  bench.receive(kAnna, buy(kAnna, 2, 1, 20'000, 4));
  bench.settle();
  bench.receive(kLeader, market::LowWaterNotice{kGroup, 3, market::TaskId(3)});
  bench.settle();
  EXPECT_EQ(bench.venue().exchange().keys_kept(), 2U);
  bench.receive(kLeader, market::LowWaterNotice{kGroup, 4, market::TaskId(2)});
  bench.settle();
  EXPECT_EQ(bench.venue().exchange().keys_kept(), 1U);
  bench.crash();
  bench.settle();
  bench.receive(kAnna, buy(kAnna, 1, 1, 20'000, 4));
  bench.settle();
  EXPECT_EQ(bench.sent<OrderReply>(kAnna).back().outcome.reject_reason, RejectReason::kClosedTask);
}

TEST(Venue, ASnapshotKeepsTheStoreShort) {
  VenueConfig config = small_venue();
  config.snapshot_every_commands = 20;
  VenueBench bench(config);
  for (std::uint64_t task = 1; task <= 100; ++task) {
    bench.receive(kAnna, buy(kAnna, task, 1, 20'000));
    bench.tick();
    ASSERT_LE(bench.store().size(), 20U);
  }
  const market::Exchange before = bench.venue().exchange();
  const std::uint64_t journal = bench.venue().journal_records();
  bench.crash();
  // The boot itself takes one step of the prices.
  EXPECT_EQ(bench.traced<market::VenueRecovered>().at(0).digest, before.digest());
  EXPECT_EQ(bench.traced<market::VenueRecovered>().at(0).journal, journal);
}

TEST(Venue, StaysClosedWhenItsStoreIsCorrupt) {
  VenueBench bench;
  bench.settle();
  bench.tick();
  bench.store().back().back() ^= 1U;
  bench.store().back().push_back(0);
  bench.crash();
  EXPECT_TRUE(bench.venue().closed());
  EXPECT_THAT(bench.traced<market::VenueClosed>().at(0).reason, HasSubstr("durable record"));
  bench.receive(kAnna, buy(kAnna, 1, 10, 20'000));
  EXPECT_THAT(bench.sent<OrderReply>(kAnna), IsEmpty());
  EXPECT_FALSE(bench.writing());
}

TEST(VenueConfig, IsRefusedWhenAVenueCannotRunIt) {
  VenueConfig config = small_venue();
  EXPECT_TRUE(exchange_config(config).has_value());
  config.instruments[0].bar_lasts = core::milliseconds(250);
  EXPECT_THAT(exchange_config(config).error().message, HasSubstr("whole number of ticks"));
  config = small_venue();
  config.instruments[0].name = "SYN1";
  EXPECT_THAT(exchange_config(config).error().message, HasSubstr("SYN names"));
  config = small_venue();
  config.instruments[0].series.provenance.kind = market::Provenance::Kind::kSynthetic;
  EXPECT_THAT(exchange_config(config).error().message, HasSubstr("is synthetic"));
  config = small_venue();
  config.traders.push_back(config.traders[0]);
  EXPECT_THAT(exchange_config(config).error().message, HasSubstr("account 11"));
  config = small_venue();
  config.instruments.clear();
  EXPECT_THAT(exchange_config(config).error().message, HasSubstr("no instrument"));
  config = small_venue();
  config.makers.level_gap_basis_points = 10'001;
  EXPECT_THAT(exchange_config(config).error().message, HasSubstr("market makers"));
  config = small_venue();
  config.tick = {};
  EXPECT_THAT(exchange_config(config).error().message, HasSubstr("tick of the market"));
}

}  // namespace
}  // namespace venue
