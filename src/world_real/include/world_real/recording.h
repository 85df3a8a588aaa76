// A recording of a node's steps on real time, and their re-execution.
//
// A step's outcome depends on nothing but the machine's state, the event, and the context; the file
// holds the events and contexts and a digest of the effects. So what a node did on real time can be
// executed again, step by step and under a debugger, and must have equal effects.
#pragma once

#include <cstdint>
#include <filesystem>

#include "core/result.h"
#include "world/machine.h"

namespace world_real {

// The first record of a file.
struct RecordedBoot {
  world::NodeId self;
  world::Incarnation incarnation;
  std::uint64_t seed = 0;
  MUSTER_FIELDS(RecordedBoot, self, incarnation, seed)
};

// Each further record.
struct RecordedStep {
  core::Time now;
  core::WallTime wall;
  world::Event event;
  std::uint64_t effects_digest = 0;
  MUSTER_FIELDS(RecordedStep, now, wall, event, effects_digest)
};

// Steps a fresh machine through the recording; the number of steps, all with equal effects.
// kCorrupt for a file that is none, kInvalid naming the first step whose effects differ.
[[nodiscard]] core::Result<std::uint64_t> replay_recording(const std::filesystem::path& path,
                                                           const world::Program& program);

}  // namespace world_real
