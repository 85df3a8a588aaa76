// Price histories: bars of a CSV file, read strictly.
//
// Columns are named in the first line, in any order and case: date (YYYY-MM-DD), open, high, low,
// close; volume and adjusted close ("adj_close" or Yahoo's "Adj Close") may follow and any other
// named column is skipped. Prices are decimals without exponent and become ticks, rounded half up.
// Prices are taken as quoted; the adjusted close is checked to be a number and not used.
//
// Refused, with file, line and reason: what is not a number (NaN, infinity, "null"), prices that
// are zero or negative or beyond kMaximumTicks, high below low, open or close outside [low, high]
// by more than one tick, dates that do not exist, repeat or go back, a missing or double column, a
// wrong number of fields, an empty file or no bars, a line above 4,096 bytes, a text above 10 MB.
// Accepted: a UTF-8 byte order mark, CRLF line ends, a missing end of the last line.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "core/time.h"
#include "market/types.h"

namespace market {

inline constexpr std::size_t kMaximumSeriesBytes = 10'000'000;
inline constexpr std::size_t kMaximumSeriesLineBytes = 4'096;

struct Date {
  std::int32_t year = 0;
  std::uint8_t month = 0;
  std::uint8_t day = 0;
  constexpr auto operator<=>(const Date&) const = default;
  [[nodiscard]] std::string text() const;  // 2004-08-19
  MUSTER_FIELDS(Date, year, month, day)
};

struct Bar {
  Date date;
  Price open;
  Price high;
  Price low;
  Price close;
  std::uint64_t volume = 0;  // 0 when the file has none
  MUSTER_FIELDS(Bar, date, open, high, low, close, volume)
};

// Where prices come from, printed beside every instrument.
struct Provenance {
  enum class Kind : std::uint8_t { kReal, kSynthetic };
  Kind kind = Kind::kReal;
  std::string file;  // read from, or fitted to
  Date first;
  Date last;
  std::uint64_t seed = 0;  // of a synthetic one
  // "real(goog_daily.csv, 2004-08-19..2008-10-14)" or "synthetic(fit of goog_daily.csv, 7)".
  [[nodiscard]] std::string text() const;
  MUSTER_FIELDS(Provenance, kind, file, first, last, seed)
};
constexpr Provenance::Kind last_value(Provenance::Kind) {
  return Provenance::Kind::kSynthetic;
}

struct Series {
  Provenance provenance;
  Money tick{10'000};
  std::vector<Bar> bars;  // at least one, dates ascending
  MUSTER_FIELDS(Series, provenance, tick, bars)
};

// `file` is the name for messages and provenance; nothing is opened here. REQUIRES a positive tick.
[[nodiscard]] core::Result<Series> parse_series(std::string_view text, std::string_view file,
                                                Money tick = {10'000});

}  // namespace market
