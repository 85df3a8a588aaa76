#include "report/markdown.h"

#include <algorithm>
#include <set>
#include <string>
#include <string_view>

#include "detectors.h"
#include "figures.h"
#include "markup.h"
#include "published.h"

namespace report {
namespace {

// Text of strangers in a cell: no markup, no end of the cell or the line.
std::string cell(std::string_view text) {
  std::string out;
  for (const char c : escaped(text)) {
    if (c == '\n' || c == '\t') {
      out += ' ';
    } else {
      if (std::string_view("|\\`*_[]{}!~").find(c) != std::string_view::npos) {
        out += '\\';
      }
      out += c;
    }
  }
  return out;
}

std::string table_row(const std::vector<std::string>& cells) {
  std::string line = "|";
  for (const std::string& one : cells) {
    line += " " + one + " |";
  }
  return line + "\n";
}

std::string rule(std::size_t cells) {
  std::string line = "|";
  for (std::size_t i = 0; i < cells; ++i) {
    line += "---|";
  }
  return line + "\n";
}

// Whether the number of seeds was one for all; else each case ran its own.
bool same_seeds(const lab::SuiteResult& suite) {
  std::set<std::uint64_t> seeds;
  for (const lab::RunResult& run :
       suite.cases.empty() ? std::vector<lab::RunResult>() : suite.cases.front().runs) {
    seeds.insert(run.seed);
  }
  return seeds.size() == suite.seeds;
}

// The suite is called "built-in" with the flags that select its cases, or as the scenario's file;
// the last of the flags is of both.
std::string command(const lab::SuiteResult& suite) {
  constexpr std::string_view kBuiltIn = "built-in";
  constexpr std::string_view kFull = " --full";
  std::string name = valid_text(suite.suite);
  const bool full = name.ends_with(kFull);
  name.resize(name.size() - (full ? kFull.size() : 0));
  const std::string what = name.starts_with(kBuiltIn) ? "test" + name.substr(kBuiltIn.size())
                                                      : "run " + shell_word(name);
  return "muster " + what + std::string(full ? kFull : "") + " --seed " +
         std::to_string(suite.seed) +
         (same_seeds(suite) ? " --seeds " + std::to_string(suite.seeds) : "");
}

std::string head(const lab::SuiteResult& suite) {
  std::size_t runs = 0;
  for (const lab::CaseResult& result : suite.cases) {
    runs += result.runs.size();
  }
  std::string text = "# Results\n\n";
  text += table_row({"", ""}) + rule(2);
  text += table_row({"command", "`" + command(suite) + "`"});
  text += table_row({"verdict", std::string(name_of(suite.verdict)) +
                                    (suite.interrupted ? ", interrupted: partial" : "")});
  text += table_row({"world", cell(suite.world)});
  text += table_row({"seeds", std::to_string(suite.seed) + " to " +
                                  std::to_string(suite.seed + suite.seeds - 1) + ", " +
                                  std::to_string(runs) + " runs"});
  text += table_row({"schedule hash", "`" + hex16(schedule_hash(suite)) + "`"});
  text += table_row({"fingerprint", "`" + hex16(suite.fingerprint) + "`"});
  return text + table_row({"build", "`" + cell(suite.build) + "`"}) + "\n";
}

std::string figure_rows(const std::vector<PatternFigures>& rows, FigureTable table,
                        bool differences) {
  const std::vector<std::size_t> columns = columns_of(table, rows);
  if (columns.empty()) {
    return {};
  }
  const bool first = table == FigureTable::kSameLoad;
  const bool places = table == FigureTable::kRegions;
  std::vector<std::string> titles = {"pattern", "runs"};
  for (const std::size_t column : columns) {
    titles.push_back(heading(rows, column));
  }
  if (first && !differences) {
    titles.emplace_back("SPOF");
  }
  if (first || places) {
    titles.emplace_back(first ? "schedules" : "regions");
  }
  std::string text = table_row(titles) + rule(titles.size());
  for (const PatternFigures& one : rows) {
    std::vector<std::string> cells = {cell(one.name), runs_text(one)};
    for (const std::size_t column : columns) {
      cells.push_back(cell_text(rows, one, column));
    }
    if (first && !differences) {
      cells.push_back(cell(one.spof));
    }
    if (first || places) {
      cells.push_back(first ? "`" + one.schedules + "`" : cell(one.regions));
    }
    text += table_row(cells);
  }
  return text + "\n";
}

std::string notes(const Across& figures) {
  std::string text = "Means over runs; intervals are 95 %, by the bootstrap over runs, from " +
                     std::to_string(lab::kSeedsToJudge) + " runs on. Cells of fewer than " +
                     std::to_string(kRunsToPublish) +
                     " runs are observed: they rank nothing. In brackets: the schedule that a "
                     "figure was measured under; S0s and S1s are S0 and S1 with a tenth of each "
                     "time.\n";
  for (const PatternFigures& row : figures.rows) {
    if (!row.prices.empty()) {
      return text + "Prices: " + cell(row.prices) + ".\n" + std::string(kCostNote) + "\n";
    }
  }
  return text;
}

std::string published(const std::vector<PatternFigures>& rows) {
  std::string text = "\nBeside it, what the suite that Muster replaces published; " +
                     std::string(kNotMeasured) + ":\n\n";
  text +=
      table_row({"pattern", "reliability", "mean latency", "SPOF", "recovery", "recovery in all"}) +
      rule(6);
  for (const PatternFigures& one : rows) {
    if (const Published* published = find_published(one.name)) {
      text += table_row({cell(one.name), std::string(published->reliability),
                         std::string(published->latency), std::string(published->spof),
                         std::string(published->recovery), std::string(published->total_recovery)});
    }
  }
  return text + "\n";
}

// What follows the first table: what it says together, and the other tables.
std::string rest_of(const Across& figures) {
  std::string text;
  if (!figures.order.empty()) {
    text += "Topologies by reliability under faults: " + cell(figures.order) + ".\n\n";
  }
  if (!figures.differences.empty()) {
    text += "Policies as the difference from their base, seed by seed:\n\n" +
            figure_rows(figures.differences, FigureTable::kSameLoad, true);
  }
  text += notes(figures) + published(figures.rows);
  for (const FigureTable table :
       {FigureTable::kRegions, FigureTable::kOwnLoad, FigureTable::kSizes}) {
    if (const std::string rows = figure_rows(figures.rows, table, false); !rows.empty()) {
      text += "### " + std::string(title_of(table)) + "\n\n" + std::string(meaning_of(table)) +
              "\n\n" + rows;
    }
  }
  return text;
}

std::string across(const lab::SuiteResult& suite) {
  const std::vector<Across> compared = comparisons(suite);
  std::string text;
  for (const Across& figures : compared) {
    text += "## Across patterns" + (compared.size() > 1 ? ": " + cell(figures.title) : "") +
            "\n\nThe same agents under the same load and faults.\n\n" +
            figure_rows(figures.rows, FigureTable::kSameLoad, false) + rest_of(figures);
  }
  if (!compared.empty()) {
    return text;
  }
  const Across figures = across_patterns(suite);
  return "## Across patterns\n\nEach pattern by its own first case; these differ in load and in "
         "faults, so the rows must not be ranked.\n\n" +
         figure_rows(figures.rows, FigureTable::kSameLoad, false) + rest_of(figures);
}

void recovery_rows(std::string& text, const std::string& name, const std::vector<Recovery>& list) {
  for (const Recovery& one : list) {
    text += table_row(
        {cell(name), cell(one.kind), one.schedule.empty() ? "its own" : cell(one.schedule),
         std::to_string(one.faults), seconds_text(one.detect_s), seconds_text(one.decide_s),
         seconds_text(one.execute_s), seconds_text(one.total_s), std::to_string(one.open)});
  }
}

// Empty where no fault acted.
std::string recovery(const lab::SuiteResult& suite) {
  std::string rows;
  std::set<std::string> done;
  for (const Across& compared : comparisons(suite)) {
    for (const PatternFigures& row : compared.rows) {
      recovery_rows(rows, row.name + ", " + row.scenario, recoveries(suite, kComparison, &row));
    }
    done.insert(std::string(kComparison));
  }
  for (const lab::CaseResult& result : suite.cases) {
    if (done.insert(result.pattern).second) {
      recovery_rows(rows, result.pattern, recoveries(suite, result.pattern));
    }
  }
  if (rows.empty()) {
    return rows;
  }
  return "## How long faults took to be dealt with\n\n"
         "Detect: until somebody noticed who was hit; decide: until another led, or had its work; "
         "execute: until the objective was met again, where that was not before. In all: from "
         "onset to the objective met for good, 0 where it was never missed; those not seen to "
         "recover count as longer than they were watched. Medians, each of the faults that have "
         "the time. " +
         std::string(kRecoveryNote) + "\n\n" +
         table_row({"pattern", "fault", "schedule", "acted", "detect", "decide", "execute",
                    "in all", "not seen to recover"}) +
         rule(9) + rows + "\n";
}

std::string cases(const lab::SuiteResult& suite) {
  std::string text = "## Cases\n\n";
  text += table_row({"pattern", "case", "verdict", "runs", "offered", "done", "lost", "duplicated",
                     "violations of the safety of orders"}) +
          rule(9);
  for (const lab::CaseResult& result : suite.cases) {
    const check::Account& account = result.account;
    lab::Safety safety;
    for (const lab::RunResult& run : result.runs) {
      safety += lab::safety_of(run);
    }
    text += table_row({cell(result.pattern), cell(result.case_name),
                       std::string(name_of(result.verdict)), std::to_string(result.runs.size()),
                       std::to_string(account.offered), std::to_string(account.done),
                       std::to_string(account.lost), std::to_string(account.duplicated),
                       safety_text(safety)});
  }
  return text;
}

// Prose in lines of at most 120 columns, as what is committed is reviewed by lines. A row of a
// table has to stay one.
std::string wrapped(std::string_view text) {
  constexpr std::size_t kProseColumns = 120;
  std::string out;
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    while (line.size() > kProseColumns && !line.starts_with('|')) {
      const std::size_t space = line.rfind(' ', kProseColumns);
      if (space == std::string_view::npos) {
        break;
      }
      out += std::string(line.substr(0, space)) + "\n";
      line.remove_prefix(space + 1);
    }
    out += std::string(line) + "\n";
  }
  return out;
}

}  // namespace

std::string suite_markdown(const lab::SuiteResult& suite) {
  return wrapped(head(suite) + across(suite) + recovery(suite) + detectors_markdown(suite) +
                 cases(suite));
}

}  // namespace report
