// The scenario's market as the configuration of a venue.
#pragma once

#include "core/result.h"
#include "scenario/scenario.h"
#include "venue/venue.h"

namespace lab {

// Every member gets an account. kInvalid, with file and line, for data that does not parse.
[[nodiscard]] core::Result<venue::VenueConfig> make_market(
    const scenario::ScenarioFile& file, const scenario::Scenario& scenario,
    const std::vector<world::NodeId>& members, std::uint64_t seed);

}  // namespace lab
