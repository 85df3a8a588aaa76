// Who may be given which task, as the ledger has it.
#include "swarm/pools.h"

#include <gtest/gtest.h>

namespace swarm {
namespace {

constexpr PoolId kGreen{1};
constexpr PoolId kBlue{2};
constexpr world::NodeId kAgent{7};

Route split(std::uint64_t epoch, std::uint32_t green) {
  return {epoch, {{kGreen, green}, {kBlue, kWholeRoute - green}}};
}

Directory two_pools() {
  Directory directory;
  Pool blue;
  blue.id = kBlue;
  blue.name = "blue";
  EXPECT_TRUE(directory.apply(SetPool{blue}));
  return directory;
}

TEST(Pools, AShareOfTheTasksFollowsTheWeights) {
  for (const std::uint32_t green : {10'000U, 9'500U, 5'000U, 100U, 0U}) {
    const Route route = split(1, green);
    std::uint32_t to_green = 0;
    for (std::uint64_t id = 1; id <= 20'000; ++id) {
      to_green += pool_of(route, TaskId(id)) == kGreen ? 1U : 0U;
    }
    EXPECT_NEAR(to_green, 2.0 * green, green == 0 || green == kWholeRoute ? 0 : 300);
  }
}

TEST(Pools, AShiftMovesTasksInOneDirectionOnly) {
  for (std::uint64_t id = 1; id <= 5'000; ++id) {
    bool moved = false;
    for (std::uint32_t green = kWholeRoute + 500; green >= 500; green -= 500) {
      const bool is_blue = pool_of(split(1, green - 500), TaskId(id)) == kBlue;
      EXPECT_TRUE(is_blue || !moved) << "task " << id << " comes back to green";
      moved = is_blue;
    }
    EXPECT_TRUE(moved);
  }
}

TEST(Pools, ARouteReplacesTheOneBeforeItAndNoOther) {
  Directory directory = two_pools();
  EXPECT_EQ(directory.refusal(SetRoute{split(3, 5'000)}), AdminRefusal::kStaleEpoch);
  EXPECT_EQ(directory.refusal(SetRoute{{2, {{kGreen, 9'999}}}}), AdminRefusal::kWeights);
  EXPECT_EQ(directory.refusal(SetRoute{{2, {{kGreen, 10'001}}}}), AdminRefusal::kWeights);
  EXPECT_EQ(directory.refusal(SetRoute{{2, {{PoolId(9), kWholeRoute}}}}),
            AdminRefusal::kUnknownPool);
  EXPECT_TRUE(directory.apply(SetRoute{split(2, 5'000)}));
  EXPECT_FALSE(directory.apply(SetRoute{split(2, 5'000)})) << "it is so already";
  EXPECT_TRUE(directory.holds(SetRoute{split(2, 5'000)}));
  EXPECT_EQ(directory.refusal(SetRoute{split(2, 4'000)}), AdminRefusal::kStaleEpoch);
  EXPECT_EQ(directory.route(), split(2, 5'000));
}

TEST(Pools, APoolChangesWithARevisionOfItsOwn) {
  Directory directory = two_pools();
  Pool blue = directory.pool(kBlue);
  blue.size = 4;
  EXPECT_EQ(directory.refusal(SetPool{blue}), AdminRefusal::kStaleRevision);
  blue.revision = 2;
  EXPECT_TRUE(directory.apply(SetPool{blue}));
  blue.fallback = PoolId(5);
  EXPECT_EQ(directory.refusal(SetPool{blue}), AdminRefusal::kUnknownPool);
  blue.fallback = kBlue;
  EXPECT_EQ(directory.refusal(SetPool{blue}), AdminRefusal::kMalformed);
}

TEST(Pools, AtMostSixteen) {
  Directory directory;
  Pool pool;
  for (std::uint32_t id = 2; id <= world::kMaximumPools; ++id) {
    pool.id = PoolId(id);
    EXPECT_TRUE(directory.apply(SetPool{pool}));
  }
  pool.id = PoolId(99);
  EXPECT_EQ(directory.refusal(SetPool{pool}), AdminRefusal::kTooManyPools);
}

TEST(Pools, ALateCopyOfARequestDoesNotBringAMemberBack) {
  Directory directory;
  const AddMember first{kAgent, kGreen, world::Incarnation(3), {}};
  EXPECT_TRUE(directory.apply(first));
  EXPECT_FALSE(directory.apply(first));
  const RemoveMember away{kAgent, world::Incarnation(3)};
  EXPECT_TRUE(directory.apply(away));
  EXPECT_EQ(directory.refusal(first), AdminRefusal::kStaleIncarnation) << "it drains";
  EXPECT_TRUE(directory.apply(MemberGone{kAgent, world::Incarnation(3), false}, false));
  EXPECT_EQ(directory.refusal(first), AdminRefusal::kStaleIncarnation) << "it has left";
  const AddMember again{kAgent, kGreen, world::Incarnation(4), {}};
  EXPECT_TRUE(directory.apply(again));
  EXPECT_FALSE(directory.apply(away)) << "it is about the boot before";
  EXPECT_TRUE(directory.holds(away));
  EXPECT_EQ(directory.find(kAgent)->status, MemberStatus::kServing);
}

TEST(Pools, OnlyADeclaredFallbackTakesAnotherPoolsTask) {
  Directory directory = two_pools();
  directory.apply(AddMember{kAgent, kBlue, world::Incarnation(1), {}});
  EXPECT_TRUE(directory.may_do(kAgent, kBlue));
  EXPECT_FALSE(directory.may_do(kAgent, kGreen));
  Pool green = directory.pool(kGreen);
  green.revision = 2;
  green.fallback = kBlue;
  ASSERT_TRUE(directory.apply(SetPool{green}));
  EXPECT_TRUE(directory.may_do(kAgent, kGreen));
  directory.apply(RemoveMember{kAgent, world::Incarnation(1)});
  EXPECT_FALSE(directory.may_do(kAgent, kBlue)) << "it drains";
}

TEST(Pools, ADirectoryComesThroughASnapshotUnchanged) {
  Directory directory = two_pools();
  directory.apply(AddMember{kAgent, kBlue, world::Incarnation(1), {"pairs"}});
  directory.apply(SetRoute{split(2, 2'500)});
  EXPECT_EQ(core::decode<Directory>(core::encode(directory)).value(), directory);
}

TEST(Telemetry, EveryLatencyFallsIntoTheBucketThatSaysSo) {
  using world::latency_bucket_begin;
  using world::latency_bucket_of;
  EXPECT_EQ(latency_bucket_of(core::microseconds(999)), 0U);
  EXPECT_EQ(latency_bucket_begin(1), core::milliseconds(1));
  EXPECT_EQ(latency_bucket_begin(5), core::milliseconds(2));
  EXPECT_EQ(latency_bucket_begin(world::kLatencyBuckets - 1), core::microseconds(65'536'000));
  for (std::size_t bucket = 0; bucket < world::kLatencyBuckets; ++bucket) {
    EXPECT_EQ(latency_bucket_of(latency_bucket_begin(bucket)), bucket);
    if (bucket + 1 < world::kLatencyBuckets) {
      EXPECT_EQ(latency_bucket_of(world::latency_bucket_end(bucket) - core::Duration{1}), bucket);
    }
  }
  EXPECT_EQ(latency_bucket_of(core::hours(3)), world::kLatencyBuckets - 1);
}

}  // namespace
}  // namespace swarm
