// How long faults took to recover from, from the client's record.
#include <algorithm>

#include "lab/measure.h"
#include "stats/survival.h"

namespace lab {
namespace {

// Tasks by the second in which they were due: how many, and how many were done in time.
struct Second {
  double due = 0;
  double done = 0;
  [[nodiscard]] double share() const { return due > 0 ? done / due : 1; }
};

constexpr double kObjective = 0.95;
constexpr double kOutage = 0.10;
constexpr double kSlowS = 30;

std::vector<Second> seconds_of(const std::map<swarm::TaskId, TaskRecord>& tasks,
                               core::Duration deadline, core::Time begin, core::Time end) {
  const auto length = static_cast<std::size_t>((end - begin) / core::seconds(1));
  std::vector<Second> seconds(std::max<std::size_t>(1, length));
  for (const auto& [id, task] : tasks) {
    if (task.intended < begin) {
      continue;
    }
    const auto index = static_cast<std::size_t>((task.intended - begin) / core::seconds(1));
    Second& second = seconds[std::min(index, seconds.size() - 1)];
    ++second.due;
    const bool good =
        task.latency && task.outcome == swarm::Outcome::kDone && *task.latency <= deadline;
    second.done += good ? 1 : 0;
  }
  while (seconds.size() > 1 && seconds.back().due == 0) {
    seconds.pop_back();
  }
  return seconds;
}

// Seconds from `from` until the objective holds for good; nothing if it does not.
std::optional<std::size_t> recovered_after(const std::vector<Second>& seconds, std::size_t from,
                                           std::size_t steady_seconds) {
  for (std::size_t start = from; start < seconds.size(); ++start) {
    const std::size_t stop = std::min(seconds.size(), start + steady_seconds);
    const bool steady =
        std::all_of(seconds.begin() + static_cast<std::ptrdiff_t>(start),
                    seconds.begin() + static_cast<std::ptrdiff_t>(stop),
                    [](const Second& second) { return second.share() >= kObjective; });
    if (steady) {
      return start - from;
    }
  }
  return std::nullopt;
}

}  // namespace

void measure_recovery(const std::map<swarm::TaskId, TaskRecord>& tasks,
                      const std::vector<FaultRecord>& faults, core::Duration deadline,
                      core::Time begin, core::Time load_end, std::size_t steady_seconds,
                      Metrics& metrics) {
  const std::vector<Second> seconds = seconds_of(tasks, deadline, begin, load_end);
  std::vector<stats::Duration> recoveries;
  std::optional<std::size_t> first;
  for (const FaultRecord& fault : faults) {
    if (!fault.began || *fault.began < begin) {
      continue;
    }
    const auto index = static_cast<std::size_t>((*fault.began - begin) / core::seconds(1));
    if (index >= seconds.size()) {
      continue;
    }
    first = std::min(first.value_or(index), index);
    const auto after = recovered_after(seconds, index, steady_seconds);
    recoveries.push_back(after
                             ? stats::Duration{static_cast<double>(*after), true}
                             : stats::Duration{static_cast<double>(seconds.size() - index), false});
  }
  double outage = 0;
  double longest = 0;
  double lost = 0;
  double due = 0;
  for (std::size_t i = first.value_or(seconds.size()); i < seconds.size(); ++i) {
    // A second in which nothing fell due ends no outage.
    const bool out = seconds[i].due > 0 ? seconds[i].share() < kOutage : outage > 0;
    outage = out ? outage + 1 : 0;
    longest = std::max(longest, outage);
    lost += seconds[i].due - seconds[i].done;
    due += seconds[i].due;
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
  metrics["degradation"] = due > 0 ? lost / due : 0;
  const auto curve = stats::kaplan_meier(recoveries);
  for (const auto& [name, quantile] :
       {std::pair{"recovery_time", 0.5}, std::pair{"recovery_p95", 0.95}}) {
    if (const auto time = stats::survival_quantile(curve, quantile)) {
      metrics[name] = *time;
    }
  }
}

}  // namespace lab
