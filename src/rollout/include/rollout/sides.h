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

// The tasks of several looks, and how unevenly the slow ones fell on these. Tasks that queue behind
// each other are slow together: ten of them in one burst tell less than ten that came one by one.
class Looks {
 public:
  // What happened between two looks. REQUIRES slow <= done.
  void note(const Counts& since);

  [[nodiscard]] const Counts& all() const { return all_; }
  // Pearson's X^2 of the looks over its degrees of freedom, at least 1: how many slow tasks count
  // as one (the dispersion of quasi-likelihood: McCullagh and Nelder, "Generalized Linear Models",
  // 2nd ed. 1989, section 4.5). None: fewer than two looks had tasks, so nothing is known.
  [[nodiscard]] std::optional<double> dispersion() const;

 private:
  Counts all_;
  std::uint64_t looks_ = 0;
  std::uint64_t squares_milli_ = 0;  // the sum of slow^2 / done over the looks, in thousandths

 public:
  MUSTER_FIELDS(Looks, all_, looks_, squares_milli_)
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
