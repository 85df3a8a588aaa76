// A node's program as a step machine: (state, event, context) -> effects.
//
// The same object files run under every driver. A machine has no other door to the world than its
// context and its effects: no clock, thread, socket, file, environment or global. Its state is a
// regular value, so a driver can copy it, hash it, and replay a recording against it.
#pragma once

#include <functional>
#include <memory>

#include "core/time.h"
#include "num/stream.h"
#include "world/effect.h"
#include "world/event.h"
#include "world/node.h"

namespace world {

// What a step may know. `random` is the node's own stream for this incarnation.
struct Context {
  NodeId self;
  Incarnation incarnation;
  core::Time now;       // monotonic; never goes back within an incarnation
  core::WallTime wall;  // what this node believes; may be wrong
  num::Stream& random;
};

// A node's random stream for one incarnation. Equal in every world: the same seed lets a node draw
// the same numbers wherever it runs.
[[nodiscard]] inline num::Stream machine_stream(std::uint64_t seed, NodeId self,
                                                Incarnation incarnation) {
  // The name separates streams and says nothing about the driver; another one would change every
  // run.
  constexpr std::uint64_t kPurpose = num::purpose_of("world_sim.node");
  return {seed, std::uint64_t{self.value} << 32U | incarnation.value, kPurpose};
}

class Machine {
 public:
  virtual ~Machine() = default;

  // Consumes one event and appends what the node does to `effects`. Never fails: bad input is the
  // machine's to refuse, and a broken invariant is a core::check.
  virtual void step(const Event& event, Context& context, Effects& effects) = 0;

  // Hash of the whole state; equal states have equal digests.
  [[nodiscard]] virtual std::uint64_t digest() const = 0;
};

// Makes the machine of a fresh incarnation; what is durable arrives with Start.
using Program = std::function<std::unique_ptr<Machine>()>;

}  // namespace world
