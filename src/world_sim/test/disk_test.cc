#include "disk.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace world_sim {
namespace {

using Records = std::vector<core::Bytes>;

TEST(Disk, KeepsRecordsInOrderAndASnapshotReplacesThem) {
  Disk disk;
  for (const core::Byte value : core::Bytes{1, 2, 3}) {
    disk.issue(world::PersistMode::kAppend, core::Bytes(5, value));
    disk.complete();
  }
  EXPECT_EQ(disk.recover(), (Records{core::Bytes(5, 1), core::Bytes(5, 2), core::Bytes(5, 3)}));
  disk.issue(world::PersistMode::kReplaceAll, core::Bytes{});
  EXPECT_EQ(disk.records().size(), 3U);
  disk.complete();
  EXPECT_EQ(disk.recover(), (Records{core::Bytes{}}));
}

TEST(Disk, ATornRecordIsCutOffWhereverItWasTornAndTheLogGoesOn) {
  num::Stream random(3, 0, 0);
  std::vector<std::uint64_t> sizes;
  for (int round = 0; round < 300; ++round) {
    Disk disk;
    disk.issue(world::PersistMode::kAppend, core::Bytes(10, 0));
    disk.complete();
    const std::uint64_t whole = disk.used_bytes();
    disk.issue(world::PersistMode::kAppend, core::Bytes(20, 0));
    disk.crash(world::UnsyncedWrites::kTear, random);
    ASSERT_GT(disk.used_bytes(), whole);
    ASSERT_LT(disk.used_bytes(), whole + 28);
    sizes.push_back(disk.used_bytes());
    ASSERT_EQ(disk.records().size(), 1U);
    ASSERT_EQ(disk.recover().size(), 1U);
    ASSERT_EQ(disk.used_bytes(), whole);
    disk.issue(world::PersistMode::kAppend, core::Bytes(3, 9));
    disk.complete();
    ASSERT_EQ(disk.recover(), (Records{core::Bytes(10, 0), core::Bytes(3, 9)}));
  }
  EXPECT_NE(*std::ranges::min_element(sizes), *std::ranges::max_element(sizes));
}

TEST(Disk, AReplacementIsAtomic) {
  num::Stream random(3, 0, 0);
  const auto after_crash = [&](world::UnsyncedWrites unsynced) {
    Disk disk;
    disk.issue(world::PersistMode::kAppend, core::Bytes(10, 1));
    disk.complete();
    disk.issue(world::PersistMode::kReplaceAll, core::Bytes(10, 2));
    disk.crash(unsynced, random);
    return disk.recover();
  };
  EXPECT_EQ(after_crash(world::UnsyncedWrites::kLose), (Records{core::Bytes(10, 1)}));
  EXPECT_EQ(after_crash(world::UnsyncedWrites::kTear), (Records{core::Bytes(10, 1)}));
  EXPECT_EQ(after_crash(world::UnsyncedWrites::kKeep), (Records{core::Bytes(10, 2)}));
}

}  // namespace
}  // namespace world_sim
