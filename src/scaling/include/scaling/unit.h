// Quantities that know their unit, so that a metric is never compared with a target of another one:
// a utilisation in percent against a target as a fraction scales up for ever.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/fields.h"

namespace scaling {

enum class Unit : std::uint8_t {
  kTasks,                    // tasks in the system: in service or waiting
  kTasksPerSecond,           //
  kFraction,                 // 0 to 1
  kPercent,                  // 0 to 100
  kMilliseconds,             //
  kVolatilityFractionAYear,  // realised volatility, annualised: 0.25
  kVolatilityPercentAYear,   // index points, as the VIX is quoted: 25
  kVolatilityFractionABar,   // deviation of the returns of one bar, not annualised
};
constexpr Unit last_value(Unit) {
  return Unit::kVolatilityFractionABar;
}
// "tasks", "tasks_per_second", "fraction", "percent", "milliseconds", "volatility_fraction_a_year",
// "volatility_percent_a_year", "volatility_fraction_a_bar"
[[nodiscard]] std::string_view name_of(Unit unit);
// The unit of that name; none if there is no such unit.
[[nodiscard]] std::optional<Unit> unit_named(std::string_view name);

// In thousandths of its unit: 25.3 index points are 25'300.
struct Quantity {
  std::int64_t thousandths = 0;
  Unit unit = Unit::kTasks;
  MUSTER_FIELDS(Quantity, thousandths, unit)
};
// "25.3 volatility_percent_a_year"
[[nodiscard]] std::string text_of(const Quantity& quantity);

}  // namespace scaling
