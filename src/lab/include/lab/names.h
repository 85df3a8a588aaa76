// Trace records and messages as text, for people.
#pragma once

#include <string>
#include <string_view>

#include "core/describe.h"
#include "world/event.h"
#include "world/trace.h"

namespace lab {

// A trace record by the name of its kind and its fields, all as text.
struct TraceText {
  std::string name;     // "record 0x0999" for a kind that nobody declares, which has no fields
  core::Leaves fields;  // in their order, those of members under their path
};
[[nodiscard]] TraceText tell(const world::TraceRecord& record);
// The same in a line: "task.accepted task=7 term=2", cut where it is very long.
[[nodiscard]] std::string describe(const world::TraceRecord& record);
// "AppendEntries", "Offer", …; the number for a type that nobody declares.
[[nodiscard]] std::string message_name(world::MessageType type);
// "Offer from client", "timer", …
[[nodiscard]] std::string_view event_name(const world::Event& event);

}  // namespace lab
