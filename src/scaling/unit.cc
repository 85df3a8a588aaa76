#include "scaling/unit.h"

#include "core/text.h"

namespace scaling {

std::string_view name_of(Unit unit) {
  switch (unit) {
    case Unit::kTasks:
      return "tasks";
    case Unit::kTasksPerSecond:
      return "tasks_per_second";
    case Unit::kFraction:
      return "fraction";
    case Unit::kPercent:
      return "percent";
    case Unit::kMilliseconds:
      return "milliseconds";
    case Unit::kVolatilityFractionAYear:
      return "volatility_fraction_a_year";
    case Unit::kVolatilityPercentAYear:
      return "volatility_percent_a_year";
    case Unit::kVolatilityFractionABar:
      return "volatility_fraction_a_bar";
  }
  return "unknown";
}

std::optional<Unit> unit_named(std::string_view name) {
  for (std::uint8_t value = 0; value <= static_cast<std::uint8_t>(last_value(Unit{})); ++value) {
    if (name_of(static_cast<Unit>(value)) == name) {
      return static_cast<Unit>(value);
    }
  }
  return std::nullopt;
}

std::string text_of(const Quantity& quantity) {
  return core::decimal_text(quantity.thousandths, 3) + " " + std::string(name_of(quantity.unit));
}

}  // namespace scaling
