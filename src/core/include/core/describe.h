// Values as text: one line for a person, and the fields in which two values differ.
#pragma once

#include <string>
#include <vector>

#include "core/codec.h"

namespace core {

// Collects (path, text) leaves of a value: "fill.quantity" -> "5".
using Leaves = std::vector<std::pair<std::string, std::string>>;

std::string number_text(double value);

template <class T>
void flatten(const std::string& path, const T& value, Leaves& out) {
  if constexpr (std::same_as<T, bool>) {
    out.emplace_back(path, value ? "true" : "false");
  } else if constexpr (std::is_enum_v<T>) {
    if constexpr (requires { name_of(value); }) {
      out.emplace_back(path, std::string(name_of(value)));
    } else {
      out.emplace_back(path, std::to_string(static_cast<std::int64_t>(value)));
    }
  } else if constexpr (std::integral<T>) {
    out.emplace_back(path, std::to_string(value));
  } else if constexpr (std::same_as<T, double>) {
    out.emplace_back(path, number_text(value));
  } else if constexpr (is_id<T>) {
    out.emplace_back(path, std::to_string(value.value));
  } else if constexpr (is_duration<T>) {
    out.emplace_back(path, std::to_string(value.count()) + "ns");
  } else if constexpr (is_time_point<T>) {
    out.emplace_back(path, std::to_string(value.time_since_epoch().count()) + "ns");
  } else if constexpr (std::same_as<T, std::string>) {
    out.emplace_back(path, value);
  } else if constexpr (std::same_as<T, Bytes>) {
    Hasher hasher;
    hasher.bytes(value);
    out.emplace_back(path, std::to_string(value.size()) + "B#" + std::to_string(hasher.value()));
  } else if constexpr (is_sequence<T> || is_set<T> || is_array<T>) {
    out.emplace_back(path + ".size", std::to_string(value.size()));
    std::size_t index = 0;
    for (const auto& element : value) {
      flatten(path + "[" + std::to_string(index++) + "]", element, out);
    }
  } else if constexpr (is_map<T>) {
    out.emplace_back(path + ".size", std::to_string(value.size()));
    for (const auto& [key, mapped] : value) {
      Leaves name;
      flatten("", key, name);
      std::string text;
      for (const auto& leaf : name) {
        text += (text.empty() ? "" : ",") + leaf.second;
      }
      flatten(path + "[" + text + "]", mapped, out);
    }
  } else if constexpr (is_pair<T>) {
    flatten(path + ".first", value.first, out);
    flatten(path + ".second", value.second, out);
  } else if constexpr (is_optional<T>) {
    if (value) {
      flatten(path, *value, out);
    } else {
      out.emplace_back(path, "none");
    }
  } else if constexpr (is_variant<T>) {
    out.emplace_back(path + ".index", std::to_string(value.index()));
    std::visit([&](const auto& alternative) { flatten(path, alternative, out); }, value);
  } else {
    for_each_field(value, [&](std::string_view name, const auto& field) {
      flatten(path.empty() ? std::string(name) : path + "." + std::string(name), field, out);
    });
  }
}

// "order=7 quantity=5"
template <class T>
[[nodiscard]] std::string describe(const T& value) {
  Leaves leaves;
  flatten("", value, leaves);
  std::string text;
  for (const auto& [path, leaf] : leaves) {
    text += (text.empty() ? "" : " ") + path + "=" + leaf;
  }
  return text;
}

// One line for each leaf that differs: "quantity: 5 -> 6". Empty when equal.
[[nodiscard]] std::vector<std::string> difference(const Leaves& before, const Leaves& after);

template <class T>
[[nodiscard]] std::vector<std::string> difference(const T& before, const T& after) {
  Leaves a;
  Leaves b;
  flatten("", before, a);
  flatten("", after, b);
  return difference(a, b);
}

}  // namespace core
