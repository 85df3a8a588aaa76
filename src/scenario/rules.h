// What a single key cannot show: contradictions, impossible topologies, quorums out of reach,
// faults that hit nothing.
#pragma once

#include <string>
#include <string_view>

#include "core/result.h"
#include "scenario/scenario.h"
#include "source.h"
#include "tree.h"

namespace scenario {

// Where to complain.
struct Desk {
  const Tree& tree;
  const Source& source;

  [[nodiscard]] std::unexpected<core::Error> complain(const std::string& path,
                                                      std::string_view message) const {
    return refuse(source, place_of(tree, path), path, message);
  }
};

// The tree is the one that the scenario was built from: messages point at what was written. `rest`
// in a partition's side is replaced by the names it stands for.
core::Result<void> apply_rules(Scenario& scenario, const Tree& tree, const Source& source);

core::Result<void> apply_region_rules(Scenario& scenario, const Tree& tree, const Source& source);
core::Result<void> apply_policy_rules(const Scenario& scenario, const Tree& tree,
                                      const Source& source);
core::Result<void> apply_graph_rules(const Scenario& scenario, const Tree& tree,
                                     const Source& source);
core::Result<void> apply_ring_rules(const Scenario& scenario, const Tree& tree,
                                    const Source& source);

core::Result<void> apply_fault_rules(Scenario& scenario, const Tree& tree, const Source& source);

}  // namespace scenario
