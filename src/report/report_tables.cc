#include "report_tables.h"

#include <algorithm>
#include <map>

#include "figures.h"
#include "report/replay.h"
#include "run_section.h"

namespace report {
namespace {

void open_table(Markup& page, std::string_view head) {
  page.html("<div class=\"scroll\"><table><thead><tr>").html(head);
  page.html("</tr></thead><tbody>");
}

void close_table(Markup& page) {
  page.html("</tbody></table></div>");
}

void open_fold(Markup& page, std::string_view title, std::size_t count) {
  page.html("<details><summary><h3>").html(title).html("</h3> <span class=\"note\">");
  page.number(count).html("</span></summary>");
}

// One check of one variant, over its seeds.
struct Requirement {
  const lab::CheckResult* shown = nullptr;  // the first that failed, or the first
  std::uint64_t passed = 0;
  std::uint64_t runs = 0;
};

// The checks of a variant stand in the same order in each of its runs.
using Variants = std::vector<std::pair<std::string, std::vector<Requirement>>>;

void count(std::vector<Requirement>& requirements, const lab::RunResult& run) {
  requirements.resize(std::max(requirements.size(), run.checks.size()));
  for (std::size_t i = 0; i < run.checks.size(); ++i) {
    Requirement& requirement = requirements[i];
    const lab::CheckResult& check = run.checks[i];
    if (requirement.shown == nullptr || (requirement.shown->passed && !check.passed)) {
      requirement.shown = &check;
    }
    requirement.passed += check.passed ? 1U : 0U;
    ++requirement.runs;
  }
}

Variants over_seeds(const lab::CaseResult& result) {
  Variants variants;
  for (const lab::RunResult& run : result.runs) {
    auto found = std::ranges::find(variants, run.run, &Variants::value_type::first);
    if (found == variants.end()) {
      found = variants.insert(variants.end(), {run.run, {}});
    }
    count(found->second, run);
  }
  return variants;
}

// An objective says in its first word how it was judged; one of a single run is only observed.
std::string_view judgement(const lab::CheckResult& check) {
  if (!check.objective) {
    return check.passed ? "pass" : "fail";
  }
  const std::string_view word =
      std::string_view(check.observed).substr(0, check.observed.find(':'));
  return word == "pass" || word == "fail" || word == "inconclusive" ? word : "observed";
}

void add_requirement(Markup& page, std::string_view variant, const Requirement& requirement) {
  const lab::CheckResult& check = *requirement.shown;
  page.html("<tr><td>").text(variant).html("</td><td>");
  page.html(check.objective ? "<span class=\"note\">objective</span> " : "").text(check.text);
  page.html("</td><td>").text(check.observed).html("</td><td class=\"num\">");
  page.number(requirement.passed).html(" of ").number(requirement.runs).html("</td><td>");
  add_badge(page, judgement(check));
  page.html("</td></tr>");
}

std::string with_time(const check::Violation& violation, const lab::RunResult& run) {
  std::string text = run.id() + " at " + moment(violation.at);
  if (violation.who) {
    text += ", " + std::string(run.node_name(violation.who));
  }
  return text + ": " + violation.what;
}

struct Total {
  std::string name;
  std::uint64_t checked = 0;
  std::uint64_t violated = 0;
  bool applies = false;
  bool holds = true;
  std::vector<std::string> first;

  // There was nothing of which it speaks.
  [[nodiscard]] bool idle() const { return holds && checked == 0; }
};

std::vector<Total> totals(const lab::CaseResult& result) {
  std::vector<Total> all;
  for (const lab::RunResult& run : result.runs) {
    for (const check::Invariant& invariant : run.invariants) {
      auto found = std::ranges::find(all, invariant.name, &Total::name);
      if (found == all.end()) {
        found = all.insert(all.end(), {invariant.name, 0, 0, false, true, {}});
      }
      found->checked += invariant.checked;
      found->violated += invariant.violated;
      found->applies = found->applies || invariant.applies;
      found->holds = found->holds && invariant.holds();
      for (const check::Violation& violation : invariant.first) {
        if (found->first.size() < check::kViolationsKept) {
          found->first.push_back(with_time(violation, run));
        }
      }
    }
  }
  return all;
}

void add_invariant(Markup& page, const Total& total) {
  page.html("<tr><td><code>").text(total.name).html("</code>");
  for (const std::string& line : total.first) {
    page.html("<p class=\"violation\">").text(line).html("</p>");
  }
  page.html("</td><td class=\"num\">").number(total.checked).html("</td><td class=\"num\">");
  page.number(total.violated).html("</td><td>");
  add_badge(page, !total.holds ? "fail" : total.idle() ? "unused" : "pass");
  page.html("</td></tr>");
}

void add_fault(Markup& page, const lab::RunResult& run, const lab::FaultRecord& fault) {
  page.html("<tr><td>").text(run.run).html("</td><td>").text(fault.kind).html("</td><td>");
  page.text(target_names(run, fault)).html(fault.on_leader ? " (leading)" : "");
  for (const auto& at :
       {fault.began, fault.ended, fault.detected, fault.decided, fault.recovered}) {
    page.html("</td><td class=\"num\">").text(moment(at));
  }
  page.html("</td><td class=\"num\">").number(fault.acted).html("</td><td>");
  add_badge(page, fault.acted > 0 ? "acted" : "fail");
  page.html("</td></tr>");
}

std::string interval(const lab::MetricEstimate& estimate, scenario::Unit unit) {
  if (!estimate.ci_low || !estimate.ci_high) {
    return "–";
  }
  return with_unit(*estimate.ci_low, unit) + " to " + with_unit(*estimate.ci_high, unit);
}

}  // namespace

void add_requirements(Markup& page, const lab::CaseResult& result) {
  const Variants variants = over_seeds(result);
  const bool any = std::ranges::any_of(variants, [](const auto& v) { return !v.second.empty(); });
  if (!any && result.checks.empty()) {
    return;
  }
  page.html("<h3>Requirements and objectives</h3>");
  open_table(page,
             "<th>Run</th><th>Required</th><th>Observed</th><th class=\"num\">Met in</th>"
             "<th>Result</th>");
  for (const auto& [variant, requirements] : variants) {
    for (const Requirement& requirement : requirements) {
      add_requirement(page, variant, requirement);
    }
  }
  for (const lab::CheckResult& check : result.checks) {
    page.html("<tr><td>all</td><td>");
    page.html(check.objective ? "<span class=\"note\">objective</span> " : "").text(check.text);
    page.html("</td><td>").text(check.observed).html("</td><td class=\"num\">–</td><td>");
    add_badge(page, judgement(check));
    page.html("</td></tr>");
  }
  close_table(page);
}

void add_faults(Markup& page, const std::vector<const lab::RunResult*>& runs) {
  if (std::ranges::all_of(runs, [](const lab::RunResult* run) { return run->faults.empty(); })) {
    return;
  }
  page.html("<h3>Faults</h3>");
  open_table(page,
             "<th>Run</th><th>Fault</th><th>Hit</th><th class=\"num\">Began</th>"
             "<th class=\"num\">Ended</th><th class=\"num\">Detected</th>"
             "<th class=\"num\">Decided</th><th class=\"num\">Recovered</th>"
             "<th class=\"num\">Acts</th><th>Result</th>");
  for (const lab::RunResult* run : runs) {
    for (const lab::FaultRecord& fault : run->faults) {
      add_fault(page, *run, fault);
    }
  }
  close_table(page);
}

void add_invariants(Markup& page, const lab::CaseResult& result) {
  const std::vector<Total> all = totals(result);
  if (all.empty()) {
    return;
  }
  const bool hold = std::ranges::all_of(all, &Total::holds);
  page.html(hold ? "<details>" : "<details open>").html("<summary><h3>Invariants</h3> ");
  page.html("<span class=\"note\">");
  const auto idle = static_cast<std::uint64_t>(std::ranges::count_if(all, &Total::idle));
  const auto broken = static_cast<std::uint64_t>(
      std::ranges::count_if(all, [](const Total& total) { return !total.holds; }));
  page.number(all.size() - idle - broken).html(" hold");
  if (broken > 0) {
    page.html(", ").number(broken).html(broken == 1 ? " does not" : " do not");
  }
  if (idle > 0) {
    page.html(", ").number(idle).html(" not applicable");
  }
  page.html("</span></summary>");
  open_table(page,
             "<th>Invariant</th><th class=\"num\">Checked</th><th class=\"num\">Violated</th>"
             "<th>Result</th>");
  for (const Total& total : all) {
    add_invariant(page, total);
  }
  close_table(page);
  page.html("</details>");
}

void add_metrics(Markup& page, const lab::CaseResult& result) {
  if (result.metrics.empty()) {
    return;
  }
  open_fold(page, "All metrics", result.metrics.size());
  page.html("<p class=\"note\">Of the first run variant");
  page.text(result.runs.empty() || result.runs.front().run.empty()
                ? std::string()
                : " (" + result.runs.front().run + ")");
  page.html(", the mean over its seeds; with an interval ");
  page.html("of 95 % from ").number(lab::kSeedsToJudge).html(" seeds on.</p>");
  open_table(page,
             "<th>Metric</th><th class=\"num\">Value</th><th class=\"num\">Interval</th>"
             "<th class=\"num\">n</th><th>Meaning</th>");
  for (const scenario::Metric& metric : scenario::metrics()) {
    const auto found = result.metrics.find(metric.name);
    if (found == result.metrics.end()) {
      continue;
    }
    page.html("<tr><td><code>").text(metric.name).html("</code></td><td class=\"num\">");
    page.text(mean_text(&found->second, metric.name)).html("</td><td class=\"num\">");
    page.text(interval(found->second, metric.unit)).html("</td><td class=\"num\">");
    page.number(found->second.n).html("</td><td>").text(metric.meaning).html("</td></tr>");
  }
  close_table(page);
  page.html("</details>");
}

void add_runs(Markup& page, const lab::CaseResult& result, const PageInfo& info) {
  if (result.runs.empty()) {
    return;
  }
  open_fold(page, "Runs", result.runs.size());
  open_table(page,
             "<th>Run</th><th>Result</th><th class=\"num\">Tasks</th><th class=\"num\">Lost</th>"
             "<th>Fingerprint</th><th>Schedule</th><th>Replay</th>");
  for (const lab::RunResult& run : result.runs) {
    page.html("<tr><td>").text(run.id()).html("</td><td>");
    add_badge(page, lab::name_of(run.verdict));
    page.html("</td><td class=\"num\">").number(run.account.done).html(" of ");
    page.number(run.account.offered).html("</td><td class=\"num\">").number(run.account.lost);
    page.html("</td><td><code>").html(hex16(run.fingerprint)).html("</code></td><td><code>");
    page.html(hex16(run.schedule)).html("</code></td><td><code>");
    page.text(replay_command(run, info.program)).html("</code></td></tr>");
  }
  close_table(page);
  page.html("</details>");
}

}  // namespace report
