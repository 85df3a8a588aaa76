#include "market/series.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>

#include "core/check.h"

namespace market {

namespace {

constexpr std::size_t kNoColumn = static_cast<std::size_t>(-1);
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

enum Column : std::size_t { kDate, kOpen, kHigh, kLow, kClose, kVolume, kAdjusted, kColumns };
constexpr std::array<std::string_view, kColumns> kColumnNames = {
    "date", "open", "high", "low", "close", "volume", "adj_close"};
constexpr std::size_t kRequiredColumns = 5;

struct Header {
  std::array<std::size_t, kColumns> at{};
  std::size_t width = 0;
};

std::string quoted(std::string_view text) {
  constexpr std::size_t kShown = 40;
  std::string shown = "'";
  for (const char letter : text.substr(0, kShown)) {
    shown += letter >= ' ' && letter <= '~' ? letter : '?';
  }
  return shown + (text.size() > kShown ? "…'" : "'");
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) {
    text.remove_prefix(1);
  }
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) {
    text.remove_suffix(1);
  }
  return text;
}

std::vector<std::string_view> split(std::string_view line) {
  std::vector<std::string_view> fields;
  while (true) {
    const std::size_t comma = line.find(',');
    fields.push_back(trimmed(line.substr(0, comma)));
    if (comma == std::string_view::npos) {
      return fields;
    }
    line.remove_prefix(comma + 1);
  }
}

// "Adj Close" and "adj_close" are one name.
std::string plain_name(std::string_view name) {
  std::string plain;
  for (const char letter : name) {
    const bool upper = letter >= 'A' && letter <= 'Z';
    plain += letter == ' ' ? '_' : upper ? static_cast<char>(letter - 'A' + 'a') : letter;
  }
  return plain;
}

bool is_digit(char letter) {
  return letter >= '0' && letter <= '9';
}

std::optional<std::uint64_t> parse_count(std::string_view text) {
  constexpr std::size_t kMostDigits = 18;
  if (text.empty() || text.size() > kMostDigits) {
    return std::nullopt;
  }
  std::uint64_t value = 0;
  for (const char letter : text) {
    if (!is_digit(letter)) {
      return std::nullopt;
    }
    value = value * 10 + static_cast<std::uint64_t>(letter - '0');
  }
  return value;
}

// A decimal in millionths of a dollar, rounded half away from zero at the seventh decimal; the
// digits never pass through a double.
std::optional<std::int64_t> parse_micros(std::string_view text) {
  constexpr std::size_t kMostWholeDigits = 12;
  constexpr std::size_t kDecimals = 6;
  constexpr std::size_t kMostDecimals = 30;
  const bool negative = !text.empty() && text.front() == '-';
  if (negative) {
    text.remove_prefix(1);
  }
  const std::size_t point = text.find('.');
  const std::string_view whole = text.substr(0, point);
  const std::string_view part =
      point == std::string_view::npos ? std::string_view{} : text.substr(point + 1);
  if (whole.empty() || whole.size() > kMostWholeDigits || part.size() > kMostDecimals ||
      (point != std::string_view::npos && part.empty()) ||
      !std::all_of(whole.begin(), whole.end(), is_digit) ||
      !std::all_of(part.begin(), part.end(), is_digit)) {
    return std::nullopt;
  }
  std::int64_t micros = 0;
  for (const char letter : whole) {
    micros = micros * 10 + (letter - '0');
  }
  for (std::size_t i = 0; i < kDecimals; ++i) {
    micros = micros * 10 + (i < part.size() ? part[i] - '0' : 0);
  }
  if (part.size() > kDecimals && part[kDecimals] >= '5') {
    ++micros;
  }
  return negative ? -micros : micros;
}

int days_in(std::int32_t year, int month) {
  constexpr std::array<int, 12> kDays = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return month == 2 && leap ? 29 : kDays[static_cast<std::size_t>(month - 1)];
}

std::optional<Date> parse_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') {
    return std::nullopt;
  }
  const auto year = parse_count(text.substr(0, 4));
  const auto month = parse_count(text.substr(5, 2));
  const auto day = parse_count(text.substr(8, 2));
  if (!year || !month || !day || *year == 0 || *month < 1 || *month > 12 || *day < 1 ||
      *day > static_cast<std::uint64_t>(
                 days_in(static_cast<std::int32_t>(*year), static_cast<int>(*month)))) {
    return std::nullopt;
  }
  return Date{static_cast<std::int32_t>(*year), static_cast<std::uint8_t>(*month),
              static_cast<std::uint8_t>(*day)};
}

// Reads line by line; every error names the file and the line.
class SeriesParser {
 public:
  SeriesParser(std::string_view text, std::string_view file, Money tick)
      : rest_(text), file_(file), tick_(tick) {}

  core::Result<Series> parse() {
    if (rest_.size() > kMaximumSeriesBytes) {
      return refuse("the file is above " + std::to_string(kMaximumSeriesBytes) +
                    " bytes: split it or leave columns out");
    }
    if (rest_.starts_with(kByteOrderMark)) {
      rest_.remove_prefix(kByteOrderMark.size());
    }
    const auto first = TRY(next_line());
    if (!first || trimmed(*first).empty()) {
      return refuse(
          "the file is empty: the first line must name the columns "
          "date,open,high,low,close");
    }
    const Header header = TRY(parse_header(*first));
    Series series;
    series.tick = tick_;
    while (const auto line = TRY(next_line())) {
      if (line->empty() && rest_.empty()) {
        break;
      }
      const Bar bar = TRY(parse_bar(header, *line));
      if (!series.bars.empty() && bar.date <= series.bars.back().date) {
        return refuse("date " + bar.date.text() + " comes after " + series.bars.back().date.text() +
                      ": sort the lines and keep each date once");
      }
      series.bars.push_back(bar);
    }
    if (series.bars.empty()) {
      return refuse("there is no bar below the column names");
    }
    series.provenance = {Provenance::Kind::kReal, std::string(file_), series.bars.front().date,
                         series.bars.back().date, 0};
    return series;
  }

 private:
  [[nodiscard]] std::unexpected<core::Error> refuse(const std::string& reason) const {
    return core::fail(
        core::Code::kInvalid,
        std::string(file_) + ":" + std::to_string(std::max<std::size_t>(1, line_)) + ": " + reason);
  }

  // Nothing at the end of the text.
  core::Result<std::optional<std::string_view>> next_line() {
    if (rest_.empty()) {
      return std::nullopt;
    }
    ++line_;
    const std::size_t end = rest_.find('\n');
    std::string_view line = rest_.substr(0, end);
    rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
    if (line.ends_with('\r')) {
      line.remove_suffix(1);
    }
    if (line.size() > kMaximumSeriesLineBytes) {
      return refuse("the line is above " + std::to_string(kMaximumSeriesLineBytes) + " bytes");
    }
    return line;
  }

  core::Result<Header> parse_header(std::string_view line) {
    Header header;
    header.at.fill(kNoColumn);
    std::set<std::string> seen;
    for (const std::string_view field : split(line)) {
      const std::string name = plain_name(field);
      if (!seen.insert(name).second) {
        return refuse("column " + quoted(field) + " appears twice");
      }
      const auto* const known = std::find(kColumnNames.begin(), kColumnNames.end(), name);
      if (known != kColumnNames.end()) {
        header.at[static_cast<std::size_t>(known - kColumnNames.begin())] = header.width;
      }
      ++header.width;
    }
    for (std::size_t column = 0; column < kRequiredColumns; ++column) {
      if (header.at[column] == kNoColumn) {
        return refuse("column '" + std::string(kColumnNames[column]) +
                      "' is missing: needed are date,open,high,low,close");
      }
    }
    return header;
  }

  core::Result<Price> parse_price(Column column, std::string_view text) {
    const std::string name(kColumnNames[column]);
    const auto micros = parse_micros(text);
    if (!micros) {
      return refuse(name + " " + quoted(text) + " is not a number");
    }
    if (*micros <= 0) {
      return refuse(name + " " + quoted(text) + " is not above zero");
    }
    const Price price{(*micros + tick_.micros / 2) / tick_.micros};
    if (price.ticks == 0 || price.ticks > kMaximumTicks) {
      return refuse(name + " " + quoted(text) + " is not within 1.." +
                    std::to_string(kMaximumTicks) + " ticks of " + std::to_string(tick_.micros) +
                    " micro-dollars");
    }
    return price;
  }

  core::Result<Bar> parse_bar(const Header& header, std::string_view line) {
    const auto fields = split(line);
    if (fields.size() != header.width) {
      return refuse("the line has " + std::to_string(fields.size()) +
                    " fields, the column names are " + std::to_string(header.width));
    }
    const auto date = parse_date(fields[header.at[kDate]]);
    if (!date) {
      return refuse("date " + quoted(fields[header.at[kDate]]) + " is not a day as YYYY-MM-DD");
    }
    Bar bar;
    bar.date = *date;
    bar.open = TRY(parse_price(kOpen, fields[header.at[kOpen]]));
    bar.high = TRY(parse_price(kHigh, fields[header.at[kHigh]]));
    bar.low = TRY(parse_price(kLow, fields[header.at[kLow]]));
    bar.close = TRY(parse_price(kClose, fields[header.at[kClose]]));
    if (bar.high < bar.low) {
      return refuse("high " + quoted(fields[header.at[kHigh]]) + " is below low " +
                    quoted(fields[header.at[kLow]]));
    }
    for (const Column column : {kOpen, kClose}) {
      const Price price = column == kOpen ? bar.open : bar.close;
      if (price.ticks > bar.high.ticks + 1 || price.ticks < bar.low.ticks - 1) {
        return refuse(std::string(kColumnNames[column]) + " " + quoted(fields[header.at[column]]) +
                      " lies outside low " + quoted(fields[header.at[kLow]]) + " and high " +
                      quoted(fields[header.at[kHigh]]));
      }
    }
    // What the source rounded apart belongs to the range again.
    bar.high = std::max({bar.high, bar.open, bar.close});
    bar.low = std::min({bar.low, bar.open, bar.close});
    if (header.at[kVolume] != kNoColumn) {
      const auto volume = parse_count(fields[header.at[kVolume]]);
      if (!volume) {
        return refuse("volume " + quoted(fields[header.at[kVolume]]) + " is not a count of shares");
      }
      bar.volume = *volume;
    }
    if (header.at[kAdjusted] != kNoColumn && !parse_micros(fields[header.at[kAdjusted]])) {
      return refuse("adj_close " + quoted(fields[header.at[kAdjusted]]) + " is not a number");
    }
    return bar;
  }

  std::string_view rest_;
  std::string_view file_;
  Money tick_;
  std::size_t line_ = 0;
};

std::string padded(std::int64_t value, std::size_t width) {
  std::string text = std::to_string(value);
  return std::string(text.size() < width ? width - text.size() : 0, '0') + text;
}

}  // namespace

std::string Date::text() const {
  return padded(year, 4) + "-" + padded(month, 2) + "-" + padded(day, 2);
}

std::string Provenance::text() const {
  if (kind == Kind::kReal) {
    return "real(" + file + ", " + first.text() + ".." + last.text() + ")";
  }
  return "synthetic(fit of " + file + ", " + std::to_string(seed) + ")";
}

core::Result<Series> parse_series(std::string_view text, std::string_view file, Money tick) {
  core::check(tick.micros > 0, "a tick is worth something");
  return SeriesParser(text, file, tick).parse();
}

}  // namespace market
