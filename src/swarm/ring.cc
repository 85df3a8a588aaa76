#include "swarm/ring.h"

#include <algorithm>

namespace swarm {

std::optional<std::size_t> Ring::stage_of(world::NodeId node) const {
  for (std::size_t i = 0; i < stages.size(); ++i) {
    if (std::ranges::find(stages[i], node) != stages[i].end()) {
      return i;
    }
  }
  return std::nullopt;
}

std::vector<world::NodeId> Ring::before(world::NodeId node) const {
  const auto stage = stage_of(node);
  return stage && *stage > 0 ? stages[*stage - 1] : std::vector<world::NodeId>{};
}

std::vector<world::NodeId> Ring::after(world::NodeId node) const {
  const auto stage = stage_of(node);
  return stage && *stage + 1 < stages.size() ? stages[*stage + 1] : std::vector<world::NodeId>{};
}

bool Ring::neighbours(world::NodeId a, world::NodeId b) const {
  const auto one = stage_of(a);
  const auto other = stage_of(b);
  if (!one || !other || *one == *other) {
    return false;
  }
  const std::size_t apart = *one < *other ? *other - *one : *one - *other;
  return apart == 1 || apart == stages.size() - 1;
}

Ring ring_of(const std::vector<Stage>& stages) {
  Ring ring;
  for (const Stage& stage : stages) {
    ring.stages.push_back(stage.nodes);
  }
  return ring;
}

}  // namespace swarm
