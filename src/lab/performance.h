// How strategies, arms and regions did in a run, from its tasks and accounts.
#pragma once

#include "lab/measure.h"
#include "lab/run.h"

namespace lab {

// Profit and loss for each strategy that the scenario deploys; for a run whose dispatch adapts,
// regret, rotations and how fast work moved; for one with regions, latency at home and elsewhere.
//
// Regret is what the mean task lost against the arm that was best in its regime: regimes change
// where a made-up price does, and an arm's worth in a regime is the mean reward of its own tasks.
// The reward is the one that dispatch plays for.
void measure_performance(const Deployment& deployment, const scenario::Scenario& scenario,
                         const Measure& measure, Metrics& metrics);

// What every agent did that there was at the start, or that did anything.
std::vector<AgentResult> agents_of(const Deployment& deployment, const Measure& measure);

}  // namespace lab
