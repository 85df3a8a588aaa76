// The capacity of metrics.md: the largest rate that is served well, by bisection.
#pragma once

#include <cstdint>
#include <functional>

#include "core/result.h"

namespace lab {

// Whether this rate, in thousandths of a task per second, is served well.
using Served = std::function<core::Result<bool>(std::int64_t rate)>;

// Doubles or halves `guess` until it has a rate that is served and a greater one that is not, then
// bisects until they differ by at most 5 %; returns the one that is served, or 0 where not even a
// thousandth of `guess` is. REQUIRES: guess > 0; at 64 times `guess` the search ends.
core::Result<std::int64_t> largest_rate(std::int64_t guess, const Served& served);

}  // namespace lab
