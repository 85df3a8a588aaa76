#include "lab/run_set.h"

#include <algorithm>

namespace lab {

std::string Cell::name() const {
  return variant == "base" || variant.empty() ? scenario : scenario + ":" + variant_word(variant);
}

void RunSet::add(const SuiteResult& suite) {
  for (const CaseResult& result : suite.cases) {
    for (const RunResult& run : result.runs) {
      if (run.stopped == world_sim::StopReason::kInterrupted) {
        continue;
      }
      cells[{result.pattern, run.scenario, run.run}][run.seed] = {
          run.schedule, run.arm,    run.schedule_name, run.found_as,
          run.verdict,  run.reason, run.id(),          run.metrics};
      const auto at = std::ranges::lower_bound(builds, run.build);
      if (at == builds.end() || *at != run.build) {
        builds.insert(at, run.build);
      }
    }
  }
}

std::size_t RunSet::size() const {
  std::size_t count = 0;
  for (const auto& [cell, samples] : cells) {
    count += samples.size();
  }
  return count;
}

}  // namespace lab
