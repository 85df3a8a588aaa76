// What is known of the two versions of a rollout. They are two types, so that a judge cannot be
// handed the one for the other.
//
// Counts are totals since any beginning, over all agents that ever ran the version; totals that go
// back have begun anew, and what happened between is not counted. What telemetry did not deliver is
// absent, never zero.
#pragma once

#include <cstdint>
#include <optional>

#include "core/fields.h"
#include "core/time.h"

namespace rollout {

struct Counts {
  std::uint64_t done = 0;    // tasks that ended here, well or not
  std::uint64_t errors = 0;  // of them: those that failed, were lost or ran out of time
  std::uint64_t slow = 0;    // of them: those slower than the baseline's 99th percentile
  MUSTER_FIELDS(Counts, done, errors, slow)
};

struct Side {
  std::optional<Counts> counts;            // none: telemetry is missing
  std::optional<std::uint64_t> in_flight;  // assigned and not finished
  // What the ready agents of the version can serve, measured: tasks in 1,000 s.
  std::optional<std::uint64_t> capacity_per_1000_s;
  // Its part of the tasks that the data plane really carried of late, in parts of 10,000: measured
  // where tasks run, not read from the route table.
  std::optional<std::uint32_t> share;
  std::optional<std::uint32_t> agents;  // that can serve now
  MUSTER_FIELDS(Side, counts, in_flight, capacity_per_1000_s, share, agents)
};

struct Stable {
  Side side;
  MUSTER_FIELDS(Stable, side)
};
struct Candidate {
  Side side;
  bool complete = true;  // every agent that the last decision asked for is ready
  MUSTER_FIELDS(Candidate, side, complete)
};

// Follows the totals of one side, from the first that it is told.
class Tally {
 public:
  // Adds what happened since the last totals. False if nothing is known now: no totals, totals that
  // cannot be true, or such that have begun anew.
  bool note(const std::optional<Counts>& totals);
  // From now on, this step is another one.
  void begin_step() { step_ = {}; }

  [[nodiscard]] const Counts& step() const { return step_; }
  [[nodiscard]] const Counts& all() const { return all_; }

 private:
  std::optional<Counts> latest_;
  Counts step_;
  Counts all_;

 public:
  MUSTER_FIELDS(Tally, latest_, step_, all_)
};

// How busy the agents of one side are: tasks that ended for each agent, in 1,000 s, smoothed over
// the last few looks, within a step.
class Busyness {
 public:
  // `done`: all tasks so far. Without a number of agents nothing is known until it is told again.
  void note(core::Time now, std::uint64_t done, const std::optional<std::uint32_t>& agents);
  void begin_step();

  [[nodiscard]] const std::optional<std::uint64_t>& now() const { return now_; }
  // The greatest of the step, and since the beginning; 0: none.
  [[nodiscard]] std::uint64_t most_in_step() const { return most_in_step_; }
  [[nodiscard]] std::uint64_t most() const { return most_; }

 private:
  std::optional<core::Time> noted_;
  std::uint64_t done_ = 0;
  std::optional<std::uint64_t> now_;
  std::uint64_t most_in_step_ = 0;
  std::uint64_t most_ = 0;

 public:
  MUSTER_FIELDS(Busyness, noted_, done_, now_, most_in_step_, most_)
};

struct Observation {
  core::Time now{};
  Stable stable;
  Candidate candidate;
  std::optional<std::uint64_t> offered_per_1000_s;  // what clients ask for at present
  MUSTER_FIELDS(Observation, now, stable, candidate, offered_per_1000_s)
};

}  // namespace rollout
