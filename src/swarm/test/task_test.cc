#include "swarm/task.h"

#include <gtest/gtest.h>

namespace swarm {
namespace {

TEST(IdempotencyKey, DependsOnGroupTaskAndLegAlone) {
  const std::uint64_t key = idempotency_key(GroupId(3), TaskId(77), 2);
  EXPECT_EQ(key, (3ULL << 52U) | (77ULL << 8U) | 2U);
  EXPECT_NE(key, idempotency_key(GroupId(3), TaskId(77), 1));
  EXPECT_NE(key, idempotency_key(GroupId(3), TaskId(78), 2));
  EXPECT_NE(key, idempotency_key(GroupId(4), TaskId(77), 2));
}

}  // namespace
}  // namespace swarm
