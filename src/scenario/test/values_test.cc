// Numbers with units.
#include "values.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>

namespace scenario {
namespace {

TEST(Values, AreExact) {
  EXPECT_EQ(parse_duration_ns("1.5ms"), 1'500'000);
  EXPECT_EQ(parse_duration_ns("0.000000001s"), 1);
  EXPECT_EQ(parse_duration_ns("30d"), 2'592'000'000'000'000);
  EXPECT_EQ(parse_duration_ns("-2s"), -2'000'000'000);
  EXPECT_EQ(parse_duration_ns("1.50000000000s"), 1'500'000'000);
  EXPECT_EQ(parse_rate_millitasks_per_s("0.001/s"), 1);
  EXPECT_EQ(parse_size_bytes("1.5KiB"), 1536);
  EXPECT_EQ(parse_byte_rate_per_s("2MB/s"), 2'000'000);
  EXPECT_EQ(parse_percent_ppm("12.3456%"), 123'456);
  EXPECT_EQ(parse_integer("9223372036854775807"), std::numeric_limits<std::int64_t>::max());
}

TEST(Values, RefuseWhatIsNotOne) {
  for (const char* text : {"", "s", "-", "-s", "1", ".5s", "5.s", "1.2.3s", "1 s", "0x5s", "+1s",
                           "1_000s", "1,5s", "s5", "1S"}) {
    EXPECT_FALSE(parse_duration_ns(text).has_value()) << text;
  }
  EXPECT_FALSE(parse_integer("9223372036854775808").has_value());
  EXPECT_FALSE(parse_rate_millitasks_per_s("0.0001/s").has_value());
  EXPECT_FALSE(parse_size_bytes("0.3B").has_value());
}

TEST(Values, BoundsAreMillionthsOfTheUnit) {
  EXPECT_EQ(parse_bound_millionths(Unit::kSeconds, "250ms"), 250'000);
  EXPECT_FALSE(parse_bound_millionths(Unit::kSeconds, "1ns").has_value());
  EXPECT_EQ(parse_bound_millionths(Unit::kShare, "99%"), 990'000);
  EXPECT_EQ(parse_bound_millionths(Unit::kPerSecond, "50/s"), 50'000'000);
  EXPECT_EQ(parse_bound_millionths(Unit::kCount, "1.5"), 1'500'000);
  EXPECT_EQ(parse_bound_millionths(Unit::kDollars, "-3"), -3'000'000);
}

TEST(Values, AreWrittenShort) {
  EXPECT_EQ(duration_text(0), "0s");
  EXPECT_EQ(duration_text(1'500'000), "1500us");
  EXPECT_EQ(duration_text(90'000'000'000), "90s");
  EXPECT_EQ(duration_text(-3'600'000'000'000), "-1h");
  EXPECT_EQ(rate_text(500), "0.5/s");
  EXPECT_EQ(rate_text(50'000), "50/s");
  EXPECT_EQ(size_text(1536), "1536B");
  EXPECT_EQ(size_text(1LL << 30), "1GiB");
  EXPECT_EQ(percent_text(1), "0.0001%");
  EXPECT_EQ(percent_text(-800'000), "-80%");
}

}  // namespace
}  // namespace scenario
