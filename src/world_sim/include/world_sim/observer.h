// What a window of a run looked like from inside, for exports and explanations.
//
// Nothing is recorded while a run is judged: whoever wants to see a window runs the seed again with
// an observer, which must not change the run.
#pragma once

#include "world/effect.h"
#include "world/event.h"
#include "world_sim/event_key.h"

namespace world_sim {

// One step of one node.
struct StepView {
  EventKey key;
  world::NodeId node;
  world::Incarnation incarnation;
  core::Time started;              // when the node took the event up; it may have queued before
  core::Duration cost{};           // CPU time of the step if nothing disturbs it
  std::uint64_t state_before = 0;  // Machine::digest(), when the observer asked for digests
  std::uint64_t state_after = 0;
};

// Not owned by the simulation; must outlive the run.
class Observer {
 public:
  virtual ~Observer() = default;

  // Whether on_step wants state digests; they cost a pass over the whole state.
  [[nodiscard]] virtual bool wants_digests() const { return false; }

  // A message reached a node's inbox.
  virtual void on_delivery(core::Time /*sent*/, core::Time /*arrived*/,
                           const world::Message& /*message*/) {}
  // A node takes up an event, before its step.
  virtual void on_event(const EventKey& /*key*/, world::NodeId /*node*/,
                        const world::Event& /*event*/) {}
  // After the step. `effects` is what it wants; on_effect tells when each leaves.
  virtual void on_step(const StepView& /*step*/, const std::vector<world::Effect>& /*effects*/) {}
  virtual void on_effect(core::Time /*at*/, world::NodeId /*node*/,
                         const world::Effect& /*effect*/) {}
};

}  // namespace world_sim
