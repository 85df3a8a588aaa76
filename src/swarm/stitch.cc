#include "swarm/stitch.h"

#include <algorithm>

#include "core/check.h"

namespace swarm {
namespace {

using Known = std::map<world::NodeId, StageHealth>;

bool serves(world::NodeId node, const Known& known) {
  const auto health = known.find(node);
  return health != known.end() && !health->second.suspected && !health->second.cut_off;
}

std::optional<world::NodeId> spare_for(const Stage& stage, const Ring& ring, const Known& known) {
  for (const auto& [node, health] : known) {
    const bool able = std::ranges::includes(health.capabilities, stage.capabilities);
    if (able && health.ready && !health.suspected && !ring.stage_of(node)) {
      return node;
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<Ring> Stitcher::decide(core::Time now, const std::vector<Stage>& stages,
                                     const Ring& ring, const Known& known) {
  core::check(stages.size() == ring.stages.size(), "a ring has the stages that are declared");
  std::optional<std::uint32_t> lost;
  for (std::uint32_t i = 0; i < stages.size(); ++i) {
    const bool works = std::ranges::any_of(ring.stages[i],
                                           [&](world::NodeId node) { return serves(node, known); });
    if (works) {
      broken_.erase(i);
    } else if (const auto since = broken_.try_emplace(i, now).first->second;
               now - since >= after_ && !lost) {
      lost = i;
    }
  }
  Ring next = ring;
  ++next.epoch;
  next.stopped = false;
  next.broken = 0;
  if (!lost) {
    const bool back = ring.stopped && !broken_.contains(ring.broken);
    return back ? std::optional(next) : std::nullopt;
  }
  if (const auto spare = spare_for(stages[*lost], ring, known)) {
    next.stages[*lost] = {*spare};
    broken_.erase(*lost);
    return next;
  }
  if (ring.stopped && ring.broken == *lost) {
    return std::nullopt;
  }
  next.stopped = true;
  next.broken = *lost;
  return next;
}

}  // namespace swarm
