#include "report/explanation.h"

#include <algorithm>
#include <charconv>

#include "lab/deployment.h"
#include "markup.h"
#include "report/replay.h"

namespace report {
namespace {

std::string moment_text(core::Time at) {
  char text[48];
  const auto end = std::to_chars(text, text + sizeof text, core::to_seconds(lab::since_load(at)),
                                 std::chars_format::fixed, 3)
                       .ptr;
  return std::string(text, end) + " s";
}

std::string fault_text(const lab::RunResult& run, std::optional<std::size_t> index) {
  if (!index) {
    return "none";
  }
  const lab::FaultRecord& fault = run.faults[*index];
  return fault.kind + " at " + moment_text(*fault.began);
}

// What of a run is wrong at one moment.
void find_moment(const lab::RunResult& run, Explanation& found) {
  for (const check::Invariant& invariant : run.invariants) {
    if (!invariant.first.empty()) {
      const check::Violation& violation = invariant.first.front();
      found.when = violation.at;
      found.who = std::string(run.node_name(violation.who)) + ": " + violation.what;
      return;
    }
  }
  if (!run.account.findings.empty()) {
    found.when = run.account.findings.front().at;
    found.who = run.account.findings.front().what;
  }
}

std::optional<Outage> worst_outage(const lab::RunResult& run) {
  constexpr std::size_t kBinsOfASecond = 10;
  constexpr core::Duration kBin = core::milliseconds(100);
  std::optional<Outage> worst;
  std::optional<Outage> now;
  for (std::size_t from = 0; from < run.bins.size(); from += kBinsOfASecond) {
    const std::size_t to = std::min(run.bins.size(), from + kBinsOfASecond);
    std::uint64_t due = 0;
    std::uint64_t good = 0;
    for (std::size_t i = from; i < to; ++i) {
      due += run.bins[i].due;
      good += run.bins[i].good;
    }
    if (good * 100 >= due * 95) {
      now.reset();
      continue;
    }
    if (!now) {
      now = Outage{core::at(lab::kSettle + kBin * from), {}, 0, 0};
    }
    now->to = core::at(lab::kSettle + kBin * to);
    now->due += due;
    now->missed += due - good;
    if (!worst || now->missed > worst->missed) {
      worst = now;
    }
  }
  return worst;
}

}  // namespace

Explanation explain(const lab::RunResult& run) {
  Explanation found;
  found.what = run.reason;
  find_moment(run, found);
  if (!found.when) {
    found.worst = worst_outage(run);
  }
  core::Time before = core::Time::max();
  if (found.when) {
    before = *found.when;
  } else if (found.worst) {
    before = found.worst->to;
  }
  for (std::size_t i = 0; i < run.faults.size(); ++i) {
    const auto& began = run.faults[i].began;
    const bool later = began && found.fault && *began < *run.faults[*found.fault].began;
    if (began && *began <= before && !later) {
      found.fault = i;
    }
  }
  return found;
}

std::string explanation(const lab::CaseResult& result, std::string_view program) {
  const auto failed = std::ranges::find_if(
      result.runs, [](const lab::RunResult& run) { return run.verdict != lab::Verdict::kPass; });
  std::string text = "  what   " + result.reason + "\n";
  if (failed == result.runs.end()) {
    return text + "  replay " + std::string(program) + " run " + shell_word(result.path) + "\n";
  }
  const Explanation found = explain(*failed);
  const std::string worst = found.worst ? "; worst from " + moment_text(found.worst->from) +
                                              " to " + moment_text(found.worst->to)
                                        : "";
  text +=
      "  when   " + (found.when ? moment_text(*found.when) : "over the whole run" + worst) + "\n";
  text += "  who    " + (found.who.empty() ? "nobody in particular" : found.who) + "\n";
  text += "  fault  " + fault_text(*failed, found.fault) + "\n";
  return text + "  replay " + replay_command(*failed, program) + "\n";
}

std::string spof_text(const lab::RunResult& run) {
  constexpr std::size_t kNamed = 4;
  if (run.spof_nodes.empty()) {
    return run.spof;
  }
  std::string names;
  for (std::size_t i = 0; i < std::min(kNamed, run.spof_nodes.size()); ++i) {
    names += (i == 0 ? "" : " or ") + run.spof_nodes[i];
  }
  if (run.spof_nodes.size() > kNamed) {
    names += " or another " + std::to_string(run.spof_nodes.size() - kNamed);
  }
  const std::string where = run.run.empty() || run.run == "base" ? "" : " in " + run.run;
  return run.spof + where + ": the loss of " + names + " stops the swarm";
}

}  // namespace report
