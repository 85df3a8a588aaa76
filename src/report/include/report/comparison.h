// A comparison of two sets of runs, for people and for machines.
#pragma once

#include <string>

#include "lab/compare.h"

namespace report {

// A table of what differs, and a line of what it comes to. `all`: what does not differ, too.
[[nodiscard]] std::string comparison_text(const lab::Comparison& comparison, const lab::RunSet& a,
                                          const lab::RunSet& b, bool all);

// One line. Numbers that do not exist, such as the interval of an infinite difference, are null.
[[nodiscard]] std::string comparison_json(const lab::Comparison& comparison, const lab::RunSet& a,
                                          const lab::RunSet& b);

}  // namespace report
