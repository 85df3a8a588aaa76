// The small parts of the driver, each alone.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agenda.h"
#include "fixture.h"
#include "worker_pool.h"

namespace world_real {
namespace {

using ::testing::ElementsAre;

TEST(AgendaTest, GivesWhatIsDueByTimeAndThenByOrderOfAdding) {
  Agenda agenda;
  std::vector<int> done;
  const auto note = [&done](int number) { return [&done, number] { done.push_back(number); }; };
  agenda.add(core::at(core::seconds(2)), note(3));
  agenda.add(core::at(core::seconds(1)), note(1));
  const Agenda::Key cancelled = agenda.add(core::at(core::seconds(1)), note(99));
  agenda.add(core::at(core::seconds(1)), note(2));
  agenda.add(core::at(core::seconds(3)), note(4));
  agenda.cancel(cancelled);
  EXPECT_EQ(agenda.next_due(), core::at(core::seconds(1)));
  while (auto action = agenda.take_due(core::at(core::seconds(2)))) {
    (*action)();
  }
  EXPECT_THAT(done, ElementsAre(1, 2, 3));
  EXPECT_EQ(agenda.next_due(), core::at(core::seconds(3)));
}

TEST(WorkerPoolTest, BurnsAtLeastTheStatedProcessorTime) {
  Seen<core::Duration> burned;
  WorkerPool pool(1);
  pool.submit([&](const std::stop_token& token) {
    const core::Duration before = thread_cpu_time();
    burn_cpu(core::milliseconds(30), token);
    burned.add(thread_cpu_time() - before);
  });
  ASSERT_TRUE(burned.wait_for_size(1));
  EXPECT_GE(burned.all().front(), core::milliseconds(30));
}

TEST(WorkerPoolTest, EndsWithoutFinishingWhatWouldTakeForever) {
  Seen<int> begun;
  {
    WorkerPool pool(2);
    for (int i = 0; i < 5; ++i) {
      pool.submit([&begun, i](const std::stop_token& token) {
        begun.add(i);
        burn_cpu(core::hours(24), token);
      });
    }
    ASSERT_TRUE(begun.wait_for_size(2));
  }
  EXPECT_EQ(begun.all().size(), 2U) << "jobs that had not begun are forgotten";
}

TEST(WorkerPoolTest, OneThreadRunsJobsInTheirOrder) {
  Seen<int> done;
  WorkerPool pool(1);
  for (int i = 0; i < 3; ++i) {
    pool.submit([&done, i](const std::stop_token&) { done.add(i); });
  }
  ASSERT_TRUE(done.wait_for_size(3));
  EXPECT_THAT(done.all(), ElementsAre(0, 1, 2));
}

}  // namespace
}  // namespace world_real
