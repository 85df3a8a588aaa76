// Latency against reliability, drawn: who is beaten by nobody in both.
#pragma once

#include <string>
#include <vector>

#include "figures.h"

namespace report {

// By row: no other row has both a p99 that is at most as large and a reliability that is at least
// as high, one of them strictly better. A row that lacks either is not on the front.
[[nodiscard]] std::vector<bool> on_front(const Across& across);

// An inline SVG in a figure; empty where fewer than two rows have both values.
[[nodiscard]] std::string pareto_svg(const Across& across);

}  // namespace report
