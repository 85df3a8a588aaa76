// The scenario's faults as a fault plan of the world.
#pragma once

#include <string>
#include <vector>

#include "lab/deployment.h"

namespace lab {

struct PlannedFault {
  world::Fault fault;
  std::string name;  // the kind as the scenario has it: "isolate"
};

// `deployment` has its nodes named and numbered. A partition of more than two sides becomes one
// fault for each pair of sides. kInvalid: a name that no node has.
[[nodiscard]] core::Result<std::vector<PlannedFault>> plan_faults(
    const scenario::Scenario& scenario, const Deployment& deployment);

}  // namespace lab
