// Text that strangers wrote, made safe for a page, and numbers made readable.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "scenario/metrics.h"

namespace report {

// For text and for quoted attributes. What is no UTF-8, and control characters, become U+FFFD.
[[nodiscard]] std::string escaped(std::string_view text);

// As it is, but for bytes that are no UTF-8, which become U+FFFD.
[[nodiscard]] std::string valid_text(std::string_view text);

// At most nine significant digits, the same in every locale; not finite: null.
[[nodiscard]] std::string nine_digits(double value);
// 16 hexadecimal digits.
[[nodiscard]] std::string hex16(std::uint64_t value);
// Four significant digits and a unit that keeps them short: "41.2 ms", "99.7 %", "50 /s", "∞".
[[nodiscard]] std::string with_unit(double value, scenario::Unit unit);

// For a picture: one decimal, the same in every locale.
[[nodiscard]] std::string coordinate(double value);

// As one word of a shell, quoted where it must be.
[[nodiscard]] std::string shell_word(std::string_view text);

// A page in the making: what is ours goes in as it is, what is not is escaped.
class Markup {
 public:
  Markup& html(std::string_view trusted) {
    text_ += trusted;
    return *this;
  }
  Markup& text(std::string_view stranger) {
    text_ += escaped(stranger);
    return *this;
  }
  Markup& number(std::uint64_t value) {
    text_ += std::to_string(value);
    return *this;
  }
  [[nodiscard]] const std::string& str() const { return text_; }

 private:
  std::string text_;
};

// One word, such as a verdict, as a coloured label.
void add_badge(Markup& page, std::string_view word);

}  // namespace report
