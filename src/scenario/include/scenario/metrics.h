// The catalogue of metrics: the only names that checks may use and that reports print.
//
// One definition for every world. What does not apply to a run (the failover time of a run without
// failover) has no value there; it is never zero. What was due in a run and did not come (the
// recovery of a fault that acted, the p99 of a run that lost 2 % of its tasks) is infinite: beyond
// every bound, and so is the mean of all runs of which it is one.
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
// infinite.
bool may_exceed_deadline(std::string_view metric);

// In place of an infinite value: "> deadline" for such a percentile, "never" for what was waited
// for, else "infinite".
std::string_view text_of_infinite(std::string_view metric);

}  // namespace scenario
