#include "monitor/health.h"

#include <algorithm>

#include "wording.h"

namespace monitor {
namespace {

struct Broken {
  std::uint32_t limits = 0;
  bool mostly_fails = false;
  std::string words;
};

// The limits of rates that each member breaks.
std::map<world::NodeId, Broken> broken_limits(const std::vector<Reading>& readings) {
  std::map<world::NodeId, Broken> broken;
  for (const Reading& reading : readings) {
    const bool rate = reading.kind == Kind::kFailureRate || reading.kind == Kind::kLatency ||
                      reading.kind == Kind::kUtilisation;
    if (!rate || !reading.subject.node || !reading.broken()) {
      continue;
    }
    Broken& member = broken[reading.subject.node];
    ++member.limits;
    member.mostly_fails |= reading.kind == Kind::kFailureRate && *reading.value > 500;
    member.words += (member.words.empty() ? "" : ", ") + words_of(reading);
  }
  return broken;
}

Condition of_member(const MemberView& member, const Broken& broken) {
  if (member.presence == Presence::kEnded) {
    return {Health::kFailed, "its sandbox has ended"};
  }
  if (!member.now) {
    return {Health::kUnknown,
            member.age ? "no telemetry for " + seconds_text(*member.age) : "it never reported"};
  }
  const world::AgentState state = member.now->state;
  if (state == world::AgentState::kError || state == world::AgentState::kOffline) {
    return {Health::kFailed, "it reports " + std::string(name_of(state))};
  }
  if (broken.limits > 1 || broken.mostly_fails) {
    return {Health::kCritical, broken.words};
  }
  if (broken.limits == 1) {
    return {Health::kDegraded, broken.words};
  }
  if (state == world::AgentState::kInitialising) {
    return {Health::kDegraded, "it is initialising"};
  }
  return {Health::kHealthy, ""};
}

struct Count {
  std::uint32_t members = 0;
  std::uint32_t serving = 0;
  std::uint32_t unknown = 0;
  std::uint32_t not_healthy = 0;

  void add(const MemberView& member, Health health) {
    ++members;
    const bool able = health == Health::kHealthy || health == Health::kDegraded;
    const bool takes_work = member.now && (member.now->state == world::AgentState::kReady ||
                                           member.now->state == world::AgentState::kBusy);
    serving += able && takes_work ? 1 : 0;
    unknown += health == Health::kUnknown ? 1 : 0;
    not_healthy += health != Health::kHealthy ? 1 : 0;
  }
  [[nodiscard]] std::string of_members(std::uint32_t some, std::string_view what) const {
    return std::to_string(some) + " of " + std::to_string(members) + " members " +
           std::string(what);
  }
};

Condition of_group(const Count& count, const Limits& limits, const std::string& leaderless) {
  if (count.serving == 0 && count.unknown == 0) {
    return {Health::kFailed, "no member can serve"};
  }
  if (2 * count.unknown > count.members) {
    return {Health::kUnknown, count.of_members(count.unknown, "do not report")};
  }
  if (std::uint64_t{count.serving} * 1000 <
      std::uint64_t{limits.serving_permille} * count.members) {
    return {Health::kCritical, "only " + count.of_members(count.serving, "can serve")};
  }
  if (!leaderless.empty()) {
    return {Health::kCritical, leaderless};
  }
  if (count.not_healthy > 0) {
    return {Health::kDegraded, count.of_members(count.not_healthy, "are not healthy")};
  }
  return {Health::kHealthy, ""};
}

}  // namespace

HealthReport assess(const View& view, const Baseline& baseline, const Limits& limits) {
  const std::vector<Reading> all = readings(view, baseline, limits);
  const std::map<world::NodeId, Broken> broken = broken_limits(all);
  HealthReport report;
  std::map<world::PoolId, Count> pools;
  Count whole;
  for (const MemberView& member : view.members) {
    const auto found = broken.find(member.node);
    const Condition condition = of_member(member, found == broken.end() ? Broken{} : found->second);
    whole.add(member, condition.health);
    if (member.pool) {
      pools[member.pool].add(member, condition.health);
    }
    report.members.emplace(member.node, condition);
  }
  for (const auto& [pool, count] : pools) {
    report.pools.emplace(pool, of_group(count, limits, ""));
  }
  const auto leaderless = std::find_if(all.begin(), all.end(), [](const Reading& reading) {
    return reading.kind == Kind::kLeaderLost && reading.broken();
  });
  report.swarm = of_group(whole, limits, leaderless == all.end() ? "" : words_of(*leaderless));
  return report;
}

}  // namespace monitor
