// The numbers of one run, from what Measure has seen.
#include <algorithm>

#include "lab/measure.h"
#include "stats/summary.h"

namespace lab {
namespace {

// An agent that comes back has boot, links and votes behind it after this long.
constexpr core::Duration kBackAtWork = core::seconds(3);

double count(std::size_t number) {
  return static_cast<double>(number);
}

// How long a recovery must be seen to hold. Short schedules have a tenth of each time.
std::size_t hold_seconds(scenario::Schedule schedule) {
  return schedule == scenario::Schedule::kS0s || schedule == scenario::Schedule::kS1s ? 1 : 10;
}

std::vector<double> seconds_of(const std::vector<core::Duration>& durations) {
  std::vector<double> values;
  for (const core::Duration duration : durations) {
    values.push_back(core::to_seconds(duration));
  }
  std::ranges::sort(values);
  return values;
}

}  // namespace

Metrics Measure::metrics(core::Time end) {
  Metrics metrics;
  count_tasks(metrics);
  latencies(metrics);
  shares(metrics);
  shares_after(metrics);
  links(metrics);
  routing(metrics);
  ways(metrics);
  decisions(metrics);
  trading(metrics);
  recovery(metrics);
  metrics["configured_capacity"] = deployment_.capacity_per_s;
  metrics["queue_peak"] = count(queue_peak_);
  metrics["readiness"] = readiness_;
  metrics["leader_elections"] = elections_ == 0 ? 0 : static_cast<double>(elections_ - 1);
  metrics["false_suspicions"] = static_cast<double>(false_suspicions_);
  metrics["oom_kills"] = static_cast<double>(out_of_memory_);
  const bool open_ended = leaderless_since_ && *leaderless_since_ > load_begin();
  if (open_ended && *leaderless_since_ < load_end()) {
    metrics["failover_time"] = kNever;
  } else if (open_ended) {
    metrics["failover_time"] =
        core::to_seconds(std::max(failover_.value_or(core::Duration{}), end - *leaderless_since_));
  } else if (failover_) {
    metrics["failover_time"] = core::to_seconds(*failover_);
  }
  return metrics;
}

void Measure::count_tasks(Metrics& metrics) const {
  double done = 0;
  double late = 0;
  double shed = 0;
  double unfinished = 0;
  double failed = 0;
  double offered = 0;
  for (const auto& [id, task] : tasks_) {
    if (!counts(task)) {
      continue;
    }
    ++offered;
    if (!task.latency) {
      ++unfinished;
    } else if (task.outcome == swarm::Outcome::kShed) {
      ++shed;
    } else if (task.outcome != swarm::Outcome::kDone) {
      ++failed;
    } else {
      ++(*task.latency <= deadline() ? done : late);
    }
  }
  // A load that ends when its tasks are offered ends then, not with the scenario's duration.
  core::Time last = measured_from();
  for (const auto& [id, task] : tasks_) {
    last = std::max(last, task.intended);
  }
  const core::Time until = scenario_.workload.tasks ? last : load_end();
  const double seconds = std::max(1e-9, core::to_seconds(until - measured_from()));
  metrics["offered"] = offered;
  metrics["done"] = done;
  metrics["late"] = late;
  metrics["shed"] = shed;
  metrics["failed"] = failed;
  metrics["unfinished"] = unfinished;
  metrics["goodput"] = done / seconds;
  metrics["throughput"] = (offered - unfinished) / seconds;
  if (offered > 0) {
    metrics["reliability"] = done / offered;
    metrics["success_rate"] = (done + late) / offered;
  }
}

void Measure::latencies(Metrics& metrics) const {
  std::vector<double> all;
  std::vector<double> overhead;
  std::vector<double> finished;
  for (const auto& [id, task] : tasks_) {
    if (!counts(task)) {
      continue;
    }
    const bool ended = task.latency && task.outcome == swarm::Outcome::kDone;
    const bool good = ended && *task.latency <= scenario_.workload.deadline;
    all.push_back(good ? core::to_seconds(*task.latency) : kNever);
    overhead.push_back(good ? core::to_seconds(*task.latency - task.service) : kNever);
    if (ended) {
      finished.push_back(core::to_seconds(*task.latency));
    }
  }
  if (all.empty()) {
    return;
  }
  std::ranges::sort(all);
  std::ranges::sort(overhead);
  metrics["latency_p50"] = stats::quantile(all, 0.5);
  metrics["latency_p95"] = stats::quantile(all, 0.95);
  metrics["latency_p99"] = stats::quantile(all, 0.99);
  metrics["overhead_p50"] = stats::quantile(overhead, 0.5);
  metrics["overhead_p99"] = stats::quantile(overhead, 0.99);
  const bool known = metrics["latency_p99"] < kNever;
  metrics["jitter"] = known ? metrics["latency_p99"] - metrics["latency_p50"] : kNever;
  if (finished.empty()) {
    return;
  }
  std::ranges::sort(finished);
  double sum = 0;
  for (const double value : finished) {
    sum += value;
  }
  metrics["latency_mean"] = sum / count(finished.size());
  metrics["latency_min"] = finished.front();
  metrics["latency_max"] = finished.back();
}

// Shares of the finished tasks. The ratio is among agents that ran all the while: one that was
// killed did less for a reason.
void Measure::shares(Metrics& metrics) const {
  std::map<world::NodeId, double> work;
  for (const world::NodeId agent : deployment_.topology.workers(deployment_.coordinator)) {
    work[agent] = 0;
  }
  for (const auto& [id, task] : tasks_) {
    if (task.agent && counts(task)) {
      ++work[task.agent];
    }
  }
  std::vector<double> all;
  std::vector<double> steady;
  for (const auto& [agent, done] : work) {
    all.push_back(done);
    if (!halted_ever_.contains(agent)) {
      steady.push_back(done);
    }
  }
  const stats::Shares whole = stats::shares(all);
  metrics["share_max"] = whole.max;
  metrics["share_min"] = whole.min;
  if (!steady.empty()) {
    metrics["share_ratio"] = stats::shares(steady).ratio;
  }
}

// The same once all faults are over. Whoever the plan brings back counts, whether it works or not.
void Measure::shares_after(Metrics& metrics) const {
  if (faults_.records().empty() || deployment_.changing) {
    return;
  }
  std::map<world::NodeId, double> work;
  for (const world::NodeId agent : deployment_.topology.workers(deployment_.coordinator)) {
    work[agent] = 0;
  }
  core::Time from = measured_from();
  for (const FaultRecord& fault : faults_.records()) {
    if (fault.ended) {
      from = std::max(from, *fault.ended + kBackAtWork);
    } else if (fault.began && fault.kind == "crash") {
      from = std::max(from, *fault.began + kBackAtWork);
      for (const world::NodeId gone : fault.targets) {
        work.erase(gone);
      }
    }
  }
  double tasks = 0;
  for (const auto& [id, task] : tasks_) {
    if (task.intended >= from) {
      if (const auto agent = work.find(task.agent); agent != work.end()) {
        ++agent->second;
        ++tasks;
      }
    }
  }
  metrics["share_tasks_after"] = tasks;
  if (tasks > 0) {
    const auto by_work = [](const auto& a, const auto& b) { return a.second < b.second; };
    const auto [least, most] = std::ranges::minmax_element(work, by_work);
    metrics["share_ratio_after"] = most->second / std::max(1.0, least->second);
  }
}

void Measure::links(Metrics& metrics) const {
  metrics["links_declared"] = count(declared_.size());
  metrics["links_proven"] = count(proven_at_load_.size());
  if (!declared_.empty()) {
    metrics["connectivity"] = count(proven_at_load_.size()) / count(declared_.size());
  }
  std::map<world::NodeId, std::size_t> per_member;
  for (const world::NodeId agent : deployment_.agents) {
    per_member[agent] = 0;
  }
  for (const swarm::Link& link : proven_at_load_) {
    for (const world::NodeId end : {link.low, link.high}) {
      if (const auto it = per_member.find(end); it != per_member.end()) {
        ++it->second;
      }
    }
  }
  const auto by_links = [](const auto& a, const auto& b) { return a.second < b.second; };
  const auto [least, most] = std::ranges::minmax_element(per_member, by_links);
  metrics["links_per_member_min"] = count(least->second);
  metrics["links_per_member_max"] = count(most->second);
}

// Founders by the topology, agents that came later by the fleet that they came for.
bool Measure::declares(world::NodeId agent, const std::string& capability) const {
  const auto& founders = deployment_.agent_configs.front().member.coordinator.capabilities;
  if (const auto founder = founders.find(agent); founder != founders.end()) {
    return founder->second.contains(capability);
  }
  const auto fleet = fleets_.find(agent);
  return fleet != fleets_.end() && control::find_fleet(deployment_.changing->config, fleet->second)
                                       ->capabilities.contains(capability);
}

void Measure::routing(Metrics& metrics) const {
  double routed = 0;
  double right = 0;
  double fallbacks = 0;
  double nobody = 0;
  const auto& classes = deployment_.workload.workload.classes;
  for (const auto& [id, task] : tasks_) {
    nobody += task.latency && task.outcome == swarm::Outcome::kNoCapableAgent ? 1 : 0;
    if (!task.agent) {
      continue;
    }
    ++routed;
    fallbacks += task.fallback ? 1 : 0;
    const std::string& needed = classes[task.task_class].requirement.capability;
    right += needed.empty() || declares(task.agent, needed) ? 1 : 0;
  }
  metrics["no_capability_failures"] = nobody;
  if (routed > 0) {
    metrics["routing_accuracy"] = right / routed;
    metrics["fallback_rate"] = fallbacks / routed;
  }
}

void Measure::ways(Metrics& metrics) const {
  std::vector<core::Duration> delays;
  std::vector<core::Duration> per_link;
  double links = 0;
  std::uint32_t most = 0;
  for (const auto& [delay, hops] : arrivals_) {
    delays.push_back(delay);
    if (hops > 0) {
      per_link.push_back(delay / hops);
      links += hops;
      most = std::max(most, hops);
    }
  }
  if (!delays.empty()) {
    const std::vector<double> seconds = seconds_of(delays);
    metrics["assign_delay_p50"] = stats::quantile(seconds, 0.5);
    metrics["assign_delay_p99"] = stats::quantile(seconds, 0.99);
  }
  if (!per_link.empty()) {
    metrics["relay_hops_mean"] = links / count(per_link.size());
    metrics["relay_hops_max"] = most;
    metrics["hop_delay_p50"] = stats::quantile(seconds_of(per_link), 0.5);
  }
}

void Measure::decisions(Metrics& metrics) const {
  const double started = count(decided_.size()) + static_cast<double>(undecided_);
  if (started == 0) {
    return;
  }
  metrics["joint_decided"] = count(decided_.size());
  metrics["joint_undecided"] = static_cast<double>(undecided_);
  metrics["joint_dissent"] = static_cast<double>(dissent_);
  metrics["joint_decisions_by_isolated"] = static_cast<double>(decided_by_isolated_);
  metrics["joint_undecided_by_isolated"] = static_cast<double>(undecided_by_isolated_);
  metrics["agreement_rate"] = count(decided_.size()) / started;
  const std::vector<double> seconds = seconds_of(decided_);
  metrics["decision_latency_p50"] = seconds.empty() ? kNever : stats::quantile(seconds, 0.5);
  metrics["decision_latency_p99"] = seconds.empty() ? kNever : stats::quantile(seconds, 0.99);
}

void Measure::recovery(Metrics& metrics) {
  watch_recovery(tasks_, deadline(), load_end(), hold_seconds(scenario_.schedule),
                 faults_.records());
  std::vector<core::Duration> detect;
  std::vector<core::Duration> decide;
  std::vector<core::Duration> execute;
  std::size_t acted = 0;
  const auto put = [](std::vector<core::Duration>& list, std::optional<core::Duration> duration) {
    if (duration) {
      list.push_back(*duration);
    }
  };
  for (const FaultRecord& fault : faults()) {
    acted += fault.acted > 0 ? 1 : 0;
    const RecoverySplit split = split_of(fault);
    put(detect, split.detect);
    put(decide, split.decide);
    put(execute, split.execute);
  }
  metrics["faults_acted"] = count(acted);
  const auto put_median = [&](std::string_view name, const std::vector<core::Duration>& durations) {
    if (!durations.empty()) {
      metrics[std::string(name)] = stats::quantile(seconds_of(durations), 0.5);
    }
  };
  put_median("recovery_detect", detect);
  put_median("recovery_decide", decide);
  put_median("recovery_execute", execute);
  measure_recovery(tasks_, faults(), deadline(), measured_from(), load_end(), metrics);
}

void Measure::trading(Metrics& metrics) const {
  for (const std::string_view name :
       {"orders", "fills", "volume", "fenced_rejections", "fenced_after_resume",
        "stale_attempt_rejections", "repeated_orders"}) {
    const auto it = venue_.find(name);
    metrics[std::string(name)] = it == venue_.end() ? 0 : static_cast<double>(it->second);
  }
  double dollars = 0;
  for (const agent::AgentConfig& config : deployment_.agent_configs) {
    dollars += profit_of(config.account);
  }
  metrics["profit_loss"] = dollars;
}

std::optional<double> Measure::forecast_error() const {
  double sum = 0;
  double weights = 0;
  for (const auto& [node, forecast] : forecasts_) {
    sum += forecast.first * forecast.second;
    weights += forecast.second;
  }
  return weights > 0 ? std::optional(sum / weights) : std::nullopt;
}

double Measure::profit_of(market::AccountId account) const {
  const auto holding = holdings_.find(account);
  if (holding == holdings_.end()) {
    return 0;
  }
  double micros = static_cast<double>(holding->second.cash_micros);
  for (const auto& [symbol, shares] : holding->second.shares) {
    const auto price = last_price_.find(symbol);
    const auto& series = deployment_.market->instruments[symbol.value - 1U].series;
    if (price != last_price_.end()) {
      micros += static_cast<double>(shares * price->second.ticks * series.tick.micros);
    }
  }
  return micros / 1e6;
}

}  // namespace lab
