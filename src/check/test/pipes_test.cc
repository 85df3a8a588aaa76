// The invariants of a ring: each canary tells one thing falsely and is noticed for that.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "story.h"
#include "swarm/pipeline_trace.h"

namespace check::test {
namespace {

using swarm::BreakerState;
using swarm::TaskId;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::uint32_t kCredits = 2;
constexpr std::uint32_t kProbes = 2;
constexpr core::Duration kOpenFor = core::seconds(1);
constexpr swarm::LinkEpoch kEpoch = 7;

// The first collects, the second approves, the third executes.
CheckConfig ring() {
  CheckConfig config = Story::mesh();
  swarm::TopologySpec spec;
  spec.kind = swarm::TopologyKind::kRing;
  spec.agents = {kFirst, kSecond, kThird};
  spec.stages = {{"collector", {"collect"}, {kFirst}, false},
                 {"analyser", {"approve"}, {kSecond}, true},
                 {"executor", {"execute"}, {kThird}, false}};
  spec.capabilities = {{kFirst, {"collect"}}, {kSecond, {"approve"}}, {kThird, {"execute"}}};
  config.topology = swarm::make_topology(spec).value();
  config.pipeline = {kCredits, true, kProbes, kOpenFor};
  return config;
}

class RingCanary : public ::testing::Test {
 protected:
  void SetUp() override { story.boot(); }

  void send(world::NodeId from, world::NodeId to, std::uint64_t number) {
    story.tell(from, swarm::ItemSent{TaskId(number), 1, {1, number}, to, kEpoch, number});
  }
  void take(world::NodeId from, world::NodeId to, std::uint64_t number, std::uint32_t stage) {
    story.tell(to, swarm::ItemTaken{TaskId(number), 1, {1, number}, from, kEpoch, number, stage});
  }
  void give_back(world::NodeId from, world::NodeId to, std::uint64_t number) {
    story.tell(to, swarm::CreditReturned{from, kEpoch, number});
  }
  void stamp(world::NodeId by, std::uint64_t number, bool approved = true) {
    story.tell(by, swarm::ItemStamped{TaskId(number), 1, approved, 99});
  }
  void execute(std::uint64_t number) {
    story.tell(kThird, swarm::ItemExecuted{TaskId(number), 1, {1, number}, true});
  }
  void order(std::uint64_t number) {
    story.assign(number, 1, kFirst, 1);
    story.order(number, 1, kThird, 1);
  }
  void change(BreakerState from, BreakerState to) {
    story.tell(kFirst, swarm::BreakerChanged{kSecond, from, to, 5, 5, story.now()});
  }
  void probe() { story.tell(kFirst, swarm::BreakerProbed{kSecond}); }
  void open_and_wait() {
    change(BreakerState::kClosed, BreakerState::kOpen);
    story.wait(kOpenFor);
    change(BreakerState::kOpen, BreakerState::kHalfOpen);
  }
  void close_again() {
    story.wait(kOpenFor);
    change(BreakerState::kOpen, BreakerState::kHalfOpen);
    probe();
    probe();
    change(BreakerState::kHalfOpen, BreakerState::kClosed);
  }
  void expect_only(const std::string& name, const std::string& why) {
    const auto results = story.judge();
    EXPECT_THAT(violated(results), ElementsAre(name));
    EXPECT_THAT(reason(results, name), HasSubstr(why));
  }
  void expect_sound() { EXPECT_THAT(violated(story.judge()), IsEmpty()); }

  Story story{ring()};
};

TEST_F(RingCanary, ASoundStory) {
  for (const std::uint64_t number : {1U, 2U, 3U}) {
    send(kFirst, kSecond, number);
    take(kFirst, kSecond, number, 1);
    stamp(kSecond, number);
    send(kSecond, kThird, number);
    take(kSecond, kThird, number, 2);
    give_back(kFirst, kSecond, number);
    execute(number);
    order(number);
    give_back(kSecond, kThird, number);
  }
  open_and_wait();
  probe();
  probe();
  change(BreakerState::kHalfOpen, BreakerState::kClosed);
  send(kFirst, kSecond, 4);
  const auto results = story.judge();
  EXPECT_THAT(violated(results), IsEmpty());
  for (const char* name : {"orders_approved", "order_kept", "credits_kept", "breakers_legal"}) {
    EXPECT_GT(find(results, name).checked, 0U) << name;
  }
}

// ---- orders_approved ----

TEST_F(RingCanary, AnOrderThatNoStageApproved) {
  order(1);
  expect_only("orders_approved", "for task 1 is accepted, which no stage has approved");
}

TEST_F(RingCanary, AnOrderThatTheStageRefused) {
  stamp(kSecond, 1, false);
  order(1);
  expect_only("orders_approved", "for task 1 is accepted, which no stage has approved");
}

TEST_F(RingCanary, AnApprovalOfAnotherTask) {
  stamp(kSecond, 2);
  order(1);
  expect_only("orders_approved", "for task 1 is accepted");
}

TEST_F(RingCanary, AnApprovalByTheStageThatOrders) {
  stamp(kThird, 1);
  expect_only("orders_approved", "approves task 1, but is not the stage that does");
}

TEST_F(RingCanary, WhoIsStitchedInMayApprove) {
  swarm::Ring next = swarm::ring_of(ring().topology.stages);
  next.epoch = 1;
  std::swap(next.stages[0], next.stages[1]);
  story.tell(kThird, swarm::RingChanged{next});
  stamp(kFirst, 1);
  order(1);
  expect_sound();
}

// ---- order_kept ----

TEST_F(RingCanary, AnItemThatIsTakenBeforeTheOneThatWasSentBefore) {
  take(kFirst, kSecond, 1, 1);
  take(kFirst, kSecond, 3, 1);
  expect_only("order_kept", "takes item 3 of node 1 after item 1");
}

TEST_F(RingCanary, AnItemThatIsTakenTwice) {
  take(kFirst, kSecond, 1, 1);
  take(kFirst, kSecond, 1, 1);
  expect_only("order_kept", "takes item 1 of node 1 after item 1");
}

TEST_F(RingCanary, AnItemThatIsCarriedOutBeforeAnOlderOne) {
  execute(2);
  execute(1);
  expect_only("order_kept", "the item that entered as number 1 after number 2");
}

TEST_F(RingCanary, AnItemThatIsCarriedOutAgainWithoutBeingSentAgain) {
  take(kSecond, kThird, 1, 2);
  execute(1);
  execute(1);
  expect_only("order_kept", "the item that entered as number 1 after number 1");
}

TEST_F(RingCanary, WhatWasSentAgainWhenAnotherRingBeganMayBeCarriedOutAgain) {
  take(kSecond, kThird, 1, 2);
  execute(1);
  take(kSecond, kThird, 2, 2);
  execute(2);
  for (const std::uint64_t number : {1U, 2U}) {
    story.tell(kThird,
               swarm::ItemTaken{TaskId(number), 1, {1, number}, kSecond, kEpoch + 1, number, 2});
    execute(number);
  }
  execute(3);
  expect_sound();
}

// ---- credits_kept ----

TEST_F(RingCanary, MoreItemsWithTheNextStageThanItGaveCreditsFor) {
  send(kFirst, kSecond, 1);
  send(kFirst, kSecond, 2);
  give_back(kFirst, kSecond, 1);
  send(kFirst, kSecond, 3);
  send(kFirst, kSecond, 4);
  expect_only("credits_kept", "has 3 items with node 2, but 2 credits");
}

// ---- breakers_legal ----

TEST_F(RingCanary, ABreakerThatClosesWithoutBeingProbed) {
  change(BreakerState::kClosed, BreakerState::kOpen);
  change(BreakerState::kOpen, BreakerState::kClosed);
  expect_only("breakers_legal", "the breaker to node 2 goes from open to closed");
}

TEST_F(RingCanary, ABreakerThatIsProbedTooSoon) {
  change(BreakerState::kClosed, BreakerState::kOpen);
  story.wait(kOpenFor - core::milliseconds(1));
  change(BreakerState::kOpen, BreakerState::kHalfOpen);
  probe();
  probe();
  change(BreakerState::kHalfOpen, BreakerState::kClosed);
  expect_only("breakers_legal", "before its time");
}

TEST_F(RingCanary, ABreakerThatOpenedBeforeItsRecordWasDurableCountsFromThen) {
  story.wait(core::milliseconds(1));
  story.tell(kFirst, swarm::BreakerChanged{kSecond, BreakerState::kClosed, BreakerState::kOpen, 5,
                                           5, story.now() - core::milliseconds(1)});
  story.wait(kOpenFor - core::milliseconds(1));
  change(BreakerState::kOpen, BreakerState::kHalfOpen);
  probe();
  probe();
  change(BreakerState::kHalfOpen, BreakerState::kClosed);
  expect_sound();
}

TEST_F(RingCanary, ABreakerThatClosesAfterOneProbeOfTwo) {
  open_and_wait();
  probe();
  change(BreakerState::kHalfOpen, BreakerState::kClosed);
  expect_only("breakers_legal", "goes from half-open to closed after 1 probes");
}

TEST_F(RingCanary, AProbeTooMany) {
  open_and_wait();
  probe();
  probe();
  probe();
  change(BreakerState::kHalfOpen, BreakerState::kOpen);
  close_again();
  expect_only("breakers_legal", "probes node 2 for the 3. time");
}

TEST_F(RingCanary, AnItemThatPassesAnOpenBreaker) {
  change(BreakerState::kClosed, BreakerState::kOpen);
  send(kFirst, kSecond, 1);
  story.tell(kFirst, swarm::PipelineLinkEnded{kSecond, 1});
  expect_only("breakers_legal", "sends an item to node 2, though the breaker is not closed");
}

TEST_F(RingCanary, ABreakerThatNeverClosesAgain) {
  change(BreakerState::kClosed, BreakerState::kOpen);
  expect_only("breakers_legal", "the breaker to node 2, which runs, is still open");
}

TEST_F(RingCanary, ABreakerOfALinkThatIsStillCutStaysOpen) {
  story.tell(kNobody, world::FaultStarted{0, {kFirst}});
  change(BreakerState::kClosed, BreakerState::kOpen);
  expect_sound();
}

TEST_F(RingCanary, ALinkThatIsGivenUpTakesItsBreakerWithIt) {
  change(BreakerState::kClosed, BreakerState::kOpen);
  story.tell(kFirst, swarm::PipelineLinkEnded{kSecond, 0});
  send(kFirst, kSecond, 1);
  expect_sound();
}

}  // namespace
}  // namespace check::test
