// The members of a swarm and their links, drawn.
#pragma once

#include <string>

#include "lab/run.h"

namespace report {

// An inline SVG: members on a circle, a member that has a link to every other one of a star in its
// centre; who led when the load began is filled, who was hit by a fault is ringed, a declared link
// that was not proven is dashed. Empty where the run has no links.
[[nodiscard]] std::string topology_svg(const lab::RunResult& run);

// Who led when the load began; none: nobody.
[[nodiscard]] std::string first_leader(const lab::RunResult& run);

}  // namespace report
