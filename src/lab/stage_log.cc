#include "stage_log.h"

#include <algorithm>

#include "lab/measure.h"
#include "ring_setup.h"
#include "stats/summary.h"
#include "swarm/stage_trace.h"

namespace lab {
namespace {

double mean_of(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) {
    sum += value;
  }
  return values.empty() ? 0 : sum / static_cast<double>(values.size());
}

double quantile_or_zero(const std::vector<double>& values, double level) {
  return values.empty() ? 0 : stats::quantile_of(values, level);
}

void keep_longest(std::optional<core::Duration>& longest, core::Duration one) {
  longest = std::max(longest.value_or(core::Duration{}), one);
}

}  // namespace

StageLog::StageLog(const Deployment& deployment, const scenario::Scenario& scenario)
    : deployment_(deployment), scenario_(scenario) {
  ring_ = swarm::ring_of(deployment.topology.stages);
  times_.resize(ring_.stages.size());
}

void StageLog::receive(const world::TraceEntry& entry) {
  if (times_.empty()) {
    return;
  }
  switch (entry.record.kind >> 8U) {
    case 0x00:
      on_driver(entry);
      break;
    case 0x02:
      on_item(entry);
      on_breaker(entry);
      if (const auto changed = world::as<swarm::RingChanged>(entry)) {
        on_ring(changed->ring, entry);
      }
      break;
    default:
      break;
  }
}

void StageLog::say(const world::TraceEntry& entry, std::string text) {
  milestones_.push_back({entry.at, entry.node, std::move(text)});
}

StageLog::Passing* StageLog::find(world::NodeId node, const swarm::ItemEntry& item) {
  auto& held = inside_[node];
  const auto found = held.find({item.epoch, item.number});
  return found == held.end() ? nullptr : &found->second;
}

void StageLog::on_item(const world::TraceEntry& entry) {
  if (const auto taken = world::as<swarm::ItemTaken>(entry)) {
    take(*taken, entry);
  } else if (const auto worked = world::as<swarm::ItemWorked>(entry)) {
    Passing* passing = find(entry.node, worked->entry);
    if (passing != nullptr && !passing->worked) {
      passing->worked = entry.at;
      times_[passing->stage].work.push_back(core::to_seconds(entry.at - passing->taken));
    }
  } else if (const auto sent = world::as<swarm::ItemSent>(entry)) {
    wait_over(sent->entry, entry);
  } else if (const auto executed = world::as<swarm::ItemExecuted>(entry)) {
    wait_over(executed->entry, entry);
  } else if (const auto returned = world::as<swarm::CreditReturned>(entry)) {
    credit_back(*returned, entry);
  } else if (entry.record.kind == swarm::ItemsDropped::kKind) {
    empty(entry.node);
  }
}

void StageLog::take(const swarm::ItemTaken& taken, const world::TraceEntry& entry) {
  const Entry item{taken.entry.epoch, taken.entry.number};
  if (taken.from) {
    arrivals_[{entry.node, taken.from, taken.epoch, taken.sequence}] = item;
    if (Passing* before = find(taken.from, taken.entry); before != nullptr && before->sent) {
      Times& times = times_[before->stage];
      times.hop.push_back(core::to_seconds(entry.at - *before->sent));
      times.whole.push_back(core::to_seconds(entry.at - before->taken));
      inside_[taken.from].erase(item);
    }
  }
  auto& held = inside_[entry.node];
  held.try_emplace(item, Passing{taken.stage, entry.at, {}, {}});
  times_[taken.stage].peak = std::max(times_[taken.stage].peak, held.size());
  std::size_t items = 0;
  for (const auto& [node, mine] : inside_) {
    items += mine.size();
  }
  items_peak_ = std::max(items_peak_, items);
  if (taken.stage == 0) {
    items_.push_back(static_cast<double>(items));
  }
}

void StageLog::wait_over(const swarm::ItemEntry& item, const world::TraceEntry& entry) {
  Passing* passing = find(entry.node, item);
  if (passing != nullptr && passing->worked && !passing->sent) {
    passing->sent = entry.at;
    times_[passing->stage].wait.push_back(core::to_seconds(entry.at - *passing->worked));
  }
}

// The last stage is done with it, or another one had it before.
void StageLog::credit_back(const swarm::CreditReturned& returned, const world::TraceEntry& entry) {
  const auto arrival =
      arrivals_.find({entry.node, returned.from, returned.epoch, returned.sequence});
  if (arrival == arrivals_.end()) {
    return;
  }
  auto& held = inside_[entry.node];
  const auto passing = held.find(arrival->second);
  if (passing != held.end()) {
    const bool last = passing->second.stage + 1 == times_.size();
    if (last && passing->second.worked) {
      times_.back().whole.push_back(core::to_seconds(entry.at - passing->second.taken));
    }
    if (last || !passing->second.worked) {
      held.erase(passing);
    }
  }
  arrivals_.erase(arrival);
}

void StageLog::empty(world::NodeId node) {
  in_flight_lost_ += inside_[node].size();
  inside_.erase(node);
}

void StageLog::on_breaker(const world::TraceEntry& entry) {
  if (const auto changed = world::as<swarm::BreakerChanged>(entry)) {
    const std::string link = "the breaker to " + std::string(deployment_.name(changed->peer));
    if (changed->from == swarm::BreakerState::kClosed) {
      ++opened_;
      broken_.insert({entry.node, changed->peer});
      unreached_.try_emplace({entry.node, changed->peer}, entry.at);
      if (const auto stage = ring_.stage_of(changed->peer)) {
        ++times_[*stage].breaks;
      }
      say(entry, link + " opens: " + std::to_string(changed->failures) + " of " +
                     std::to_string(changed->calls) + " calls failed");
    } else if (changed->to == swarm::BreakerState::kClosed) {
      ++closed_;
      unreached_.erase({entry.node, changed->peer});
      say(entry, link + " closes after " + std::to_string(changed->calls) + " probes");
    }
  } else if (entry.record.kind == swarm::BreakerProbed::kKind) {
    ++probes_;
  } else if (const auto ended = world::as<swarm::PipelineLinkEnded>(entry)) {
    unreached_.erase({entry.node, ended->peer});
  }
}

// Since one of them halted, hung or became the target of a fault that is not over; where nobody is
// known to be unwell, since a link to one broke, or the fault of links that may have broken it.
core::Duration StageLog::lost_for(const std::vector<world::NodeId>& nodes, core::Time now) const {
  core::Time since = now;
  for (const world::NodeId node : nodes) {
    if (const auto lost = lost_.find(node); lost != lost_.end()) {
      since = std::min(since, lost->second);
    }
  }
  if (since < now) {
    return now - since;
  }
  for (const auto& [link, broke] : unreached_) {
    if (std::ranges::find(nodes, link.second) != nodes.end()) {
      since = std::min(since, broke);
    }
  }
  for (const auto& [number, fault] : faults_) {
    if (since < now && fault.second.empty()) {
      since = std::min(since, fault.first);
    }
  }
  return now - since;
}

void StageLog::on_ring(const swarm::Ring& next, const world::TraceEntry& entry) {
  if (next.epoch <= ring_.epoch) {
    return;
  }
  const swarm::Ring before = std::exchange(ring_, next);
  const auto& stages = deployment_.topology.stages;
  for (std::size_t i = 0; i < stages.size(); ++i) {
    if (next.stages[i] != before.stages[i]) {
      ++stitched_;
      keep_longest(to_stitch_, lost_for(before.stages[i], entry.at));
      say(entry, "stage " + stages[i].name + " goes to " +
                     std::string(deployment_.name(next.stages[i].front())));
    }
  }
  if (next.stopped) {
    ++stopped_;
    stopped_since_ = stopped_since_.value_or(entry.at);
    keep_longest(to_stop_, lost_for(next.stages[next.broken], entry.at));
    say(entry, "the ring stops: stage " + stages[next.broken].name +
                   " has nobody, and no spare can do it");
  } else if (stopped_since_) {
    stopped_for_ += entry.at - *stopped_since_;
    stopped_since_.reset();
    say(entry, "the ring goes on");
  }
}

void StageLog::on_driver(const world::TraceEntry& entry) {
  if (entry.record.kind == world::NodeHalted::kKind) {
    empty(entry.node);
    std::erase_if(unreached_, [&](const auto& link) { return link.first.first == entry.node; });
    lost_.insert_or_assign(entry.node, entry.at);
    down_.insert(entry.node);
  } else if (entry.record.kind == world::NodeBooted::kKind) {
    lost_.erase(entry.node);
    down_.erase(entry.node);
  } else if (const auto paused = world::as<world::NodePaused>(entry)) {
    if (paused->resumed) {
      lost_.erase(entry.node);
      down_.erase(entry.node);
    } else {
      lost_.insert_or_assign(entry.node, entry.at);
      down_.insert(entry.node);
    }
  } else if (const auto started = world::as<world::FaultStarted>(entry)) {
    faults_[started->fault] = {entry.at, started->targets};
    for (const world::NodeId target : started->targets) {
      lost_.try_emplace(target, entry.at);
    }
  } else if (const auto ended = world::as<world::FaultEnded>(entry)) {
    for (const world::NodeId target : faults_[ended->fault].second) {
      lost_.erase(target);
    }
    faults_.erase(ended->fault);
  }
}

// Items that may be at work in a stage at a time: what the entry may have in the ring, or the
// credits of the links to it.
double StageLog::places(std::size_t stage) const {
  const scenario::RingSpec& spec = *scenario_.topology.ring;
  const std::size_t agents = ring_.stages[stage].size();
  return stage == 0 ? static_cast<double>(agents) * ring_in_flight(scenario_)
                    : static_cast<double>(agents * ring_.stages[stage - 1].size()) * spec.credits;
}

std::vector<StageResult> StageLog::stages(const std::map<world::NodeId, double>& cpu_in_use) const {
  std::vector<StageResult> made;
  const double seconds = std::max(1e-9, core::to_seconds(scenario_.duration));
  for (std::size_t i = 0; i < times_.size(); ++i) {
    const Times& times = times_[i];
    StageResult& stage = made.emplace_back();
    stage.name = deployment_.topology.stages[i].name;
    stage.agents = ring_.stages[i].size();
    stage.items = times.whole.size();
    stage.work_mean_s = mean_of(times.work);
    stage.wait_mean_s = mean_of(times.wait);
    stage.hop_mean_s = mean_of(times.hop);
    stage.latency_p50_s = quantile_or_zero(times.whole, 0.5);
    stage.latency_p99_s = quantile_or_zero(times.whole, 0.99);
    stage.peak = times.peak;
    stage.breaks = times.breaks;
    double cpu = 0;
    for (const world::NodeId node : ring_.stages[i]) {
      const auto busy = cpu_in_use.find(node);
      cpu += busy == cpu_in_use.end() ? 0 : busy->second;
    }
    const double at_work = stage.work_mean_s * static_cast<double>(times.work.size());
    stage.in_use = std::min(
        1.0, std::max(cpu / static_cast<double>(stage.agents), at_work / (seconds * places(i))));
  }
  if (!made.empty()) {
    std::ranges::max_element(made, {}, &StageResult::in_use)->slow = true;
  }
  return made;
}

StageLog::Gap StageLog::gap() const {
  const auto& topology = deployment_.topology;
  for (std::size_t i = 0; i < ring_.stages.size() && !ring_.stopped; ++i) {
    const auto is_down = [this](world::NodeId node) { return down_.contains(node); };
    if (!std::ranges::all_of(ring_.stages[i], is_down)) {
      continue;
    }
    const bool spared = std::ranges::any_of(topology.capabilities, [&](const auto& member) {
      return !is_down(member.first) && !ring_.stage_of(member.first) &&
             std::ranges::includes(member.second, topology.stages[i].capabilities);
    });
    return spared ? Gap::kSpared : Gap::kUnspared;
  }
  return Gap::kNone;
}

Metrics StageLog::metrics(const std::vector<StageResult>& stages, core::Time end) const {
  Metrics metrics;
  if (stages.empty()) {
    return metrics;
  }
  std::vector<double> hops;
  std::vector<double> waits;
  std::size_t peak = 0;
  for (const Times& times : times_) {
    hops.insert(hops.end(), times.hop.begin(), times.hop.end());
    waits.insert(waits.end(), times.wait.begin(), times.wait.end());
    peak = std::max(peak, times.peak);
  }
  const auto slow = std::ranges::find(stages, true, &StageResult::slow);
  metrics["slow_stage"] = static_cast<double>(slow - stages.begin() + 1);
  metrics["slow_stage_in_use"] = slow->in_use;
  if (!hops.empty()) {
    metrics["slow_stage_latency_p50"] = slow->latency_p50_s;
    metrics["slow_stage_latency_p99"] = slow->latency_p99_s;
    metrics["hop_latency_p50"] = quantile_or_zero(hops, 0.5);
    metrics["hop_latency_p99"] = quantile_or_zero(hops, 0.99);
    metrics["stage_wait_p50"] = quantile_or_zero(waits, 0.5);
    metrics["stage_wait_p99"] = quantile_or_zero(waits, 0.99);
  }
  metrics["stage_items_peak"] = static_cast<double>(peak);
  metrics["ring_items_peak"] = static_cast<double>(items_peak_);
  metrics["ring_items_mean"] = mean_of(items_);
  metrics["breaker_opens"] = static_cast<double>(opened_);
  metrics["breaker_links"] = static_cast<double>(broken_.size());
  metrics["breaker_closes"] = static_cast<double>(closed_);
  metrics["breaker_probes"] = static_cast<double>(probes_);
  metrics["ring_stitches"] = static_cast<double>(stitched_);
  metrics["ring_stops"] = static_cast<double>(stopped_);
  metrics["in_flight_lost"] = static_cast<double>(in_flight_lost_);
  const core::Duration open = stopped_since_ ? end - *stopped_since_ : core::Duration{};
  metrics["ring_stopped_for"] = core::to_seconds(stopped_for_ + open);
  const Gap left = gap();
  if (to_stitch_ || left == Gap::kSpared) {
    metrics["restitch_time"] = left == Gap::kSpared ? kNever : core::to_seconds(*to_stitch_);
  }
  if (to_stop_ || left == Gap::kUnspared) {
    metrics["ring_stop_time"] = left == Gap::kUnspared ? kNever : core::to_seconds(*to_stop_);
  }
  return metrics;
}

}  // namespace lab
