// Numbers with units, exactly: what a scenario writes as "300ms", "1GiB", "2.5%" or "50/s".
//
// All arithmetic is on integers. A number that is not a whole multiple of the smallest unit (1 ns,
// 1 byte, 1 ppm, 1/1000 task per second) is refused, as is one that does not fit 64 bits.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "scenario/metrics.h"

namespace scenario {

// Error: what is wrong and what to write instead, to follow a key path.
template <class T>
using Parsed = std::expected<T, std::string>;

Parsed<std::int64_t> parse_integer(std::string_view text);
Parsed<std::int64_t> parse_duration_ns(std::string_view text);
Parsed<std::int64_t> parse_rate_millitasks_per_s(std::string_view text);
Parsed<std::int64_t> parse_size_bytes(std::string_view text);
Parsed<std::int64_t> parse_byte_rate_per_s(std::string_view text);
Parsed<std::int64_t> parse_percent_ppm(std::string_view text);
Parsed<bool> parse_flag(std::string_view text);
// A check's bound, in millionths of the unit.
Parsed<std::int64_t> parse_bound_millionths(Unit unit, std::string_view text);

// The shortest way to write the value: 1500000 ns is "1500us".
std::string duration_text(std::int64_t ns);
std::string rate_text(std::int64_t millitasks_per_s);
std::string size_text(std::int64_t bytes);
std::string percent_text(std::int64_t ppm);

}  // namespace scenario
