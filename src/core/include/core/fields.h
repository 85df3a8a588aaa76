// Reflection by declaration: a value type lists its members once, and equality, encoding, hashing,
// printing and difference all follow from that list (codec.h, describe.h).
//
//   struct Fill {
//     OrderId order;
//     std::int64_t quantity = 0;
//     MUSTER_FIELDS(Fill, order, quantity)
//   };
//
// Everything that a node keeps, sends, persists or traces is such a type, so that a run can be
// fingerprinted, replayed and compared field by field. List every member: a member that is missing
// from the list is invisible to fingerprints.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <string_view>
#include <type_traits>

// The list is a template, so that a header which declares a type costs its includers nothing.
#define MUSTER_FIELDS(Type, ...)                   \
  template <class Visitor>                         \
  constexpr void fields(Visitor&& visit) {         \
    visit(__VA_ARGS__);                            \
  }                                                \
  template <class Visitor>                         \
  constexpr void fields(Visitor&& visit) const {   \
    visit(__VA_ARGS__);                            \
  }                                                \
  static constexpr std::string_view field_list() { \
    return #__VA_ARGS__;                           \
  }                                                \
  bool operator==(const Type&) const = default;

#define MUSTER_NO_FIELDS(Type)                     \
  template <class Visitor>                         \
  constexpr void fields(Visitor&& visit) const {   \
    visit();                                       \
  }                                                \
  static constexpr std::string_view field_list() { \
    return "";                                     \
  }                                                \
  bool operator==(const Type&) const = default;

namespace core {

template <class T>
concept HasFields = requires {
  { T::field_list() } -> std::convertible_to<std::string_view>;
};

template <HasFields T>
inline constexpr std::size_t field_count = [] {
  std::size_t count = T::field_list().empty() ? 0 : 1;
  for (const char letter : T::field_list()) {
    count += letter == ',' ? 1 : 0;
  }
  return count;
}();

// The names of T's fields in declaration order.
template <HasFields T>
constexpr auto field_names() {
  std::array<std::string_view, field_count<T>> names{};
  std::string_view rest = T::field_list();
  for (auto& name : names) {
    const std::size_t comma = rest.find(',');
    name = rest.substr(0, comma);
    while (!name.empty() && name.back() == ' ') {
      name.remove_suffix(1);
    }
    rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 1);
    while (!rest.empty() && rest.front() == ' ') {
      rest.remove_prefix(1);
    }
  }
  return names;
}

// Calls visit(name, value) for each field in declaration order.
template <class T, class Visitor>
constexpr void for_each_field(T& object, Visitor&& visit) {
  constexpr auto names = field_names<std::remove_const_t<T>>();
  object.fields([&](auto&... field) {
    [[maybe_unused]] std::size_t i = 0;
    (visit(names[i++], field), ...);
  });
}

}  // namespace core
