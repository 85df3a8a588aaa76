#include "lab/recommend.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <numeric>
#include <optional>
#include <set>

#include "noise.h"
#include "num/stream.h"
#include "scenario/metrics.h"

namespace lab {
namespace {

constexpr std::size_t kDraws = 2'000;
constexpr double kSure = 0.95;
// Less than this share of the best value is worth nothing to anybody, however sure it is. Of what
// should be all, as of the tasks done in time, it is a share of what is lacking, or one of ten
// thousand: of less than that, a comparison has no more than a few.
constexpr double kLeastShare = 0.01;
constexpr double kLeastOfAll = 1e-4;
constexpr std::string_view kComparison = "Performance Summary";

using Samples = std::map<std::uint64_t, Sample>;

const std::vector<Preset>& all_presets() {
  static const std::vector<Preset> list = {
      {"high-frequency",
       "the shortest tail of latency, and what it costs in reliability",
       {"latency_p99", "jitter", "reliability"}},
      {"algorithmic",
       "tasks done in time at the highest rate, with short latency",
       {"reliability", "goodput", "latency_p99"}},
      {"portfolio",
       "steady results from few messages and agents",
       {"success_rate", "cost_per_1k", "messages_per_task", "recovery_time"}},
      {"risk-averse",
       "the least work lost when something breaks",
       {"degradation", "spof_outage", "unrecovered", "reliability"}},
      {"development",
       "cheap and simple: few messages, short median latency",
       {"messages_per_task", "cost_per_1k", "latency_p50"}}};
  return list;
}

// values[candidate][objective][seed], so that smaller is better.
using FigureTable = std::vector<std::vector<std::vector<double>>>;

struct Arm {
  std::string name;
  Samples samples;
  std::string calm;  // the schedule of what is measured without faults
  std::string faulted;
};

struct Found {
  std::vector<Arm> arms;  // those that are compared with each other
  std::vector<Arm> policies;
  std::string pattern;
  std::string scenario;
};

// What is measured without faults; the rest under them.
constexpr std::array<std::string_view, 6> kCalmMetrics = {
    "latency_mean", "latency_p50", "latency_p99", "jitter", "goodput", "messages_per_task"};

using Cells = std::map<std::string, const Samples*>;  // of one arm, by schedule

// The short form of a schedule only where the schedule itself was not run.
Cells::const_iterator find_schedule(const Cells& cells, const std::string& name) {
  const auto found = cells.find(name);
  return found != cells.end() ? found : cells.find(name + "s");
}

// An arm that was run under several schedules is one candidate: under S1, with the metrics that are
// taken without faults from S0, or both from their short forms.
Arm joined(std::string name, const Cells& cells) {
  const auto faulted = find_schedule(cells, "S1");
  const auto calm = find_schedule(cells, "S0");
  if (faulted == cells.end() || calm == cells.end()) {
    const auto one = faulted != cells.end() ? faulted : calm != cells.end() ? calm : cells.begin();
    return {std::move(name), *one->second, one->first, one->first};
  }
  Arm made{std::move(name), {}, calm->first, faulted->first};
  for (const auto& [seed, sample] : *faulted->second) {
    const auto other = calm->second->find(seed);
    if (other == calm->second->end()) {
      continue;
    }
    Sample& one = made.samples.emplace(seed, sample).first->second;
    for (const std::string_view metric : kCalmMetrics) {
      one.metrics.erase(std::string(metric));
      if (const auto value = other->second.metrics.find(metric);
          value != other->second.metrics.end()) {
        one.metrics[std::string(metric)] = value->second;
      }
    }
  }
  return made;
}

core::Result<Found> candidates_of(const RunSet& runs, std::string_view scenario) {
  Found found;
  std::set<std::string> known;
  std::map<std::string, Cells> arms;
  for (const auto& [cell, samples] : runs.cells) {
    known.insert(cell.scenario);
    const bool wanted = scenario.empty() ? cell.pattern == kComparison : cell.scenario == scenario;
    if (wanted && !samples.empty() && (found.scenario.empty() || found.scenario == cell.scenario)) {
      found.scenario = cell.scenario;
      found.pattern = cell.pattern;
      const Sample& any = samples.begin()->second;
      arms[any.arm.empty() ? cell.variant : any.arm][any.schedule_name] = &samples;
    }
  }
  const bool over_base = found.pattern == kComparison && arms.contains(std::string(kPolicyBase));
  for (const auto& [name, cells] : arms) {
    const bool policy = over_base && std::ranges::find(kPolicies, name) != kPolicies.end();
    (policy ? found.policies : found.arms).push_back(joined(name, cells));
  }
  if (found.arms.size() >= 2) {
    return found;
  }
  std::string names;
  for (const std::string& name : known) {
    names += (names.empty() ? "" : ", ") + name;
  }
  return core::fail(core::Code::kInvalid,
                    (found.scenario.empty() ? "no stored run compares deployments under one load"
                                            : found.scenario + " has only one variant to rank") +
                        std::string("; name a scenario with variants (--scenario), of: ") + names);
}

// Those that every candidate was run with.
std::vector<std::uint64_t> shared_seeds(const Found& found) {
  std::vector<std::uint64_t> seeds;
  for (const auto& [seed, sample] : found.arms[0].samples) {
    const bool everywhere =
        std::ranges::all_of(found.arms, [&](const Arm& arm) { return arm.samples.contains(seed); });
    if (everywhere) {
      seeds.push_back(seed);
    }
  }
  return seeds;
}

std::optional<double> value_of(const Sample& sample, std::string_view metric) {
  const auto value = sample.metrics.find(metric);
  if (value == sample.metrics.end() || !std::isfinite(value->second)) {
    return {};
  }
  return value->second;
}

bool everywhere(const Found& found, const std::vector<std::uint64_t>& seeds,
                std::string_view metric) {
  return std::ranges::all_of(found.arms, [&](const Arm& arm) {
    return std::ranges::all_of(seeds, [&](std::uint64_t seed) {
      return value_of(arm.samples.at(seed), metric).has_value();
    });
  });
}

double sign_of(std::string_view metric) {
  const scenario::Metric* known = scenario::find_metric(metric);
  return known != nullptr && known->better == scenario::Better::kHigher ? -1 : 1;
}

// Of a share that is best at 1.
bool should_be_all(std::string_view metric) {
  const scenario::Metric* known = scenario::find_metric(metric);
  return known != nullptr && known->unit == scenario::Unit::kShare &&
         known->better == scenario::Better::kHigher;
}

FigureTable gather(const Found& found, const std::vector<std::uint64_t>& seeds,
                   const std::vector<std::string>& objectives) {
  FigureTable values(found.arms.size());
  for (std::size_t c = 0; c < values.size(); ++c) {
    for (const std::string& metric : objectives) {
      std::vector<double>& list = values[c].emplace_back();
      for (const std::uint64_t seed : seeds) {
        list.push_back(sign_of(metric) * *value_of(found.arms[c].samples.at(seed), metric));
      }
    }
  }
  return values;
}

// means[candidate][objective] of the drawn seeds.
std::vector<std::vector<double>> means(const FigureTable& values,
                                       const std::vector<std::size_t>& drawn) {
  std::vector<std::vector<double>> made(values.size());
  for (std::size_t c = 0; c < values.size(); ++c) {
    for (const std::vector<double>& list : values[c]) {
      double sum = 0;
      for (const std::size_t index : drawn) {
        sum += list[index];
      }
      made[c].push_back(sum / static_cast<double>(drawn.size()));
    }
  }
  return made;
}

// Of each objective: what counts for no difference from the best candidate, by the means of all
// runs.
std::vector<double> bands_of(const FigureTable& values,
                             const std::vector<std::string>& objectives) {
  std::vector<double> bands;
  for (std::size_t o = 0; o < values.front().size(); ++o) {
    const std::vector<double>* best = nullptr;
    double least = HUGE_VAL;
    for (const auto& candidate : values) {
      const std::vector<double>& list = candidate[o];
      const double mean =
          std::accumulate(list.begin(), list.end(), 0.0) / static_cast<double>(list.size());
      best = mean < least ? &list : best;
      least = std::min(least, mean);
    }
    const num::Stream stream(1, o, num::purpose_of("lab.recommend.band"));
    const double matters = should_be_all(objectives[o])
                               ? std::max(kLeastShare * (1 + least), kLeastOfAll)
                               : kLeastShare * std::abs(least);
    bands.push_back(std::max(matters, noise_of(*best, stream)));
  }
  return bands;
}

bool dominates(const std::vector<double>& a, const std::vector<double>& b,
               const std::vector<double>& bands) {
  bool better = false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] > b[i] + bands[i]) {
      return false;
    }
    better = better || a[i] < b[i] - bands[i];
  }
  return better;
}

// Differences within the bands add up from one candidate to the next, so that each of a round may
// beat the one after it. Then nobody is out.
std::vector<bool> front_of(const std::vector<std::vector<double>>& points,
                           const std::vector<double>& bands) {
  std::vector<bool> front;
  for (const std::vector<double>& one : points) {
    front.push_back(std::ranges::none_of(
        points, [&](const std::vector<double>& other) { return dominates(other, one, bands); }));
  }
  const bool round = std::ranges::none_of(front, std::identity());
  return round ? std::vector<bool>(points.size(), true) : front;
}

// Of those on the front: who is within the band of the best in the first objective, of these in the
// second, and so on. Who is left shares the draw.
void count_best(const std::vector<std::vector<double>>& points, const std::vector<bool>& front,
                const std::vector<double>& bands, std::vector<double>& best) {
  std::vector<std::size_t> left;
  for (std::size_t c = 0; c < points.size(); ++c) {
    if (front[c]) {
      left.push_back(c);
    }
  }
  for (std::size_t o = 0; o < bands.size(); ++o) {
    double least = HUGE_VAL;
    for (const std::size_t c : left) {
      least = std::min(least, points[c][o]);
    }
    std::erase_if(left, [&](std::size_t c) { return points[c][o] > least + bands[o]; });
  }
  for (const std::size_t winner : left) {
    best[winner] += 1 / static_cast<double>(left.size());
  }
}

void draw(const FigureTable& values, const std::vector<double>& bands, std::size_t seeds,
          std::vector<Candidate>& candidates) {
  num::Stream stream(1, 0, num::purpose_of("lab.recommend"));
  std::vector<double> front_count(values.size());
  std::vector<double> best(values.size());
  std::vector<std::size_t> drawn(seeds);
  for (std::size_t i = 0; i < kDraws; ++i) {
    std::ranges::generate(drawn, [&] { return static_cast<std::size_t>(stream.below(seeds)); });
    const auto points = means(values, drawn);
    const std::vector<bool> front = front_of(points, bands);
    for (std::size_t c = 0; c < front.size(); ++c) {
      front_count[c] += front[c] ? 1 : 0;
    }
    count_best(points, front, bands, best);
  }
  for (std::size_t c = 0; c < values.size(); ++c) {
    candidates[c].front_share = front_count[c] / static_cast<double>(kDraws);
    candidates[c].best_share = best[c] / static_cast<double>(kDraws);
  }
}

std::vector<Candidate> estimate(const Found& found, const FigureTable& values,
                                const std::vector<double>& bands, std::size_t seeds,
                                const std::vector<std::string>& objectives) {
  std::vector<Candidate> candidates(values.size());
  std::vector<std::size_t> all(seeds);
  std::iota(all.begin(), all.end(), std::size_t{0});
  const std::vector<bool> front = front_of(means(values, all), bands);
  for (std::size_t c = 0; c < values.size(); ++c) {
    candidates[c].name = found.arms[c].name;
    candidates[c].runs = found.arms[c].samples.size();
    candidates[c].on_front = seeds >= kSeedsToRank && front[c];
    for (std::size_t o = 0; o < objectives.size(); ++o) {
      std::vector<double> list = values[c][o];
      std::ranges::transform(list, list.begin(),
                             [&](double value) { return value * sign_of(objectives[o]); });
      candidates[c].objectives.push_back(stats::bootstrap(
          seeds, stats::mean_of_runs(std::move(list)),
          num::Stream(1, c, num::purpose_of(objectives[o])), {kDraws, stats::kConfidence}));
    }
  }
  return candidates;
}

// What the policy adds, on each seed that it and its base were run with.
PolicyEffect effect_of(const Arm& policy, const Arm& base,
                       const std::vector<std::string>& objectives) {
  PolicyEffect made{policy.name, base.name, 0, {}};
  for (const auto& [seed, sample] : policy.samples) {
    made.seeds += base.samples.contains(seed) ? 1U : 0U;
  }
  for (const std::string& metric : objectives) {
    std::vector<double> values;
    for (const auto& [seed, sample] : policy.samples) {
      const auto other = base.samples.find(seed);
      if (other == base.samples.end()) {
        continue;
      }
      const auto mine = value_of(sample, metric);
      const auto its = value_of(other->second, metric);
      if (mine && its) {
        values.push_back(*mine - *its);
      }
    }
    auto& difference = made.differences.emplace_back();
    if (!values.empty() && values.size() == made.seeds) {
      difference = stats::bootstrap(values.size(), stats::mean_of_runs(values),
                                    num::Stream(1, 0, num::purpose_of(metric)),
                                    {kDraws, stats::kConfidence});
    }
  }
  return made;
}

std::vector<PolicyEffect> effects_of(const Found& found,
                                     const std::vector<std::string>& objectives) {
  const auto base = std::ranges::find(found.arms, kPolicyBase, &Arm::name);
  std::vector<PolicyEffect> effects;
  for (const Arm& policy : found.policies) {
    // Nothing is subtracted across schedules.
    if (policy.calm == base->calm && policy.faulted == base->faulted) {
      effects.push_back(effect_of(policy, *base, objectives));
    }
  }
  return effects;
}

// The schedule of each objective; empty where the candidates were not run under the same one.
std::vector<std::string> schedules_of(const Found& found,
                                      const std::vector<std::string>& objectives) {
  std::vector<std::string> schedules;
  for (const std::string& metric : objectives) {
    const bool calm = std::ranges::find(kCalmMetrics, metric) != kCalmMetrics.end();
    const auto of = calm ? &Arm::calm : &Arm::faulted;
    const std::string& first = found.arms.front().*of;
    const bool same =
        std::ranges::all_of(found.arms, [&](const Arm& arm) { return arm.*of == first; });
    schedules.push_back(same ? first : "");
  }
  return schedules;
}

// Runs of the same program that are stored apart are one selection by its build.
std::string commands_for_more(const Found& found, const std::vector<std::uint64_t>& seeds,
                              const RunSet& runs, std::string_view preset,
                              std::string_view scenario) {
  const Arm& any = found.arms.front();
  const Sample& sample = any.samples.begin()->second;
  const bool built_in = sample.found_as.empty() && found.pattern == kComparison;
  std::string command = "muster ";
  command += built_in ? "test --pattern summary"
                      : "run " + (sample.found_as.empty() ? found.scenario : sample.found_as);
  command += any.faulted == "S1" || any.calm == "S0" ? " --full" : "";
  const bool in_row = seeds.back() - seeds.front() + 1 == seeds.size();
  const bool goes_on = in_row && runs.builds.size() == 1 && !runs.builds.front().empty();
  const std::uint64_t first = goes_on ? seeds.back() + 1 : seeds.front();
  const std::uint64_t count = goes_on ? kSeedsToRank - seeds.size() : kSeedsToRank;
  command += " --seed " + std::to_string(first) + " --seeds " + std::to_string(count);
  command += "\nmuster recommend " + (goes_on ? "build:" + runs.builds.front() : "latest");
  command += " --for " + std::string(preset);
  return command + (scenario.empty() ? "" : " --scenario " + std::string(scenario));
}

void answer(Recommendation& made) {
  if (!made.ranked) {
    made.answer = "observed, n = " + std::to_string(made.seeds) + ": a ranking needs " +
                  std::to_string(kSeedsToRank) + " seeds of each candidate";
    return;
  }
  const Candidate& first = made.candidates.front();
  if (first.best_share >= kSure) {
    made.verdict = Verdict::kPass;
    made.answer = "take " + first.name;
    return;
  }
  made.answer = "not distinguishable:";
  double covered = 0;
  for (const Candidate& one : made.candidates) {
    if (covered < kSure) {
      made.answer += (covered > 0 ? ", " : " ") + one.name;
      covered += one.best_share;
    }
  }
}

}  // namespace

std::span<const Preset> presets() {
  return all_presets();
}

const Preset* find_preset(std::string_view name) {
  const auto found = std::ranges::find(all_presets(), name, &Preset::name);
  return found == all_presets().end() ? nullptr : &*found;
}

core::Result<Recommendation> recommend(const RunSet& runs, std::string_view preset,
                                       std::string_view scenario) {
  const Preset* chosen = find_preset(preset);
  if (chosen == nullptr) {
    std::string names;
    for (const Preset& one : presets()) {
      names += (names.empty() ? "" : ", ") + std::string(one.name);
    }
    return core::fail(core::Code::kInvalid,
                      "there is no preset '" + std::string(preset) + "'; there are " + names);
  }
  const Found found = TRY(candidates_of(runs, scenario));
  const std::vector<std::uint64_t> seeds = shared_seeds(found);
  Recommendation made;
  made.preset = preset;
  made.scenario = found.scenario;
  made.seeds = seeds.size();
  for (const std::string_view metric : chosen->metrics) {
    (everywhere(found, seeds, metric) ? made.objectives : made.left_out).emplace_back(metric);
  }
  if (seeds.empty() || made.objectives.empty()) {
    return core::fail(core::Code::kInvalid,
                      found.scenario +
                          ": its variants share no seed, or none of the objectives of " +
                          std::string(preset) + " exists in all of their runs");
  }
  made.schedules = schedules_of(found, made.objectives);
  made.ranked = seeds.size() >= kSeedsToRank;
  const FigureTable values = gather(found, seeds, made.objectives);
  made.bands = bands_of(values, made.objectives);
  made.candidates = estimate(found, values, made.bands, seeds.size(), made.objectives);
  made.policies = effects_of(found, made.objectives);
  if (made.ranked) {
    draw(values, made.bands, seeds.size(), made.candidates);
    std::ranges::stable_sort(made.candidates, std::greater<>(), &Candidate::best_share);
  } else {
    made.more = commands_for_more(found, seeds, runs, preset, scenario);
  }
  answer(made);
  return made;
}

}  // namespace lab
