#include "performance.h"

#include <algorithm>
#include <deque>

#include "stats/summary.h"

namespace lab {
namespace {

// Work has moved to an arm when it did so much of so many tasks in a row.
constexpr std::size_t kWindow = 50;
constexpr std::size_t kMoved = 40;
// Fewer tasks of an arm say nothing of its worth.
constexpr std::size_t kLeastTasks = 5;

// A task that is over, as the bandit saw it.
struct Play {
  core::Time intended;
  core::Time ended;
  std::string arm;
  double reward = 0;
};

// The arm of each agent: itself, or the agents with the same capabilities.
std::map<world::NodeId, std::string> arms_of(const Deployment& deployment,
                                             const scenario::Scenario& scenario) {
  std::map<world::NodeId, std::string> arms;
  std::size_t index = 0;
  for (const scenario::Pool& pool : scenario.pools) {
    std::string shared;
    for (const std::string& capability : pool.capabilities) {
      shared += capability + "+";
    }
    for (std::uint32_t i = 0; scenario::is_founding(scenario, pool) && i < pool.size; ++i) {
      const world::NodeId agent = deployment.agents[index++];
      const bool alone = scenario.dispatch.adaptive->arms == scenario::Arms::kAgent;
      arms[agent] = alone ? std::string(deployment.name(agent)) : shared;
    }
  }
  return arms;
}

// In the order in which they ended.
std::vector<Play> plays_of(const Deployment& deployment, const scenario::Scenario& scenario,
                           const Measure& measure) {
  const auto arms = arms_of(deployment, scenario);
  const bool profit = scenario.dispatch.adaptive->reward == scenario::Reward::kProfit;
  std::vector<Play> plays;
  for (const auto& [id, task] : measure.tasks()) {
    const auto arm = arms.find(task.agent);
    if (!task.latency || arm == arms.end()) {
      continue;
    }
    const bool done = task.outcome == swarm::Outcome::kDone;
    const double worth = profit ? task.score_permille / 1000.0 : 1.0;
    plays.push_back(
        {task.intended, task.intended + *task.latency, arm->second, done ? worth : 0.0});
  }
  std::ranges::stable_sort(plays, {}, &Play::ended);
  return plays;
}

// When the load's regimes begin, the first at its start; ascending.
std::vector<core::Time> regimes_of(const scenario::Scenario& scenario, core::Time load_begin) {
  std::set<core::Time> begins = {load_begin};
  for (const scenario::Instrument& instrument : scenario.market.instruments) {
    if (instrument.synthetic) {
      for (const scenario::Regime& regime : instrument.synthetic->regimes) {
        begins.insert(load_begin + regime.at);
      }
    }
  }
  return {begins.begin(), begins.end()};
}

struct Worth {
  double sum = 0;
  std::size_t tasks = 0;
  [[nodiscard]] double mean() const { return sum / static_cast<double>(tasks); }
};

// The arm whose tasks earned most on average, and what they earned; nobody when none did enough.
std::pair<std::string, double> best_of(const std::map<std::string, Worth>& worths) {
  std::pair<std::string, double> best = {"", 0};
  for (const auto& [arm, worth] : worths) {
    if (worth.tasks >= kLeastTasks && (best.first.empty() || worth.mean() > best.second)) {
      best = {arm, worth.mean()};
    }
  }
  return best;
}

// How many of the tasks that fell due from `since` on ended before the arm had moved.
std::optional<std::size_t> tasks_until_moved(const std::vector<Play>& plays, core::Time since,
                                             const std::string& arm) {
  std::deque<bool> latest;
  std::size_t count = 0;
  for (const Play& play : plays) {
    if (play.intended < since) {
      continue;
    }
    ++count;
    latest.push_back(play.arm == arm);
    if (latest.size() > kWindow) {
      latest.pop_front();
    }
    if (latest.size() == kWindow &&
        static_cast<std::size_t>(std::ranges::count(latest, true)) >= kMoved) {
      return count;
    }
  }
  return std::nullopt;
}

// How often work came to be with another arm than the one that had it last. It counts from when the
// arm that was best at first has it: to find that one is no rotation.
std::size_t rotations_of(const std::vector<Play>& plays, const std::string& best_at_first) {
  std::deque<std::string> latest;
  std::map<std::string, std::size_t> counts;
  std::string holder;
  std::size_t rotations = 0;
  for (const Play& play : plays) {
    latest.push_back(play.arm);
    ++counts[play.arm];
    if (latest.size() > kWindow) {
      --counts[latest.front()];
      latest.pop_front();
    }
    const bool has_it = latest.size() == kWindow && counts[play.arm] >= kMoved;
    if (has_it && holder.empty()) {
      holder = play.arm == best_at_first ? play.arm : "";
    } else if (has_it && holder != play.arm) {
      ++rotations;
      holder = play.arm;
    }
  }
  return rotations;
}

void adaptation(const std::vector<Play>& plays, const std::vector<core::Time>& regimes,
                Metrics& metrics) {
  double lost = 0;
  std::string best_at_first;
  std::string best_before;
  std::optional<std::size_t> slowest;
  bool never = false;
  for (std::size_t i = 0; i < regimes.size(); ++i) {
    std::map<std::string, Worth> worths;
    Worth all;
    for (const Play& play : plays) {
      if (play.intended >= regimes[i] &&
          (i + 1 == regimes.size() || play.intended < regimes[i + 1])) {
        worths[play.arm].sum += play.reward;
        ++worths[play.arm].tasks;
        all.sum += play.reward;
        ++all.tasks;
      }
    }
    const auto [best, mean] = best_of(worths);
    if (best.empty()) {
      continue;
    }
    lost += mean * static_cast<double>(all.tasks) - all.sum;
    if (!best_before.empty() && best != best_before) {
      const auto moved = tasks_until_moved(plays, regimes[i], best);
      never = never || !moved;
      slowest = std::max(slowest, moved);
    }
    best_at_first = best_at_first.empty() ? best : best_at_first;
    best_before = best;
  }
  metrics["rotations"] = static_cast<double>(rotations_of(plays, best_at_first));
  if (!plays.empty()) {
    metrics["regret"] = lost / static_cast<double>(plays.size());
  }
  if (never) {
    metrics["tasks_to_shift"] = kNever;
  } else if (slowest) {
    metrics["tasks_to_shift"] = static_cast<double>(*slowest);
  }
}

void strategies(const Deployment& deployment, const Measure& measure, Metrics& metrics) {
  for (const agent::AgentConfig& config : deployment.agent_configs) {
    if (std::ranges::find(deployment.agents, config.member.self) != deployment.agents.end()) {
      metrics["profit_loss_" + std::string(name_of(kind_of(config.strategy)))] +=
          measure.profit_of(config.account);
    }
  }
}

void distances(const Deployment& deployment, const Measure& measure, Metrics& metrics) {
  std::vector<double> home;
  std::vector<double> remote;
  const std::string& here = deployment.spec(deployment.client).zone;
  for (const auto& [id, task] : measure.tasks()) {
    const bool counts = task.intended >= measure.measured_from();
    if (counts && task.latency && task.agent && task.outcome == swarm::Outcome::kDone) {
      const bool at_home = deployment.spec(task.agent).zone == here;
      (at_home ? home : remote).push_back(core::to_seconds(*task.latency));
    }
  }
  const auto put = [&metrics](const std::string& name, std::vector<double>& values) {
    if (!values.empty()) {
      std::ranges::sort(values);
      metrics[name + "_p50"] = stats::quantile(values, 0.5);
      metrics[name + "_p99"] = stats::quantile(values, 0.99);
    }
  };
  put("latency_home", home);
  put("latency_remote", remote);
}

}  // namespace

void measure_performance(const Deployment& deployment, const scenario::Scenario& scenario,
                         const Measure& measure, Metrics& metrics) {
  strategies(deployment, measure, metrics);
  if (scenario.dispatch.adaptive) {
    adaptation(plays_of(deployment, scenario, measure), regimes_of(scenario, measure.load_begin()),
               metrics);
  }
  if (scenario.regions) {
    distances(deployment, measure, metrics);
  }
  if (const auto error = measure.forecast_error()) {
    metrics["forecast_error"] = *error;
  }
}

std::vector<AgentResult> agents_of(const Deployment& deployment, const Measure& measure) {
  std::map<world::NodeId, std::uint64_t> done;
  for (const auto& [id, task] : measure.tasks()) {
    const bool counts = task.intended >= measure.measured_from();
    if (counts && task.agent && task.latency && *task.latency <= measure.deadline() &&
        task.outcome == swarm::Outcome::kDone) {
      ++done[task.agent];
    }
  }
  std::vector<AgentResult> agents;
  for (const agent::AgentConfig& config : deployment.agent_configs) {
    const world::NodeId node = config.member.self;
    const auto tasks = done.find(node);
    const double dollars = measure.profit_of(config.account);
    const bool from_the_start =
        std::ranges::find(deployment.agents, node) != deployment.agents.end();
    if (from_the_start || tasks != done.end() || dollars != 0) {
      agents.push_back({std::string(deployment.name(node)),
                        std::string(name_of(kind_of(config.strategy))),
                        tasks == done.end() ? 0 : tasks->second, dollars});
    }
  }
  return agents;
}

}  // namespace lab
