// The catalogue of metrics: the only names that checks may use and that reports print.
//
// One definition for every world. A metric that does not exist for a run (the p99 of a run that
// lost 2 % of its tasks, the failover time of a run without failover) has no value there; it is
// never zero.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace scenario {

// Of a metric's value, and of a check's bound: "1s", "90%", "50/s", "12", "-300".
enum class Unit : std::uint8_t { kSeconds, kShare, kPerSecond, kCount, kDollars };
enum class Better : std::uint8_t { kHigher, kLower };

constexpr Unit last_value(Unit) {
  return Unit::kDollars;
}
constexpr Better last_value(Better) {
  return Better::kLower;
}
std::string_view name_of(Unit unit);
std::string_view name_of(Better better);

struct Metric {
  std::string_view name;
  Unit unit = Unit::kCount;
  Better better = Better::kLower;
  std::string_view meaning;  // one line
};

// In the order in which reports print them.
std::span<const Metric> metrics();
// Null where there is none of that name.
const Metric* find_metric(std::string_view name);

// Whether it is a percentile over all offered tasks, of which a late or failed one counts as
// infinite: where it falls on such a task a run does not have it, and reads "> deadline".
bool may_exceed_deadline(std::string_view metric);

}  // namespace scenario
