// How long faults took to recover from, from the client's record.
#include <algorithm>

#include "lab/measure.h"
#include "stats/survival.h"

namespace lab {
namespace {

constexpr double kOutage = 0.10;
constexpr double kSlowS = 30;
constexpr core::Duration kBin = core::seconds(1);

struct DueTask {
  core::Time at;
  bool good = false;
};

// Tasks of a stretch of time: how many fell due, and how many of these were done in time.
struct Tally {
  double due = 0;
  double done = 0;
  void add(const DueTask& task) {
    ++due;
    done += task.good ? 1 : 0;
  }
  [[nodiscard]] double share() const { return due > 0 ? done / due : 1; }
  // The 99th percentile of latency is within the deadline. Of tasks that fall due, 95 % are then
  // done in time, which is the other half of the objective.
  [[nodiscard]] bool meets_objective() const { return (due - done) * 100 <= due; }
};

std::vector<DueTask> by_time(const std::map<swarm::TaskId, TaskRecord>& tasks,
                             core::Duration deadline) {
  std::vector<DueTask> due;
  for (const auto& [id, task] : tasks) {
    const bool good =
        task.latency && task.outcome == swarm::Outcome::kDone && *task.latency <= deadline;
    due.push_back({task.intended, good});
  }
  std::ranges::stable_sort(due, {}, &DueTask::at);
  return due;
}

std::vector<Tally> seconds_of(const std::vector<DueTask>& tasks, core::Time begin, core::Time end) {
  const auto length = static_cast<std::size_t>((end - begin) / kBin);
  std::vector<Tally> seconds(std::max<std::size_t>(1, length));
  for (const DueTask& task : tasks) {
    if (task.at >= begin) {
      const auto index = static_cast<std::size_t>((task.at - begin) / kBin);
      seconds[std::min(index, seconds.size() - 1)].add(task);
    }
  }
  while (seconds.size() > 1 && seconds.back().due == 0) {
    seconds.pop_back();
  }
  return seconds;
}

// Whether `hold` bins from `start` on, each with a due task, meet the objective one after another
// and are over by `until`. `first`: the first task due from `start` on.
bool holds_from(core::Time start, std::vector<DueTask>::const_iterator first,
                std::vector<DueTask>::const_iterator end, core::Time until, std::size_t hold) {
  std::size_t shown = 0;
  for (core::Time bin = start; bin + kBin <= until; bin += kBin) {
    Tally tally;
    for (; first != end && first->at < bin + kBin; ++first) {
      tally.add(*first);
    }
    if (!tally.meets_objective()) {
      return false;
    }
    shown += tally.due > 0 ? 1U : 0U;
    if (shown == hold) {
      return true;
    }
  }
  return false;
}

std::optional<core::Time> recovered_at(const std::vector<DueTask>& tasks, core::Time began,
                                       core::Time until, std::size_t hold) {
  auto next = std::ranges::lower_bound(tasks, began, {}, &DueTask::at);
  if (holds_from(began, next, tasks.end(), until, hold)) {
    return began;
  }
  for (; next != tasks.end() && next->at < until; ++next) {
    if (next->good && holds_from(next->at, next, tasks.end(), until, hold)) {
      return next->at;
    }
  }
  return std::nullopt;
}

}  // namespace

void watch_recovery(const std::map<swarm::TaskId, TaskRecord>& tasks, core::Duration deadline,
                    core::Time load_end, std::size_t hold_seconds,
                    std::vector<FaultRecord>& faults) {
  const std::vector<DueTask> due = by_time(tasks, deadline);
  const core::Time last = due.empty() ? load_end : due.back().at;
  for (FaultRecord& fault : faults) {
    if (!fault.began || *fault.began >= load_end) {
      continue;
    }
    const core::Time until = std::min(fault.watched_until.value_or(load_end), load_end);
    fault.recovered = recovered_at(due, *fault.began, until, hold_seconds);
    fault.watched_until = std::max(*fault.began, std::min(until, last));
    // Over and done with before anybody said a word.
    const bool late = fault.recovered && fault.ended && fault.detected &&
                      *fault.detected > std::max(*fault.recovered, *fault.ended);
    if (late) {
      fault.detected.reset();
      fault.decided.reset();
    }
  }
}

void measure_recovery(const std::map<swarm::TaskId, TaskRecord>& tasks,
                      const std::vector<FaultRecord>& faults, core::Duration deadline,
                      core::Time begin, core::Time load_end, Metrics& metrics) {
  const std::vector<Tally> seconds = seconds_of(by_time(tasks, deadline), begin, load_end);
  std::vector<stats::Duration> recoveries;
  std::optional<std::size_t> first;
  for (const FaultRecord& fault : faults) {
    if (!fault.began || *fault.began < begin || !fault.watched_until) {
      continue;
    }
    const auto index = static_cast<std::size_t>((*fault.began - begin) / kBin);
    if (index >= seconds.size()) {
      continue;
    }
    first = std::min(first.value_or(index), index);
    const core::Time over = fault.recovered.value_or(*fault.watched_until);
    recoveries.push_back({core::to_seconds(over - *fault.began), fault.recovered.has_value()});
  }
  double outage = 0;
  double longest = 0;
  Tally all;
  for (std::size_t i = first.value_or(seconds.size()); i < seconds.size(); ++i) {
    // A second in which nothing fell due ends no outage.
    const bool out = seconds[i].due > 0 ? seconds[i].share() < kOutage : outage > 0;
    outage = out ? outage + 1 : 0;
    longest = std::max(longest, outage);
    all.due += seconds[i].due;
    all.done += seconds[i].done;
  }
  metrics["spof_outage"] = longest;
  if (recoveries.empty()) {
    return;
  }
  const auto of_all = [&](const auto& which) {
    return static_cast<double>(std::ranges::count_if(recoveries, which));
  };
  metrics["unrecovered"] =
      of_all([](const stats::Duration& recovery) { return !recovery.complete; });
  metrics["slow_recoveries"] = of_all([](const stats::Duration& recovery) {
                                 return !recovery.complete || recovery.seconds > kSlowS;
                               }) /
                               static_cast<double>(recoveries.size());
  metrics["degradation"] = 1 - all.share();
  const auto curve = stats::kaplan_meier(recoveries);
  for (const auto& [name, quantile] :
       {std::pair{"recovery_time", 0.5}, std::pair{"recovery_p95", 0.95}}) {
    metrics[name] = stats::survival_quantile(curve, quantile).value_or(kNever);
  }
}

}  // namespace lab
