// Runs gathered from one suite or many, by what was run: what comparisons and recommendations read.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "lab/suite.h"

namespace lab {

struct Sample {
  std::uint64_t schedule = 0;
  std::string arm;            // of a comparison under several schedules
  std::string schedule_name;  // empty: none of the standard ones
  std::string found_as;       // what a command takes for the scenario; empty: its name
  Verdict verdict = Verdict::kFail;
  std::string reason;
  std::string run;  // its name, for replays
  Metrics metrics;
};

struct Cell {
  std::string pattern;
  std::string scenario;
  std::string variant;
  auto operator<=>(const Cell&) const = default;
  // "star-failover:standby", or "star-failover" for the base.
  [[nodiscard]] std::string name() const;
};

struct RunSet {
  std::string name;                                       // as the user selected it
  std::vector<std::string> builds;                        // ascending, without repetition
  std::map<Cell, std::map<std::uint64_t, Sample>> cells;  // by seed

  // A run of the same cell and seed replaces the one before. Runs that were interrupted are left
  // out: they say nothing.
  void add(const SuiteResult& suite);
  [[nodiscard]] std::size_t size() const;
};

}  // namespace lab
