// Strong identifiers: an integer that mixes with no other kind of integer.
//
// Declare one with `using OrderId = core::Id<struct OrderIdTag, std::uint64_t>;`. Zero is reserved
// for "none", so a forgotten id is visible.
#pragma once

#include <compare>
#include <cstdint>

namespace core {

template <class Tag, class Representation = std::uint32_t>
struct Id {
  using representation = Representation;
  Representation value = 0;

  constexpr Id() = default;
  constexpr explicit Id(Representation v) : value(v) {}
  constexpr explicit operator bool() const { return value != 0; }
  constexpr auto operator<=>(const Id&) const = default;
};

template <class T>
inline constexpr bool is_id = false;
template <class Tag, class R>
inline constexpr bool is_id<Id<Tag, R>> = true;

}  // namespace core
