// The standard fault schedules under which patterns are compared.
//
// S0: no fault. S1: nine slots of 60 s, each 10 s clean, 20 s with one fault, 30 s to observe;
// every run has them in an order of its own, by its seed. S0s and S1s: the same with a tenth of
// each time. S2: one run for each component of the deployment, which is killed or cut once and for
// all. S3: S1 under twice the load. capacity: no fault; the largest rate that is served well is
// searched for. S0-own and S1-own: S0 and S1 at 60 % of that rate, which each run first finds for
// its seed. scalability: the capacity of swarms of several sizes. Before each is a warm-up that no
// number counts.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "scenario/scenario.h"

namespace scenario {

struct SchedulePlan {
  Schedule name = Schedule::kNone;
  core::Duration warm_up{};
  core::Duration clean{};            // of each slot: before its fault,
  core::Duration fault{};            // while the fault lasts,
  core::Duration observe{};          // and after it
  std::int64_t load_ppm = kMillion;  // times the scenario's rate
  std::int64_t own_load_ppm = 0;     // if not 0: of the capacity, in place of the scenario's rate
  std::vector<std::uint32_t> sizes;  // of the swarms whose capacities are compared; see resized()
  // One for each slot, in the order of the definition and without a time. A partition without sides
  // stands for two random halves, a memory leak for its `load` of the limit each second.
  std::vector<Fault> slots;
  MUSTER_FIELDS(SchedulePlan, name, warm_up, clean, fault, observe, load_ppm, own_load_ppm, sizes,
                slots)

  [[nodiscard]] core::Duration slot() const { return clean + fault + observe; }
  // Of the offered load, warm-up included.
  [[nodiscard]] core::Duration duration() const;
};

// REQUIRES: not kNone.
SchedulePlan plan_of(Schedule schedule);

// Lays the schedule's times and load over a scenario that is under none, or under one that leaves
// the rate as it is. REQUIRES: not kNone.
void put_under(Schedule schedule, Scenario& scenario);

// Whether the number of agents is one number: those of the only pool, or of each stage of a ring,
// without a policy, places or a graph that depend on it.
bool is_sizable(const Scenario& scenario);
// With so many agents in its pool, or in each stage of its ring, and with as many of its standbys
// and voters as these allow; a tree so small that its leader has all workers has no sub-leaders.
// REQUIRES: is_sizable, agents > 0.
Scenario resized(const Scenario& scenario, std::uint32_t agents);

// Of kNone and those that share a definition of no fault: no slots.
bool has_slots(Schedule schedule);

}  // namespace scenario
