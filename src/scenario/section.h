// Typed reading of a validated map. Each call overwrites its destination only where the key is
// there, so that defaults live in one place: the struct's initialisers.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/time.h"
#include "tables.h"
#include "tree.h"
#include "validate.h"

namespace scenario {

class Section {
 public:
  // Null: the section is not in the file. The tree must outlive the section.
  explicit Section(const Tree* tree) : tree_(tree) {}

  [[nodiscard]] const Tree* at(std::string_view key) const {
    return tree_ == nullptr ? nullptr : find(*tree_, key);
  }
  [[nodiscard]] bool has(std::string_view key) const { return at(key) != nullptr; }
  [[nodiscard]] Section section(std::string_view key) const { return Section(at(key)); }
  [[nodiscard]] std::span<const Tree> list(std::string_view key) const {
    const Tree* value = at(key);
    return value == nullptr ? std::span<const Tree>() : std::span<const Tree>(value->items);
  }
  [[nodiscard]] std::string text(std::string_view key) const {
    const Tree* value = at(key);
    return value == nullptr ? std::string() : value->text;
  }

  template <class T>
  void number(std::string_view key, Shape shape, T& into) const {
    if (const Tree* value = at(key); value != nullptr) {
      into = static_cast<T>(number_of(shape, value->text));  // the table's range fits T
    }
  }
  template <class T>
  void integer(std::string_view key, T& into) const {
    number(key, Shape::kInteger, into);
  }
  void percent(std::string_view key, std::int64_t& ppm) const { number(key, Shape::kPercent, ppm); }
  void duration(std::string_view key, core::Duration& into) const {
    if (const Tree* value = at(key); value != nullptr) {
      into = core::Duration(number_of(Shape::kDuration, value->text));
    }
  }
  template <class E>
  void word(std::string_view key, E& into) const {
    if (const Tree* value = at(key); value != nullptr) {
      into = value_of<E>(value->text);
    }
  }
  void words(std::string_view key, std::vector<std::string>& into) const {
    if (const Tree* value = at(key); value != nullptr) {
      into.clear();
      for (const Tree& item : value->items) {
        into.push_back(item.text);
      }
    }
  }

 private:
  const Tree* tree_;
};

}  // namespace scenario
