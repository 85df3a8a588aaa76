// What the test suite that Muster replaces published for each pattern.
#pragma once

#include <string_view>

namespace report {

// As its table of results has them. None of it was measured: a trade was a timer of 500 to 1500 ms
// and a draw with p = 0.9, no message was routed and no fault was injected.
struct Published {
  std::string_view pattern;  // the beginning of the pattern's title, as Muster has it
  std::string_view reliability;
  std::string_view latency;  // mean
  std::string_view spof;
  std::string_view recovery;
  std::string_view total_recovery;
};

inline constexpr std::string_view kNotMeasured = "not measured (constants and random draws)";

// Null where it had no such pattern.
[[nodiscard]] const Published* find_published(std::string_view pattern);

// What the pattern is, in a sentence or two; empty for one that we do not know.
[[nodiscard]] std::string_view meaning_of_pattern(std::string_view pattern);

}  // namespace report
