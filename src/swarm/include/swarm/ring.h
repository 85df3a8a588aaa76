// The stages of a pipeline and who does them now.
//
// The stages are declared once; who does them changes when one is lost: the leader has the group
// commit a ring of the next epoch, in which a spare with the same capabilities stands in, or which
// is stopped because there is none.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/codec.h"
#include "world/node.h"

namespace swarm {

// As declared. Items go from each stage to the next; the last one carries them out and tells the
// first, which closes the ring.
struct Stage {
  std::string name;
  std::set<std::string> capabilities;  // what whoever does it must declare
  std::vector<world::NodeId> nodes;    // ascending; at the beginning
  bool approves = false;               // its stamp is needed before anything is carried out
  MUSTER_FIELDS(Stage, name, capabilities, nodes, approves)
};

struct Ring {
  std::uint64_t epoch = 0;  // 0: as declared
  std::vector<std::vector<world::NodeId>> stages;
  bool stopped = false;      // stage `broken` has nobody: no task goes in, what is past it ends
  std::uint32_t broken = 0;  // when stopped: index of the stage

  [[nodiscard]] std::optional<std::size_t> stage_of(world::NodeId node) const;
  [[nodiscard]] bool is_entry(world::NodeId node) const { return stage_of(node) == 0U; }
  // Whose items the node takes, and who takes its items; none at the ends.
  [[nodiscard]] std::vector<world::NodeId> before(world::NodeId node) const;
  [[nodiscard]] std::vector<world::NodeId> after(world::NodeId node) const;
  // Adjacent stages, the last and the first included.
  [[nodiscard]] bool neighbours(world::NodeId a, world::NodeId b) const;
  MUSTER_FIELDS(Ring, epoch, stages, stopped, broken)
};

[[nodiscard]] Ring ring_of(const std::vector<Stage>& stages);

// What the leader proposes. Changes nothing unless the epoch is the current one plus 1.
struct Stitch {
  Ring ring;
  MUSTER_FIELDS(Stitch, ring)
};

}  // namespace swarm
