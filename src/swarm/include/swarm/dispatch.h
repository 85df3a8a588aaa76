// Which agent gets the next task.
//
// Dispatch knows what the leader knows: what each agent declared, how much it was given and has not
// given back, and what was said of its readiness and health. It never knows how fast an agent is.
// What it picks from is the same under every policy: agents that declare the needed capability.
//
//   least_loaded   fewest outstanding. Ties go to the agent that was picked longest ago, so equal
//                  agents get equal shares and an idle one is never passed over twice.
//   power_of_two   two distinct agents at random: fewer failures in a row, then fewer outstanding,
//   then
//                  picked longest ago. Mitzenmacher, "The Power of Two Choices in Randomized Load
//                  Balancing" (2001), with health first as Finagle's balancers have it.
//   specialised    power of two inside the class of the capability; when nobody in the class is
//   trusted,
//                  the declared fallback (the other policies fall back only when nobody declares
//                  it).
//   round_robin    strictly the next in turn, whatever its load; when that one is full, its class
//   waits.
//                  The naive baseline: it runs every agent at the pace of the slowest.
//
//   adaptive       the arm (an agent, or a set of declared capabilities) by discounted Thompson
//                  sampling among those that have room, and in the arm the least loaded (bandit.h).
//                  Work moves to a better arm as far as that arm has room for it.
//
// All but round_robin conserve work: no task waits while a capable, ready, trusted agent has room.
// With the bound on outstanding tasks and the leader's queue, that is what lets a fast agent take
// more: it gives back sooner.
//
// Owns no messages and no timers.
#pragma once

#include <map>
#include <set>
#include <string>

#include "num/stream.h"
#include "swarm/bandit.h"
#include "swarm/task.h"

namespace swarm {

enum class Policy : std::uint8_t {
  kRoundRobin,
  kLeastLoaded,
  kPowerOfTwo,
  kSpecialised,
  kAdaptive
};
constexpr Policy last_value(Policy) {
  return Policy::kAdaptive;
}
constexpr std::string_view name_of(Policy policy) {
  constexpr std::string_view kNames[] = {"round_robin", "least_loaded", "power_of_two",
                                         "specialised", "adaptive"};
  return kNames[static_cast<std::size_t>(policy)];
}

struct DispatchConfig {
  Policy policy = Policy::kLeastLoaded;
  std::uint32_t in_flight_limit = 4;  // of one agent
  BanditConfig bandit{};              // of the adaptive policy
  MUSTER_FIELDS(DispatchConfig, policy, in_flight_limit, bandit)
};

enum class PickOutcome : std::uint8_t {
  kPicked,
  kNoneCapable,  // nobody declares what the task needs, nor its fallback: waiting will not help
  kSaturated,    // those who do are full, not ready or suspected: ask again after a change
};
constexpr PickOutcome last_value(PickOutcome) {
  return PickOutcome::kSaturated;
}

struct Pick {
  PickOutcome outcome = PickOutcome::kSaturated;
  world::NodeId agent;         // when picked
  bool used_fallback = false;  // when picked
  MUSTER_FIELDS(Pick, outcome, agent, used_fallback)
};

class Dispatch {
 public:
  // REQUIRES in_flight_limit > 0.
  explicit Dispatch(const DispatchConfig& config);

  // A new agent is neither ready nor suspected. Adding one that is known replaces its capabilities.
  // Its pool, and the arm that it belongs to, matter only to who uses them.
  void add(world::NodeId agent, std::set<std::string> capabilities, PoolId pool = {},
           std::string arm = {});
  // What it declared stays declared in its pool: somebody may come and take its place.
  void remove(world::NodeId agent);
  // A draining agent is given nothing new.
  void drain(world::NodeId agent);
  // What follows is ignored for agents that are not known, since reports outlive members.
  void set_ready(world::NodeId agent, bool ready);
  void set_suspected(world::NodeId agent, bool suspected);

  // Chooses, and counts the task as outstanding at the chosen agent until released.
  // Only agents of `pool`; 0: of any. The adaptive policy needs the bandit.
  [[nodiscard]] Pick pick(const Requirement& requirement, num::Stream& random, PoolId pool = {},
                          const Bandit* bandit = nullptr);
  // Whether an agent of the pool would be given a task if it had room.
  [[nodiscard]] bool has_ready(PoolId pool) const;
  // Counts a task that an earlier leader assigned; may go beyond the limit.
  void adopt(world::NodeId agent);
  // The agent gave the task back, or its attempt was given up: `well` says whether it was the
  // former. REQUIRES the task was picked or adopted for this agent and not released yet.
  void release(world::NodeId agent, bool well);

  [[nodiscard]] std::uint32_t in_flight(world::NodeId agent) const;  // 0 if not known
  [[nodiscard]] bool ready(world::NodeId agent) const;  // would be given a task if it had room
  // Picks per known agent since it was added: the share of work.
  [[nodiscard]] std::map<world::NodeId, std::uint64_t> shares() const;
  [[nodiscard]] const DispatchConfig& config() const { return config_; }

 private:
  struct Agent {
    std::set<std::string> capabilities;
    PoolId pool;
    std::string arm;
    bool ready = false;
    bool suspected = false;
    bool draining = false;
    std::uint32_t in_flight = 0;
    std::uint32_t failures = 0;   // attempts in a row that were given up
    std::uint64_t last_pick = 0;  // number of the pick that chose it; 0: never
    std::uint64_t picks = 0;
    MUSTER_FIELDS(Agent, capabilities, pool, arm, ready, suspected, draining, in_flight, failures,
                  last_pick, picks)

    [[nodiscard]] bool takes_work() const { return ready && !suspected && !draining; }
  };
  // A class of agents: those of a pool that declare a capability, or all.
  struct Class {
    std::string key;  // whose turn is whose
    std::vector<world::NodeId> capable;
  };

  [[nodiscard]] Class class_of(const std::string& capability, PoolId pool) const;
  [[nodiscard]] Class fallback_of(const Requirement& requirement, PoolId pool) const;
  [[nodiscard]] bool may_come(const Requirement& requirement, PoolId pool) const;
  [[nodiscard]] bool has_trusted(const Class& members) const;
  [[nodiscard]] std::vector<world::NodeId> open(const Class& members) const;
  [[nodiscard]] world::NodeId choose(const Class& members, num::Stream& random,
                                     const Bandit* bandit);
  [[nodiscard]] world::NodeId of_best_arm(const std::vector<world::NodeId>& candidates,
                                          const Bandit& bandit, num::Stream& random) const;
  [[nodiscard]] world::NodeId next_in_turn(const Class& members);
  [[nodiscard]] world::NodeId least_loaded(const std::vector<world::NodeId>& candidates) const;
  [[nodiscard]] world::NodeId better_of_two(const std::vector<world::NodeId>& candidates,
                                            num::Stream& random) const;

  DispatchConfig config_;
  std::map<world::NodeId, Agent> agents_;
  std::map<std::string, world::NodeId> turns_;  // who was last in turn, by class
  std::uint64_t picks_ = 0;
  std::map<PoolId, std::set<std::string>> left_;  // what agents that are gone declared

 public:
  MUSTER_FIELDS(Dispatch, config_, agents_, turns_, picks_, left_)
};

}  // namespace swarm
