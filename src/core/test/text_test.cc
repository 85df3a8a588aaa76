#include "core/text.h"

#include <gtest/gtest.h>

#include <limits>

namespace core {
namespace {

TEST(Text, ADecimalHasNoTrailingZeros) {
  EXPECT_EQ(decimal_text(25'300, 3), "25.3");
  EXPECT_EQ(decimal_text(25'000, 3), "25");
  EXPECT_EQ(decimal_text(7, 3), "0.007");
  EXPECT_EQ(decimal_text(42, 0), "42");
}

TEST(Text, ANegativeNumberKeepsItsSignAlsoBelowOne) {
  EXPECT_EQ(decimal_text(-500, 3), "-0.5");
  EXPECT_EQ(decimal_text(std::numeric_limits<std::int64_t>::min(), 0), "-9223372036854775808");
}

TEST(Text, SecondsAreShownToTheMillisecond) {
  EXPECT_EQ(seconds_text(milliseconds(2'500)), "2.5 s");
  EXPECT_EQ(seconds_text(seconds(3)), "3 s");
  EXPECT_EQ(seconds_text(milliseconds(1)), "0.001 s");
}

}  // namespace
}  // namespace core
