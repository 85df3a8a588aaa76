// How the controller asks its policies, and what it makes of their decisions.

#include <algorithm>

#include "control/controller.h"
#include "control/trace.h"

namespace control {
namespace {

// The size of one side: `parts` of 10,000 of the whole, rounded up.
std::uint32_t part_of(std::uint32_t whole, std::uint32_t parts) {
  const std::uint64_t product = std::uint64_t{whole} * parts;
  return static_cast<std::uint32_t>((product + rollout::kWhole - 1) / rollout::kWhole);
}

// What the plan gives the candidate first.
std::uint32_t first_share(const rollout::Plan& plan) {
  for (const std::uint32_t parts : plan.steps) {
    if (parts > 0) {
      return parts;
    }
  }
  return rollout::kWhole;
}

// A share of 1,000 and more is off beyond telling how far.
std::uint64_t millionths(double share) {
  constexpr double kMost = 1'000;
  return static_cast<std::uint64_t>(std::min(share, kMost) * 1e6);
}

}  // namespace

void Controller::decide_scaling(const monitor::View& view, world::Effects& effects) {
  if (!state_.config.scaling || (state_.next_scaling && view.at < *state_.next_scaling)) {
    return;
  }
  const ScalingPlan& plan = *state_.config.scaling;
  state_.next_scaling = view.at + plan.decide_every;
  const Fleet* fleet = find_fleet(state_.config, plan.fleet);
  std::set<std::string> fleets{plan.fleet};
  std::vector<swarm::PoolId> pools{fleet->pool};
  if (state_.config.rollout && state_.durable.rollout) {
    pools = {state_.config.rollout->stable, state_.config.rollout->candidate};
    for (const Fleet& other : state_.config.fleets) {
      if (other.pool) {
        fleets.insert(other.name);
      }
    }
  }
  const Census census = count(fleets, state_.durable.desired, observed(view.at));
  scaling::Signals signals = signals_for(plan, pools, census, view, state_.load);
  signals.volatility = state_.volatility;
  signals.cold_start_p95 = percentile95(state_.cold_starts);
  signals.start_capacity = state_.config.start_capacity;
  const std::uint64_t judged_before = state_.scaler->forecaster().judged_kept();
  const scaling::Decision decision = state_.scaler->decide(signals);
  if (!state_.scaled || state_.scaled->desired != decision.desired) {
    effects.trace(ScalingDecided{signals.ready, signals.starting, decision.desired, decision.panic,
                                 decision.reason});
  }
  const scaling::Forecaster& forecast = state_.scaler->forecaster();
  if (plan.rules.forecast && forecast.judged_kept() > judged_before) {
    const core::Duration ahead = plan.rules.forecast->bin *
                                 static_cast<std::int64_t>(forecast.bins_ahead()) /
                                 static_cast<std::int64_t>(forecast.judged_kept());
    effects.trace(LoadForecastJudged{forecast.judged_kept(), ahead,
                                     millionths(forecast.mean_kept_error()),
                                     millionths(forecast.mean_naive_kept_error())});
  }
  state_.scaled = decision;
  state_.durable.scaled_size = decision.desired;
}

void Controller::decide_rollout(const monitor::View& view, world::Effects& effects) {
  if (!state_.config.rollout || view.at.time_since_epoch() < state_.config.rollout->begins ||
      (state_.next_rollout && view.at < *state_.next_rollout)) {
    return;
  }
  const RolloutPlan& plan = *state_.config.rollout;
  state_.next_rollout = view.at + plan.decide_every;
  Durable& durable = state_.durable;
  if (!durable.slow_from) {
    const auto stable = view.pools.find(plan.stable);
    const auto band =
        stable == view.pools.end() ? std::nullopt : stable->second.steady.latency(990);
    if (!band) {
      return;  // nothing to compare with yet
    }
    durable.slow_from = band->high;
  }
  if (!durable.rollout) {
    if (!candidate_ready(view.at)) {
      return;
    }
    auto made = rollout::Rollout::make(plan.plan, view.at);
    core::check(made.has_value(), "the rollout's plan is valid");
    durable.rollout = std::move(*made);
  }
  rollout::Observation seen;
  seen.now = view.at;
  seen.stable.side = side_of(view, plan.stable, plan.candidate, durable.slow_from, state_.status);
  seen.candidate.side =
      side_of(view, plan.candidate, plan.stable, durable.slow_from, state_.status);
  seen.candidate.complete = candidate_ready(view.at);
  seen.offered_per_1000_s = view.whole.recent.rate_milli(view.whole.recent.tally.offered);
  const rollout::Decision decision = durable.rollout->decide(seen);
  const bool changed = !state_.rolled || state_.rolled->phase != decision.phase ||
                       state_.rolled->verdict != decision.verdict ||
                       state_.rolled->step != decision.step ||
                       state_.rolled->weights != decision.weights;
  if (changed) {
    effects.trace(RolloutDecided{decision.phase, decision.verdict, decision.step,
                                 decision.weights.candidate, decision.power_permille,
                                 decision.tasks_needed, decision.exposed, decision.reason});
  }
  state_.rolled = decision;
  durable.desired.weights = {{plan.stable, decision.weights.stable},
                             {plan.candidate, decision.weights.candidate}};
}

void Controller::begin_upgrade(core::Time now) {
  const auto& plan = state_.config.upgrade;
  bool& upgrading = state_.durable.desired.upgrading;
  upgrading = upgrading || (plan && now.time_since_epoch() >= plan->begins);
}

// Every agent that the candidate is to have now is ready.
bool Controller::candidate_ready(core::Time now) const {
  const Observed seen = observed(now);
  for (const Fleet& fleet : state_.config.fleets) {
    if (fleet.pool != state_.config.rollout->candidate) {
      continue;
    }
    const Census census = count({fleet.name}, state_.durable.desired, seen);
    if (census.ready == 0 || census.ready < state_.durable.desired.sizes.at(fleet.name)) {
      return false;
    }
  }
  return true;
}

void Controller::set_sizes(world::Effects& effects) {
  Durable& durable = state_.durable;
  const auto& plan = state_.config.rollout;
  const bool begun = plan && durable.slow_from.has_value();
  for (const Fleet& fleet : state_.config.fleets) {
    std::uint32_t whole = fleet.size;
    if (state_.config.scaling) {
      const Fleet* scaled = find_fleet(state_.config, state_.config.scaling->fleet);
      const bool successor = plan && fleet.pool == plan->candidate && scaled->pool == plan->stable;
      if (fleet.name == scaled->name || successor) {
        if (!state_.scaled) {
          continue;
        }
        whole = state_.scaled->desired;
      }
    }
    std::uint32_t parts = rollout::kWhole;
    std::string reason = state_.scaled ? state_.scaled->reason : "as declared";
    if (plan && fleet.pool == plan->candidate) {
      parts = !begun ? 0 : plan->whole_first ? rollout::kWhole : first_share(plan->plan);
    }
    if (durable.rollout && (fleet.pool == plan->stable || fleet.pool == plan->candidate)) {
      if (!state_.rolled) {
        continue;  // after a restart: what it was, until the rollout has decided again
      }
      const bool stable = fleet.pool == plan->stable;
      if (stable && state_.rolled->phase == rollout::Phase::kSettling) {
        continue;  // it serves nothing: the way back is kept as it is, and grows when it is taken
      }
      const std::uint32_t needed =
          stable ? state_.rolled->stable_capacity_parts : state_.rolled->candidate_capacity_parts;
      parts = stable ? needed : std::max(parts, needed);
      const rollout::Version own =
          stable ? rollout::Version::kStable : rollout::Version::kCandidate;
      if (state_.rolled->may_remove == own) {
        parts = 0;
      }
      reason = state_.rolled->reason;
    }
    std::uint32_t& size = durable.desired.sizes[fleet.name];
    const std::uint32_t wanted = part_of(whole, parts);
    if (size != wanted) {
      effects.trace(FleetSized{fleet.name, size, wanted, reason});
      size = wanted;
    }
  }
}

}  // namespace control
