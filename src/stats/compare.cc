#include "stats/compare.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>

#include "core/check.h"
#include "num/math.h"

namespace stats {
namespace {

// Twice the mid-ranks of all values, a's before b's: integers, ties or not.
std::vector<std::uint64_t> doubled_ranks(std::span<const double> a, std::span<const double> b,
                                         double& tie_term) {
  std::vector<double> values(a.begin(), a.end());
  values.insert(values.end(), b.begin(), b.end());
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t x, std::size_t y) { return values[x] < values[y]; });
  std::vector<std::uint64_t> ranks(values.size());
  tie_term = 0;
  for (std::size_t first = 0; first < order.size();) {
    std::size_t last = first;
    while (last < order.size() && values[order[last]] == values[order[first]]) {
      ++last;
    }
    for (std::size_t i = first; i < last; ++i) {
      ranks[order[i]] = first + 1 + last;  // (first + 1) and last are the ranks' ends
    }
    const auto ties = static_cast<double>(last - first);
    tie_term += ties * ties * ties - ties;
    first = last;
  }
  return ranks;
}

// The share of all ways to pick `picked` of the ranks whose sum is at least as far from its mean as
// `sum` is. Counts stay exact: there are fewer than 2^53 ways for kExactValues values.
double exact_p(const std::vector<std::uint64_t>& ranks, std::size_t picked, std::uint64_t sum) {
  const std::uint64_t total = std::accumulate(ranks.begin(), ranks.end(), std::uint64_t{0});
  std::vector<std::vector<double>> ways(picked + 1, std::vector<double>(total + 1));
  ways[0][0] = 1;
  for (const std::uint64_t rank : ranks) {
    for (std::size_t count = picked; count > 0; --count) {
      for (std::uint64_t s = total; s >= rank; --s) {
        ways[count][s] += ways[count - 1][s - rank];
      }
    }
  }
  // Distances from the mean, times the number of ranks, so that they are integers.
  const auto distance = [&](std::uint64_t s) {
    const std::uint64_t scaled = s * ranks.size();
    const std::uint64_t mean = total * picked;
    return scaled > mean ? scaled - mean : mean - scaled;
  };
  double all = 0;
  double extreme = 0;
  for (std::uint64_t s = 0; s <= total; ++s) {
    all += ways[picked][s];
    extreme += distance(s) >= distance(sum) ? ways[picked][s] : 0;
  }
  return extreme / all;
}

double normal_p(double u, double n, double m, double tie_term) {
  const double count = n + m;
  const double variance = n * m / 12 * (count + 1 - tie_term / (count * (count - 1)));
  const double distance = std::max(0.0, std::abs(u - n * m / 2) - 0.5);
  return variance > 0 ? std::min(1.0, 2 * num::normal_cdf(-distance / num::sqrt(variance))) : 1;
}

}  // namespace

MannWhitney mann_whitney(std::span<const double> a, std::span<const double> b) {
  core::check(!a.empty() && !b.empty(), "a comparison is of two samples");
  for (const std::span<const double> sample : {a, b}) {
    for (const double value : sample) {
      core::check(!std::isnan(value), "a comparison is of numbers");
    }
  }
  double tie_term = 0;
  const std::vector<std::uint64_t> ranks = doubled_ranks(a, b, tie_term);
  const auto end_of_a = ranks.begin() + static_cast<std::ptrdiff_t>(a.size());
  const std::uint64_t sum = std::accumulate(ranks.begin(), end_of_a, std::uint64_t{0});
  const auto n = static_cast<double>(a.size());
  const auto m = static_cast<double>(b.size());
  MannWhitney result;
  result.u = static_cast<double>(sum) / 2 - n * (n + 1) / 2;
  result.superiority = result.u / (n * m);
  result.exact = ranks.size() <= kExactValues;
  result.p_two_sided =
      result.exact ? exact_p(ranks, a.size(), sum) : normal_p(result.u, n, m, tie_term);
  return result;
}

std::vector<double> holm(std::span<const double> p_values) {
  std::vector<std::size_t> order(p_values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t x, std::size_t y) { return p_values[x] < p_values[y]; });
  std::vector<double> adjusted(p_values.size());
  double highest = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    const double p = p_values[order[i]];
    core::check(p >= 0 && p <= 1, "a p-value lies between 0 and 1");
    highest = std::max(highest, std::min(1.0, p * static_cast<double>(order.size() - i)));
    adjusted[order[i]] = highest;
  }
  return adjusted;
}

}  // namespace stats
