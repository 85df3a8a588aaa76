// The scenario's dispatch as the configuration of a swarm.
#pragma once

#include "scenario/scenario.h"
#include "swarm/dispatch.h"

namespace lab {

// Joint decisions are routed by load: who proposes matters little, the members decide.
[[nodiscard]] swarm::DispatchConfig dispatch_of(const scenario::Dispatch& dispatch);

}  // namespace lab
