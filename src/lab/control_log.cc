#include "control_log.h"

#include <algorithm>
#include <utility>

#include "control/trace.h"
#include "load_rises.h"
#include "stats/summary.h"

namespace lab {
namespace {

constexpr world::TraceKind kOfControl = 0x07;
constexpr core::Duration kGrain = core::milliseconds(100);
// Agents are enough for a load that is this share of what they can do.
constexpr double kNeededUtilisation = 0.8;
// A sandbox that belongs to nobody for so long is forgotten, not on its way.
constexpr core::Duration kOrphanAge = core::seconds(30);
constexpr std::int64_t kSecondsWithin = 10;
// Who lets an agent go that has been ready for less than this had better not created it.
constexpr core::Duration kLeastUse = core::seconds(10);

double number_of(std::uint64_t number) {
  return static_cast<double>(number);
}

double in_tenths(std::uint32_t parts) {
  return static_cast<double>(parts) / rollout::kWhole;
}

}  // namespace

ControlLog::ControlLog(const Deployment& deployment)
    : deployment_(deployment),
      members_(deployment.agents.begin(), deployment.agents.end()),
      coordinators_{deployment.coordinator},
      voters_(deployment.topology.voters()),
      voters_least_(voters_.size()) {}

void ControlLog::receive(const world::TraceEntry& entry) {
  switch (entry.record.kind >> 8U) {
    case 0x00:
      on_driver(entry);
      break;
    case 0x02:
      on_swarm(entry);
      on_route(entry);
      on_tasks(entry);
      on_voters(entry);
      break;
    case kOfControl:
      on_control(entry);
      break;
    default:
      break;
  }
}

void ControlLog::note_size(core::Time at) {
  const auto ready =
      static_cast<std::uint32_t>(std::ranges::count_if(members_, [this](world::NodeId node) {
        const auto state = states_.find(node);
        return up_.contains(node) && !draining_.contains(node) && state != states_.end() &&
               swarm::takes_work(state->second);
      }));
  if (sizes_.empty() || sizes_.back().ready != ready) {
    sizes_.push_back({at, ready});
  }
}

void ControlLog::on_driver(const world::TraceEntry& entry) {
  if (world::as<world::NodeBooted>(entry)) {
    up_.insert(entry.node);
    states_.erase(entry.node);
  } else if (const auto halted = world::as<world::NodeHalted>(entry)) {
    const auto hand = in_hand_.find(entry.node);
    if (halted->reason == world::HaltReason::kFinished && hand != in_hand_.end() &&
        !hand->second.empty()) {
      ++busy_kills_;
      milestones_.push_back({entry.at, entry.node, "is ended with a task in hand"});
    }
    in_hand_.erase(entry.node);
    up_.erase(entry.node);
    note_size(entry.at);
  }
}

void ControlLog::on_swarm(const world::TraceEntry& entry) {
  if (const auto changed = world::as<swarm::AgentStateChanged>(entry)) {
    states_[entry.node] = changed->to;
    note_size(entry.at);
  } else if (const auto joined = world::as<swarm::MemberJoined>(entry)) {
    (joined->pool ? members_ : coordinators_).insert(joined->member);
    draining_.erase(joined->member);
    left_.erase(joined->member);
    note_size(entry.at);
  } else if (const auto draining = world::as<swarm::MemberDraining>(entry)) {
    if (members_.contains(draining->member) && draining_.insert(draining->member).second) {
      milestones_.push_back({entry.at, draining->member, "drains"});
      note_size(entry.at);
    }
  } else if (const auto left = world::as<swarm::MemberLeft>(entry)) {
    coordinators_.erase(left->member);
    left_.try_emplace(left->member, entry.at);
    if (members_.erase(left->member) > 0) {
      milestones_.push_back({entry.at, left->member, left->lost ? "is given up" : "leaves idle"});
      note_size(entry.at);
    }
  }
}

void ControlLog::on_voters(const world::TraceEntry& entry) {
  const auto changed = world::as<swarm::VotersChanged>(entry);
  if (!changed || changed->epoch <= voters_epoch_) {
    return;
  }
  voters_epoch_ = changed->epoch;
  for (const world::NodeId node : changed->voters) {
    if (std::ranges::find(voters_, node) == voters_.end()) {
      milestones_.push_back({entry.at, node, "votes"});
    }
  }
  for (const world::NodeId node : voters_) {
    if (std::ranges::find(changed->voters, node) == changed->voters.end()) {
      milestones_.push_back({entry.at, node, "votes no longer"});
    }
  }
  voters_ = changed->voters;
  voters_least_ = std::min(voters_least_, voters_.size());
  if (!replaced_ && old_voters() == 0) {
    replaced_ = entry.at;
  }
}

std::size_t ControlLog::old_voters() const {
  return static_cast<std::size_t>(std::ranges::count_if(
      voters_, [this](world::NodeId node) { return deployment_.topology.may_lead(node); }));
}

void ControlLog::on_tasks(const world::TraceEntry& entry) {
  if (const auto received = world::as<swarm::AssignmentReceived>(entry)) {
    in_hand_[entry.node].insert(received->task);
  } else if (const auto reported = world::as<swarm::AttemptReported>(entry)) {
    in_hand_[entry.node].erase(reported->task);
  } else if (const auto assigned = world::as<swarm::TaskAssigned>(entry)) {
    pool_of_[assigned->task] = assigned->pool;
    const auto& plan = deployment_.changing->config.rollout;
    if (plan && rollout_.begun) {
      ++rollout_.routed_tasks[rollout_.routed_parts];
    }
    if (plan && assigned->pool == plan->candidate) {
      rollout_.first_task = rollout_.first_task.value_or(entry.at);
      rollout_.last_task = entry.at;
      if (rollout_.routed_parts == rollout_.first_parts && !rollout_.grows) {
        rollout_.first_agents.insert(assigned->agent);
      }
    }
  } else if (const auto finished = world::as<swarm::TaskFinished>(entry)) {
    const auto& plan = deployment_.changing->config.rollout;
    const auto pool = pool_of_.find(finished->task);
    const bool of_candidate = plan && pool != pool_of_.end() && pool->second == plan->candidate;
    if (of_candidate && !rollout_.promoted && over_.insert(finished->task).second) {
      ++rollout_.exposure;
      rollout_.last_task = entry.at;
      if (finished->outcome != swarm::Outcome::kDone) {
        ++rollout_.bad;
        rollout_.first_failure = rollout_.first_failure.value_or(entry.at);
      }
    }
  }
}

// Every replica tells of each route; the first to do so counts.
void ControlLog::on_route(const world::TraceEntry& entry) {
  const auto& plan = deployment_.changing->config.rollout;
  const auto changed = world::as<swarm::RouteChanged>(entry);
  if (!plan || !changed || changed->route.epoch <= rollout_.route_epoch) {
    return;
  }
  rollout_.route_epoch = changed->route.epoch;
  const auto weight = changed->route.weights.find(plan->candidate);
  rollout_.routed_parts = weight == changed->route.weights.end() ? 0 : weight->second;
  if (rollout_.first_parts == 0) {
    rollout_.first_parts = rollout_.routed_parts;
  }
}

void ControlLog::on_sizing(const world::TraceEntry& entry) {
  if (const auto judged = world::as<control::LoadForecastJudged>(entry)) {
    forecast_ = judged;
  }
  if (const auto scaled = world::as<control::ScalingDecided>(entry)) {
    const std::uint32_t before = desired_.value_or(scaled->desired);
    const int direction = scaled->desired > before ? 1 : scaled->desired < before ? -1 : 0;
    if (direction != 0) {
      direction_changes_ += direction_ == -direction ? 1U : 0U;
      direction_ = direction;
    }
    desired_ = scaled->desired;
    wanted_.push_back({entry.at, scaled->desired});
    milestones_.push_back(
        {entry.at, entry.node,
         "wants " + std::to_string(scaled->desired) + " agents: " + scaled->reason});
  }
}

// What the controller did and soon took back, by no fault but its own.
void ControlLog::note_undone(const world::TraceEntry& entry) {
  if (const auto wanted = world::as<control::AgentWanted>(entry)) {
    if (wanted->agent.value >= deployment_.changing->config.first_node) {
      made_ready_[wanted->agent];
    }
  } else if (const auto ready = world::as<control::AgentReady>(entry)) {
    if (const auto made = made_ready_.find(ready->agent); made != made_ready_.end()) {
      made->second = made->second.value_or(entry.at);
    }
  } else if (const auto retired = world::as<control::AgentRetired>(entry)) {
    const auto made = made_ready_.find(retired->agent);
    const bool soon =
        made != made_ready_.end() && (!made->second || entry.at - *made->second < kLeastUse);
    undone_ += soon ? 1U : 0U;
  } else if (const auto decided = world::as<control::RolloutDecided>(entry)) {
    const std::uint32_t before = parts_.value_or(0);
    undone_ += parts_fell_ && decided->candidate_parts > before ? 1U : 0U;
    parts_fell_ = parts_fell_ || decided->candidate_parts < before;
    parts_ = decided->candidate_parts;
  }
}

void ControlLog::on_control(const world::TraceEntry& entry) {
  note_undone(entry);
  on_sizing(entry);
  if (world::as<control::AgentWanted>(entry)) {
    const auto wanted = world::as<control::AgentWanted>(entry);
    created_ += wanted->agent.value >= deployment_.changing->config.first_node ? 1U : 0U;
  } else if (world::as<control::AgentEnded>(entry)) {
    ++ended_;
  } else if (const auto sized = world::as<control::FleetSized>(entry)) {
    const auto& plan = deployment_.changing->config.rollout;
    const auto& fleets = deployment_.changing->config.fleets;
    const auto fleet = std::ranges::find(fleets, sized->fleet, &control::Fleet::name);
    const bool of_candidate = plan && fleet != fleets.end() && fleet->pool == plan->candidate;
    rollout_.grows =
        rollout_.grows || (of_candidate && sized->before > 0 && sized->size > sized->before);
  } else if (const auto decided = world::as<control::RolloutDecided>(entry)) {
    const bool back = decided->phase == rollout::Phase::kRollingBack ||
                      decided->phase == rollout::Phase::kRolledBack;
    rollout_.begun = true;
    rollout_.parts_max = std::max(rollout_.parts_max, decided->candidate_parts);
    rollout_.promoted = decided->phase == rollout::Phase::kPromoted;
    rollout_.rolled_back = decided->phase == rollout::Phase::kRolledBack;
    if (back && !rollout_.back_decided) {
      rollout_.back_decided = entry.at;
    }
    if ((back || rollout_.promoted) && !rollout_.decided) {
      rollout_.decided = entry.at;
    } else if (!rollout_.decided) {
      rollout_.power_permille = decided->power_permille;
    }
    milestones_.push_back({entry.at, entry.node,
                           std::string(rollout::name_of(decided->phase)) + ", " +
                               std::to_string(decided->candidate_parts / 100) +
                               " % for the new version: " + decided->reason});
  }
}

std::uint32_t ControlLog::ready_at(core::Time at) const {
  const auto after = std::ranges::upper_bound(sizes_, at, {}, &Sized::at);
  return after == sizes_.begin() ? 0 : std::prev(after)->ready;
}

std::uint32_t ControlLog::needed_at(core::Time at) const {
  const auto rate = load::rate_at(deployment_.workload.workload, since_load(at));
  return needed_for(static_cast<double>(rate) / 1000.0);
}

std::uint32_t ControlLog::needed_for(double rate_per_s) const {
  const auto workers = deployment_.topology.workers(deployment_.coordinator).size();
  const double each = deployment_.capacity_per_s / static_cast<double>(workers);
  const double agents = rate_per_s / (each * kNeededUtilisation);
  const auto whole = static_cast<std::uint32_t>(agents);
  return std::max(1U, whole + (static_cast<double>(whole) < agents ? 1U : 0U));
}

Metrics ControlLog::metrics(const Measure& measure, const sandbox_sim::SimProvider& provider,
                            core::Time end) const {
  Metrics metrics;
  sizes(measure, metrics);
  rises(measure, metrics);
  if (deployment_.changing->config.scaling) {
    shrinks(measure, metrics);
  }
  sandboxes(provider, end, metrics);
  metrics["direction_changes"] = number_of(direction_changes_);
  metrics["agents_created"] = number_of(created_);
  metrics["agents_ended"] = number_of(ended_);
  metrics["busy_kills"] = number_of(busy_kills_);
  metrics["undone"] = number_of(undone_);
  if (forecast_) {
    metrics["load_forecast_ahead"] = core::to_seconds(forecast_->ahead);
    metrics["load_forecast_mape"] = static_cast<double>(forecast_->error_millionths) / 1e6;
    metrics["load_forecast_mape_naive"] = static_cast<double>(forecast_->naive_millionths) / 1e6;
  }
  if (rollout_.begun) {
    rollouts(metrics);
    steps(metrics);
  }
  if (deployment_.changing->config.upgrade) {
    upgrades(metrics);
  }
  return metrics;
}

void ControlLog::sizes(const Measure& measure, Metrics& metrics) const {
  double over = 0;
  double under = 0;
  std::uint32_t least = ready_at(measure.load_begin());
  std::uint32_t most = least;
  for (core::Time at = measure.load_begin(); at < measure.load_end(); at += kGrain) {
    const std::uint32_t ready = ready_at(at);
    const std::uint32_t needed = needed_at(at);
    over += ready > needed ? number_of(ready - needed) : 0;
    under += needed > ready ? number_of(needed - ready) : 0;
    least = std::min(least, ready);
    most = std::max(most, ready);
  }
  const double seconds = core::to_seconds(kGrain);
  metrics["over_provision"] = over * seconds;
  metrics["under_provision"] = under * seconds;
  metrics["size_error"] = (over + under) * seconds;
  metrics["size_min"] = least;
  metrics["size_max"] = most;
  metrics["size_end"] = ready_at(measure.load_end());
}

// From each moment at which the load needs more agents than there are.
void ControlLog::rises(const Measure& measure, Metrics& metrics) const {
  const auto seconds =
      static_cast<std::size_t>((measure.load_end() - measure.load_begin()) / core::seconds(1));
  std::vector<std::pair<std::uint64_t, std::uint64_t>> bins(std::max<std::size_t>(1, seconds));
  for (const auto& [id, task] : measure.tasks()) {
    const auto at =
        static_cast<std::size_t>((task.intended - measure.load_begin()) / core::seconds(1));
    auto& [due, good] = bins[std::min(at, bins.size() - 1)];
    ++due;
    const bool done = task.latency && task.outcome == swarm::Outcome::kDone;
    good += done && *task.latency <= measure.deadline() ? 1U : 0U;
  }
  const auto within = [&](std::size_t second) {
    return bins[second].second * 100 >= bins[second].first * 95;
  };
  std::optional<core::Duration> settle;
  std::optional<core::Duration> scale;
  bool never_settled = false;
  bool never_ready = false;
  std::uint32_t before = needed_at(measure.load_begin());
  for (core::Time at = measure.load_begin(); at < measure.load_end(); at += kGrain) {
    const std::uint32_t needed = needed_at(at);
    const bool rises = needed > before && needed > ready_at(at);
    before = needed;
    if (!rises) {
      continue;
    }
    core::Time ready = at;
    while (ready < measure.load_end() && ready_at(ready) < needed && needed_at(ready) >= needed) {
      ready += kGrain;
    }
    const bool watched = measure.load_end() - at >= core::seconds(kSecondsWithin);
    never_ready = never_ready || (watched && ready >= measure.load_end());
    scale = std::max(scale.value_or(core::Duration{}), ready - at);
    auto first = static_cast<std::size_t>((at - measure.load_begin()) / core::seconds(1));
    std::int64_t row = 0;
    std::size_t second = first;
    for (; second < bins.size() && row < kSecondsWithin; ++second) {
      row = within(second) ? row + 1 : 0;
      first = row == 1 ? second : first;
    }
    const core::Time held =
        row > 0 ? measure.load_begin() + core::seconds(first) : measure.load_end();
    never_settled = never_settled || (watched && row == 0);
    settle = std::max(settle.value_or(core::Duration{}), std::max(core::Duration{}, held - at));
  }
  if (settle) {
    metrics["settle_time"] = never_settled ? kNever : core::to_seconds(*settle);
    metrics["scale_time"] = never_ready ? kNever : core::to_seconds(*scale);
  }
}

void ControlLog::shrinks(const Measure& measure, Metrics& metrics) const {
  std::optional<core::Duration> least;
  std::uint32_t before = needed_at(measure.load_begin());
  for (core::Time at = measure.load_begin(); at < measure.load_end(); at += kGrain) {
    const std::uint32_t needed = needed_at(at);
    if (needed >= std::exchange(before, needed)) {
      continue;
    }
    for (std::size_t i = 1; i < wanted_.size(); ++i) {
      if (wanted_[i].at > at && wanted_[i].ready < wanted_[i - 1].ready) {
        least = std::min(least.value_or(wanted_[i].at - at), wanted_[i].at - at);
        break;
      }
    }
  }
  if (least) {
    metrics["shrink_delay"] = core::to_seconds(*least);
  }
}

// The size may be decided as soon as the bar begins that the load follows, `lag` before it.
void ControlLog::volatility_leads(core::Duration lag, core::Duration bar, Metrics& metrics) const {
  std::vector<SizeDecision> decisions;
  for (const Sized& one : wanted_) {
    decisions.push_back({since_load(one.at), one.ready});
  }
  std::vector<double> leads;
  for (const Rise& rise : rises_of(deployment_.workload.workload)) {
    if (const auto lead = lead_of(rise, needed_for(rise.rate), decisions, lag + bar)) {
      leads.push_back(core::to_seconds(*lead));
    }
  }
  metrics["volatility_rises"] = number_of(leads.size());
  if (leads.empty()) {
    return;
  }
  std::ranges::sort(leads);
  metrics["volatility_lead_p50"] = stats::quantile(leads, 0.5);
  metrics["volatility_lead_min"] = leads.front();
  if (const auto start = metrics.find("cold_start_p95"); start != metrics.end()) {
    const auto led =
        std::ranges::count_if(leads, [&](double lead) { return lead >= start->second; });
    metrics["volatility_led"] = static_cast<double>(led) / number_of(leads.size());
  }
}

void ControlLog::sandboxes(const sandbox_sim::SimProvider& provider, core::Time end,
                           Metrics& metrics) const {
  std::uint64_t orphans = 0;
  std::map<core::Duration, std::int64_t> changes;
  std::set<std::string_view> nodes;
  const auto lifetimes = provider.lifetimes();
  for (const sandbox_sim::Lifetime& life : lifetimes) {
    const core::Duration until = life.ended_at.value_or(end.time_since_epoch());
    const core::Duration from = std::min(life.info.asked_at, until);
    ++changes[from];
    --changes[until];
    const bool unclaimed = life.pooled && !life.claimed_at;
    if (life.ended_at || unclaimed) {
      continue;
    }
    const bool second = !nodes.insert(life.info.label(control::kNodeLabel)).second;
    const world::NodeId node = control::node_of(life.info);
    const bool belongs = members_.contains(node) || coordinators_.contains(node);
    const auto left = left_.find(node);
    const core::Duration alone_from =
        left == left_.end() ? from : std::max(from, left->second.time_since_epoch());
    orphans += second || (!belongs && until - alone_from >= kOrphanAge) ? 1U : 0U;
  }
  std::int64_t alive = 0;
  std::int64_t peak = 0;
  for (const auto& [at, change] : changes) {
    alive += change;
    peak = std::max(peak, alive);
  }
  std::vector<double> starts;
  for (const core::Duration took : provider.start_times()) {
    starts.push_back(core::to_seconds(took));
  }
  if (!starts.empty()) {
    metrics["cold_start_p50"] = stats::quantile(starts, 0.5);
    metrics["cold_start_p95"] = stats::quantile(starts, 0.95);
  }
  metrics["sandboxes_peak"] = static_cast<double>(peak);
  metrics["orphan_sandboxes"] = number_of(orphans);
  metrics["start_failures"] = number_of(provider.failed_starts());
}

void ControlLog::upgrades(Metrics& metrics) const {
  const core::Time begins = core::at(deployment_.changing->config.upgrade->begins);
  metrics["coordinators_replaced"] = number_of(deployment_.topology.voters().size() - old_voters());
  metrics["voters_min"] = number_of(voters_least_);
  metrics["upgrade_time"] = replaced_ ? core::to_seconds(*replaced_ - begins) : kNever;
}

void ControlLog::rollouts(Metrics& metrics) const {
  metrics["promoted"] = rollout_.promoted ? 1 : 0;
  metrics["rolled_back"] = rollout_.rolled_back ? 1 : 0;
  metrics["candidate_share_max"] = in_tenths(rollout_.parts_max);
  metrics["exposure"] = number_of(rollout_.exposure);
  metrics["bad_exposure"] = number_of(rollout_.bad);
  metrics["rollout_power"] = rollout_.power_permille / 1000.0;
  if (rollout_.first_task) {
    metrics["rollout_decision_time"] =
        rollout_.decided ? core::to_seconds(*rollout_.decided - *rollout_.first_task) : kNever;
  }
  if (rollout_.back_decided && rollout_.last_task) {
    const core::Time onset = rollout_.first_failure.value_or(*rollout_.first_task);
    metrics["rollback_time"] =
        rollout_.rolled_back ? core::to_seconds(*rollout_.last_task - onset) : kNever;
  }
}

void ControlLog::steps(Metrics& metrics) const {
  double in_force = 0;
  std::optional<std::uint64_t> fewest;
  for (const std::uint32_t parts : deployment_.changing->config.rollout->plan.steps) {
    if (const auto tasks = rollout_.routed_tasks.find(parts);
        tasks != rollout_.routed_tasks.end()) {
      ++in_force;
      fewest = std::min(fewest.value_or(tasks->second), tasks->second);
    }
  }
  metrics["rollout_steps"] = in_force;
  metrics["rollout_step_tasks"] = number_of(fewest.value_or(0));
  if (rollout_.first_parts > 0) {
    metrics["rollout_first_share"] = in_tenths(rollout_.first_parts);
    metrics["rollout_first_agents"] = number_of(rollout_.first_agents.size());
  }
}

}  // namespace lab
