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
#include <cstddef>
#include <string_view>
#include <tuple>
#include <utility>

#define MUSTER_FIELDS(Type, ...)                   \
  auto fields() {                                  \
    return std::tie(__VA_ARGS__);                  \
  }                                                \
  auto fields() const {                            \
    return std::tie(__VA_ARGS__);                  \
  }                                                \
  static constexpr std::string_view field_list() { \
    return #__VA_ARGS__;                           \
  }                                                \
  bool operator==(const Type&) const = default;

#define MUSTER_NO_FIELDS(Type)                     \
  std::tuple<> fields() {                          \
    return {};                                     \
  }                                                \
  std::tuple<> fields() const {                    \
    return {};                                     \
  }                                                \
  static constexpr std::string_view field_list() { \
    return "";                                     \
  }                                                \
  bool operator==(const Type&) const = default;

namespace core {

template <class T>
concept HasFields = requires(const T& value) {
  value.fields();
  { T::field_list() } -> std::convertible_to<std::string_view>;
};

template <HasFields T>
inline constexpr std::size_t field_count =
    std::tuple_size_v<decltype(std::declval<const T&>().fields())>;

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
  using Plain = std::remove_const_t<T>;
  constexpr auto names = field_names<Plain>();
  auto members = object.fields();
  [&]<std::size_t... I>(std::index_sequence<I...>) {
    (visit(names[I], std::get<I>(members)), ...);
  }
  (std::make_index_sequence<field_count<Plain>>{});
}

}  // namespace core
