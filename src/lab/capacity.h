// The capacity of metrics.md, the largest rate that is served well, by bisection; and what is
// measured relative to it.
#pragma once

#include <cstdint>
#include <functional>

#include "core/result.h"
#include "lab/run.h"

namespace lab {

// Whether this rate, in thousandths of a task per second, is served well.
using Served = std::function<core::Result<bool>(std::int64_t rate)>;

// Doubles or halves `guess` until it has a rate that is served and a greater one that is not, then
// bisects until they differ by at most 5 %; returns the one that is served, or 0 where not even a
// thousandth of `guess` is. REQUIRES: guess > 0; at 64 times `guess` the search ends.
core::Result<std::int64_t> largest_rate(std::int64_t guess, const Served& served);

// One run of a scenario as it stands.
using Execute =
    std::function<core::Result<RunResult>(const scenario::Scenario&, const RunOptions&)>;

// Of a scenario under `capacity`: the run at the largest rate that is served, with that rate as its
// metric `capacity`. The searches of these three leave no trace of their own.
core::Result<RunResult> run_at_capacity(const scenario::Scenario& scenario,
                                        const RunOptions& options, const Execute& execute);

// Of a scenario under S0-own or S1-own: the run at the schedule's share of the largest rate that is
// served without faults, with both rates as metrics.
core::Result<RunResult> run_at_own_load(const scenario::Scenario& scenario,
                                        const RunOptions& options, const Execute& execute);

// Of a scenario under `scalability`: the run of the greatest of the schedule's sizes at its
// capacity, with the capacities of all and the law fitted to them as metrics; without the law where
// it does not fit. REQUIRES: is_sizable.
core::Result<RunResult> run_at_sizes(const scenario::Scenario& scenario, const RunOptions& options,
                                     const Execute& execute);

}  // namespace lab
