#include "num/stream.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "core/codec.h"

namespace num {
namespace {

TEST(Stream, RepeatsItsDrawsFromTheSameSeedEntityAndPurpose) {
  Stream first(1, 2, 3);
  Stream second(1, 2, 3);
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(first.next(), second.next());
  }
  EXPECT_EQ(first, second);
  EXPECT_EQ(core::decode<Stream>(core::encode(first)).value(), second);
}

TEST(Stream, AlwaysAndNeverAreExactAndTakeOneDraw) {
  Stream stream(1, 2, 3);
  for (int i = 0; i < 10'000; ++i) {
    EXPECT_TRUE(stream.chance(Probability::percent(100)));
    EXPECT_FALSE(stream.chance(Probability::percent(0)));
  }
  EXPECT_EQ(stream.counter(), 20'000U);
}

}  // namespace
}  // namespace num
