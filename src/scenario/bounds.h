// Ranges that several keys share, in the smallest units: nanoseconds, bytes, elements.
#pragma once

#include <cstdint>

namespace scenario {

inline constexpr std::int64_t kUs = 1'000;
inline constexpr std::int64_t kMs = 1'000'000;
inline constexpr std::int64_t kSecond = 1'000'000'000;
inline constexpr std::int64_t kHour = 3'600 * kSecond;
inline constexpr std::int64_t kDays30 = 30 * 24 * kHour;
inline constexpr std::int64_t kTebibyte = 1LL << 40;
inline constexpr std::int64_t kTrillion = 1'000'000'000'000;
inline constexpr std::int64_t kListMost = 1'000;
inline constexpr std::int64_t kPathMost = 255;
inline constexpr std::int64_t kTextMost = 2'000;

}  // namespace scenario
