// Realised volatility, annualised by the period of the bars and never by virtual time: a daily bar
// is a day even if the run shows it within two seconds.
#pragma once

#include <span>

#include "core/time.h"
#include "market/series.h"

namespace market {

// Bars of this period in a trading year: 252 days of 6.5 hours for a day and below, 365.25 calendar
// days above. REQUIRES a positive period.
[[nodiscard]] double bars_per_year(core::Duration bar);

// Sample deviation (n - 1) of the logarithmic returns between successive prices, times
// sqrt(bars_per_year). 0.25 is 25 % a year. 0 for fewer than three prices. REQUIRES positive
// prices.
[[nodiscard]] double realised_volatility(std::span<const Price> prices, core::Duration bar);
[[nodiscard]] double realised_volatility(const Series& series, core::Duration bar);

}  // namespace market
