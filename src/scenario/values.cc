#include "values.h"

#include <array>
#include <span>
#include <utility>

#include "characters.h"
#include "source.h"

namespace scenario {
namespace {

struct UnitName {
  std::string_view name;
  std::int64_t scale = 1;  // in the smallest unit
};

constexpr std::int64_t kSecondNs = 1'000'000'000;
constexpr std::array<UnitName, 7> kDurations{{{"ns", 1},
                                              {"us", 1'000},
                                              {"ms", 1'000'000},
                                              {"s", kSecondNs},
                                              {"min", 60 * kSecondNs},
                                              {"h", 3'600 * kSecondNs},
                                              {"d", 86'400 * kSecondNs}}};
constexpr std::array<UnitName, 7> kSizes{{{"B", 1},
                                          {"KiB", 1LL << 10},
                                          {"MiB", 1LL << 20},
                                          {"GiB", 1LL << 30},
                                          {"KB", 1'000},
                                          {"MB", 1'000'000},
                                          {"GB", 1'000'000'000}}};
constexpr std::array<UnitName, 7> kByteRates{{{"B/s", 1},
                                              {"KiB/s", 1LL << 10},
                                              {"MiB/s", 1LL << 20},
                                              {"GiB/s", 1LL << 30},
                                              {"KB/s", 1'000},
                                              {"MB/s", 1'000'000},
                                              {"GB/s", 1'000'000'000}}};
constexpr std::array<UnitName, 1> kRates{{{"/s", 1'000}}};
constexpr std::array<UnitName, 1> kPercents{{{"%", 10'000}}};
constexpr std::array<UnitName, 1> kPlain{{{"", 1}}};
constexpr std::array<UnitName, 1> kMillionths{{{"", 1'000'000}}};

constexpr std::string_view kDurationForm =
    "a duration; write a number and ns, us, ms, s, min, h or d, like 300ms";
constexpr std::string_view kRateForm = "a rate; write tasks per second, like 50/s";
constexpr std::string_view kSizeForm =
    "a size; write a number and B, KiB, MiB or GiB (KB, MB, GB for powers of ten), like 1GiB";
constexpr std::string_view kByteRateForm = "bytes per second; write a size and /s, like 10MiB/s";
constexpr std::string_view kPercentForm = "a percentage; write a number and %, like 80%";
constexpr std::string_view kIntegerForm = "a whole number; write digits only, like 5";
constexpr std::string_view kNumberForm = "a number; write digits, like 5 or 1.5";

std::unexpected<std::string> not_a(std::string_view text, std::string_view form) {
  return std::unexpected("is " + quote(text) + ", which is not " + std::string(form));
}

std::unexpected<std::string> too_large(std::string_view text) {
  return std::unexpected("is " + quote(text) + ", which is too large; use a smaller number");
}

// mantissa / 10^decimals
struct Decimal {
  std::int64_t mantissa = 0;
  std::uint32_t decimals = 0;
};

// Takes digits off the front of `rest`; false where there is no digit or too many for 64 bits.
bool take_digits(std::string_view& rest, Decimal& number, bool fraction) {
  bool any = false;
  while (!rest.empty() && is_digit(rest.front())) {
    if (__builtin_mul_overflow(number.mantissa, 10, &number.mantissa) ||
        __builtin_add_overflow(number.mantissa, rest.front() - '0', &number.mantissa)) {
      return false;
    }
    number.decimals += fraction ? 1 : 0;
    rest.remove_prefix(1);
    any = true;
  }
  return any;
}

Parsed<std::int64_t> scaled(std::string_view text, Decimal number, std::int64_t scale) {
  while (number.decimals > 0 && number.mantissa % 10 == 0) {
    number.mantissa /= 10;
    --number.decimals;
  }
  while (number.decimals > 0 && scale % 10 == 0) {
    scale /= 10;
    --number.decimals;
  }
  std::int64_t value = 0;
  if (__builtin_mul_overflow(number.mantissa, scale, &value)) {
    return too_large(text);
  }
  for (; number.decimals > 0; --number.decimals) {
    if (value % 10 != 0) {
      return std::unexpected("is " + quote(text) + ", which is finer than can be kept; round it");
    }
    value /= 10;
  }
  return value;
}

Parsed<std::int64_t> parse(std::string_view text, std::span<const UnitName> units, bool fractions,
                           std::string_view form) {
  std::string_view rest = text;
  const bool negative = rest.starts_with('-');
  rest.remove_prefix(negative ? 1 : 0);
  Decimal number;
  const bool starts_with_digit = !rest.empty() && is_digit(rest.front());
  if (!starts_with_digit) {
    return not_a(text, form);
  }
  if (!take_digits(rest, number, false)) {
    return too_large(text);
  }
  if (fractions && rest.size() > 1 && rest[0] == '.' && is_digit(rest[1])) {
    rest.remove_prefix(1);
    if (!take_digits(rest, number, true)) {
      return std::unexpected("is " + quote(text) + ", which has too many digits; round it");
    }
  }
  for (const UnitName& unit : units) {
    if (rest == unit.name) {
      Parsed<std::int64_t> value = scaled(text, number, unit.scale);
      if (value && negative) {
        value = -*value;
      }
      return value;
    }
  }
  return not_a(text, form);
}

std::string largest_unit(std::int64_t value, std::span<const UnitName> units) {
  UnitName best = units.front();
  for (const UnitName& unit : units) {
    if (value % unit.scale == 0 && unit.scale > best.scale) {
      best = unit;
    }
  }
  return std::to_string(value / best.scale) + std::string(best.name);
}

// value / 10^decimals without trailing zeros.
std::string decimal_text(std::int64_t value, std::uint32_t decimals) {
  const std::string sign = value < 0 ? "-" : "";
  std::string digits = std::to_string(value < 0 ? -value : value);
  if (digits.size() <= decimals) {
    digits.insert(0, decimals + 1 - digits.size(), '0');
  }
  digits.insert(digits.size() - decimals, ".");
  while (digits.back() == '0') {
    digits.pop_back();
  }
  if (digits.back() == '.') {
    digits.pop_back();
  }
  return sign + digits;
}

}  // namespace

Parsed<std::int64_t> parse_integer(std::string_view text) {
  return parse(text, kPlain, false, kIntegerForm);
}

Parsed<std::int64_t> parse_duration_ns(std::string_view text) {
  return parse(text, kDurations, true, kDurationForm);
}

Parsed<std::int64_t> parse_rate_millitasks_per_s(std::string_view text) {
  return parse(text, kRates, true, kRateForm);
}

Parsed<std::int64_t> parse_size_bytes(std::string_view text) {
  return parse(text, kSizes, true, kSizeForm);
}

Parsed<std::int64_t> parse_byte_rate_per_s(std::string_view text) {
  return parse(text, kByteRates, true, kByteRateForm);
}

Parsed<std::int64_t> parse_percent_ppm(std::string_view text) {
  return parse(text, kPercents, true, kPercentForm);
}

Parsed<bool> parse_flag(std::string_view text) {
  if (text == "true" || text == "false") {
    return text == "true";
  }
  return not_a(text, "a flag; write true or false");
}

Parsed<std::int64_t> parse_bound_millionths(Unit unit, std::string_view text) {
  switch (unit) {
    case Unit::kSeconds: {
      const Parsed<std::int64_t> ns = parse_duration_ns(text);
      if (ns && *ns % 1'000 != 0) {
        return std::unexpected("is " + quote(text) + ", which is finer than 1us; round it");
      }
      return ns ? Parsed<std::int64_t>(*ns / 1'000) : ns;
    }
    case Unit::kShare:
      return parse_percent_ppm(text);
    case Unit::kPerSecond: {
      const Parsed<std::int64_t> rate = parse_rate_millitasks_per_s(text);
      std::int64_t millionths = 0;
      if (rate && __builtin_mul_overflow(*rate, 1'000, &millionths)) {
        return too_large(text);
      }
      return rate ? Parsed<std::int64_t>(millionths) : rate;
    }
    case Unit::kCount:
    case Unit::kDollars:
      break;
  }
  return parse(text, kMillionths, true, kNumberForm);
}

std::string duration_text(std::int64_t ns) {
  return ns == 0 ? "0s" : largest_unit(ns, kDurations);
}

std::string rate_text(std::int64_t millitasks_per_s) {
  return decimal_text(millitasks_per_s, 3) + "/s";
}

std::string size_text(std::int64_t bytes) {
  return bytes == 0 ? "0B" : largest_unit(bytes, std::span(kSizes).first(4));
}

std::string percent_text(std::int64_t ppm) {
  return decimal_text(ppm, 4) + "%";
}

}  // namespace scenario
