#include <array>

#include "market/event.h"

namespace market {

std::string_view name_of(RejectReason reason) {
  constexpr auto kNames = std::to_array<std::string_view>(
      {"none", "bad authority", "stale term", "stale attempt", "closed task", "unknown account",
       "unknown symbol", "bad quantity", "bad price", "position limit", "loss limit",
       "insufficient cash", "overflow", "unknown order", "not allowed", "voided"});
  static_assert(kNames.size() == static_cast<std::size_t>(last_value(RejectReason{})) + 1);
  return kNames[static_cast<std::size_t>(reason)];
}

std::string_view name_of(CancelReason reason) {
  constexpr auto kNames =
      std::to_array<std::string_view>({"none", "requested", "requoted", "no liquidity",
                                       "fill or kill", "self trade", "task closed"});
  static_assert(kNames.size() == static_cast<std::size_t>(last_value(CancelReason{})) + 1);
  return kNames[static_cast<std::size_t>(reason)];
}

std::string_view name_of(OrderStatus status) {
  constexpr auto kNames =
      std::to_array<std::string_view>({"rejected", "working", "filled", "cancelled"});
  static_assert(kNames.size() == static_cast<std::size_t>(last_value(OrderStatus{})) + 1);
  return kNames[static_cast<std::size_t>(status)];
}

}  // namespace market
