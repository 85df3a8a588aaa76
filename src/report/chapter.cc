#include "chapter.h"

#include <algorithm>
#include <array>
#include <utility>

#include "figures.h"
#include "report/explanation.h"
#include "report_tables.h"
#include "run_section.h"

namespace report {
namespace {

// The first run of each variant, which has its time series, and the first that did not pass.
std::vector<const lab::RunResult*> shown_runs(const lab::CaseResult& result) {
  std::vector<const lab::RunResult*> shown;
  bool failed = false;
  for (const lab::RunResult& run : result.runs) {
    // One run for each component of each arm would fill the page.
    const bool one_of_many = !run.component.empty();
    const bool known = one_of_many || std::ranges::any_of(shown, [&](const lab::RunResult* other) {
                         return other->run == run.run;
                       });
    const bool first_failure = run.verdict != lab::Verdict::kPass && !failed;
    if (!known || first_failure) {
      shown.push_back(&run);
    }
    failed = failed || run.verdict != lab::Verdict::kPass;
  }
  return shown;
}

std::uint64_t seeds_of(const lab::CaseResult& result, const lab::RunResult& run) {
  return static_cast<std::uint64_t>(std::ranges::count(result.runs, run.run, &lab::RunResult::run));
}

std::string caption(const lab::RunResult& run, std::uint64_t seeds) {
  std::string text = run.run == "base" ? "Run" : "Run “" + run.run + "”";
  text += ", seed " + std::to_string(run.seed);
  return seeds > 1 ? text + ", of " + std::to_string(seeds) + " seeds" : text;
}

void add_figure(Markup& page, std::string_view name, std::string_view value) {
  page.html("<div><dt>").html(name).html("</dt><dd>").text(value).html("</dd></div>");
}

void add_metric(Markup& page, const lab::CaseResult& result, std::string_view title,
                std::string_view metric) {
  add_figure(page, title, mean_text(find_estimate(result.metrics, metric), metric));
}

void add_key_figures(Markup& page, const lab::CaseResult& result) {
  const check::Account& account = result.account;
  page.html("<dl class=\"key\">");
  add_figure(page, "Tasks done",
             std::to_string(account.done) + " of " + std::to_string(account.offered));
  add_figure(page, "Lost, duplicated",
             std::to_string(account.lost) + ", " + std::to_string(account.duplicated));
  std::vector<const lab::RunResult*> runs;
  for (const lab::RunResult& run : result.runs) {
    runs.push_back(&run);
  }
  const std::string safety = safety_text(lab::safety_of(runs));
  add_figure(page, "Orders unsafe", safety.empty() ? "–" : safety);
  add_metric(page, result, "Goodput", "goodput");
  add_figure(page, "Reliability of all runs", reliability_text(result));
  add_metric(page, result, "Latency p50", "latency_p50");
  add_metric(page, result, "Latency p99", "latency_p99");
  add_metric(page, result, "Recovery", "recovery_time");
  add_figure(page, "Single point of failure", spof_of(result));
  page.html("</dl>");
}

constexpr auto kVariantColumns =
    std::to_array<std::pair<std::string_view, std::string_view>>({{"Goodput", "goodput"},
                                                                  {"Reliability", "reliability"},
                                                                  {"p50", "latency_p50"},
                                                                  {"p99", "latency_p99"},
                                                                  {"Recovery", "recovery_time"}});

void add_variant(Markup& page, const lab::VariantResult& variant) {
  page.html("<tr data-variant><th scope=\"row\">").text(variant.run).html("</th><td>");
  add_badge(page, lab::name_of(variant.verdict));
  const check::Account& account = variant.account;
  for (const std::uint64_t count :
       {account.offered, account.done, account.failed, account.lost, account.duplicated}) {
    page.html("</td><td class=\"num\">").number(count);
  }
  for (const auto& [title, metric] : kVariantColumns) {
    page.html("</td><td class=\"num\">");
    page.text(mean_text(find_estimate(variant.metrics, metric), metric));
  }
  page.html("</td><td>").text(variant.spof.empty() ? "–" : variant.spof).html("</td></tr>");
}

// A case of one variant has these among its key figures.
void add_variants(Markup& page, const lab::CaseResult& result) {
  const std::vector<lab::VariantResult> variants = lab::variants_of(result);
  if (variants.size() < 2) {
    return;
  }
  page.html("<h3>What each variant came to</h3><div class=\"scroll\"><table><thead><tr>");
  for (const std::string_view title :
       {"Variant", "Verdict", "Offered", "Done", "Failed", "Lost", "Twice"}) {
    page.html("<th>").html(title).html("</th>");
  }
  for (const auto& [title, metric] : kVariantColumns) {
    page.html("<th class=\"num\">").html(title).html("</th>");
  }
  page.html("<th>SPOF</th></tr></thead><tbody>");
  for (const lab::VariantResult& variant : variants) {
    add_variant(page, variant);
  }
  page.html("</tbody></table></div>");
}

void add_heading(Markup& page, const lab::CaseResult& result, std::size_t number) {
  page.html("<header><p class=\"pattern\">").text(result.pattern).html("</p><h2 id=\"");
  page.html(chapter_anchor(number)).html("\">").text(result.case_name).html(" ");
  add_badge(page, lab::name_of(result.verdict));
  page.html("</h2>");
  if (!result.description.empty()) {
    page.html("<p class=\"description\">").text(result.description).html("</p>");
  }
  if (!result.reason.empty()) {
    page.html("<p class=\"reason\">").text(result.reason).html("</p>");
  }
  page.html("</header>");
}

void add_provenance(Markup& page, const lab::CaseResult& result) {
  std::vector<std::string> lines;
  for (const lab::RunResult& run : result.runs) {
    for (const std::string& line : run.provenance) {
      if (std::ranges::find(lines, line) == lines.end()) {
        lines.push_back(line);
      }
    }
  }
  if (lines.empty()) {
    return;
  }
  page.html("<h3>Where the prices come from</h3><ul class=\"provenance\">");
  for (const std::string& line : lines) {
    page.html("<li>").text(line).html("</li>");
  }
  page.html("</ul>");
}

}  // namespace

std::string chapter_anchor(std::size_t number) {
  return "case-" + std::to_string(number);
}

const lab::MetricEstimate* find_estimate(const lab::Estimates& estimates, std::string_view metric) {
  const auto found = estimates.find(metric);
  return found == estimates.end() ? nullptr : &found->second;
}

std::string reliability_text(const lab::CaseResult& result) {
  const std::optional<double> share = lab::reliability_of(result);
  return share ? with_unit(*share, scenario::Unit::kShare) : "–";
}

std::string spof_of(const lab::CaseResult& result) {
  std::string least = "–";
  for (const lab::RunResult& run : result.runs) {
    if (run.spof == "Critical") {
      return spof_text(run);
    }
    least = run.spof.empty() ? least : run.spof;
  }
  return least;
}

void add_chapter(Markup& page, const lab::CaseResult& result, std::size_t number,
                 const PageInfo& info) {
  page.html("<section class=\"case\">");
  add_heading(page, result, number);
  add_key_figures(page, result);
  add_variants(page, result);
  std::size_t index = 0;
  const std::vector<const lab::RunResult*> shown = shown_runs(result);
  for (const lab::RunResult* run : shown) {
    const std::string anchor = "run-" + std::to_string(number) + "-" + std::to_string(++index);
    const std::uint64_t seeds = seeds_of(result, *run);
    add_run(page, *run, anchor, caption(*run, seeds), seeds, info);
  }
  add_requirements(page, result);
  add_faults(page, shown);
  add_invariants(page, result);
  add_metrics(page, result);
  add_runs(page, result, info);
  add_provenance(page, result);
  page.html("<p class=\"top\"><a href=\"#summary\">Back to the summary</a></p></section>");
}

}  // namespace report
