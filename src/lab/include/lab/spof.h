// Single points of failure by enumeration: what S2's runs, one for each component, came to.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "lab/run.h"

namespace lab {

struct SpofRisk {
  std::size_t components = 0;
  std::vector<std::string> critical;  // whose loss stopped the swarm for more than 30 s, by name
  double worst_outage_s = 0;
  bool recovers = true;  // after the worst, before the run's end

  // "None", "Partial", "Critical" (some loss is for good).
  [[nodiscard]] std::string_view label() const;
  // "Partial: 1/17 (node-hub), worst outage 42 s"
  [[nodiscard]] std::string text() const;
};

// Over the runs of one arm that lose a component; the worst seed of each counts. No components:
// there is none.
[[nodiscard]] SpofRisk spof_risk(std::span<const RunResult* const> runs);

}  // namespace lab
