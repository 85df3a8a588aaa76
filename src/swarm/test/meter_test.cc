// What a leader tells of its pools: here the tasks in the system as a mean over time, which is
// exact whenever one looks.
#include "swarm/meter.h"

#include <gtest/gtest.h>

namespace swarm {
namespace {

using core::milliseconds;

class Office : public testing::Test {
 protected:
  static core::Time at(std::int64_t ms) { return core::at(milliseconds(ms)); }
  void apply(const Command& command, std::int64_t ms) {
    const bool changed = ledger.apply(command);
    meter.applied(command, changed, ledger, at(ms));
  }
  void accept(std::uint64_t id, std::int64_t ms) {
    Task task;
    task.id = TaskId(id);
    task.client = world::NodeId(9);
    apply(Accept{task}, ms);
  }
  void finish(std::uint64_t id, std::int64_t ms) {
    apply(Finish{TaskId(id), 0, {Outcome::kDone, {}}}, ms);
  }
  core::Duration told(std::int64_t ms) {
    sample = meter.take(ledger.directory(), at(ms));
    return sample.pools.at(0).task_time;
  }

  Ledger ledger;
  PoolMeter meter;
  world::LeaderSample sample;
};

TEST_F(Office, TellsEveryTaskAsLongAsItWasInTheSystemAndNoTimeTwice) {
  meter.lead(ledger, at(0));
  accept(1, 100);
  accept(2, 200);
  finish(1, 400);
  EXPECT_EQ(told(500), milliseconds(300 + 300));
  EXPECT_EQ(sample.covers, milliseconds(500));
  EXPECT_EQ(told(700), milliseconds(200)) << "the second is still there";
  finish(2, 750);
  EXPECT_EQ(told(1'000), milliseconds(50));
  EXPECT_EQ(told(1'500), milliseconds(0));
}

TEST_F(Office, CountsWhatAnEarlierLeaderAcceptedFromItsOwnFirstMomentOn) {
  accept(1, 100);
  meter.lead(ledger, at(300));
  accept(2, 400);
  finish(1, 450);
  EXPECT_EQ(told(500), milliseconds(150 + 100));
  EXPECT_EQ(sample.covers, milliseconds(200));
  std::uint32_t latencies = 0;
  for (const std::uint32_t count : sample.pools.at(0).latency) {
    latencies += count;
  }
  EXPECT_EQ(sample.pools.at(0).done, 1U);
  EXPECT_EQ(latencies, 0U) << "nobody here knows when it was accepted";
}

TEST_F(Office, AClockThatIsSetBackTellsNothingTwice) {
  meter.lead(ledger, at(1'000));
  accept(1, 1'000);
  EXPECT_EQ(told(2'000), milliseconds(1'000));
  EXPECT_EQ(told(1'500), milliseconds(0));
  EXPECT_EQ(sample.covers, milliseconds(0));
  EXPECT_EQ(told(2'200), milliseconds(200));
}

}  // namespace
}  // namespace swarm
