// Trace records and messages as text, for people.
#pragma once

#include <string>
#include <string_view>

#include "world/event.h"
#include "world/trace.h"

namespace lab {

// "task.accepted task=7 term=2"; "record 0x0999" for a kind that nobody declares.
[[nodiscard]] std::string describe(const world::TraceRecord& record);
// "AppendEntries", "Offer", …; the number for a type that nobody declares.
[[nodiscard]] std::string message_name(world::MessageType type);
// "Offer from client", "timer", …
[[nodiscard]] std::string_view event_name(const world::Event& event);

}  // namespace lab
