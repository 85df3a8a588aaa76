// How much runs of the same thing differ by luck.
#pragma once

#include <vector>

#include "num/stream.h"

namespace lab {

// What the means of random halves of the same runs differ by, 19 times of 20, for samples of the
// whole size (patterns.md A18); 0 of fewer than two. REQUIRES finite values.
[[nodiscard]] double noise_of(const std::vector<double>& values, num::Stream stream);

}  // namespace lab
