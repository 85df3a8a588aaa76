#include "judge.h"

#include <charconv>
#include <cmath>

#include "scenario/metrics.h"

namespace lab {
namespace {

std::string number(double value) {
  char text[32];
  const auto end =
      std::to_chars(text, text + sizeof text, value, std::chars_format::general, 6).ptr;
  return {text, end};
}

}  // namespace

std::string with_unit(double value, std::string_view metric) {
  const scenario::Metric* known = scenario::find_metric(metric);
  core::check(known != nullptr, "the loader knows every metric");
  if (std::isinf(value)) {
    return std::string(scenario::text_of_infinite(metric));
  }
  switch (known->unit) {
    case scenario::Unit::kSeconds:
      return number(value * 1e3) + " ms";
    case scenario::Unit::kShare:
      return number(value * 100) + " %";
    case scenario::Unit::kPerSecond:
      return number(value) + "/s";
    case scenario::Unit::kCount:
      return number(value);
    case scenario::Unit::kDollars:
      return "$" + number(value);
  }
  return number(value);
}

std::string text_of(const scenario::Check& check, std::optional<double> bound) {
  std::string text = check.metric;
  text += check.comparison == scenario::Comparison::kAtMost ? " at most " : " at least ";
  if (check.of.empty()) {
    return text + with_unit(*bound, check.metric);
  }
  text += number(static_cast<double>(check.bound_millionths) / 1e4) + " % of " + check.of;
  if (!check.of_run.empty()) {
    text += " of " + check.of_run;
  }
  return bound ? text + " (" + with_unit(*bound, check.metric) + ")" : text;
}

namespace {

// The first reason found wins, from the gravest down.
std::string reason_to_fail(const RunResult& result) {
  for (const check::Invariant& invariant : result.invariants) {
    if (invariant.violated > 0) {
      return "invariant " + invariant.name + " violated " + std::to_string(invariant.violated) +
             " times";
    }
  }
  if (result.account.duplicated > 0) {
    return std::to_string(result.account.duplicated) + " tasks were carried out more than once";
  }
  if (result.stopped == world_sim::StopReason::kEventBudget) {
    return "the event budget was used up before the run ended";
  }
  for (const FaultRecord& fault : result.faults) {
    // Of a link that carries nothing, the loss is none: that is an answer too.
    if (fault.acted == 0 && result.component.empty()) {
      return "planned fault " + std::to_string(fault.index + 1) + " (" + fault.kind +
             ") did not act";
    }
  }
  for (const check::Invariant& invariant : result.invariants) {
    if (!invariant.holds()) {
      return "invariant " + invariant.name + " was never evaluated";
    }
  }
  for (const CheckResult& check : result.checks) {
    if (!check.objective && !check.passed) {
      return "requirement " + check.text + ": " + check.observed;
    }
  }
  return {};
}

}  // namespace

CheckResult evaluate(const scenario::Check& check, const Metrics& metrics,
                     const Metrics& reference) {
  CheckResult result;
  double bound = static_cast<double>(check.bound_millionths) / 1e6;
  const auto value = metrics.find(check.metric);
  if (!check.of.empty()) {
    const auto base = reference.find(check.of);
    if (base == reference.end() || std::isinf(base->second)) {
      result.text = text_of(check, std::nullopt);
      result.observed = base == reference.end()
                            ? "the run to compare with has no " + check.of
                            : check.of + " of the run to compare with: " +
                                  std::string(scenario::text_of_infinite(check.of));
      return result;
    }
    bound *= base->second;
  }
  result.text = text_of(check, bound);
  if (value == metrics.end()) {
    result.observed = "this run has no " + check.metric;
    return result;
  }
  result.observed = with_unit(value->second, check.metric);
  result.passed = check.comparison == scenario::Comparison::kAtMost ? value->second <= bound
                                                                    : value->second >= bound;
  return result;
}

void judge_run(const scenario::Scenario& scenario, RunResult& result) {
  for (const scenario::Check& check : scenario.checks.requirements) {
    if (check.of_run.empty() || check.of_run == scenario.run) {
      result.checks.push_back(evaluate(check, result.metrics, result.metrics));
    }
  }
  for (const scenario::Check& check : scenario.checks.objectives) {
    if (check.of_run.empty() || check.of_run == scenario.run) {
      result.checks.push_back(evaluate(check, result.metrics, result.metrics));
      result.checks.back().objective = true;
    }
  }
  if (scenario.checks.expect_spof) {
    CheckResult spof;
    const bool critical = *scenario.checks.expect_spof == scenario::Spof::kCritical;
    spof.text = std::string("single point of failure: ") + (critical ? "Critical" : "None");
    spof.observed = result.spof;
    spof.passed = (result.spof == "Critical") == critical;
    result.checks.push_back(spof);
  }
  if (result.stopped == world_sim::StopReason::kInterrupted) {
    result.verdict = Verdict::kInconclusive;
    result.reason = "interrupted";
    return;
  }
  result.reason = reason_to_fail(result);
  result.verdict = result.reason.empty() ? Verdict::kPass : Verdict::kFail;
}

}  // namespace lab
