#include "markup.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "stats/summary.h"

namespace report {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

// The length of the UTF-8 sequence at the start of `text`, or 0 where it is none: overlong forms,
// surrogates and values above U+10FFFF are none (RFC 3629, section 4).
std::size_t sequence_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) {
    return 1;
  }
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < length) {
    return 0;
  }
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0U) != 0x80) {
      return 0;
    }
  }
  const unsigned char second = byte(1);
  const bool bad = (first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F) ||
                   (first == 0xF0 && second < 0x90) || (first == 0xF4 && second > 0x8F);
  return bad ? 0 : length;
}

std::string_view escape_of(char c) {
  switch (c) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    case '\'':
      return "&#39;";
    default:
      return {};
  }
}

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && c != '\n' && c != '\t') || byte == 0x7F;
}

// Large numbers as whole ones, small ones with four digits.
std::string readable(double value) {
  constexpr double kWholeFrom = 1e3;
  constexpr double kWholeBelow = 1e15;
  const double size = std::abs(value);
  if (size >= kWholeFrom && size < kWholeBelow) {
    return std::to_string(static_cast<std::int64_t>(std::round(value)));
  }
  return stats::short_text(value);
}

// Never "100 %" of something that is less.
std::string percent(double share) {
  const std::string text = stats::short_text(share * 100);
  return share < 1 && text == "100" ? "> 99.99 %" : text + " %";
}

}  // namespace

std::string escaped(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t length = sequence_length(text);
    const std::string_view special = escape_of(text.front());
    if (length == 0 || is_control(text.front())) {
      out += kReplacement;
    } else if (!special.empty()) {
      out += special;
    } else {
      out += text.substr(0, length);
    }
    text.remove_prefix(std::max<std::size_t>(1, length));
  }
  return out;
}

std::string valid_text(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t length = sequence_length(text);
    out += length == 0 ? kReplacement : text.substr(0, length);
    text.remove_prefix(std::max<std::size_t>(1, length));
  }
  return out;
}

std::string nine_digits(double value) {
  if (!std::isfinite(value)) {
    return "null";
  }
  char digits[32];
  const auto end =
      std::to_chars(digits, digits + sizeof digits, value, std::chars_format::general, 9).ptr;
  return {digits, end};
}

std::string coordinate(double value) {
  char text[32];
  const auto end = std::to_chars(text, text + sizeof text, value, std::chars_format::fixed, 1).ptr;
  return {text, end};
}

std::string hex16(std::uint64_t value) {
  char digits[16];
  const auto end = std::to_chars(digits, digits + sizeof digits, value, 16).ptr;
  const std::string text(digits, end);
  return std::string(16 - text.size(), '0') + text;
}

std::string with_unit(double value, scenario::Unit unit) {
  if (std::isinf(value)) {
    return value > 0 ? "∞" : "-∞";
  }
  switch (unit) {
    case scenario::Unit::kSeconds:
      return std::abs(value) < 1 ? stats::short_text(value * 1e3) + " ms" : readable(value) + " s";
    case scenario::Unit::kShare:
      return percent(value);
    case scenario::Unit::kPerSecond:
      return readable(value) + " /s";
    case scenario::Unit::kDollars:
      // Cents and less count where a sum is small, as the cost of a thousand tasks is.
      return (value < 0 ? "-$" : "$") + (std::abs(value) < 10
                                             ? stats::short_text(std::abs(value))
                                             : readable(std::round(std::abs(value))));
    case scenario::Unit::kCount:
      break;
  }
  return readable(value);
}

std::string shell_word(std::string_view text) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./@-+=:,#";
  if (!text.empty() && text[0] != '#' && text.find_first_not_of(kPlain) == std::string_view::npos) {
    return std::string(text);
  }
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'') {
      quoted += "'\\''";
    } else {
      quoted += c;
    }
  }
  return quoted + "'";
}

void add_badge(Markup& page, std::string_view word) {
  page.html("<span class=\"badge ").text(word).html("\">").text(word).html("</span>");
}

}  // namespace report
