#include "noise.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "stats/summary.h"

namespace lab {
namespace {

constexpr std::size_t kSplits = 400;

using Place = std::vector<double>::const_iterator;

double mean_between(Place first, Place last) {
  return std::accumulate(first, last, 0.0) / static_cast<double>(last - first);
}

}  // namespace

double noise_of(const std::vector<double>& values, num::Stream stream) {
  std::vector<double> differences;
  std::vector<double> drawn = values;
  const std::size_t half = drawn.size() / 2;
  for (std::size_t split = 0; split < kSplits && half > 0; ++split) {
    for (std::size_t i = 0; i + 1 < drawn.size(); ++i) {
      std::swap(drawn[i], drawn[i + stream.below(drawn.size() - i)]);
    }
    const auto middle = drawn.begin() + static_cast<std::ptrdiff_t>(half);
    differences.push_back(
        std::abs(mean_between(drawn.begin(), middle) -
                 mean_between(middle, middle + static_cast<std::ptrdiff_t>(half))));
  }
  // Halves scatter by the square root of two more than wholes.
  return differences.empty() ? 0
                             : stats::quantile_of(std::move(differences), 0.95) * std::sqrt(0.5);
}

}  // namespace lab
