#include "lab/suite.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <memory>

#include "judge.h"
#include "lab/safety.h"
#include "scenario/metrics.h"
#include "stats/bootstrap.h"
#include "stats/verdict.h"

namespace lab {
namespace {

struct Job {
  std::size_t case_index = 0;
  std::size_t run_index = 0;
  std::uint64_t seed = 0;
};

std::uint64_t seeds_of(const Case& one, const SuiteOptions& options) {
  return one.seeds != 0 ? one.seeds : options.seeds;
}

std::size_t job_count(const std::vector<Case>& cases, const SuiteOptions& options) {
  std::size_t count = 0;
  for (const Case& one : cases) {
    count += seeds_of(one, options) * one.file.runs.size();
  }
  return count;
}

// By case, then seed, then variant. REQUIRES index < job_count().
Job job_at(const std::vector<Case>& cases, const SuiteOptions& options, std::size_t index) {
  std::size_t c = 0;
  while (index >= seeds_of(cases[c], options) * cases[c].file.runs.size()) {
    index -= seeds_of(cases[c], options) * cases[c].file.runs.size();
    ++c;
  }
  const std::size_t variants = cases[c].file.runs.size();
  return {c, index % variants, options.seed + index / variants};
}

// Only the first seed is drawn, and only a failure is told; of 100,000 seeds, the rest would fill
// the memory.
void forget_pictures(RunResult& result) {
  result.bins = {};
  result.latencies_s = {};
  if (result.verdict == Verdict::kPass) {
    result.milestones = {};
    result.alerts = {};
    result.links = {};
    result.stages = {};
    result.agents = {};
    result.node_names = {};
    result.provenance = {};
  }
}

core::Result<RunResult> execute(const std::vector<Case>& cases, const Job& job,
                                const SuiteOptions& options) {
  const double begin = options.clock_s();
  RunOptions run_options;
  run_options.seed = job.seed;
  run_options.interrupted = [&options, begin] {
    const bool late = options.timeout_s > 0 && options.clock_s() - begin > options.timeout_s;
    return late || options.interrupted();
  };
  const scenario::ScenarioFile& file = cases[job.case_index].file;
  auto result = run(file, file.runs[job.run_index], run_options);
  if (result) {
    result->wall_s = options.clock_s() - begin;
    result->build = options.build;
    result->found_as = cases[job.case_index].found_as;
    if (result->stopped == world_sim::StopReason::kInterrupted && !options.interrupted()) {
      result->reason = "took longer than one run may (--timeout)";
    }
    if (job.seed != options.drawn_seed.value_or(options.seed)) {
      forget_pictures(*result);
    }
  }
  return result;
}

// Of all orders of the variant together: each run alone bounds next to nothing.
void estimate_safety(const std::vector<const RunResult*>& runs, Estimates& estimates) {
  if (const Safety safety = safety_of(runs); safety.orders > 0) {
    estimates[std::string(kSafetyMetric)] = {safety.per_million(), 0.0, safety.bound_per_million(),
                                             safety.orders};
  }
}

std::uint64_t count_infinite(const std::vector<double>& values) {
  return static_cast<std::uint64_t>(
      std::ranges::count_if(values, [](double value) { return std::isinf(value); }));
}

MetricEstimate mean_of(std::string_view name, const std::vector<double>& list) {
  MetricEstimate metric;
  metric.n = list.size();
  metric.infinite = count_infinite(list);
  double sum = 0;
  for (const double value : list) {
    sum += value;
  }
  metric.value = sum / static_cast<double>(list.size());
  if (list.size() >= kSeedsToJudge && metric.infinite == 0) {
    const auto estimated =
        stats::bootstrap(list.size(), stats::mean_of_runs(list),
                         num::Stream(1, 0, num::purpose_of(name)), {1'000, stats::kConfidence});
    metric.ci_low = estimated.interval.low;
    metric.ci_high = estimated.interval.high;
  }
  return metric;
}

// The metrics of one variant over its seeds.
Estimates estimates_of(const CaseResult& made, std::string_view variant) {
  std::map<std::string, std::vector<double>, std::less<>> values;
  std::vector<const RunResult*> runs;
  for (const RunResult& run : made.runs) {
    if (run.run != variant) {
      continue;
    }
    runs.push_back(&run);
    for (const auto& [name, value] : run.metrics) {
      values[name].push_back(value);
    }
  }
  Estimates estimates;
  for (const auto& [name, list] : values) {
    estimates[name] = mean_of(name, list);
  }
  estimate_safety(runs, estimates);
  return estimates;
}

void add(check::Account& sum, const check::Account& one) {
  sum.offered += one.offered;
  sum.done += one.done;
  sum.failed += one.failed;
  sum.lost += one.lost;
  sum.duplicated += one.duplicated;
}

const RunResult* find_run(const CaseResult& made, std::string_view name, std::uint64_t seed) {
  const auto of_seed = std::ranges::equal_range(made.runs, seed, {}, &RunResult::seed);
  const auto found = std::ranges::find(of_seed, name, &RunResult::run);
  return found == of_seed.end() ? nullptr : &*found;
}

// Requirements of one variant against another, for every seed that has both; the first that fails
// is kept.
void compare_variants(const Case& source, CaseResult& made) {
  for (const scenario::Scenario& variant : source.file.runs) {
    for (const scenario::Check& check : variant.checks.requirements) {
      if (check.of_run.empty() || check.of_run == variant.run) {
        continue;
      }
      CheckResult kept;
      for (const RunResult& run : made.runs) {
        const RunResult* other = find_run(made, check.of_run, run.seed);
        if (run.run != variant.run || other == nullptr) {
          continue;
        }
        CheckResult one = evaluate(check, run.metrics, other->metrics);
        one.text = variant.run + ": " + one.text;
        if (kept.text.empty() || (kept.passed && !one.passed)) {
          kept = std::move(one);
        }
      }
      if (!kept.text.empty()) {
        made.checks.push_back(std::move(kept));
      }
    }
  }
}

// Nothing where the runs are too few to bound anything.
std::string interval_text(const stats::Interval& interval, std::string_view metric) {
  if (!std::isfinite(interval.low) && !std::isfinite(interval.high)) {
    return "";
  }
  return " [" + with_unit(interval.low, metric) + ", " + with_unit(interval.high, metric) + "]";
}

// One value for each seed: the metric, or how far it is from its share of another one, of the same
// run or of the same seed's run of another variant. Seeds to which one of these does not apply, or
// that have nothing finite to compare with, have none.
std::vector<double> values_of(const scenario::Check& check, const CaseResult& made,
                              std::string_view variant) {
  std::vector<double> values;
  for (const RunResult& run : made.runs) {
    const auto value = run.metrics.find(check.metric);
    if (run.run != variant || value == run.metrics.end()) {
      continue;
    }
    if (check.of.empty()) {
      values.push_back(value->second);
      continue;
    }
    const RunResult* other = check.of_run.empty() ? &run : find_run(made, check.of_run, run.seed);
    if (other == nullptr) {
      continue;
    }
    const auto reference = other->metrics.find(check.of);
    if (reference != other->metrics.end() && std::isfinite(reference->second)) {
      const double share = static_cast<double>(check.bound_millionths) / 1e6;
      values.push_back(value->second - share * reference->second);
    }
  }
  return values;
}

double mean_of_finite(const std::vector<double>& values) {
  double sum = 0;
  double count = 0;
  for (const double value : values) {
    sum += std::isfinite(value) ? value : 0;
    count += std::isfinite(value) ? 1 : 0;
  }
  return count > 0 ? sum / count : 0;
}

// What was seen where the mean is infinite: in how many runs, and the mean of the others.
std::string infinite_text(const scenario::Check& check, const std::vector<double>& values) {
  const std::uint64_t infinite = count_infinite(values);
  std::string text = std::string(scenario::text_of_infinite(check.metric)) + " in " +
                     std::to_string(infinite) + " of " + std::to_string(values.size());
  if (infinite < values.size()) {
    text += std::string(check.of.empty() ? ", else " : ", else off that by ") +
            with_unit(mean_of_finite(values), check.metric);
  }
  return text;
}

// Values may be infinite, and the interval then reaches that far. It does so with both ends where
// fewer than one in 40 of the bootstrap's draws miss all such runs: from four of them on.
CheckResult judge_objective(const scenario::Check& check, const std::vector<double>& values) {
  CheckResult result;
  result.objective = true;
  const bool paired = !check.of.empty();
  const double bound_value = paired ? 0 : static_cast<double>(check.bound_millionths) / 1e6;
  result.text = text_of(check, paired ? std::nullopt : std::optional(bound_value));
  if (values.empty()) {
    result.observed = "no run has what it compares";
    return result;
  }
  const stats::Bound bound{check.comparison == scenario::Comparison::kAtMost
                               ? stats::Side::kAtMost
                               : stats::Side::kAtLeast,
                           bound_value};
  const auto estimated = stats::bootstrap(values.size(), stats::mean_of_runs(values),
                                          num::Stream(1, 0, num::purpose_of(check.metric)),
                                          {1'000, stats::kConfidence});
  const stats::Verdict verdict = stats::judge(bound, estimated, values.size(), kSeedsToJudge);
  const bool finite = count_infinite(values) == 0;
  result.observed = std::string(stats::name_of(verdict.outcome));
  if (finite) {
    result.observed +=
        (paired ? ": off that by " : ": ") + with_unit(estimated.value, check.metric) +
        interval_text(estimated.interval, check.metric) + ", n = " + std::to_string(values.size());
  } else {
    result.observed += ": " + infinite_text(check, values);
  }
  // What is missing for a decision. How many more runs would do is not known of infinite ones.
  const std::size_t missing = verdict.text.find(';');
  if (missing != std::string::npos && (finite || verdict.outcome == stats::Outcome::kObserved)) {
    result.observed += verdict.text.substr(missing);
  }
  result.passed = verdict.outcome != stats::Outcome::kFail;
  result.inconclusive = verdict.outcome == stats::Outcome::kInconclusive;
  return result;
}

// An objective that names no run is the first variant's: variants that compare loads would miss it.
void judge_objectives(const Case& source, CaseResult& made) {
  const auto& of_first = source.file.runs.front().checks.objectives;
  for (const scenario::Scenario& variant : source.file.runs) {
    const bool first = &variant == &source.file.runs.front();
    for (const scenario::Check& check : variant.checks.objectives) {
      if (!first && std::ranges::find(of_first, check) != of_first.end()) {
        continue;
      }
      made.checks.push_back(judge_objective(check, values_of(check, made, variant.run)));
      if (!first) {
        made.checks.back().text = variant.run + ": " + made.checks.back().text;
      }
    }
  }
}

// Served within the objectives of metrics.md's capacity.
bool served(const RunResult& run, core::Duration deadline) {
  const auto p99 = run.metrics.find("latency_p99");
  const auto reliability = run.metrics.find("reliability");
  return p99 != run.metrics.end() && reliability != run.metrics.end() &&
         p99->second <= core::to_seconds(deadline) && reliability->second >= 0.99;
}

// Of each seed the largest offered rate of a sweep that is served, as all smaller ones are. A seed
// in which the largest one of all is served has no knee: that lies beyond.
void find_knee(const Case& source, CaseResult& made) {
  if (!source.file.sweep || source.file.sweep->key != "workload.rate") {
    return;
  }
  std::map<std::uint64_t, std::map<std::int64_t, bool>> rates;  // seed, tasks in 1,000 s
  for (const RunResult& run : made.runs) {
    const auto variant = std::ranges::find(source.file.runs, run.run, &scenario::Scenario::run);
    rates[run.seed][variant->workload.rate_millitasks_per_s] =
        served(run, variant->workload.deadline);
  }
  std::vector<double> knees;
  for (const auto& [seed, by_rate] : rates) {
    double knee = 0;
    for (const auto& [rate, is_served] : by_rate) {
      if (!is_served) {
        knees.push_back(knee);
        break;
      }
      knee = static_cast<double>(rate) / 1'000.0;
    }
  }
  if (!knees.empty()) {
    made.metrics["knee_rate"] = mean_of("knee_rate", knees);
  }
}

void conclude(CaseResult& made) {
  made.verdict = Verdict::kPass;
  for (const RunResult& run : made.runs) {
    made.virtual_s += run.virtual_s;
    made.wall_s += run.wall_s;
    made.fingerprint += core::mix64(run.fingerprint);
    add(made.account, run.account);
    if (run.verdict != Verdict::kPass && made.verdict != Verdict::kFail) {
      made.verdict = run.verdict;
      made.reason = run.id() + ": " + run.reason;
    }
  }
  for (const CheckResult& check : made.checks) {
    const Verdict said = !check.passed        ? Verdict::kFail
                         : check.inconclusive ? Verdict::kInconclusive
                                              : Verdict::kPass;
    if (said == Verdict::kPass || made.verdict == Verdict::kFail ||
        (made.verdict == Verdict::kInconclusive && said != Verdict::kFail)) {
      continue;
    }
    made.verdict = said;
    made.reason =
        (check.objective ? "objective " : "requirement ") + check.text + ": " + check.observed;
  }
}

}  // namespace

CaseResult conclude_case(const Case& source, std::vector<RunResult> runs) {
  core::check(std::ranges::is_sorted(runs, {}, &RunResult::seed), "the runs ascend by seed");
  const scenario::Scenario& first = source.file.runs.front();
  CaseResult made;
  made.pattern = pattern_title(first.pattern);
  made.case_name = first.case_name;
  made.scenario = first.name;
  made.path = source.path;
  made.description = first.description;
  made.runs = std::move(runs);
  made.metrics = estimates_of(made, first.run);
  find_knee(source, made);
  compare_variants(source, made);
  judge_objectives(source, made);
  conclude(made);
  return made;
}

void conclude_suite(SuiteResult& suite) {
  suite.fingerprint = 0;
  suite.verdict = Verdict::kPass;
  for (std::size_t c = 0; c < suite.cases.size(); ++c) {
    const CaseResult& made = suite.cases[c];
    suite.fingerprint += core::mix64(made.fingerprint + c);
    if (made.verdict == Verdict::kFail || suite.verdict == Verdict::kPass) {
      suite.verdict = suite.verdict == Verdict::kFail ? Verdict::kFail : made.verdict;
    }
  }
  if (suite.interrupted && suite.verdict == Verdict::kPass) {
    suite.verdict = Verdict::kInconclusive;
  }
}

std::vector<VariantResult> variants_of(const CaseResult& result) {
  std::vector<VariantResult> variants;
  for (const RunResult& run : result.runs) {
    auto variant = std::ranges::find(variants, run.run, &VariantResult::run);
    if (variant == variants.end()) {
      variant =
          variants.insert(variants.end(), {run.run, run.verdict, {}, {}, run.spof, run.spof_nodes});
      variant->metrics = estimates_of(result, run.run);
    }
    add(variant->account, run.account);
    if (variant->verdict != Verdict::kFail && run.verdict != Verdict::kPass) {
      variant->verdict = run.verdict;
    }
  }
  return variants;
}

std::vector<std::pair<std::string, check::Account>> accounts_of(const CaseResult& result) {
  std::vector<std::pair<std::string, check::Account>> accounts;
  for (const RunResult& run : result.runs) {
    auto account =
        std::ranges::find(accounts, run.run, &std::pair<std::string, check::Account>::first);
    if (account == accounts.end()) {
      account = accounts.insert(accounts.end(), {run.run, {}});
    }
    add(account->second, run.account);
  }
  return accounts;
}

std::optional<double> reliability_of(const CaseResult& result) {
  double offered = 0;
  double good = 0;
  for (const RunResult& run : result.runs) {
    const auto of_run = run.metrics.find("offered");
    const auto share = run.metrics.find("reliability");
    if (of_run != run.metrics.end() && share != run.metrics.end()) {
      offered += of_run->second;
      good += of_run->second * share->second;
    }
  }
  return offered > 0 ? std::optional(good / offered) : std::nullopt;
}

std::string pattern_title(scenario::Pattern pattern) {
  switch (pattern) {
    case scenario::Pattern::kMesh:
      return "Mesh Topology";
    case scenario::Pattern::kHierarchical:
      return "Hierarchical Topology";
    case scenario::Pattern::kStar:
      return "Star Topology";
    case scenario::Pattern::kRing:
      return "Ring Topology";
    case scenario::Pattern::kAutoScaling:
      return "Auto-Scaling";
    case scenario::Pattern::kMultiStrategy:
      return "Multi-Strategy";
    case scenario::Pattern::kBlueGreen:
      return "Blue-Green";
    case scenario::Pattern::kCanary:
      return "Canary";
    case scenario::Pattern::kCustom:
      return "Custom Topology";
    case scenario::Pattern::kSummary:
      return "Performance Summary";
  }
  core::check(false, "every pattern has a title");
  return {};
}

core::Result<SuiteResult> run_suite(const std::vector<Case>& cases, const SuiteOptions& options) {
  const double begin = options.clock_s();
  const std::size_t total = job_count(cases, options);
  std::vector<std::unique_ptr<core::Result<RunResult>>> results(total);
  std::atomic<std::size_t> done = 0;
  options.for_each(total, [&](std::size_t index) {
    results[index] = std::make_unique<core::Result<RunResult>>(
        execute(cases, job_at(cases, options, index), options));
    if (*results[index] && options.progress) {
      options.progress(++done, total, **results[index]);
    }
  });
  std::vector<std::vector<RunResult>> per_case(cases.size());
  for (std::size_t i = 0; i < total; ++i) {
    if (!results[i]) {
      continue;  // interrupted before it began
    }
    const std::size_t c = job_at(cases, options, i).case_index;
    if (!*results[i]) {
      return core::fail(results[i]->error().code,
                        cases[c].path + ": " + results[i]->error().message);
    }
    per_case[c].push_back(std::move(**results[i]));
    results[i].reset();
  }
  SuiteResult suite;
  suite.suite = options.suite;
  suite.build = options.build;
  suite.seed = options.seed;
  suite.seeds = options.seeds;
  for (const Case& one : cases) {
    suite.seeds = std::max(suite.seeds, seeds_of(one, options));
  }
  suite.interrupted = options.interrupted();
  for (std::size_t c = 0; c < cases.size(); ++c) {
    if (!per_case[c].empty()) {
      suite.cases.push_back(conclude_case(cases[c], std::move(per_case[c])));
    }
  }
  conclude_suite(suite);
  suite.wall_s = options.clock_s() - begin;
  return suite;
}

}  // namespace lab
