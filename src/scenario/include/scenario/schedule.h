// The standard fault schedules under which patterns are compared.
//
// S0: no fault. S1: nine slots of 60 s, each 10 s clean, 20 s with one fault, 30 s to observe;
// every run has them in an order of its own, by its seed. S0s and S1s: the same with a tenth of
// each time. S2: one run for each component of the deployment, which is killed or cut once and for
// all. S3: S1 under twice the load. capacity: no fault; the largest rate that is served well is
// searched for. Before each is a warm-up that no number counts.
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
  // One for each slot, in the order of the definition and without a time. A partition without sides
  // stands for two random halves, a memory leak for its `load` of the limit each second.
  std::vector<Fault> slots;
  MUSTER_FIELDS(SchedulePlan, name, warm_up, clean, fault, observe, load_ppm, slots)

  [[nodiscard]] core::Duration slot() const { return clean + fault + observe; }
  // Of the offered load, warm-up included.
  [[nodiscard]] core::Duration duration() const;
};

// REQUIRES: not kNone.
SchedulePlan plan_of(Schedule schedule);

// Of kNone and those that share a definition of no fault: no slots.
bool has_slots(Schedule schedule);

}  // namespace scenario
