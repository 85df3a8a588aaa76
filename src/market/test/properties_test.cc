// What must hold after any sequence of commands.
#include <gmock/gmock.h>

#include <map>
#include <set>

#include "market/journal.h"
#include "market_builder.h"
#include "random_trading.h"
#include "reference_book.h"

namespace market {
namespace {

constexpr std::uint64_t kSeeds = 30;
constexpr int kCommands = 4'000;  // for each seed: 120,000 in all

ExchangeConfig busy_market() {
  ExchangeConfig config = small_market();
  config.symbols[1].mark = {10'000};
  for (AccountConfig& account : config.accounts) {
    if (account.position_limit) {
      account.position_limit = Quantity{150};
      account.cash = dollars(12'000);
      account.loss_limit = dollars(200);
    }
  }
  config.fee_basis_points = 7;
  return config;
}

// Follows every order from its events alone.
class OrderLives {
 public:
  void see(const std::vector<ExchangeEvent>& events) {
    for (const ExchangeEvent& event : events) {
      std::visit([this](const auto& alternative) { on(alternative); }, event);
    }
  }
  [[nodiscard]] std::uint64_t fills() const { return fills_; }

 private:
  struct Life {
    AccountId account;
    SymbolId symbol;
    Side side = Side::kBuy;
    std::int64_t quantity = 0;
    std::int64_t filled = 0;
    std::int64_t limit = 0;
    bool ended = false;
  };

  void on(const Accepted& event) {
    EXPECT_TRUE(lives_
                    .emplace(event.order, Life{event.request.account, event.request.symbol,
                                               event.request.side, event.request.quantity.shares, 0,
                                               event.request.limit.ticks, false})
                    .second);
    if (event.request.authority) {
      EXPECT_TRUE(keys_.insert(event.request.authority->key()).second) << "one order for each key";
    }
    expect_within(event.risk);
  }
  void on(const Quoted& event) {
    for (auto& [id, life] : lives_) {
      life.ended = life.ended || (life.account == event.account && life.symbol == event.symbol);
    }
    std::uint64_t id = event.first_order.value;
    for (const QuoteLevel& level : event.levels) {
      lives_.emplace(OrderId(id++), Life{event.account, event.symbol, level.side,
                                         level.quantity.shares, 0, level.price.ticks, false});
    }
  }
  void on(const Filled& event) {
    EXPECT_EQ(event.number, ++fills_);
    EXPECT_NE(event.buyer.account, event.seller.account);
    for (const FillLeg* leg : {&event.buyer, &event.seller}) {
      Life& life = lives_.at(leg->order);
      EXPECT_FALSE(life.ended);
      EXPECT_EQ(life.account, leg->account);
      EXPECT_EQ(life.side, leg == &event.buyer ? Side::kBuy : Side::kSell);
      EXPECT_TRUE(leg == &event.buyer ? event.price.ticks <= life.limit
                                      : event.price.ticks >= life.limit);
      life.filled += event.quantity.shares;
      EXPECT_LE(life.filled, life.quantity);
    }
  }
  void on(const Cancelled& event) {
    Life& life = lives_.at(event.order);
    EXPECT_FALSE(life.ended);
    EXPECT_EQ(event.remaining.shares, life.quantity - life.filled);
    life.ended = true;
  }
  void on(const Replaced& event) {
    Life& life = lives_.at(event.order);
    EXPECT_FALSE(life.ended);
    EXPECT_GT(event.quantity.shares, life.filled);
    life.quantity = event.quantity.shares;
    life.limit = event.limit.ticks;
    expect_within(event.risk);
  }
  void on(const Fenced& event) {
    EXPECT_GE(event.term, fence_);
    fence_ = event.term;
  }
  void on(const Rejected& event) { EXPECT_NE(event.reason, RejectReason::kNone); }
  void on(const Repeated& event) { EXPECT_GE(event.term, fence_); }
  void on(const TasksClosed&) {}
  void on(const Marked&) {}

  static void expect_within(const RiskSeen& risk) {
    if (risk.position_limit) {
      EXPECT_LE(risk.longest, *risk.position_limit);
      EXPECT_GE(risk.shortest.shares, -risk.position_limit->shares);
    }
    EXPECT_GE(risk.least_cash.micros, 0);
    if (risk.loss_limit) {
      EXPECT_LE(risk.worst_loss, *risk.loss_limit);
    }
  }

  std::map<OrderId, Life> lives_;
  std::set<IdempotencyKey> keys_;
  std::uint64_t fills_ = 0;
  std::uint64_t fence_ = 0;
};

TEST(Properties, MoneySharesLimitsAndOrderLivesHoldUnderRandomTrading) {
  std::uint64_t fills = 0;
  std::set<RejectReason> reasons;
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    const ExchangeConfig config = busy_market();
    Exchange exchange = open_exchange(config);
    const Totals start = exchange.totals();
    RandomTrading trading(seed);
    OrderLives lives;
    for (int i = 0; i < kCommands; ++i) {
      const auto events = exchange.apply(trading.next(exchange));
      lives.see(events);
      reasons.insert(refused(events));
      const Totals totals = exchange.totals();
      ASSERT_EQ(totals.cash.micros + totals.fees.micros, start.cash.micros);
      ASSERT_EQ(totals.shares, start.shares);
      for (const AccountConfig& account : config.accounts) {
        ASSERT_GE(exchange.cash(account.id).micros, 0);
        for (const SymbolId symbol : {kGoog, kSyn}) {
          const std::int64_t position = exchange.position(account.id, symbol).shares;
          ASSERT_TRUE(!account.position_limit || (position <= account.position_limit->shares &&
                                                  -position <= account.position_limit->shares));
        }
      }
    }
    fills += lives.fills();
  }
  EXPECT_GT(fills, 10'000U);
  for (const RejectReason reason :
       {RejectReason::kStaleTerm, RejectReason::kStaleAttempt, RejectReason::kClosedTask,
        RejectReason::kBadQuantity, RejectReason::kPositionLimit, RejectReason::kLossLimit,
        RejectReason::kInsufficientCash, RejectReason::kUnknownOrder, RejectReason::kVoided}) {
    EXPECT_TRUE(reasons.contains(reason)) << "never happened: " << name_of(reason);
  }
}

TEST(Properties, TheJournalOfWhatChangedGivesTheSameExchange) {
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    Exchange exchange = open_exchange(busy_market());
    RandomTrading trading(seed);
    std::vector<JournalRecord> journal;
    Exchange middle;
    for (int i = 0; i < kCommands; ++i) {
      const Command command = trading.next(exchange);
      const std::uint64_t revision = exchange.revision();
      exchange.apply(command);
      if (exchange.revision() != revision) {
        const JournalRecord record{journal.size() + 1, command};
        const auto decoded = core::decode<JournalRecord>(core::encode(record));
        ASSERT_TRUE(decoded.has_value());
        journal.push_back(*decoded);
      }
      if (i == kCommands / 2) {
        middle = exchange;
      }
    }
    EXPECT_LT(journal.size(), static_cast<std::size_t>(kCommands));
    Exchange replayed = open_exchange(busy_market());
    ASSERT_TRUE(replay(replayed, 0, journal).has_value());
    EXPECT_EQ(replayed.digest(), exchange.digest());
    // From a snapshot in the middle as well.
    const std::uint64_t applied = middle.revision();
    ASSERT_TRUE(replay(middle, applied, std::span(journal).subspan(applied)).has_value());
    EXPECT_EQ(middle, exchange);
  }
}

TEST(Journal, RefusesAGap) {
  Exchange exchange = open_exchange();
  const std::vector<JournalRecord> journal = {{1, PriceStep{kGoog, {10'001}}},
                                              {3, PriceStep{kGoog, {10'002}}}};
  const auto replayed = replay(exchange, 0, journal);
  ASSERT_FALSE(replayed.has_value());
  EXPECT_EQ(replayed.error().code, core::Code::kCorrupt);
}

class SideBySide {
 public:
  explicit SideBySide(std::uint64_t seed) : random_(seed) {
    ExchangeConfig config = small_market();
    for (AccountConfig& account : config.accounts) {
      account.cash = dollars(1'000'000'000);
      account.position_limit.reset();
      account.loss_limit.reset();
    }
    exchange_ = open_exchange(config);
  }

  void step() {
    switch (random_.number(6)) {
      case 0:
        cancel();
        break;
      case 1:
        replace();
        break;
      default:
        add();
        break;
    }
    for (const Side side : {Side::kBuy, Side::kSell}) {
      compare_side(side);
    }
  }
  [[nodiscard]] std::uint64_t fills() const { return fills_; }

 private:
  void add() {
    NewOrder made = random_.new_order();
    made.symbol = kGoog;
    made.authority.reset();
    made.quantity.shares += 1;
    const auto events = exchange_.apply(made);
    const std::int64_t far = made.side == Side::kBuy ? kMaximumTicks : 1;
    const ReferenceOrder other{
        accepted(events).value,  made.account.value,
        made.side == Side::kBuy, made.type == OrderType::kMarket ? far : made.limit.ticks,
        made.quantity.shares,    0};
    using Kind = ReferenceBook::Kind;
    const Kind kind = made.type == OrderType::kLimit        ? Kind::kLimit
                      : made.type == OrderType::kFillOrKill ? Kind::kAllOrNothing
                                                            : Kind::kNow;
    compare_fills(events, book_.add(other, kind));
  }
  void cancel() {
    const OpenOrder* open = exchange_.open_order(random_.some_order(exchange_));
    if (open != nullptr) {
      const OpenOrder order = *open;
      exchange_.apply(CancelOrder{order.account, order.id, std::nullopt});
      book_.remove(order.id.value);
    }
  }
  void replace() {
    const OpenOrder* open = exchange_.open_order(random_.some_order(exchange_));
    if (open != nullptr) {
      const OpenOrder order = *open;
      const std::int64_t left = 1 + random_.number(40);
      const Price limit{9'985 + random_.number(30)};
      const auto events = exchange_.apply(
          ReplaceOrder{order.account, order.id, {order.filled.shares + left}, limit, std::nullopt});
      compare_fills(events, book_.replace(order.id.value, left, limit.ticks));
    }
  }
  void compare_fills(const std::vector<ExchangeEvent>& events,
                     const std::vector<ReferenceFill>& expected) {
    std::vector<ReferenceFill> seen;
    for (const Filled& fill : only<Filled>(events)) {
      const bool buyer_came = fill.taker == Side::kBuy;
      seen.push_back({(buyer_came ? fill.seller : fill.buyer).order.value,
                      (buyer_came ? fill.buyer : fill.seller).order.value, fill.price.ticks,
                      fill.quantity.shares});
    }
    fills_ += seen.size();
    ASSERT_EQ(seen, expected);
  }
  void compare_side(Side side) {
    const auto seen = exchange_.book(kGoog, side);
    const auto expected = book_.side(side == Side::kBuy);
    ASSERT_EQ(seen.size(), expected.size());
    for (std::size_t i = 0; i < seen.size(); ++i) {
      ASSERT_EQ(seen[i].id.value, expected[i].id);
      ASSERT_EQ(seen[i].quantity.shares - seen[i].filled.shares, expected[i].left);
    }
  }

  RandomTrading random_;
  Exchange exchange_;
  ReferenceBook book_;
  std::uint64_t fills_ = 0;
};

TEST(Matching, AgreesWithTheReferenceBookOverRandomOperations) {
  std::uint64_t fills = 0;
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    SideBySide market(seed);
    for (int i = 0; i < kCommands; ++i) {
      ASSERT_NO_FATAL_FAILURE(market.step()) << "seed " << seed << " step " << i;
    }
    fills += market.fills();
  }
  EXPECT_GT(fills, 30'000U);
}

}  // namespace
}  // namespace market
