// How a stage of a pipeline spends its time, for reports.
#pragma once

#include <string_view>

#include "swarm/pipeline_item.h"
#include "world/trace.h"

namespace swarm {

// The stage's work on an item is done. Whatever passes until the item is sent or executed is a wait
// for its turn, for a credit or for the breaker.
struct ItemWorked {
  static constexpr world::TraceKind kKind = 0x027A;
  static constexpr std::string_view kName = "item.worked";
  TaskId task;
  Attempt attempt = 0;
  ItemEntry entry;
  MUSTER_FIELDS(ItemWorked, task, attempt, entry)
};

}  // namespace swarm
