// The verdict of one run: its own requirements, the invariants, the faults that had to act.
#pragma once

#include "lab/run.h"

namespace lab {

// Fills in checks, verdict and reason. Requirements that compare with another run are left to the
// case (suite.h); objectives are only noted here.
void judge_run(const scenario::Scenario& scenario, RunResult& result);

// "31.5 ms": the value of a metric of the catalogue, six digits, the same in every locale.
[[nodiscard]] std::string with_unit(double value, std::string_view metric);
// "latency_p99 at most 50 ms"; `bound` is in the metric's own unit. REQUIRES one, unless it depends
// on another metric and that is not one number.
[[nodiscard]] std::string text_of(const scenario::Check& check, std::optional<double> bound);

// The check against `metrics`, with the reference metric taken from `reference`.
[[nodiscard]] CheckResult evaluate(const scenario::Check& check, const Metrics& metrics,
                                   const Metrics& reference);

}  // namespace lab
