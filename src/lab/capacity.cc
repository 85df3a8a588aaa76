#include "capacity.h"

#include <algorithm>

#include "core/check.h"
#include "lab/schedule.h"
#include "scenario/schedule.h"
#include "stats/scalability.h"

namespace lab {
namespace {

constexpr std::int64_t kMostTimes = 64;
constexpr std::int64_t kLeastPart = 1'000;
constexpr std::int64_t kPrecisionPercent = 5;
constexpr double kServedReliability = 0.99;

bool is_served(const RunResult& result, core::Duration deadline) {
  const auto p99 = result.metrics.find("latency_p99");
  const auto reliability = result.metrics.find("reliability");
  return result.complete && p99 != result.metrics.end() &&
         p99->second <= core::to_seconds(deadline) && reliability != result.metrics.end() &&
         reliability->second >= kServedReliability;
}

scenario::Scenario at_rate(const scenario::Scenario& scenario, std::int64_t rate) {
  scenario::Scenario made = scenario;
  made.workload.rate_millitasks_per_s = std::max<std::int64_t>(1, rate);
  return made;
}

core::Result<std::int64_t> capacity_of(const scenario::Scenario& scenario, std::int64_t guess,
                                       const RunOptions& options, const Execute& execute) {
  RunOptions probing;
  probing.seed = options.seed;
  probing.interrupted = options.interrupted;
  return largest_rate(guess, [&](std::int64_t rate) -> core::Result<bool> {
    return is_served(TRY(execute(at_rate(scenario, rate), probing)), scenario.workload.deadline);
  });
}

double per_second(std::int64_t millitasks) {
  return static_cast<double>(millitasks) / 1000.0;
}

void measure_growth(const std::vector<stats::SizedCapacity>& capacities, Metrics& metrics) {
  for (const stats::SizedCapacity& one : capacities) {
    metrics["capacity_" + std::to_string(static_cast<int>(one.size))] = one.capacity;
  }
  if (metrics.contains("capacity_10") && metrics["capacity_2"] > 0) {
    metrics["scalability"] = metrics["capacity_10"] / metrics["capacity_2"];
  }
  if (const auto law = stats::fit_scalability(capacities)) {
    metrics["usl_sigma"] = law->sigma;
    metrics["usl_kappa"] = law->kappa;
    metrics["usl_misfit"] = law->misfit;
  }
}

}  // namespace

core::Result<std::int64_t> largest_rate(std::int64_t guess, const Served& served) {
  core::check(guess > 0, "a search begins somewhere");
  std::int64_t low = 0;
  std::int64_t high = 0;
  for (std::int64_t rate = guess; low == 0 || high == 0;) {
    (TRY(served(rate)) ? low : high) = rate;
    if (low >= guess * kMostTimes ||
        (low == 0 && rate <= std::max<std::int64_t>(1, guess / kLeastPart))) {
      return low;
    }
    rate = low == 0 ? rate / 2 : rate * 2;
  }
  while ((high - low) * 100 > low * kPrecisionPercent && high - low > 1) {
    const std::int64_t middle = low + (high - low) / 2;
    (TRY(served(middle)) ? low : high) = middle;
  }
  return low;
}

core::Result<RunResult> run_at_capacity(const scenario::Scenario& scenario,
                                        const RunOptions& options, const Execute& execute) {
  const std::int64_t found =
      TRY(capacity_of(scenario, scenario.workload.rate_millitasks_per_s, options, execute));
  RunResult made = TRY(execute(at_rate(scenario, found), options));
  made.metrics["capacity"] = per_second(found);
  return made;
}

core::Result<RunResult> run_at_own_load(const scenario::Scenario& scenario,
                                        const RunOptions& options, const Execute& execute) {
  scenario::Scenario calm = scenario;
  calm.faults.clear();
  scenario::put_under(scenario::Schedule::kCapacity, calm);
  const std::int64_t found =
      TRY(capacity_of(calm, calm.workload.rate_millitasks_per_s, options, execute));
  const std::int64_t share = scenario::plan_of(scenario.schedule).own_load_ppm;
  const std::int64_t rate = found * share / scenario::kMillion;
  RunResult made = TRY(execute(at_rate(scenario, rate), options));
  made.metrics["capacity"] = per_second(found);
  made.metrics["own_rate"] = per_second(rate);
  return made;
}

core::Result<RunResult> run_at_sizes(const scenario::Scenario& scenario, const RunOptions& options,
                                     const Execute& execute) {
  std::vector<stats::SizedCapacity> capacities;
  scenario::Scenario last;
  double guess = 0;  // of one agent
  for (const std::uint32_t size : scenario::plan_of(scenario.schedule).sizes) {
    last = scenario::resized(scenario, size);
    const auto begin = static_cast<std::int64_t>(guess * size);
    const std::int64_t rate = scenario.workload.rate_millitasks_per_s;
    const std::int64_t found = TRY(capacity_of(last, begin > 0 ? begin : rate, options, execute));
    last.workload.rate_millitasks_per_s = std::max<std::int64_t>(1, found);
    guess = static_cast<double>(found) / size;
    capacities.push_back({static_cast<double>(size), per_second(found)});
  }
  RunResult made = TRY(execute(last, options));
  measure_growth(capacities, made.metrics);
  return made;
}

}  // namespace lab
