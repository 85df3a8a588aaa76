#include "templates.h"

#include <algorithm>
#include <array>

namespace cli {
namespace {

// Of each template: who there is and how they hang together. The rest is the same for all.
struct Template {
  std::string_view name;
  std::string_view duration = "20s";
  std::string_view swarm;
  std::string_view load;     // and the market
  std::string_view changes;  // faults or policies
  std::string_view checks;   // requirements beside those of all
  std::string_view aim = "{metric: latency_p99, at_most: 1s}";
};

constexpr std::string_view kAgents = R"(pools:
  - {name: momentum, size: 5, strategy: momentum}
)";
constexpr std::string_view kLoad = R"(workload:
  rate: 40/s                             # open loop: arrivals do not wait for the swarm
  deadline: 1s
  service: {cpu: 5ms, wait: 20ms}        # declared work of one task
market:
  instruments:
    - {symbol: GOOG, series: goog_daily.csv, bar: 1d, bar_lasts: 2s}
)";
constexpr std::string_view kCrash = R"(faults:
  - {kind: crash, target: worker, at: 8s, for: 3s}   # a random agent dies and comes back
)";

constexpr std::string_view kCustom = R"(topology:
  kind: custom
  candidates: [momentum-1, momentum-2]   # may take the leader's place
  relays: [east, west]                   # pass messages on; workers do not
  links:
    - [leader, momentum-1]
    - [leader, momentum-2]
    - [momentum-1, momentum-2]
    - [leader, east]
    - [momentum-1, east]
    - [leader, west]
    - [momentum-2, west]
    - [east, momentum-3]
    - [west, momentum-3]
    - [east, momentum-4]
    - [west, momentum-4]
    - [east, momentum-5]
    - [west, momentum-5]
)";
constexpr std::string_view kRing = R"(topology:
  kind: ring
  credits: 8                             # items that a stage may have unanswered with the next one
  stages:                                # in order; `work` is what one item costs the stage
    - {pool: collector, does: [collect], work: {cpu: 1ms, wait: 20ms}}
    - {pool: analyser, does: [analyse], work: {cpu: 4ms, wait: 40ms}}
    - {pool: risk, does: [approve], work: {cpu: 1ms, wait: 20ms}}
    - {pool: executor, does: [execute], work: {cpu: 1ms, wait: 20ms}}
pools:
  - {name: collector, capabilities: [collect]}
  - {name: analyser, strategy: momentum, capabilities: [analyse]}
  - {name: risk, strategy: risk, capabilities: [approve]}   # no order without its approval
  - {name: executor, capabilities: [execute]}
)";
constexpr std::string_view kRingLoad = R"(workload:
  rate: 40/s                             # open loop: arrivals do not wait for the swarm
  deadline: 1s
market:
  instruments:
    - {symbol: GOOG, series: goog_daily.csv, bar: 1d, bar_lasts: 2s}
)";
constexpr std::string_view kRingFault = R"(faults:
  - {kind: crash, target: analyser-1, at: 8s, for: 2s}   # without a spare the ring stops openly
)";
constexpr std::string_view kScaled = R"(topology: {kind: star, standbys: 2}
dispatch: {policy: least_loaded, in_flight_per_agent: 2, queue: 60, attempt_timeout: 2s}
sandbox: {vcpu: 1, cold_start: {p50: 1500ms, p95: 3s}}   # what it takes to start an agent
pools:
  - {name: spoke, size: 3, strategy: momentum}
)";
constexpr std::string_view kStep = R"(workload:
  rate: 8/s
  steps: [{at: 10s, rate: 120/s}]        # more than three agents can do
  deadline: 1s
  service: {cpu: 50ms, wait: 0s}
  retry: {timeout: 4s, attempts: 6}
market:
  instruments:
    - {symbol: GOOG, series: goog_daily.csv, bar: 1d, bar_lasts: 2s}
)";
constexpr std::string_view kScaling = R"(scaling:
  min: 3
  max: 10
  concurrency: {per_agent: 2, target: 50%, stable_window: 10s, panic_window: 3s}
  stabilise_down: 30s                    # nobody goes before the load was low for so long
  decide_every: 1s
  pace_period: 5s
)";
constexpr std::string_view kScalingChecks = R"(    - {metric: busy_kills, at_most: 0}
    - {metric: size_max, at_least: 6}
)";
constexpr std::string_view kSpecialists = R"(topology: {kind: star, standbys: 2}
dispatch: {policy: specialised}          # only who declares the capability is asked
pools:                                   # a pool declares its strategy as its capability
  - {name: momentum, size: 2, strategy: momentum}
  - {name: pairs, size: 2, strategy: pairs}
  - {name: arbitrage, size: 1, strategy: arbitrage}
)";
constexpr std::string_view kClasses = R"(workload:
  rate: 40/s                             # open loop: arrivals do not wait for the swarm
  deadline: 1s
  service: {cpu: 4ms, wait: 10ms}        # declared work of one task
  classes:
    - {name: momentum, share: 10, requires: [momentum]}
    - {name: pairs, share: 8, requires: [pairs]}
    - {name: arbitrage, share: 5, requires: [arbitrage]}
market:
  instruments:
    - {symbol: GOOG, series: goog_daily.csv, bar: 1d, bar_lasts: 2s}
    - {symbol: SYN1, synthetic: {fit: goog_daily.csv, correlation: 90%}}
)";
constexpr std::string_view kSpecialistsFault = R"(faults:
  - {kind: crash, target: pairs-1, at: 8s, for: 3s}   # the other one does its work
)";
constexpr std::string_view kSpecialistsChecks = R"(    - {metric: routing_accuracy, at_least: 100%}
)";
constexpr std::string_view kTwoVersions = R"(topology: {kind: star, standbys: 2}
sandbox: {cold_start: {p50: 1500ms, p95: 3s}}   # what it takes to start an agent
pools:                                   # the second is created when the rollout begins
  - {name: old, size: 5, strategy: momentum, version: 1}
  - {name: new, size: 5, strategy: momentum, version: 2}
)";
constexpr std::string_view kBlueGreen =
    R"(# The old agents go when no task has reached them for a while.
rollout: {kind: blue_green, begins: 5s, least_step: 5s, soak: 5s, quiet: 10s}
)";
constexpr std::string_view kCanaryLoad = R"(workload:
  rate: 200/s                            # enough tasks for 5 % of them to tell something
  deadline: 1s
  service: {cpu: 5ms, wait: 20ms}        # declared work of one task
market:
  instruments:
    - {symbol: GOOG, series: goog_daily.csv, bar: 1d, bar_lasts: 2s}
)";
constexpr std::string_view kCanary =
    R"(# 5 % of the tasks go to one agent of the new version until enough of them have shown it.
rollout: {kind: canary, begins: 10s, least_step: 5s, soak: 5s, quiet: 5s}
)";
constexpr std::string_view kRolloutChecks = R"(    - {metric: busy_kills, at_most: 0}
    - {metric: promoted, at_least: 1}
)";

// By chance a good version is taken back now and then: whether it was promoted is no requirement.
constexpr std::string_view kCanaryChecks = R"(    - {metric: busy_kills, at_most: 0}
    - {metric: rollout_first_share, at_most: 5%}
)";

constexpr auto kTemplates = std::to_array<Template>({
    {"mesh", "20s", "topology:\n  kind: mesh\n", kLoad, kCrash, ""},
    {"hierarchical", "20s", "topology:\n  kind: hierarchical\n  standbys: 2\n", kLoad, kCrash, ""},
    {"ring", "20s", kRing, kRingLoad, kRingFault, "", "{metric: reliability, at_least: 80%}"},
    {"star", "20s", "topology:\n  kind: star\n  standbys: 2\n", kLoad, kCrash, ""},
    {"custom", "20s", kCustom, kLoad, kCrash, ""},
    {"auto-scaling", "40s", kScaled, kStep, kScaling, kScalingChecks,
     "{metric: settle_time, at_most: 30s}"},
    {"multi-strategy", "20s", kSpecialists, kClasses, kSpecialistsFault, kSpecialistsChecks},
    {"blue-green", "70s", kTwoVersions, kLoad, kBlueGreen, kRolloutChecks},
    {"canary", "90s", kTwoVersions, kCanaryLoad, kCanary, kCanaryChecks},
});

std::string with(std::string text, char from, char to) {
  std::ranges::replace(text, from, to);
  return text;
}

std::string text_of(const Template& one) {
  const std::string name(one.name);
  std::string text = "# A swarm, its load and what may go wrong. Run it:  muster run FILE\n";
  text += "name: my-" + name + "\npattern: " + with(name, '-', '_');
  text += "\ncase: \"my " + name + " swarm\"\ndescription: \"Say what this scenario shows.\"\n";
  text += "duration: " + std::string(one.duration) + "\n";
  text += one.swarm;
  text += one.swarm.contains("pools:") ? "" : kAgents;
  text += one.load;
  text += one.changes;
  text +=
      "checks:\n"
      "  requirements:                          # decided in every run\n"
      "    - {metric: lost, at_most: 0}\n"
      "    - {metric: duplicated, at_most: 0}\n";
  text += one.checks;
  text +=
      "  objectives:                            # judged with an interval from 20 seeds on\n"
      "    - ";
  text += one.aim;
  text += "\n";
  return text;
}

}  // namespace

std::vector<std::string> template_names() {
  std::vector<std::string> names;
  for (const Template& one : kTemplates) {
    names.emplace_back(one.name);
  }
  return names;
}

std::optional<std::string> template_of(std::string_view name) {
  const auto found =
      std::ranges::find(kTemplates, with(std::string(name), '_', '-'), &Template::name);
  return found == kTemplates.end() ? std::nullopt : std::optional(text_of(*found));
}

}  // namespace cli
