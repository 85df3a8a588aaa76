#include "lab/compare.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "noise.h"
#include "num/stream.h"
#include "scenario/metrics.h"
#include "stats/compare.h"
#include "stats/signed_rank.h"
#include "stats/summary.h"

namespace lab {
namespace {

constexpr std::size_t kResamples = 2'000;

using Samples = std::map<std::uint64_t, Sample>;

// The values of both sets; where every seed is in both, in the same order.
struct Values {
  std::vector<double> a;
  std::vector<double> b;
  bool paired = false;
  [[nodiscard]] bool finite() const {
    const auto is_finite = [](double value) { return std::isfinite(value); };
    return std::ranges::all_of(a, is_finite) && std::ranges::all_of(b, is_finite);
  }
};

std::vector<double> values_of(const Samples& samples, const std::string& metric) {
  std::vector<double> values;
  for (const auto& [seed, sample] : samples) {
    const auto found = sample.metrics.find(metric);
    if (found != sample.metrics.end() && !std::isnan(found->second)) {
      values.push_back(found->second);
    }
  }
  return values;
}

bool same_seeds(const Samples& a, const Samples& b) {
  return std::ranges::equal(a, b, [](const auto& x, const auto& y) {
    return x.first == y.first && x.second.schedule == y.second.schedule;
  });
}

Values gather(const Samples& a, const Samples& b, const std::string& metric) {
  Values values{values_of(a, metric), values_of(b, metric), false};
  values.paired = same_seeds(a, b) && values.a.size() == a.size() && values.b.size() == b.size();
  return values;
}

double mean(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) {
    sum += value;
  }
  return sum / static_cast<double>(values.size());
}

stats::Estimate difference_of(const Values& values, num::Stream stream) {
  const stats::BootstrapOptions options{kResamples, stats::kConfidence};
  if (values.paired) {
    std::vector<double> differences(values.a.size());
    std::ranges::transform(values.b, values.a, differences.begin(), std::minus<>());
    return stats::bootstrap(differences.size(), stats::mean_of_runs(differences), stream, options);
  }
  // Each set is drawn for itself; the interval of the difference joins both widths.
  const auto of = [&](const std::vector<double>& list, std::uint64_t entity) {
    return stats::bootstrap(list.size(), stats::mean_of_runs(list),
                            num::Stream(stream.next(), entity, 0), options);
  };
  const stats::Estimate a = of(values.a, 1);
  const stats::Estimate b = of(values.b, 2);
  const double value = b.value - a.value;
  const double below = std::hypot(b.value - b.interval.low, a.interval.high - a.value);
  const double above = std::hypot(b.interval.high - b.value, a.value - a.interval.low);
  return {value, {value - below, value + above}};
}

double p_of(const Values& values) {
  if (!values.paired || !values.finite()) {
    return stats::mann_whitney(values.a, values.b).p_two_sided;
  }
  std::vector<double> differences(values.a.size());
  std::ranges::transform(values.b, values.a, differences.begin(), std::minus<>());
  return stats::signed_rank(differences).p_two_sided;
}

void fill_in(Difference& made, const Values& values, std::uint64_t entity) {
  made.runs_a = values.a.size();
  made.runs_b = values.b.size();
  made.paired = values.paired;
  made.p = p_of(values);
  if (!values.finite()) {
    made.a = stats::quantile_of(values.a, 0.5);
    made.b = stats::quantile_of(values.b, 0.5);
    made.difference = made.a == made.b ? 0 : made.b - made.a;
    made.interval = {-HUGE_VAL, HUGE_VAL};
    made.superiority = stats::mann_whitney(values.a, values.b).superiority;
    return;
  }
  made.a = mean(values.a);
  made.b = mean(values.b);
  const num::Stream stream(1, entity, num::purpose_of("lab.compare"));
  const stats::Estimate estimate = difference_of(values, stream);
  made.difference = estimate.value;
  made.interval = estimate.interval;
  made.noise = noise_of(values.a, stream);
}

Change judged(const Difference& one, const CompareOptions& options) {
  if (std::min(one.runs_a, one.runs_b) < options.fewest_runs) {
    return Change::kTooFew;
  }
  if (one.p_corrected > options.alpha) {
    return Change::kSame;
  }
  const bool finite = std::isfinite(one.interval.low) && std::isfinite(one.interval.high);
  const bool up = finite ? one.interval.low > one.noise : one.superiority < 0.5;
  const bool down = finite ? one.interval.high < -one.noise : one.superiority > 0.5;
  if (!up && !down) {
    return Change::kSame;
  }
  const bool good = (scenario::find_metric(one.metric)->better == scenario::Better::kHigher) == up;
  return good ? Change::kBetter : Change::kWorse;
}

void find_new_failures(const Samples& a, const Samples& b, Comparison& made) {
  for (const auto& [seed, after] : b) {
    const auto before = a.find(seed);
    if (before != a.end() && before->second.verdict == Verdict::kPass &&
        after.verdict == Verdict::kFail) {
      made.new_failures.push_back({after.run, after.reason});
    }
  }
}

void conclude(Comparison& made) {
  const auto count = [&](Change change) {
    return static_cast<std::size_t>(
        std::ranges::count(made.differences, change, &Difference::change));
  };
  const std::size_t worse = count(Change::kWorse);
  if (worse > 0 || !made.new_failures.empty()) {
    made.verdict = Verdict::kFail;
    made.reason = std::to_string(worse) + " metrics are worse, " +
                  std::to_string(made.new_failures.size()) + " runs fail that passed";
  } else if (made.differences.empty()) {
    made.reason = "the two sets have no scenario in common";
  } else if (count(Change::kTooFew) > 0) {
    made.reason = "too few runs to judge " + std::to_string(count(Change::kTooFew)) + " of " +
                  std::to_string(made.differences.size()) +
                  " metrics: " + std::to_string(kSeedsToJudge) +
                  " seeds of each side are needed (--seeds)";
  } else {
    made.verdict = Verdict::kPass;
    made.reason = "no metric is worse; " + std::to_string(count(Change::kBetter)) + " are better";
  }
}

void correct(std::vector<Difference>& differences) {
  std::vector<double> p_values;
  for (const Difference& one : differences) {
    p_values.push_back(one.p);
  }
  const std::vector<double> corrected = stats::holm(p_values);
  for (std::size_t i = 0; i < differences.size(); ++i) {
    differences[i].p_corrected = corrected[i];
  }
}

}  // namespace

std::string_view name_of(Change change) {
  constexpr std::array<std::string_view, 4> kNames = {"same", "better", "worse", "too few runs"};
  return kNames[static_cast<std::size_t>(change)];
}

std::vector<std::string> default_metrics() {
  constexpr auto kNames = std::to_array<std::string_view>(
      {"success_rate",   "reliability",          "goodput",           "lost",
       "duplicated",     "unfinished",           "latency_p50",       "latency_p99",
       "jitter",         "overhead_p99",         "messages_per_task", "failover_time",
       "recovery_time",  "unrecovered",          "degradation",       "spof_outage",
       "agreement_rate", "decision_latency_p99", "routing_accuracy",  "false_suspicions"});
  return {kNames.begin(), kNames.end()};
}

core::Result<Comparison> compare(const RunSet& a, const RunSet& b, const CompareOptions& options) {
  const std::vector<std::string> metrics =
      options.metrics.empty() ? default_metrics() : options.metrics;
  for (const std::string& metric : metrics) {
    if (scenario::find_metric(metric) == nullptr) {
      return core::fail(core::Code::kInvalid, "there is no metric '" + metric +
                                                  "'; docs and `muster run` list those there are");
    }
  }
  Comparison made;
  for (const auto& [cell, before] : a.cells) {
    const auto after = b.cells.find(cell);
    if (after == b.cells.end()) {
      made.only_a.push_back(cell.name());
      continue;
    }
    find_new_failures(before, after->second, made);
    for (const std::string& metric : metrics) {
      const Values values = gather(before, after->second, metric);
      if (!values.a.empty() && !values.b.empty()) {
        Difference& one = made.differences.emplace_back();
        one.cell = cell.name();
        one.metric = metric;
        fill_in(one, values, made.differences.size());
      }
    }
  }
  for (const auto& [cell, after] : b.cells) {
    if (!a.cells.contains(cell)) {
      made.only_b.push_back(cell.name());
    }
  }
  correct(made.differences);
  for (Difference& one : made.differences) {
    one.change = judged(one, options);
  }
  conclude(made);
  return made;
}

}  // namespace lab
