// The verdict of one run: its own requirements, the invariants, the faults that had to act.
#pragma once

#include "lab/run.h"

namespace lab {

// Fills in checks, verdict and reason. Requirements that compare with another run are left to the
// case (suite.h); objectives are only noted here.
void judge_run(const scenario::Scenario& scenario, RunResult& result);

// The check against `metrics`, with the reference metric taken from `reference`.
[[nodiscard]] CheckResult evaluate(const scenario::Check& check, const Metrics& metrics,
                                   const Metrics& reference);

}  // namespace lab
