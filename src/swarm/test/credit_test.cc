#include "swarm/credit.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>

#include "num/stream.h"

namespace swarm {
namespace {

Item item(std::uint64_t task) {
  Item made;
  made.task.id = TaskId(task);
  made.authority.task = made.task.id;
  return made;
}

std::vector<std::uint64_t> tasks(const std::vector<Item>& items) {
  std::vector<std::uint64_t> ids;
  for (const Item& one : items) {
    ids.push_back(one.task.id.value);
  }
  return ids;
}

using Arrival = CreditReceiver::Arrival;

TEST(Credit, SendsNoMoreThanTheNextStageGaveCreditsFor) {
  CreditSender sender(2);
  sender.open(1);
  CreditReceiver receiver;
  EXPECT_EQ(receiver.arrived(1, sender.send(item(1))), Arrival::kTake);
  EXPECT_EQ(receiver.arrived(1, sender.send(item(2))), Arrival::kTake);
  EXPECT_FALSE(sender.has_credit());

  auto progress = sender.heard(receiver.state(1, 0));
  EXPECT_EQ(tasks(progress.taken), (std::vector<std::uint64_t>{1, 2}));
  EXPECT_TRUE(progress.done.empty());
  EXPECT_FALSE(sender.has_credit());

  receiver.done(1, 2);  // stages may end in any order
  progress = sender.heard(receiver.state(1, 0));
  EXPECT_EQ(tasks(progress.done), std::vector<std::uint64_t>{2});
  EXPECT_TRUE(sender.has_credit());
}

TEST(Credit, TakesInOrderAndOnce) {
  CreditReceiver receiver;
  EXPECT_EQ(receiver.arrived(1, 2), Arrival::kUnknown);
  EXPECT_EQ(receiver.arrived(1, 1), Arrival::kTake);
  EXPECT_EQ(receiver.arrived(1, 3), Arrival::kGap);
  EXPECT_EQ(receiver.arrived(1, 1), Arrival::kRepeat);
  EXPECT_EQ(receiver.arrived(1, 2), Arrival::kTake);
  EXPECT_EQ(receiver.arrived(1, 3), Arrival::kTake);
  EXPECT_EQ(receiver.held(), 3U);
}

TEST(Credit, AReceiverThatForgotAsksForANewBeginning) {
  CreditSender sender(4);
  sender.open(1);
  CreditReceiver before;
  for (std::uint64_t task = 1; task <= 3; ++task) {
    EXPECT_EQ(before.arrived(1, sender.send(item(task))), Arrival::kTake);
  }
  before.done(1, 1);
  EXPECT_EQ(sender.heard(before.state(1, 0)).done.size(), 1U);

  CreditReceiver again;  // restarted: what it held is lost
  EXPECT_TRUE(again.state(1, 9).unknown);
  EXPECT_EQ(again.state(1, 9).call, 9U);
  EXPECT_TRUE(sender.heard(again.state(1, 9)).done.empty());
  sender.open(2);
  EXPECT_EQ(sender.untaken(), (std::vector<LinkSequence>{1, 2}));
  EXPECT_EQ(sender.item(1).task.id, TaskId(2));
  EXPECT_EQ(again.arrived(2, 1), Arrival::kTake);
  EXPECT_EQ(again.arrived(1, 3), Arrival::kOld);
}

TEST(Credit, AReceiverThatDroppedItsItemsTakesNoneOfThemInTheSameEpoch) {
  CreditSender sender(4);
  sender.open(7);
  CreditReceiver receiver;
  EXPECT_EQ(receiver.arrived(7, sender.send(item(1))), Arrival::kTake);
  receiver.forget();
  EXPECT_EQ(receiver.held(), 0U);
  EXPECT_EQ(receiver.arrived(7, 1), Arrival::kUnknown) << "sent again by who does not know";
  EXPECT_TRUE(receiver.state(7, 3).unknown);
  sender.open(8);
  EXPECT_EQ(sender.item(1).task.id, TaskId(1));
  EXPECT_EQ(receiver.arrived(8, 1), Arrival::kTake);
  EXPECT_FALSE(receiver.state(8, 4).unknown);
  EXPECT_EQ(receiver.arrived(8, 1), Arrival::kRepeat);
}

TEST(Credit, WhatWasWithADeadStageComesBackInOrder) {
  CreditSender sender(4);
  sender.open(1);
  for (std::uint64_t task = 1; task <= 4; ++task) {
    static_cast<void>(sender.send(item(task)));
  }
  EXPECT_EQ(tasks(sender.recall()), (std::vector<std::uint64_t>{1, 2, 3, 4}));
  EXPECT_TRUE(sender.outstanding().empty());
}

// Loss, repetition and overtaking on the way: everything arrives once and in order, and no more
// than the credits are held at any moment.
TEST(Credit, HoldsOverALinkThatLosesRepeatsAndReorders) {
  constexpr std::uint64_t kItems = 500;
  num::Stream random(3, 0, 0);
  CreditSender sender(5);
  CreditReceiver receiver;
  sender.open(1);
  std::deque<std::pair<LinkSequence, std::uint64_t>> wire;
  std::deque<ItemState> back;
  std::vector<std::uint64_t> arrived;
  std::set<LinkSequence> held;
  std::uint64_t next = 1;
  for (int step = 0; step < 400'000 && (next <= kItems || !sender.outstanding().empty()); ++step) {
    switch (random.below(5)) {
      case 0:
        if (next <= kItems && sender.has_credit()) {
          const LinkSequence sequence = sender.send(item(next));
          wire.emplace_back(sequence, next++);
        }
        break;
      case 1:
        for (const LinkSequence sequence : sender.untaken()) {
          wire.emplace_back(sequence, sender.item(sequence).task.id.value);
        }
        back.push_back(receiver.state(1, 0));
        break;
      case 2:
        if (!wire.empty()) {
          const std::size_t which = random.below(wire.size());
          const auto [sequence, task] = wire[which];
          if (random.below(3) != 0) {
            wire.erase(wire.begin() + static_cast<std::ptrdiff_t>(which));
          }
          if (random.below(4) != 0 && receiver.arrived(1, sequence) == Arrival::kTake) {
            arrived.push_back(task);
            held.insert(sequence);
          }
          back.push_back(receiver.state(1, 0));
        }
        break;
      case 3:
        if (!held.empty()) {
          receiver.done(1, *held.begin());
          held.erase(held.begin());
        }
        break;
      default:
        if (!back.empty()) {
          static_cast<void>(sender.heard(back[random.below(back.size())]));
          back.pop_front();
        }
    }
    while (wire.size() > 50) {
      wire.pop_front();
    }
    ASSERT_LE(receiver.held(), 5U);
  }
  ASSERT_EQ(arrived.size(), kItems);
  EXPECT_TRUE(std::ranges::is_sorted(arrived));
  EXPECT_EQ(std::ranges::adjacent_find(arrived), arrived.end());
}

}  // namespace
}  // namespace swarm
