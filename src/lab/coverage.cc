#include "lab/coverage.h"

#include <algorithm>
#include <set>

namespace lab {
namespace {

struct Looked {
  std::string check;
  bool evaluated = true;
  bool failed = false;
};

std::vector<Looked> checks_of(const RunResult& run) {
  std::vector<Looked> looked;
  for (const check::Invariant& invariant : run.invariants) {
    if (invariant.applies) {
      looked.push_back({invariant.name, invariant.checked > 0, invariant.violated > 0});
    }
  }
  for (const CheckResult& check : run.checks) {
    if (!check.objective) {
      // "lost at most 0": the metric names the check, whatever its bound.
      looked.push_back({check.text.substr(0, check.text.find(' ')), true, !check.passed});
    }
  }
  return looked;
}

std::set<std::string> faults_of(const RunResult& run) {
  std::set<std::string> kinds;
  for (const FaultRecord& fault : run.faults) {
    if (fault.acted > 0) {
      kinds.insert(fault.kind);
    }
  }
  return run.faults.empty() ? std::set<std::string>{"none"} : kinds;
}

}  // namespace

std::uint64_t Coverage::possible() const {
  std::uint64_t count = 0;
  for (const auto& [pattern, of_pattern] : applies) {
    count += of_pattern.size() * faults.size();
  }
  return count;
}

Coverage coverage_of(const SuiteResult& suite) {
  Coverage made;
  made.faults.emplace_back("none");
  for (int kind = 0; kind <= static_cast<int>(last_value(scenario::FaultKind{})); ++kind) {
    made.faults.emplace_back(name_of(static_cast<scenario::FaultKind>(kind)));
  }
  std::set<std::string> checks;
  for (const CaseResult& result : suite.cases) {
    if (std::ranges::find(made.patterns, result.pattern) == made.patterns.end()) {
      made.patterns.push_back(result.pattern);
    }
    for (const RunResult& run : result.runs) {
      for (const Looked& one : checks_of(run)) {
        checks.insert(one.check);
        made.applies[result.pattern].insert(one.check);
        if (!one.evaluated) {
          continue;
        }
        for (const std::string& fault : faults_of(run)) {
          CoverageCell& cell = made.cells[{result.pattern, fault, one.check}];
          ++cell.runs;
          cell.failed += one.failed ? 1U : 0U;
        }
      }
    }
  }
  made.checks.assign(checks.begin(), checks.end());
  return made;
}

}  // namespace lab
