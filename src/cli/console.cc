#include "console.h"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "report/explanation.h"
#include "scenario/metrics.h"

namespace cli {
namespace {

bool plain = false;

std::string padded(std::string text, std::size_t width, bool right) {
  if (text.size() > width) {
    text.resize(width - 1);
    text += '~';
  }
  const std::string space(width - text.size(), ' ');
  return right ? space + text : text + space;
}

std::string formatted(const char* format, double value) {
  char text[48];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

std::string milliseconds(const lab::CaseResult& result, std::string_view metric) {
  const auto it = result.metrics.find(metric);
  if (it == result.metrics.end()) {
    return "-";
  }
  return std::isfinite(it->second.value) ? formatted("%.1f", it->second.value * 1e3) : ">D";
}

std::string seconds(core::Time at) {
  return formatted("%.3f s", core::to_seconds(lab::since_load(at)));
}

Tone tone_of(lab::Verdict verdict) {
  return verdict == lab::Verdict::kPass   ? Tone::kGood
         : verdict == lab::Verdict::kFail ? Tone::kBad
                                          : Tone::kStrong;
}

// What limits the rings of a case: by the first variant, and by each that another stage limits.
std::string slow_stages(const lab::CaseResult& result) {
  std::string text;
  std::string last;
  for (const lab::RunResult& run : result.runs) {
    const auto slow = std::ranges::find(run.stages, true, &lab::StageResult::slow);
    if (slow == run.stages.end() || slow->name == last) {
      continue;
    }
    last = slow->name;
    text += (text.empty() ? "      slow stage: " : "; ") + slow->name +
            (run.run == "base" ? "" : " in " + run.run) +
            formatted(" (%.0f %% in use, ", slow->in_use * 100) +
            formatted("%.1f ms an item)", slow->latency_p50_s * 1e3);
  }
  return text.empty() ? text : tinted(text, Tone::kDim) + "\n";
}

// Whose figures stand in the table, where that is one of several schedules.
std::string measured_of(const lab::CaseResult& result) {
  if (result.runs.empty() || result.runs.front().schedule_name.empty()) {
    return "";
  }
  return tinted("      figures of " + result.runs.front().run, Tone::kDim) + "\n";
}

using Accounts = std::vector<std::pair<std::string, check::Account>>;

// Which variants but the first, whose figures stand in the table, lost tasks or did them twice.
// Some of these are there to show just that.
std::string also_lost(const Accounts& accounts) {
  constexpr std::size_t kNamed = 3;
  std::string text;
  std::size_t found = 0;
  for (std::size_t i = 1; i < accounts.size(); ++i) {
    const auto& [variant, account] = accounts[i];
    if (account.lost + account.duplicated == 0 || ++found > kNamed) {
      continue;
    }
    const std::string lost = account.lost > 0 ? " lost " + std::to_string(account.lost) : "";
    const std::string duplicated =
        account.duplicated > 0 ? " duplicated " + std::to_string(account.duplicated) : "";
    text += (text.empty() ? "      also: " : "; ") + variant + lost +
            (lost.empty() || duplicated.empty() ? "" : " and") + duplicated + " of " +
            std::to_string(account.offered);
  }
  if (found > kNamed) {
    text += "; and " + std::to_string(found - kNamed) + " more variants";
  }
  return text.empty() ? text : tinted(text, Tone::kDim) + "\n";
}

}  // namespace

void stay_plain() {
  plain = true;
}

bool is_terminal(int descriptor) {
  return !plain && isatty(descriptor) == 1 && std::getenv("NO_COLOR") == nullptr;
}

std::string tinted(std::string_view text, Tone tone) {
  if (!is_terminal(STDOUT_FILENO) || tone == Tone::kPlain) {
    return std::string(text);
  }
  const char* code = tone == Tone::kGood  ? "32"
                     : tone == Tone::kBad ? "31"
                     : tone == Tone::kDim ? "2"
                                          : "1";
  return "\033[" + std::string(code) + "m" + std::string(text) + "\033[0m";
}

void show_progress(std::string_view line) {
  if (is_terminal(STDERR_FILENO)) {
    std::fprintf(stderr, "\r\033[K%.*s", static_cast<int>(std::min<std::size_t>(line.size(), 100)),
                 line.data());
    std::fflush(stderr);
  }
}

void clear_progress() {
  if (is_terminal(STDERR_FILENO)) {
    std::fputs("\r\033[K", stderr);
  }
}

std::string table(const lab::SuiteResult& suite) {
  const std::vector<std::pair<std::string, std::size_t>> columns = {
      {"verdict", 12}, {"tasks", 7},  {"done", 7},   {"failed", 6}, {"lost", 5},
      {"dup", 4},      {"good/s", 8}, {"p50 ms", 8}, {"p99 ms", 9}, {"rel %", 7}};
  std::string out;
  std::string pattern;
  std::string head = padded("case", 50, false);
  for (const auto& [name, width] : columns) {
    head += " " + padded(name, width, name != "verdict");
  }
  out += tinted(head, Tone::kStrong) + "\n";
  for (const lab::CaseResult& result : suite.cases) {
    if (result.pattern != pattern) {
      pattern = result.pattern;
      out += tinted(pattern, Tone::kStrong) + "\n";
    }
    const auto metric = [&](std::string_view name, double scale) {
      const auto it = result.metrics.find(name);
      return it == result.metrics.end() ? std::string("-")
                                        : formatted("%.1f", it->second.value * scale);
    };
    out += padded("  " + result.case_name, 50, false) + " ";
    out += tinted(padded(std::string(name_of(result.verdict)), 12, false), tone_of(result.verdict));
    const Accounts accounts = lab::accounts_of(result);
    const check::Account first = accounts.empty() ? check::Account() : accounts.front().second;
    const std::vector<std::string> cells = {
        std::to_string(first.offered),       std::to_string(first.done),
        std::to_string(first.failed),        std::to_string(first.lost),
        std::to_string(first.duplicated),    metric("goodput", 1),
        milliseconds(result, "latency_p50"), milliseconds(result, "latency_p99"),
        metric("reliability", 100)};
    for (std::size_t i = 0; i < cells.size(); ++i) {
      out += " " + padded(cells[i], columns[i + 1].second, true);
    }
    out += "\n";
    const auto critical = std::ranges::find(result.runs, "Critical", &lab::RunResult::spof);
    if (critical != result.runs.end()) {
      out += tinted("      SPOF " + report::spof_text(*critical), Tone::kStrong) + "\n";
    }
    out += measured_of(result) + also_lost(accounts) + slow_stages(result);
  }
  const bool of_one = std::ranges::all_of(suite.cases, [](const lab::CaseResult& result) {
    return result.runs.empty() || result.runs.front().run == result.runs.back().run;
  });
  if (!of_one) {
    out +=
        "A verdict is of all runs of a case, the figures are of its first variant; the report has "
        "each. >D: later than the deadline.\n";
  }
  return out;
}

std::string explain(const lab::CaseResult& result) {
  return tinted(std::string(name_of(result.verdict)) + ": " + result.pattern + " / " +
                    result.case_name,
                tone_of(result.verdict)) +
         "\n" + report::explanation(result, "muster");
}

std::string check_line(const lab::CheckResult& check) {
  // What an objective came to stands in front of its figures.
  const char* said = check.objective ? "objective" : check.passed ? "ok" : "FAILED";
  return "  " + padded(said, 12, false) + " " + check.text + ": " + check.observed + "\n";
}

std::string details(const lab::RunResult& run) {
  std::string out = tinted(run.id(), Tone::kStrong) + "  " +
                    tinted(name_of(run.verdict), tone_of(run.verdict)) +
                    (run.reason.empty() ? "" : "  " + run.reason) + "\n";
  char text[96];
  std::snprintf(text, sizeof text, "  %.1f s virtual, %llu events, fingerprint %016llx\n",
                run.virtual_s, static_cast<unsigned long long>(run.events),
                static_cast<unsigned long long>(run.fingerprint));
  out += text;
  for (const std::string& line : run.provenance) {
    out += "  market       " + line + "\n";
  }
  for (const lab::CheckResult& check : run.checks) {
    out += std::string("  ") + (check.objective ? "objective    " : "requirement  ") +
           tinted(check.passed      ? "ok    "
                  : check.objective ? "missed"
                                    : "FAILED",
                  check.passed ? Tone::kGood : Tone::kBad) +
           " " + check.text + ": " + check.observed + "\n";
  }
  for (const check::Invariant& invariant : run.invariants) {
    if (!invariant.applies) {
      continue;
    }
    out += "  invariant    " +
           tinted(invariant.holds() ? "ok    " : "FAILED",
                  invariant.holds() ? Tone::kGood : Tone::kBad) +
           " " + invariant.name + ": " + std::to_string(invariant.checked) + " checked, " +
           std::to_string(invariant.violated) + " violated\n";
    for (const check::Violation& violation : invariant.first) {
      out += "                 " + seconds(violation.at) + " " +
             std::string(run.node_name(violation.who)) + ": " + violation.what + "\n";
    }
  }
  for (const check::Violation& finding : run.account.findings) {
    out += "  account      " + seconds(finding.at) + " " + finding.what + "\n";
  }
  for (const lab::FaultRecord& fault : run.faults) {
    out += "  fault        " + fault.kind + " acted " + std::to_string(fault.acted) +
           (fault.began ? ", began " + seconds(*fault.began) : ", never began") + "\n";
  }
  for (const lab::StageResult& stage : run.stages) {
    out += "  stage        " + padded(stage.name, 16, false) +
           formatted("%4.0f %% in use, an item: ", stage.in_use * 100) +
           formatted("%.2f ms at work, ", stage.work_mean_s * 1e3) +
           formatted("%.2f ms waiting to go on, ", stage.wait_mean_s * 1e3) +
           formatted("%.2f ms to the next", stage.hop_mean_s * 1e3) +
           (stage.slow ? " - the slow stage" : "") + "\n";
  }
  for (const lab::Milestone& milestone : run.milestones) {
    out += tinted("  timeline     " + seconds(milestone.at) + " " +
                      std::string(run.node_name(milestone.node)) + " " + milestone.text,
                  Tone::kDim) +
           "\n";
  }
  for (const scenario::Metric& metric : scenario::metrics()) {
    if (const auto it = run.metrics.find(metric.name); it != run.metrics.end()) {
      const double scale = metric.unit == scenario::Unit::kShare ? 100 : 1;
      out += "  metric       " + padded(std::string(metric.name), 28, false) +
             formatted("%.6g ", it->second * scale) + std::string(scenario::name_of(metric.unit)) +
             "\n";
    }
  }
  return out;
}

}  // namespace cli
