#include "report/html.h"

#include <array>
#include <cmath>

#include "chapter.h"
#include "detectors.h"
#include "page_parts.h"
#include "patterns_section.h"

namespace report {
namespace {

// Nothing is fetched, framed or sent; only the embedded scripts and the embedded style apply.
std::string policy() {
  std::string text = "default-src 'none'; base-uri 'none'; form-action 'none'; style-src '";
  text.append(kStyleHash).append("'; script-src '").append(kChartsHash).append("' '");
  return text.append(kScriptHash).append("'");
}

void add_head(Markup& page, const lab::SuiteResult& suite) {
  page.html("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
  page.html("<meta http-equiv=\"Content-Security-Policy\" content=\"").html(policy());
  page.html("\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
  page.html("<meta name=\"color-scheme\" content=\"light dark\">\n<title>");
  page.text(lab::name_of(suite.verdict)).html(": ").text(suite.suite).html(" – Muster</title>\n");
  page.html("<style>").html(kStyle).html("</style>\n</head>\n");
}

std::uint64_t passed(const lab::SuiteResult& suite) {
  std::uint64_t count = 0;
  for (const lab::CaseResult& result : suite.cases) {
    count += result.verdict == lab::Verdict::kPass ? 1U : 0U;
  }
  return count;
}

std::string sentence(const lab::SuiteResult& suite) {
  std::string text = std::to_string(passed(suite)) + " of " + std::to_string(suite.cases.size());
  text += suite.cases.size() == 1 ? " case passed" : " cases passed";
  return suite.interrupted ? text + "; interrupted, the results are partial" : text;
}

void add_fact(Markup& page, std::string_view name, std::string_view value) {
  page.html("<div><dt>").html(name).html("</dt><dd>").text(value).html("</dd></div>");
}

void add_banner(Markup& page, const lab::SuiteResult& suite) {
  const std::string_view verdict = lab::name_of(suite.verdict);
  page.html("<header class=\"banner ").html(verdict).html("\"><p class=\"suite\">Suite <strong>");
  page.text(suite.suite).html("</strong></p><h1>").html(verdict).html("</h1><p>");
  page.text(sentence(suite)).html("</p><dl class=\"facts\">");
  add_fact(page, "World", suite.world);
  add_fact(page, "Seeds",
           suite.seeds <= 1 ? std::to_string(suite.seed)
                            : std::to_string(suite.seed) + " to " +
                                  std::to_string(suite.seed + suite.seeds - 1));
  add_fact(page, "Wall time", with_unit(suite.wall_s, scenario::Unit::kSeconds));
  add_fact(page, "Fingerprint", hex16(suite.fingerprint));
  if (!suite.build.empty()) {
    add_fact(page, "Build", suite.build);
  }
  page.html("</dl></header>\n");
}

struct Column {
  std::string_view title;
  std::string_view metric;
};
constexpr auto kColumns = std::to_array<Column>({{"Goodput", "goodput"},
                                                 {"p50", "latency_p50"},
                                                 {"p99", "latency_p99"},
                                                 {"Recovery", "recovery_time"}});

void add_cell(Markup& page, const lab::CaseResult& result, std::string_view metric) {
  const lab::MetricEstimate* estimate = find_estimate(result.metrics, metric);
  page.html("<td class=\"num\" data-metric=\"").html(metric).html("\"");
  if (estimate != nullptr && std::isfinite(estimate->value)) {
    page.html(" data-value=\"").html(nine_digits(estimate->value)).html("\"");
  }
  page.html(">").text(mean_text(estimate, metric)).html("</td>");
}

void add_row(Markup& page, const lab::CaseResult& result, std::size_t number) {
  const check::Account& account = result.account;
  page.html("<tr data-case=\"").number(number).html("\"><th scope=\"row\"><a href=\"#");
  page.html(chapter_anchor(number)).html("\">").text(result.case_name).html("</a></th><td>");
  add_badge(page, lab::name_of(result.verdict));
  page.html("</td><td class=\"num\" data-tasks=\"done\">").number(account.done);
  page.html("</td><td class=\"num\" data-tasks=\"offered\">").number(account.offered);
  page.html("</td><td class=\"num\" data-tasks=\"lost\">").number(account.lost).html("</td>");
  for (const Column& column : kColumns) {
    add_cell(page, result, column.metric);
  }
  page.html("<td class=\"num\">").text(reliability_text(result)).html("</td>");
  page.html("<td>").text(spof_of(result)).html("</td></tr>\n");
}

void add_summary(Markup& page, const lab::SuiteResult& suite) {
  page.html("<section><h2 id=\"summary\">Summary</h2><div class=\"scroll\">");
  page.html("<table class=\"summary\"><thead><tr><th>Case</th><th>Verdict</th>");
  page.html("<th class=\"num\">Done</th><th class=\"num\">Offered</th>");
  page.html("<th class=\"num\">Lost</th>");
  for (const Column& column : kColumns) {
    page.html("<th class=\"num\">").html(column.title).html("</th>");
  }
  page.html("<th class=\"num\">Reliability</th>");
  page.html("<th><abbr title=\"Single point of failure\">SPOF</abbr></th></tr></thead>\n");
  const std::string* pattern = nullptr;
  for (std::size_t i = 0; i < suite.cases.size(); ++i) {
    const lab::CaseResult& result = suite.cases[i];
    if (pattern == nullptr || *pattern != result.pattern) {
      page.html(pattern == nullptr ? "" : "</tbody>").html("<tbody><tr class=\"pattern\">");
      page.html("<th colspan=\"11\" scope=\"rowgroup\">").text(result.pattern);
      page.html("</th></tr>\n");
      pattern = &result.pattern;
    }
    add_row(page, result, i + 1);
  }
  page.html(pattern == nullptr ? "" : "</tbody>").html("</table></div>");
  page.html(
      "<p class=\"note\">Tasks and reliability are of all runs of a case; goodput, latencies and ");
  page.html(
      "recovery of its first variant, means over its seeds; its chapter has each. Latencies count "
      "from the intended start");
  page.html(", with tasks that never finished as infinite; – means that the figure does not ");
  page.html("apply, “never” that what was due did not come.</p></section>\n");
}

}  // namespace

std::string suite_html(const lab::SuiteResult& suite, const PageInfo& info) {
  Markup page;
  add_head(page, suite);
  page.html("<body>\n<main>\n");
  add_banner(page, suite);
  add_summary(page, suite);
  add_across(page, suite);
  add_detectors(page, suite);
  for (std::size_t i = 0; i < suite.cases.size(); ++i) {
    if (i == 0 || suite.cases[i].pattern != suite.cases[i - 1].pattern) {
      add_pattern(page, suite, suite.cases[i].pattern);
    }
    add_chapter(page, suite.cases[i], i + 1, info);
    page.html("\n");
  }
  page.html("</main>\n<footer>Written by Muster");
  if (!info.version.empty()) {
    page.html(" ").text(info.version);
  }
  page.html(". Charts: Chart.js (MIT licence), embedded. This page needs no network.</footer>\n");
  page.html("<script>").html(kCharts).html("</script>\n<script>").html(kScript);
  page.html("</script>\n</body>\n</html>\n");
  return page.str();
}

}  // namespace report
