#include <array>

#include "scenario/metrics.h"
#include "scenario/scenario.h"

namespace scenario {
namespace {

template <class E, std::size_t N>
std::string_view pick(const std::array<std::string_view, N>& names, E value) {
  static_assert(N == static_cast<std::size_t>(last_value(E{})) + 1, "one name for each value");
  return names[static_cast<std::size_t>(value)];
}

constexpr std::array<std::string_view, 5> kTopologies{"mesh", "hierarchical", "star", "ring",
                                                      "custom"};
constexpr std::array<std::string_view, 10> kPatterns{
    "mesh",           "hierarchical", "star",   "ring",   "auto_scaling",
    "multi_strategy", "blue_green",   "canary", "custom", "summary"};
constexpr std::array<std::string_view, 4> kDuties{"collect", "analyse", "approve", "execute"};
constexpr std::array<std::string_view, 6> kPolicies{"round_robin", "least_loaded", "power_of_two",
                                                    "specialised", "joint",        "adaptive"};
constexpr std::array<std::string_view, 7> kStrategies{
    "momentum", "mean_reversion", "pairs", "arbitrage", "risk", "forecast", "portfolio"};
constexpr std::array<std::string_view, 2> kArrivals{"poisson", "constant"};
constexpr std::array<std::string_view, 3> kSpreads{"fixed", "exponential", "lognormal"};
constexpr std::array<std::string_view, 3> kFallbacks{"none", "any", "capability"};
constexpr std::array<std::string_view, 21> kFaults{
    "crash",       "hang",       "slow_cpu",   "cpu_spike", "memory_leak", "loss",
    "delay",       "duplicate",  "reorder",    "corrupt",   "bandwidth",   "partition",
    "isolate",     "clog",       "disk_error", "disk_full", "disk_slow",   "clock_offset",
    "clock_drift", "clock_step", "region_loss"};
constexpr std::array<std::string_view, 2> kRegionFates{"cut", "crash"};
constexpr std::array<std::string_view, 2> kSplitBrains{"quorum", "undefined"};
constexpr std::array<std::string_view, 2> kArms{"agent", "capability"};
constexpr std::array<std::string_view, 2> kRewards{"success", "profit"};
constexpr std::array<std::string_view, 3> kMovements{"random", "trending", "reverting"};
constexpr std::array<std::string_view, 3> kDiskFates{"keep", "lose", "tear"};
constexpr std::array<std::string_view, 8> kTargets{"node",    "leader", "hub", "worker",
                                                   "standby", "venue",  "all", "assignee"};
constexpr std::array<std::string_view, 8> kProbes{"offered",   "accepted",     "assigned",
                                                  "persisted", "ordered",      "filled",
                                                  "replied",   "became_leader"};
constexpr std::array<std::string_view, 2> kComparisons{"at_most", "at_least"};
constexpr std::array<std::string_view, 3> kSpofs{"none", "partial", "critical"};
constexpr std::array<std::string_view, 11> kScheduleNames{
    "none", "S0", "S0s", "S1", "S1s", "S2", "S3", "capacity", "S0-own", "S1-own", "scalability"};
constexpr std::array<std::string_view, 2> kRollouts{"blue_green", "canary"};
constexpr std::array<std::string_view, 2> kInconclusives{"hold", "roll_back"};
constexpr std::array<std::string_view, 5> kUnits{"s", "%", "/s", "", "$"};
constexpr std::array<std::string_view, 2> kBetter{"higher", "lower"};

}  // namespace

std::string_view name_of(TopologyKind kind) {
  return pick(kTopologies, kind);
}
std::string_view name_of(Pattern pattern) {
  return pick(kPatterns, pattern);
}
std::string_view name_of(RegionFate fate) {
  return pick(kRegionFates, fate);
}
std::string_view name_of(SplitBrain rule) {
  return pick(kSplitBrains, rule);
}
std::string_view name_of(Arms arms) {
  return pick(kArms, arms);
}
std::string_view name_of(Reward reward) {
  return pick(kRewards, reward);
}
std::string_view name_of(Movement movement) {
  return pick(kMovements, movement);
}
std::string_view name_of(Duty duty) {
  return pick(kDuties, duty);
}
std::string_view name_of(Policy policy) {
  return pick(kPolicies, policy);
}
std::string_view name_of(Strategy strategy) {
  return pick(kStrategies, strategy);
}
std::string_view name_of(Arrivals arrivals) {
  return pick(kArrivals, arrivals);
}
std::string_view name_of(Spread spread) {
  return pick(kSpreads, spread);
}
std::string_view name_of(FallbackKind kind) {
  return pick(kFallbacks, kind);
}
std::string_view name_of(FaultKind kind) {
  return pick(kFaults, kind);
}
std::string_view name_of(DiskFate fate) {
  return pick(kDiskFates, fate);
}
std::string_view name_of(TargetKind kind) {
  return pick(kTargets, kind);
}
std::string_view name_of(Probe probe) {
  return pick(kProbes, probe);
}
std::string_view name_of(Comparison comparison) {
  return pick(kComparisons, comparison);
}
std::string_view name_of(Spof spof) {
  return pick(kSpofs, spof);
}
std::string_view name_of(Schedule schedule) {
  return pick(kScheduleNames, schedule);
}
std::string_view name_of(RolloutKind kind) {
  return pick(kRollouts, kind);
}
std::string_view name_of(Inconclusive what) {
  return pick(kInconclusives, what);
}
std::string_view name_of(Unit unit) {
  return pick(kUnits, unit);
}
std::string_view name_of(Better better) {
  return pick(kBetter, better);
}

}  // namespace scenario
