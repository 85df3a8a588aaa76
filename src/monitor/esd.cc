#include "monitor/esd.h"

#include <algorithm>
#include <map>
#include <numeric>

#include "core/check.h"
#include "num/math.h"

namespace monitor {
namespace {

// A median absolute deviation of normal variables times this estimates their standard deviation.
constexpr double kDeviationsPerMad = 1.4826;
constexpr double kMadEfficiency = 0.37;

double magnitude(double value) {
  return value < 0 ? -value : value;
}

// How far each value lies from the median of the others; nothing of a single value. Sorts.
void add_distances(std::vector<double>& values, std::vector<double>& distances) {
  std::sort(values.begin(), values.end());
  const std::size_t others = values.size() - 1;
  for (std::size_t i = 0; i < values.size() && others > 0; ++i) {
    const auto other = [&](std::size_t rank) { return values[rank < i ? rank : rank + 1]; };
    const double centre = (other((others - 1) / 2) + other(others / 2)) / 2;
    distances.push_back(magnitude(values[i] - centre));
  }
}

}  // namespace

double student_quantile(double p, double degrees) {
  core::check(p > 0 && p < 1 && degrees >= 1, "a quantile of Student's t exists");
  const double tails = 2 * (p < 0.5 ? p : 1 - p);
  // t^2 / (degrees + t^2) is a beta variable; each branch solves for the side that is near zero.
  double square = 0;
  if (tails < 0.5) {
    const double x = num::beta_quantile(tails, degrees / 2, 0.5);
    square = degrees * (1 - x) / x;
  } else {
    const double y = num::beta_quantile(1 - tails, 0.5, degrees / 2);
    square = degrees * y / (1 - y);
  }
  return p < 0.5 ? -num::sqrt(square) : num::sqrt(square);
}

double median(std::vector<double> values) {
  core::check(!values.empty(), "a median is of something");
  const std::size_t half = values.size() / 2;
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(half),
                   values.end());
  const double upper = values[half];
  if (values.size() % 2 == 1) {
    return upper;
  }
  const double lower =
      *std::max_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(half));
  return (lower + upper) / 2;
}

double spread(std::span<const double> values, double centre) {
  std::vector<double> distances;
  distances.reserve(values.size());
  for (const double value : values) {
    distances.push_back(magnitude(value - centre));
  }
  return kDeviationsPerMad * median(std::move(distances));
}

std::vector<double> without_season(std::span<const double> values, std::size_t period) {
  const std::size_t phases = std::max<std::size_t>(period, 1);
  std::vector<std::vector<double>> by_phase(phases);
  for (std::size_t i = 0; i < values.size(); ++i) {
    by_phase[i % phases].push_back(values[i]);
  }
  std::vector<double> season(phases);
  for (std::size_t phase = 0; phase < phases && !by_phase[phase].empty(); ++phase) {
    season[phase] = median(std::move(by_phase[phase]));
  }
  std::vector<double> rest(values.begin(), values.end());
  for (std::size_t i = 0; i < rest.size(); ++i) {
    rest[i] -= season[i % phases];
  }
  return rest;
}

std::vector<EsdStep> esd_steps(std::span<const double> values, const EsdOptions& options) {
  core::check(2 * options.most < values.size(), "fewer than half of the points are anomalies");
  core::check(options.alpha > 0 && options.alpha < 1, "alpha is a probability");
  std::vector<double> rest = without_season(values, options.period);
  std::vector<std::size_t> index(values.size());
  std::iota(index.begin(), index.end(), 0U);
  std::vector<EsdStep> steps;
  while (steps.size() < options.most && rest.size() > 2) {
    const double centre = median(rest);
    const double scale = std::max(spread(rest, centre), options.least_spread);
    const auto farthest = std::max_element(rest.begin(), rest.end(), [&](double a, double b) {
      return magnitude(a - centre) < magnitude(b - centre);
    });
    const auto left = static_cast<double>(rest.size());  // n - i + 1
    const double t = student_quantile(1 - options.alpha / (2 * left), left - 2);
    const std::ptrdiff_t place = farthest - rest.begin();
    steps.push_back({index[static_cast<std::size_t>(place)], magnitude(*farthest - centre) / scale,
                     t * (left - 1) / num::sqrt((left - 2 + t * t) * left)});
    rest.erase(farthest);
    index.erase(index.begin() + place);
  }
  return steps;
}

std::vector<std::size_t> seasonal_esd(std::span<const double> values, const EsdOptions& options) {
  const std::vector<EsdStep> steps = esd_steps(values, options);
  std::size_t anomalies = 0;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    anomalies = steps[i].statistic > steps[i].limit ? i + 1 : anomalies;
  }
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < anomalies; ++i) {
    found.push_back(steps[i].index);
  }
  std::sort(found.begin(), found.end());
  return found;
}

EsdDetector::EsdDetector(EsdDetectorOptions options) : options_(options) {
  core::check(options_.least_past >= 3 && options_.least_past <= options_.window,
              "a detector can have the past that it needs");
  core::check(options_.alpha > 0 && options_.alpha < 1 && options_.least_spread > 0,
              "alpha is a probability and a metric has a resolution");
  core::check(options_.least_share >= 0, "a resolution is a share that is not negative");
  core::check(options_.patience > 0, "a detector is patient for some time");
}

Opinion EsdDetector::observe(std::optional<double> value) {
  if (!value) {
    ++at_;
    return {};
  }
  core::check(*value - *value == 0, "a detector is given finite numbers");
  const Opinion opinion = judge(*value);
  const Point point{at_, *value};
  ++at_;
  if (!opinion.anomalous) {
    run_.clear();
    keep(point);
    return opinion;
  }
  run_.push_back(point);
  if (run_.size() >= options_.patience) {
    past_ = std::move(run_);
    run_.clear();
  }
  return opinion;
}

void EsdDetector::keep(const Point& point) {
  past_.push_back(point);
  if (past_.size() > options_.window) {
    past_.erase(past_.begin());
  }
}

Opinion EsdDetector::judge(double value) {
  Opinion opinion;
  if (past_.size() < options_.least_past) {
    return opinion;
  }
  const std::uint64_t phases = std::max<std::uint64_t>(options_.period, 1);
  std::map<std::uint64_t, std::vector<double>> by_phase;
  for (const Point& point : past_) {
    by_phase[point.at % phases].push_back(point.value);
  }
  const auto now = by_phase.find(at_ % phases);
  if (now == by_phase.end() || now->second.size() < 2) {
    return opinion;
  }
  std::vector<double> distances;
  for (auto& [phase, values] : by_phase) {
    add_distances(values, distances);
  }
  const double centre = median(now->second);
  const double scale = std::max({kDeviationsPerMad * median(std::move(distances)),
                                 options_.least_spread, options_.least_share * magnitude(centre)});
  opinion.ready = true;
  opinion.score = magnitude(value - centre) / scale;
  opinion.limit = limit_for(past_.size());
  opinion.anomalous = opinion.score > opinion.limit;
  return opinion;
}

double EsdDetector::limit_for(std::size_t points) {
  if (limit_points_ != points) {
    const auto n = static_cast<double>(points);
    const double degrees = std::max(1.0, kMadEfficiency * (n - 1));
    limit_ = student_quantile(1 - options_.alpha / 2, degrees) * num::sqrt(1 + 1 / n);
    limit_points_ = points;
  }
  return limit_;
}

}  // namespace monitor
