#include "stats/signed_rank.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <vector>

#include "core/check.h"
#include "num/math.h"

namespace stats {
namespace {

struct Ranked {
  std::vector<std::uint64_t> doubled;  // twice the mid-rank of each difference's size
  double tie_term = 0;
};

Ranked rank(const std::vector<double>& sizes) {
  std::vector<std::size_t> order(sizes.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, [&](std::size_t x, std::size_t y) { return sizes[x] < sizes[y]; });
  Ranked ranked;
  ranked.doubled.resize(sizes.size());
  for (std::size_t first = 0; first < order.size();) {
    std::size_t last = first;
    while (last < order.size() && sizes[order[last]] == sizes[order[first]]) {
      ++last;
    }
    for (std::size_t i = first; i < last; ++i) {
      ranked.doubled[order[i]] = first + 1 + last;
    }
    const auto ties = static_cast<double>(last - first);
    ranked.tie_term += ties * ties * ties - ties;
    first = last;
  }
  return ranked;
}

// The share of all choices of signs whose sum is at least as far from the mean as `sum` is. Below
// 2^53 choices every count is exact.
double exact_p(const std::vector<std::uint64_t>& ranks, std::uint64_t sum) {
  const std::uint64_t total = std::accumulate(ranks.begin(), ranks.end(), std::uint64_t{0});
  std::vector<double> ways(total + 1);
  ways[0] = 1;
  for (const std::uint64_t one : ranks) {
    for (std::uint64_t s = total; s >= one; --s) {
      ways[s] += ways[s - one];
    }
  }
  const auto distance = [&](std::uint64_t s) {
    return 2 * s > total ? 2 * s - total : total - 2 * s;
  };
  double all = 0;
  double extreme = 0;
  for (std::uint64_t s = 0; s <= total; ++s) {
    all += ways[s];
    extreme += distance(s) >= distance(sum) ? ways[s] : 0;
  }
  return extreme / all;
}

double normal_p(double w, double n, double tie_term) {
  const double variance = n * (n + 1) * (2 * n + 1) / 24 - tie_term / 48;
  const double distance = std::max(0.0, std::abs(w - n * (n + 1) / 4) - 0.5);
  return variance > 0 ? std::min(1.0, 2 * num::normal_cdf(-distance / num::sqrt(variance))) : 1;
}

}  // namespace

SignedRank signed_rank(std::span<const double> differences) {
  std::vector<double> sizes;
  std::vector<bool> positive;
  for (const double difference : differences) {
    core::check(!std::isnan(difference), "a comparison is of numbers");
    if (difference != 0) {
      sizes.push_back(std::abs(difference));
      positive.push_back(difference > 0);
    }
  }
  SignedRank result;
  result.exact = sizes.size() <= kExactDifferences;
  if (sizes.empty()) {
    return result;
  }
  const Ranked ranked = rank(sizes);
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    sum += positive[i] ? ranked.doubled[i] : 0;
  }
  result.w = static_cast<double>(sum) / 2;
  result.p_two_sided = result.exact
                           ? exact_p(ranked.doubled, sum)
                           : normal_p(result.w, static_cast<double>(sizes.size()), ranked.tie_term);
  return result;
}

}  // namespace stats
