#include "cpu.h"

#include <gtest/gtest.h>

#include <map>

#include "num/stream.h"

namespace world_sim {
namespace {

using core::at;
using core::milliseconds;

// Remembers what was announced last and carries it out in order of time.
class Announcements : public TaskClock {
 public:
  void task_ends(world::NodeId node, std::uint64_t ticket, core::Time when) override {
    pending.emplace(std::pair(when, pending.size()), std::pair(node, ticket));
  }
  // The names of the tasks that end, with their times.
  std::vector<std::pair<std::uint64_t, core::Time>> finish(Processors& processors) {
    std::vector<std::pair<std::uint64_t, core::Time>> ended;
    while (!pending.empty()) {
      const auto next = pending.extract(pending.begin());
      const auto [node, ticket] = next.mapped();
      const core::Time now = next.key().first;
      if (const auto end = processors.end(node, ticket, now); end.valid) {
        ended.emplace_back(end.name, now);
      }
    }
    return ended;
  }
  std::map<std::pair<core::Time, std::size_t>, std::pair<world::NodeId, std::uint64_t>> pending;
};

world::Hardware hardware(std::uint32_t cores, std::string host = "", std::uint32_t host_cores = 0) {
  world::Hardware made;
  made.cores = cores;
  made.host = std::move(host);
  made.host_cores = host_cores;
  return made;
}

const world::NodeId kA(1);
const world::NodeId kB(2);

TEST(Processors, ATaskAloneTakesItsCostAtTheNodesSpeed) {
  Announcements clock;
  Processors processors(clock);
  world::Hardware fast = hardware(1);
  fast.speed_permille = 2000;
  processors.add(kA, fast);
  processors.start(kA, 7, false, milliseconds(10), at(milliseconds(1)));
  EXPECT_FALSE(processors.has_core_for_work(kA));
  EXPECT_EQ(clock.finish(processors),
            (std::vector<std::pair<std::uint64_t, core::Time>>{{7, at(milliseconds(6))}}));
  EXPECT_TRUE(processors.has_core_for_work(kA));
  EXPECT_EQ(processors.busy(kA, at(milliseconds(9))).total, milliseconds(5));
}

TEST(Processors, AStepRunsBesideWorkAndSharesItsCore) {
  Announcements clock;
  Processors processors(clock);
  processors.add(kA, hardware(1));
  processors.start(kA, 1, false, milliseconds(10), at(milliseconds(0)));
  processors.start(kA, 2, true, milliseconds(2), at(milliseconds(0)));
  EXPECT_EQ(clock.finish(processors), (std::vector<std::pair<std::uint64_t, core::Time>>{
                                          {2, at(milliseconds(4))}, {1, at(milliseconds(12))}}));
  EXPECT_EQ(processors.busy(kA, at(milliseconds(20))).total, milliseconds(12));
}

TEST(Processors, ASharedHostGivesEverybodyAnEqualShareAtEveryInstant) {
  Announcements clock;
  Processors processors(clock);
  processors.add(kA, hardware(1, "box", 1));
  processors.add(kB, hardware(1, "box", 1));
  processors.start(kA, 1, true, milliseconds(10), at(milliseconds(0)));
  processors.start(kB, 2, false, milliseconds(4), at(milliseconds(5)));
  // A alone does 5 by 5; then both at half speed: B's 4 take until 13, A has 1 left.
  EXPECT_EQ(clock.finish(processors), (std::vector<std::pair<std::uint64_t, core::Time>>{
                                          {2, at(milliseconds(13))}, {1, at(milliseconds(14))}}));
  EXPECT_EQ(processors.busy(kA, at(milliseconds(20))).total, milliseconds(10));
  EXPECT_EQ(processors.busy(kA, at(milliseconds(20))).steps, milliseconds(10));
  EXPECT_EQ(processors.busy(kB, at(milliseconds(20))).steps, milliseconds(0));
}

TEST(Processors, BusyLoopsOfANeighbourAreFeltOnASharedHostOnly) {
  Announcements clock;
  Processors processors(clock);
  processors.add(kA, hardware(2, "box", 2));
  processors.add(kB, hardware(2, "box", 2));
  processors.add(world::NodeId(3), hardware(2));
  processors.set_load(kB, 8, 1000, at(milliseconds(0)));
  processors.start(kA, 1, false, milliseconds(10), at(milliseconds(0)));
  processors.start(world::NodeId(3), 3, false, milliseconds(10), at(milliseconds(0)));
  const auto ended = clock.finish(processors);
  ASSERT_EQ(ended.size(), 2U);
  EXPECT_EQ(ended[0], std::pair(std::uint64_t{3}, at(milliseconds(10))));
  EXPECT_NEAR(static_cast<double>(core::to_ns(ended[1].second)), 15e6, 50);  // 3 ask for 2 cores
}

TEST(Processors, NothingIsLostThroughManyChanges) {
  Announcements clock;
  Processors processors(clock);
  processors.add(kA, hardware(1));
  processors.start(kA, 1, false, milliseconds(100), at(milliseconds(0)));
  num::Stream random(5, 0, 0);
  // Half of the time paused, or at half speed beside one busy loop: 50 of 100 ms in each case.
  for (int change = 1; change <= 50; ++change) {
    const core::Time now = at(milliseconds(2 * change));
    switch (random.below(3)) {
      case 0:
        processors.set_paused(kA, true, now - milliseconds(1));
        processors.set_paused(kA, false, now);
        break;
      case 1:
        processors.set_load(kA, 0, 500, now - milliseconds(2));
        processors.set_load(kA, 0, 1000, now);
        break;
      default:
        processors.set_load(kA, 1, 1000, now - milliseconds(2));
        processors.set_load(kA, 0, 1000, now);
        break;
    }
  }
  EXPECT_EQ(clock.finish(processors),
            (std::vector<std::pair<std::uint64_t, core::Time>>{{1, at(milliseconds(150))}}));
}

TEST(Processors, AClearedNodeForgetsItsTasks) {
  Announcements clock;
  Processors processors(clock);
  processors.add(kA, hardware(1));
  processors.start(kA, 1, false, milliseconds(10), at(milliseconds(0)));
  processors.clear(kA, at(milliseconds(3)));
  EXPECT_TRUE(processors.has_core_for_work(kA));
  EXPECT_TRUE(clock.finish(processors).empty());
  EXPECT_EQ(processors.busy(kA, at(milliseconds(20))).total, milliseconds(3));
}

}  // namespace
}  // namespace world_sim
