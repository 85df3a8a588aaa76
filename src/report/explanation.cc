#include "report/explanation.h"

#include <algorithm>
#include <charconv>

#include "markup.h"
#include "report/replay.h"

namespace report {
namespace {

std::string seconds_since_load(core::Time at) {
  char text[48];
  const auto end = std::to_chars(text, text + sizeof text, core::to_seconds(lab::since_load(at)),
                                 std::chars_format::fixed, 3)
                       .ptr;
  return std::string(text, end) + " s";
}

// The first thing that went wrong in a run, if one moment is to blame.
struct Moment {
  core::Time at{};
  std::string who = "nobody in particular";
};

Moment first_wrong(const lab::RunResult& run) {
  for (const check::Invariant& invariant : run.invariants) {
    if (!invariant.first.empty()) {
      const check::Violation& violation = invariant.first.front();
      return {violation.at, std::string(run.node_name(violation.who)) + ": " + violation.what};
    }
  }
  if (!run.account.findings.empty()) {
    return {run.account.findings.front().at, run.account.findings.front().what};
  }
  return {};
}

std::string last_fault(const lab::RunResult& run, core::Time before) {
  std::string text = "none";
  for (const lab::FaultRecord& fault : run.faults) {
    if (fault.began && (before == core::Time{} || *fault.began <= before)) {
      text = fault.kind + " at " + seconds_since_load(*fault.began);
    }
  }
  return text;
}

}  // namespace

std::string explanation(const lab::CaseResult& result, std::string_view program) {
  const auto failed = std::ranges::find_if(
      result.runs, [](const lab::RunResult& run) { return run.verdict != lab::Verdict::kPass; });
  std::string text = "  what   " + result.reason + "\n";
  if (failed == result.runs.end()) {
    return text + "  replay " + std::string(program) + " run " + shell_word(result.path) + "\n";
  }
  const Moment wrong = first_wrong(*failed);
  text += "  when   " +
          (wrong.at == core::Time{} ? "over the whole run" : seconds_since_load(wrong.at)) + "\n";
  text += "  who    " + wrong.who + "\n";
  text += "  fault  " + last_fault(*failed, wrong.at) + "\n";
  return text + "  replay " + replay_command(*failed, program) + "\n";
}

}  // namespace report
