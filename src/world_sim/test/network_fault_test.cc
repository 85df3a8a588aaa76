// What link faults do to messages on their way.
#include <gtest/gtest.h>

#include <algorithm>

#include "scripted.h"

namespace world_sim::test {
namespace {

using world::Fault;
using world::FaultKind;

// Node 1 pings node 2, and node 3 pings node 4, every 10 ms from 10 on: each arrives 1 ms later.
struct Story {
  explicit Story(world::FaultPlan plan, core::Duration lasts = milliseconds(1005))
      : simulation(options_of(std::move(plan))) {
    simulation.boot(node(1), pinger(id(2), milliseconds(10)));
    simulation.boot(node(2), echo());
    simulation.boot(node(3), pinger(id(4), milliseconds(10)));
    simulation.boot(node(4), echo());
    simulation.run_until(at(lasts));
  }
  Options options_of(world::FaultPlan plan) {
    Options options = calm();
    options.faults = std::move(plan);
    options.sinks = {&log};
    return options;
  }
  std::uint64_t delivered(std::uint32_t node_id) const {
    return simulation.statistics(id(node_id)).messages_delivered;
  }
  // The numbers that a node has heard, and when.
  std::vector<std::int64_t> heard(std::uint32_t node_id) const {
    std::vector<std::int64_t> numbers;
    for (const world::TraceEntry& entry : log.entries) {
      if (const auto note = world::as<Note>(entry); note && entry.node == id(node_id)) {
        numbers.push_back(note->value);
      }
    }
    return numbers;
  }
  core::Time heard_at(std::uint32_t node_id, std::int64_t number) const {
    for (const world::TraceEntry& entry : log.entries) {
      const auto note = world::as<Note>(entry);
      if (note && entry.node == id(node_id) && note->value == number) {
        return entry.at;
      }
    }
    return {};
  }

  Log log;
  Simulation simulation;
};

TEST(NetworkFault, LosesTheStatedShareOfTheTargetsMessages) {
  Fault loss = fault_of(FaultKind::kLoss, core::Duration(0), core::Duration(0), {id(2)});
  loss.probability = num::Probability::percent(30);
  loss.one_way = true;  // only the answers of node 2
  Story story({loss});
  EXPECT_EQ(story.delivered(2), 100U);
  EXPECT_EQ(story.delivered(4), 100U);
  EXPECT_EQ(story.delivered(1) + story.simulation.acted(0), 100U);
  EXPECT_EQ(story.log.drops(world::DropReason::kFault), story.simulation.acted(0));
  EXPECT_GT(story.simulation.acted(0), 15U);
  EXPECT_LT(story.simulation.acted(0), 45U);
}

TEST(NetworkFault, PartitionsOneWayAndBothWays) {
  Fault cut = fault_of(FaultKind::kPartition, milliseconds(5), milliseconds(500), {id(2)});
  cut.one_way = true;
  Story one_way({cut});
  EXPECT_EQ(one_way.delivered(2), 100U);
  EXPECT_EQ(one_way.delivered(1), 50U);
  EXPECT_EQ(one_way.simulation.acted(0), 50U);

  cut.one_way = false;
  Story both_ways({cut});
  EXPECT_EQ(both_ways.delivered(2), 50U);
  EXPECT_EQ(both_ways.delivered(4), 100U);
}

TEST(NetworkFault, PartitionsSidesFromEachOtherAndNotWithin) {
  Fault halves =
      fault_of(FaultKind::kPartition, core::Duration(0), core::Duration(0), {id(1), id(2)});
  Story within({halves});
  EXPECT_EQ(within.delivered(2), 100U);
  EXPECT_EQ(within.simulation.acted(0), 0U);

  halves.target.nodes = {id(1), id(3)};
  halves.peers = {id(4)};
  Story sides({halves});
  EXPECT_EQ(sides.delivered(2), 100U);
  EXPECT_EQ(sides.delivered(4), 0U);
  EXPECT_EQ(sides.simulation.acted(0), 100U);
}

TEST(NetworkFault, DelaysWithoutChangingTheOrder) {
  Fault delay = fault_of(FaultKind::kDelay, core::Duration(0), core::Duration(0), {id(1)});
  delay.peers = {id(2)};
  delay.delay = milliseconds(50);
  delay.jitter = milliseconds(20);
  Story story({delay});
  const auto heard = story.heard(2);
  EXPECT_TRUE(std::ranges::is_sorted(heard));
  EXPECT_GE(story.heard_at(2, 1), at(milliseconds(10 + 1 + 30)));
  EXPECT_LE(story.heard_at(2, 1), at(milliseconds(10 + 1 + 70)));
  EXPECT_GE(story.simulation.acted(0), 100U);
}

TEST(NetworkFault, DuplicatesArriveAsWell) {
  Fault twice = fault_of(FaultKind::kDuplicate, core::Duration(0), core::Duration(0), {id(1)});
  twice.peers = {id(2)};
  twice.one_way = true;
  twice.jitter = milliseconds(3);
  Story story({twice});
  EXPECT_EQ(story.delivered(2), 200U);
  EXPECT_EQ(story.simulation.acted(0), 100U);
}

TEST(NetworkFault, ReordersByHoldingBack) {
  Fault reorder = fault_of(FaultKind::kReorder, core::Duration(0), core::Duration(0), {id(1)});
  reorder.peers = {id(2)};
  reorder.one_way = true;
  reorder.probability = num::Probability::percent(50);
  reorder.jitter = milliseconds(60);
  Story story({reorder});
  auto heard = story.heard(2);
  EXPECT_FALSE(std::ranges::is_sorted(heard));
  std::ranges::sort(heard);
  EXPECT_TRUE(std::ranges::adjacent_find(heard) == heard.end());
  EXPECT_GT(heard.size(), 90U);
  EXPECT_GT(story.simulation.acted(0), 25U);
}

TEST(NetworkFault, CorruptMessagesAreRefusedByTheDecoder) {
  Fault corrupt = fault_of(FaultKind::kCorrupt, core::Duration(0), core::Duration(0), {id(1)});
  corrupt.peers = {id(2)};
  corrupt.one_way = true;
  corrupt.probability = num::Probability::percent(40);
  Story story({corrupt});
  EXPECT_GT(story.simulation.acted(0), 20U);
  EXPECT_EQ(story.log.drops(world::DropReason::kCorrupt), story.simulation.acted(0));
  EXPECT_EQ(story.delivered(2) + story.simulation.acted(0), 100U);
  EXPECT_EQ(story.simulation.statistics(id(2)).messages_refused, story.simulation.acted(0));
}

TEST(NetworkFault, ANarrowLinkMakesMessagesWaitTheirTurn) {
  Fault narrow = fault_of(FaultKind::kBandwidth, core::Duration(0), core::Duration(0), {id(1)});
  narrow.peers = {id(2)};
  narrow.one_way = true;
  narrow.amount = 3200;  // a cell takes 20 ms, one comes every 10
  Story story({narrow});
  EXPECT_EQ(story.heard_at(2, 1), at(milliseconds(10 + 20 + 1)));
  EXPECT_EQ(story.heard_at(2, 10), at(milliseconds(10 + 200 + 1)));
  EXPECT_EQ(story.simulation.acted(0), 100U);
}

TEST(NetworkFault, AClogHoldsMessagesUntilItEnds) {
  Story story({fault_of(FaultKind::kClog, milliseconds(5), milliseconds(490), {id(1)})});
  EXPECT_EQ(story.heard_at(2, 1), at(milliseconds(495)));
  EXPECT_EQ(story.heard_at(2, 49), at(milliseconds(495)));
  EXPECT_EQ(story.heard_at(2, 50), at(milliseconds(501)));
  EXPECT_TRUE(std::ranges::is_sorted(story.heard(2)));
  EXPECT_EQ(story.delivered(2), 100U);
  EXPECT_EQ(story.simulation.acted(0), 49U);
}

TEST(NetworkFault, WhatAClogReleasesDoesNotPassAPartition) {
  Fault cut = fault_of(FaultKind::kPartition, milliseconds(300), core::Duration(0), {id(1)});
  Story story({fault_of(FaultKind::kClog, milliseconds(5), milliseconds(490), {id(1)}), cut});
  EXPECT_EQ(story.delivered(2), 0U);
  EXPECT_EQ(story.simulation.acted(0), 29U);
  EXPECT_EQ(story.simulation.acted(1), 100U);
}

TEST(NetworkFault, AMessageOfAnEarlierLifeOfItsSenderIsRefusedOnceTheNewLifeIsHeard) {
  // What node 1 sends before its crash is held back; its next life is heard first.
  Fault reorder = fault_of(FaultKind::kReorder, milliseconds(5), milliseconds(20), {id(1)});
  reorder.peers = {id(2)};
  reorder.one_way = true;
  reorder.jitter = seconds(100);
  Story story({reorder, fault_of(FaultKind::kCrash, milliseconds(25), milliseconds(1), {id(1)})},
              seconds(200));
  EXPECT_EQ(story.log.drops(world::DropReason::kNoLink), 2U);
  EXPECT_EQ(story.simulation.acted(0), 2U);
}

TEST(NetworkFault, DroppingOneFaultFromThePlanLeavesTheOthersDrawsAsTheyWere) {
  Fault first = fault_of(FaultKind::kLoss, core::Duration(0), core::Duration(0), {id(1)});
  first.probability = num::Probability::percent(50);
  first.peers = {id(2)};
  Fault second = first;
  second.target.nodes = {id(3)};
  second.peers = {id(4)};
  const Story both({first, second});
  const Story alone({second});
  EXPECT_EQ(both.heard(4), alone.heard(4));
  EXPECT_EQ(both.simulation.acted(1), alone.simulation.acted(0));
  EXPECT_NE(both.heard(2), alone.heard(2));
}

}  // namespace
}  // namespace world_sim::test
