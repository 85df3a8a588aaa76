// Which deployment to take, from measured runs: Pareto fronts, and how sure they are.
//
// Candidates are the variants of one scenario that were run under the same load and seeds; of the
// comparison across patterns, its topologies. Each objective has a band within which a difference
// counts for nothing: 1 % of the best candidate's mean (of a share that should be all, of what it
// lacks, but 0.01 points at least), or what random halves of that candidate's runs differ by,
// whichever is greater. A candidate is on the front when no other one is at least as good in every
// objective and better in one. Of those on the front, the first objective decides, and the next one
// among those within its band of the best. Runs are drawn again and again (the same seeds for every
// candidate, as faults and luck are theirs together); how often a candidate is on the front, and
// how often it is the best, says what the runs can tell; who cannot be told apart in any objective
// shares the draw. Where no candidate is best in 95 of 100 draws, they are not distinguishable, and
// that is the answer. Below kSeedsToRank seeds of each nothing is ranked: the figures are observed.
//
// Policies that are laid over a topology are no candidates beside it. Each is told by what it adds
// to that topology, seed by seed.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lab/run_set.h"
#include "stats/bootstrap.h"

namespace lab {

struct Preset {
  std::string_view name;  // "high-frequency"
  std::string_view meaning;
  std::vector<std::string_view> metrics;  // objectives, by weight: see above
};

// Arms of the comparison across patterns that are policies, and the topology they are laid over.
inline constexpr std::array<std::string_view, 4> kPolicies = {"auto_scaling", "multi_strategy",
                                                              "blue_green", "canary"};
inline constexpr std::string_view kPolicyBase = "star";

std::span<const Preset> presets();
// Null where there is none of that name.
const Preset* find_preset(std::string_view name);

// A ranking stands on so many simulated runs of each cell.
inline constexpr std::size_t kSeedsToRank = 200;

struct Candidate {
  std::string name;
  std::size_t runs = 0;
  std::vector<stats::Estimate> objectives;  // as Recommendation::objectives
  // Only where they are ranked:
  bool on_front = false;   // by the means of all runs
  double front_share = 0;  // of the draws
  double best_share = 0;
};

// A policy over the topology `base`: its objectives less those of the base, over the seeds of both.
struct PolicyEffect {
  std::string name;
  std::string base;
  std::size_t seeds = 0;
  // As Recommendation::objectives; absent where a run of either lacks the metric.
  std::vector<std::optional<stats::Estimate>> differences;
};

struct Recommendation {
  std::string preset;
  std::string scenario;
  std::vector<std::string> objectives;  // metrics that every candidate has
  std::vector<double> bands;            // of the objectives, in their units
  std::vector<std::string> left_out;    // objectives that a candidate lacks
  std::vector<std::string> schedules;   // parallel to objectives: "S1s"; empty: the scenario's own
  std::vector<Candidate> candidates;    // the most often best first; by name where not ranked
  std::vector<PolicyEffect> policies;
  std::size_t seeds = 0;  // that all candidates share
  // kPass: the first candidate is best; kInconclusive: not distinguishable, or too few runs.
  Verdict verdict = Verdict::kInconclusive;
  bool ranked = false;  // false: fewer than kSeedsToRank seeds
  std::string answer;
  std::string more;  // not ranked: the commands that get the rest
};

// `scenario`: empty for the one of pattern "Performance Summary". kInvalid: no such preset or
// scenario, or it has fewer than two variants.
core::Result<Recommendation> recommend(const RunSet& runs, std::string_view preset,
                                       std::string_view scenario = {});

}  // namespace lab
