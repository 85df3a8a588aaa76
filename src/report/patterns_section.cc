#include "patterns_section.h"

#include <vector>

#include "figures.h"
#include "pareto_picture.h"
#include "published.h"

namespace report {
namespace {

void open_table(Markup& page, const std::vector<std::string>& head) {
  page.html("<div class=\"scroll\"><table><thead><tr>");
  for (const std::string& title : head) {
    page.html("<th>").text(title).html("</th>");
  }
  page.html("</tr></thead><tbody>");
}

void add_recoveries(Markup& page, const lab::SuiteResult& suite, std::string_view pattern) {
  const std::vector<Recovery> list = recoveries(suite, pattern);
  if (list.empty()) {
    return;
  }
  page.html("<h3>How long faults took to be dealt with</h3>");
  open_table(page, {"Fault", "schedule", "acted", "detect", "decide", "execute", "in all",
                    "not seen to recover"});
  for (const Recovery& one : list) {
    page.html("<tr><th scope=\"row\">").text(one.kind).html("</th><td>");
    page.text(one.schedule.empty() ? "its own" : one.schedule).html("</td><td class=\"num\">");
    page.number(one.faults);
    for (const auto& seconds : {one.detect_s, one.decide_s, one.execute_s, one.total_s}) {
      page.html("</td><td class=\"num\">").text(seconds_text(seconds));
    }
    page.html("</td><td class=\"num\">").number(one.open).html(" of ").number(one.faults);
    page.html("</td></tr>");
  }
  page.html("</tbody></table></div><p class=\"note\">Medians over all runs of the pattern. ");
  page.html("Detect: until somebody notices who was hit; decide: until its work is given to ");
  page.html("another, or another leads; execute: until the objective is met again, – where that ");
  page.html("was before any decision. “In all” is from the onset until the objective is met for ");
  page.html("good, 0 where it never was missed; faults not seen to recover count as longer than ");
  page.html("they were watched, and – is where these are most. ").html(kRecoveryNote).html("</p>");
}

void add_published(Markup& page, std::string_view pattern) {
  const Published* published = find_published(pattern);
  if (published == nullptr) {
    return;
  }
  page.html("<p class=\"note\">Published for this pattern by the suite that Muster replaces, ");
  page.text(kNotMeasured).html(": reliability ").text(published->reliability);
  page.html(", mean latency ").text(published->latency).html(", single point of failure ");
  page.text(published->spof).html(", recovery ").text(published->recovery).html(", in all ");
  page.text(published->total_recovery).html(".</p>");
}

// The first table also has what is said of a pattern as a whole.
void add_figures_row(Markup& page, const std::vector<PatternFigures>& rows,
                     const PatternFigures& row, FigureTable table,
                     const std::vector<std::size_t>& columns) {
  const bool first = table == FigureTable::kSameLoad;
  page.html(first ? "<tr data-pattern-row>" : "<tr>").html("<th scope=\"row\">").text(row.name);
  page.html("</th><td class=\"num\">").text(runs_text(row));
  for (const std::size_t column : columns) {
    page.html("</td><td class=\"num\">").text(cell_text(rows, row, column));
  }
  page.html("</td>");
  if (first) {
    page.html("<td>").text(row.spof.empty() ? "–" : row.spof).html("</td>");
    const Published* published = find_published(row.name);
    for (const auto field :
         {&Published::reliability, &Published::latency, &Published::spof, &Published::recovery}) {
      page.html("<td class=\"published\">").text(published == nullptr ? "–" : published->*field);
      page.html("</td>");
    }
    page.html("<td><code>").text(row.schedules).html("</code></td>");
  } else if (table == FigureTable::kRegions) {
    page.html("<td>").text(row.regions).html("</td>");
  }
  page.html("</tr>");
}

void add_figures_table(Markup& page, const std::vector<PatternFigures>& rows, FigureTable table) {
  const std::vector<std::size_t> columns = columns_of(table, rows);
  if (columns.empty()) {
    return;
  }
  const bool first = table == FigureTable::kSameLoad;
  if (!first) {
    page.html("<h3>").text(title_of(table)).html("</h3><p>").text(meaning_of(table)).html("</p>");
  }
  std::vector<std::string> head = {"Pattern", "runs"};
  for (const std::size_t column : columns) {
    head.push_back(heading(rows, column));
  }
  if (first) {
    head.insert(head.end(), {"SPOF", "published reliability", "published latency", "published SPOF",
                             "published recovery", "schedules"});
  }
  if (table == FigureTable::kRegions) {
    head.emplace_back("regions");
  }
  open_table(page, head);
  for (const PatternFigures& row : rows) {
    add_figures_row(page, rows, row, table, columns);
  }
  page.html("</tbody></table></div>");
}

// The first is what the page's head links to.
void add_one(Markup& page, const Across& across, bool first) {
  page.html("<section class=\"across\">");
  page.html(first ? "<h2 id=\"across\">Across patterns" : "<h2>Across patterns: ");
  page.text(first ? std::string() : across.title).html("</h2>");
  page.html(across.same_load
                ? "<p>The same agents under the same load and faults, one row a pattern.</p>"
                : "<p>Each pattern by its own first case. These differ in load and in faults, so "
                  "the rows must not be ranked; the Performance Summary case compares.</p>");
  page.html(across.same_load ? pareto_svg(across) : std::string());
  add_figures_table(page, across.rows, FigureTable::kSameLoad);
  if (!across.order.empty()) {
    page.html("<p>Topologies by reliability under faults: ").text(across.order).html(".</p>");
  }
  if (!across.differences.empty()) {
    page.html("<h3>Policies as the difference from their base, seed by seed</h3>");
    add_figures_table(page, across.differences, FigureTable::kSameLoad);
  }
  page.html("<p class=\"note\">In brackets: the schedule that a figure was measured under; S0s ");
  page.html("and S1s are S0 and S1 with a tenth of each time. ");
  page.html("Means over runs, with 95 % intervals by the bootstrap over runs ");
  page.html("from ").number(lab::kSeedsToJudge).html(" runs on. Cells of fewer than ");
  page.number(kRunsToPublish).html(" runs are observed: they rank nothing. ");
  for (const PatternFigures& row : across.rows) {
    if (!row.prices.empty()) {
      page.html("Prices: ").text(row.prices).html(". ").html(kCostNote).html(" ");
      break;
    }
  }
  page.html("Published: ").text(kNotMeasured).html(".</p>");
  for (const FigureTable table :
       {FigureTable::kRegions, FigureTable::kOwnLoad, FigureTable::kSizes}) {
    add_figures_table(page, across.rows, table);
  }
  page.html("</section>\n");
}

}  // namespace

void add_pattern(Markup& page, const lab::SuiteResult& suite, std::string_view pattern) {
  page.html("<section class=\"about\"><h2>").text(pattern).html("</h2>");
  const std::string_view meaning = meaning_of_pattern(pattern);
  if (!meaning.empty()) {
    page.html("<p class=\"description\">").text(meaning).html("</p>");
  }
  if (const std::string safety = safety_text(safety_of_pattern(suite, pattern)); !safety.empty()) {
    page.html("<p data-safety>Violations of the safety of orders: ").text(safety).html(".</p>");
  }
  add_recoveries(page, suite, pattern);
  add_published(page, pattern);
  page.html("</section>");
}

void add_across(Markup& page, const lab::SuiteResult& suite) {
  const std::vector<Across> compared = comparisons(suite);
  for (const Across& one : compared) {
    add_one(page, one, &one == &compared.front());
  }
  const Across own = compared.empty() ? across_patterns(suite) : Across();
  if (!own.rows.empty()) {
    add_one(page, own, true);
  }
}

}  // namespace report
