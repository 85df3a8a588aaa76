// The approval of orders, and the strategy that cuts positions back.
#include "strategy/risk.h"

#include <gtest/gtest.h>

#include "core/codec.h"
#include "fixture.h"

namespace strategy {
namespace {

Limits limits() {
  Limits result;
  result.position_max = {1'000};
  result.order_max = {500};
  result.collar_millionths = 50'000;
  result.age_max = core::seconds(5);
  result.loss_max = market::dollars(10'000);
  return result;
}

Desk quoted_desk() {
  Desk desk(2);
  desk.tick({10'000, 20'000});
  return desk;
}

Decision order(std::vector<Order> legs) {
  return {std::move(legs), 0, Reason::kEntry};
}

Verdict verdict(Desk& desk, Order leg) {
  return approve(limits(), desk.observation(), order({leg})).verdict;
}

TEST(Approval, AnOrderWithinAllLimitsPasses) {
  Desk desk = quoted_desk();
  EXPECT_EQ(verdict(desk, buy(kFirst, 500, 10'001)), Verdict::kApproved);
  EXPECT_TRUE(approve(limits(), desk.observation(), Decision{}).approved()) << "nothing to refuse";
}

TEST(Approval, TheOrderSizeIsLimited) {
  Desk desk = quoted_desk();
  EXPECT_EQ(verdict(desk, buy(kFirst, 501, 10'001)), Verdict::kOrderSize);
  EXPECT_EQ(verdict(desk, buy(kFirst, 0, 10'001)), Verdict::kBadOrder);
  EXPECT_EQ(verdict(desk, buy(kFirst, -5, 10'001)), Verdict::kBadOrder);
  EXPECT_EQ(verdict(desk, buy(kFirst, 5, 0)), Verdict::kBadOrder);
  EXPECT_EQ(verdict(desk, sell(kFirst, INT64_MAX, 1)), Verdict::kBadOrder);
}

TEST(Approval, ThePositionIsLimitedOnBothSides) {
  Desk desk = quoted_desk();
  desk.observation().capital = {};
  desk.hold(kFirst, 600);
  EXPECT_EQ(verdict(desk, buy(kFirst, 400, 10'001)), Verdict::kApproved);
  EXPECT_EQ(verdict(desk, buy(kFirst, 401, 10'001)), Verdict::kPositionLimit);
  desk.hold(kFirst, -600);
  EXPECT_EQ(verdict(desk, sell(kFirst, 400, 9'999)), Verdict::kApproved);
  EXPECT_EQ(verdict(desk, sell(kFirst, 401, 9'999)), Verdict::kPositionLimit);
}

TEST(Approval, APositionAboveItsLimitMayShrinkButNotTurn) {
  Desk desk = quoted_desk();
  desk.observation().capital = {};
  desk.hold(kFirst, 5'000);
  EXPECT_EQ(verdict(desk, sell(kFirst, 500, 9'999)), Verdict::kApproved);
  EXPECT_EQ(verdict(desk, buy(kFirst, 1, 10'001)), Verdict::kPositionLimit);
  desk.hold(kFirst, INT64_MAX);
  EXPECT_EQ(verdict(desk, buy(kFirst, 500, 10'001)), Verdict::kPositionLimit) << "no overflow";
}

TEST(Approval, TheLimitStaysWithinTheCollar) {
  Desk desk = quoted_desk();
  EXPECT_EQ(verdict(desk, buy(kFirst, 1, 10'500)), Verdict::kApproved);
  EXPECT_EQ(verdict(desk, buy(kFirst, 1, 10'501)), Verdict::kPriceCollar);
  EXPECT_EQ(verdict(desk, sell(kFirst, 1, 9'500)), Verdict::kApproved);
  EXPECT_EQ(verdict(desk, sell(kFirst, 1, 9'499)), Verdict::kPriceCollar);
}

TEST(Approval, OldAndMissingPricesAreRefused) {
  Desk desk = quoted_desk();
  desk.wait(core::seconds(5));
  EXPECT_EQ(verdict(desk, buy(kFirst, 1, 10'000)), Verdict::kApproved);
  desk.wait(core::Duration(1));
  EXPECT_EQ(verdict(desk, buy(kFirst, 1, 10'000)), Verdict::kStaleData);
  desk.wait(-core::seconds(10));
  EXPECT_EQ(verdict(desk, buy(kFirst, 1, 10'000)), Verdict::kStaleData) << "from the future";
  Desk empty;
  EXPECT_EQ(verdict(empty, buy(kFirst, 1, 10'000)), Verdict::kNoPrice);
  EXPECT_EQ(verdict(desk, buy(market::SymbolId(9), 1, 10'000)), Verdict::kUnknownSymbol);
}

TEST(Approval, AfterTheLossLimitOnlyReductionsPass) {
  Desk desk = quoted_desk();
  desk.hold(kFirst, 100);
  desk.observation().cash = market::dollars(0);
  // 100 shares at 10,000 ticks of a cent are 10,000 dollars.
  desk.observation().capital = {market::dollars(20'000).micros - 1};
  EXPECT_EQ(verdict(desk, buy(kFirst, 1, 10'000)), Verdict::kApproved);
  desk.observation().capital = market::dollars(20'000);
  EXPECT_EQ(verdict(desk, buy(kFirst, 1, 10'000)), Verdict::kLossLimit);
  EXPECT_EQ(verdict(desk, sell(kSecond, 1, 20'000)), Verdict::kLossLimit);
  EXPECT_EQ(verdict(desk, sell(kFirst, 100, 10'000)), Verdict::kApproved);
  EXPECT_EQ(verdict(desk, sell(kFirst, 101, 10'000)), Verdict::kLossLimit) << "turns short";
}

TEST(Approval, AnUnpricedPositionCountsAsALoss) {
  Desk desk = quoted_desk();
  desk.instrument(kSecond).window.clear();
  desk.hold(kSecond, 1);
  EXPECT_EQ(verdict(desk, buy(kFirst, 1, 10'000)), Verdict::kLossLimit);
}

TEST(Approval, LegsAddUpAndTheFirstRefusedIsNamed) {
  Desk desk = quoted_desk();
  const Order half = buy(kFirst, 500, 10'000);
  EXPECT_TRUE(approve(limits(), desk.observation(), order({half, half})).approved());
  const Approval third = approve(limits(), desk.observation(), order({half, half, half}));
  EXPECT_EQ(third.verdict, Verdict::kPositionLimit);
  EXPECT_EQ(third.leg, 2);
  const Decision flood = order(std::vector<Order>(17, buy(kFirst, 1, 10'000)));
  EXPECT_EQ(approve(limits(), desk.observation(), flood).verdict, Verdict::kBadOrder);
}

TEST(Approval, DependsOnNothingButItsArguments) {
  Desk desk = quoted_desk();
  const core::Bytes before = core::encode(desk.observation());
  const Decision decision = order({buy(kFirst, 500, 10'000)});
  const Approval once = approve(limits(), desk.observation(), decision);
  EXPECT_EQ(approve(limits(), desk.observation(), decision), once);
  EXPECT_EQ(core::encode(desk.observation()), before);
}

TEST(Limits, NumbersThatCannotWorkAreRefusedByName) {
  EXPECT_TRUE(validate(limits()).has_value());
  Limits broken = limits();
  broken.order_max = {0};
  EXPECT_NE(validate(broken).error().message.find("order_max"), std::string::npos);
  broken = limits();
  broken.age_max = core::seconds(0);
  EXPECT_NE(validate(broken).error().message.find("age_max"), std::string::npos);
  broken = limits();
  broken.loss_max = {0};
  EXPECT_NE(validate(broken).error().message.find("loss_max"), std::string::npos);
  broken = limits();
  broken.position_max = {-1};
  EXPECT_NE(validate(broken).error().message.find("position_max"), std::string::npos);
  broken = limits();
  broken.collar_millionths = -1;
  EXPECT_NE(validate(broken).error().message.find("collar"), std::string::npos);
}

Risk risk() {
  Risk parameters;
  parameters.limits = limits();
  return parameters;
}

TEST(Reduction, PositionsBeyondTheLimitAreCutBackToIt) {
  Desk desk = quoted_desk();
  desk.observation().capital = {};
  desk.hold(kFirst, 1'200);
  desk.hold(kSecond, -1'700);
  const Decision decision = first_decision(risk(), desk.observation());
  EXPECT_EQ(decision.reason, Reason::kOverLimit);
  const std::vector expected = {sell(kFirst, 200, 9'999), buy(kSecond, 500, 20'001)};
  EXPECT_EQ(decision.legs, expected) << "the order size splits 700";
  EXPECT_TRUE(approve(limits(), desk.observation(), decision).approved());
}

TEST(Reduction, AtTheLossLimitEverythingIsClosed) {
  Desk desk = quoted_desk();
  desk.hold(kFirst, 300);
  desk.hold(kSecond, -20);
  desk.observation().cash = {};
  desk.observation().capital = market::dollars(36'000);  // worth 30,000 - 4,000
  const Decision decision = first_decision(risk(), desk.observation());
  EXPECT_EQ(decision.reason, Reason::kLossLimit);
  EXPECT_EQ(decision.signal_millionths, kMillion);
  const std::vector expected = {sell(kFirst, 300, 9'999), buy(kSecond, 20, 20'001)};
  EXPECT_EQ(decision.legs, expected);
  EXPECT_TRUE(approve(limits(), desk.observation(), decision).approved());
}

TEST(Reduction, LeavesPositionsWithinLimitsAlone) {
  Desk desk = quoted_desk();
  desk.hold(kFirst, 1'000);
  const Decision decision = first_decision(risk(), desk.observation());
  EXPECT_TRUE(decision.holds());
  EXPECT_EQ(decision.reason, Reason::kNoSignal);
}

TEST(Reduction, ActsOnWhatIsQuotedAndSaysWhenNothingIs) {
  Desk desk = quoted_desk();
  desk.hold(kFirst, 1'200);
  desk.hold(kSecond, 1'200);
  desk.quote(kFirst, 0, 0);
  EXPECT_EQ(first_decision(risk(), desk.observation()).legs,
            std::vector{sell(kSecond, 200, 19'999)});
  desk.quote(kSecond, 0, 0);
  EXPECT_EQ(first_decision(risk(), desk.observation()).reason, Reason::kNoQuote);
}

}  // namespace
}  // namespace strategy
