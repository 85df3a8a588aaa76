// Numbers as a reason shows them; no locale has a say in it.
#pragma once

#include <cstdint>
#include <string>

namespace rollout {

// Parts of 10,000: 250 -> "2.5 %".
[[nodiscard]] std::string percent_text(std::uint64_t parts);
// "12/200 (6 %)"
[[nodiscard]] std::string share_text(std::uint64_t some, std::uint64_t all);
// "4.9"
[[nodiscard]] std::string tenths_text(double value);
// A factor of evidence from its natural logarithm: "20", "1200000", "0.05".
[[nodiscard]] std::string factor_text(double logarithm);

}  // namespace rollout
