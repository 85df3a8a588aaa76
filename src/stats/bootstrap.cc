#include "stats/bootstrap.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <numeric>

#include "core/check.h"
#include "num/math.h"
#include "stats/summary.h"

namespace stats {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

double evaluated(const Statistic& statistic, std::span<const std::size_t> runs) {
  const double value = statistic(runs);
  core::check(!std::isnan(value), "a bootstrapped statistic is a number");
  return value;
}

// Efron's acceleration: the skewness of the jackknife values, zero where it is undefined.
double acceleration(std::size_t runs, const Statistic& statistic) {
  std::vector<std::size_t> others(runs);
  std::iota(others.begin(), others.end(), std::size_t{0});
  others.erase(others.begin());
  std::vector<double> values;
  for (std::size_t left_out = 0; left_out < runs; ++left_out) {
    const double value = evaluated(statistic, others);
    if (std::isinf(value)) {
      return 0;
    }
    values.push_back(value);
    if (left_out + 1 < runs) {
      others[left_out] = left_out;  // the next one is left out instead
    }
  }
  const double centre =
      std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(runs);
  double squares = 0;
  double cubes = 0;
  for (const double value : values) {
    const double distance = centre - value;
    squares += distance * distance;
    cubes += distance * distance * distance;
  }
  return squares > 0 ? cubes / (6 * squares * num::sqrt(squares)) : 0;
}

// The share of the replicates below the value, ties counted half, kept off 0 and 1.
double share_below(std::span<const double> ascending, double value) {
  const auto [first, last] = std::equal_range(ascending.begin(), ascending.end(), value);
  const auto below = static_cast<double>(first - ascending.begin());
  const auto equal = static_cast<double>(last - first);
  const auto count = static_cast<double>(ascending.size());
  return std::clamp((below + equal / 2) / count, 0.5 / count, 1 - 0.5 / count);
}

// Which quantile of the replicates stands for the normal quantile z.
double adjusted(double z, double bias, double accelerated) {
  const double shifted = bias + z;
  const double denominator = 1 - accelerated * shifted;
  if (denominator <= 0) {
    return shifted > 0 ? 1 : 0;
  }
  return num::normal_cdf(bias + shifted / denominator);
}

// The pooled values in ascending order, cut into blocks, with each run's count before each block:
// so a rank in any multiset of runs is found by bisection over blocks and a walk through one.
struct Pool {
  std::vector<double> values;
  std::vector<std::size_t> run_of;
  std::vector<std::size_t> sizes;                // of each run
  std::vector<std::vector<std::size_t>> before;  // [block][run]
  std::size_t block = 1;
  double p = 0;
};

std::size_t weight_before(const Pool& pool, std::size_t block, std::span<const std::size_t> runs) {
  std::size_t weight = 0;
  for (const std::size_t run : runs) {
    weight += pool.before[block][run];
  }
  return weight;
}

double find_quantile(const Pool& pool, std::span<const std::size_t> runs) {
  std::vector<std::size_t> times(pool.sizes.size());
  std::size_t total = 0;
  for (const std::size_t run : runs) {
    ++times[run];
    total += pool.sizes[run];
  }
  const std::size_t rank = quantile_rank(total, pool.p);
  std::size_t low = 0;  // the last block with less than `rank` values before it
  std::size_t high = pool.before.size();
  while (high - low > 1) {
    const std::size_t middle = low + (high - low) / 2;
    (weight_before(pool, middle, runs) < rank ? low : high) = middle;
  }
  std::size_t weight = weight_before(pool, low, runs);
  for (std::size_t i = low * pool.block; i < pool.values.size(); ++i) {
    weight += times[pool.run_of[i]];
    if (weight >= rank) {
      return pool.values[i];
    }
  }
  core::check(false, "a rank lies within the pooled values");
  return 0;
}

Pool make_pool(const std::vector<std::vector<double>>& values, double p) {
  std::vector<std::pair<double, std::size_t>> all;
  Pool pool;
  pool.p = p;
  for (std::size_t run = 0; run < values.size(); ++run) {
    core::check(!values[run].empty(), "each run has at least one value");
    pool.sizes.push_back(values[run].size());
    for (const double value : values[run]) {
      core::check(!std::isnan(value), "a quantile is of numbers");
      all.emplace_back(value, run);
    }
  }
  std::sort(all.begin(), all.end());
  pool.block = std::max<std::size_t>(
      1, static_cast<std::size_t>(num::sqrt(static_cast<double>(all.size()))));
  std::vector<std::size_t> counts(values.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (i % pool.block == 0) {
      pool.before.push_back(counts);
    }
    ++counts[all[i].second];
    pool.values.push_back(all[i].first);
    pool.run_of.push_back(all[i].second);
  }
  return pool;
}

}  // namespace

Estimate bootstrap(std::size_t runs, const Statistic& statistic, num::Stream stream,
                   const BootstrapOptions& options) {
  core::check(runs > 0, "a bootstrap needs a run");
  core::check(options.resamples > 1 && options.confidence > 0 && options.confidence < 1,
              "a bootstrap needs resamples and a confidence between 0 and 1");
  std::vector<std::size_t> drawn(runs);
  std::iota(drawn.begin(), drawn.end(), std::size_t{0});
  const double value = evaluated(statistic, drawn);
  if (runs == 1) {
    return {value, {-kInfinity, kInfinity}};
  }
  std::vector<double> replicates;
  replicates.reserve(options.resamples);
  for (std::size_t i = 0; i < options.resamples; ++i) {
    for (std::size_t& run : drawn) {
      run = stream.below(runs);
    }
    replicates.push_back(evaluated(statistic, drawn));
  }
  std::sort(replicates.begin(), replicates.end());
  const double bias = num::normal_quantile(share_below(replicates, value));
  const double accelerated = acceleration(runs, statistic);
  const double z = num::normal_quantile(0.5 + options.confidence / 2);
  return {value,
          {quantile(replicates, adjusted(-z, bias, accelerated)),
           quantile(replicates, adjusted(z, bias, accelerated))}};
}

Statistic mean_of_runs(std::vector<double> values) {
  return [values = std::move(values)](std::span<const std::size_t> runs) {
    double sum = 0;
    for (const std::size_t run : runs) {
      sum += values[run];
    }
    return sum / static_cast<double>(runs.size());
  };
}

Statistic ratio_of_sums(std::vector<double> numerators, std::vector<double> denominators) {
  core::check(numerators.size() == denominators.size(), "a ratio has both parts in each run");
  return [above = std::move(numerators),
          below = std::move(denominators)](std::span<const std::size_t> runs) {
    double numerator = 0;
    double denominator = 0;
    for (const std::size_t run : runs) {
      numerator += above[run];
      denominator += below[run];
    }
    return denominator == 0 ? 0.0 : numerator / denominator;
  };
}

Statistic pooled_quantile(const std::vector<std::vector<double>>& values, double p) {
  // Shared, because a std::function is copied and the pool is large and constant.
  return [pool = std::make_shared<const Pool>(make_pool(values, p))](
             std::span<const std::size_t> runs) { return find_quantile(*pool, runs); };
}

}  // namespace stats
