#include "world_sim/event_queue.h"

#include <gtest/gtest.h>

#include <map>

#include "num/stream.h"

namespace world_sim {
namespace {

TEST(EventQueue, PopsInTheOrderOfKeysWhateverTheOrderOfPushes) {
  num::Stream random(7, 0, 0);
  EventQueue<std::uint64_t> queue;
  std::multimap<EventKey, std::uint64_t> reference;
  std::uint64_t sequence = 0;
  for (std::uint64_t operation = 0; operation < 200'000; ++operation) {
    // Grows to a few thousand, shrinks to nothing, and again.
    const bool grows = (operation / 10'000) % 2 == 0;
    if (reference.empty() || random.below(10) < (grows ? 7U : 3U)) {
      const EventKey key{core::at(core::Duration(static_cast<std::int64_t>(random.below(500)))),
                         static_cast<EventClass>(random.below(7)),
                         static_cast<std::uint32_t>(random.below(1U << 20U)), sequence++};
      queue.push(key, operation);
      reference.emplace(key, operation);
    } else {
      ASSERT_EQ(queue.next(), reference.begin()->first);
      ASSERT_EQ(queue.pop(), reference.begin()->second);
      reference.erase(reference.begin());
    }
    ASSERT_EQ(queue.size(), reference.size());
    ASSERT_EQ(queue.empty(), reference.empty());
  }
}

TEST(EventQueue, BreaksTiesByClassThenSourceThenTheSourcesSequence) {
  EventQueue<int> queue;
  const core::Time noon = core::at(core::hours(12));
  queue.push({noon, EventClass::kTimer, 1, 1}, 5);
  queue.push({noon, EventClass::kMessage, 2, 7}, 4);
  queue.push({noon, EventClass::kMessage, 2, 3}, 3);
  queue.push({noon, EventClass::kMessage, 1, 9}, 2);
  queue.push({noon, EventClass::kFault, 9, 9}, 1);
  queue.push({noon - core::Duration(1), EventClass::kTimer, 9, 9}, 0);
  for (int expected = 0; expected <= 5; ++expected) {
    EXPECT_EQ(queue.pop(), expected);
  }
}

}  // namespace
}  // namespace world_sim
