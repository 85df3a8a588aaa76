#include "capacity.h"

#include <algorithm>

#include "core/check.h"

namespace lab {
namespace {

constexpr std::int64_t kMostTimes = 64;
constexpr std::int64_t kLeastPart = 1'000;
constexpr std::int64_t kPrecisionPercent = 5;

}  // namespace

core::Result<std::int64_t> largest_rate(std::int64_t guess, const Served& served) {
  core::check(guess > 0, "a search begins somewhere");
  std::int64_t low = 0;
  std::int64_t high = 0;
  for (std::int64_t rate = guess; low == 0 || high == 0;) {
    (TRY(served(rate)) ? low : high) = rate;
    if (low >= guess * kMostTimes ||
        (low == 0 && rate <= std::max<std::int64_t>(1, guess / kLeastPart))) {
      return low;
    }
    rate = low == 0 ? rate / 2 : rate * 2;
  }
  while ((high - low) * 100 > low * kPrecisionPercent && high - low > 1) {
    const std::int64_t middle = low + (high - low) / 2;
    (TRY(served(middle)) ? low : high) = middle;
  }
  return low;
}

}  // namespace lab
