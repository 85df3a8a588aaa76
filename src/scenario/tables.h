// The one table of what a scenario file may say: keys, types, ranges, defaults.
//
// The validator reads files against it and the JSON Schema is printed from it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "scenario/scenario.h"

namespace scenario {

enum class Shape : std::uint8_t {
  kObject,
  kList,
  kText,
  kSlug,    // [a-z0-9-]{1,64}
  kName,    // [a-z0-9_-]{1,64}
  kSymbol,  // [A-Z][A-Z0-9.]{0,11}
  kWord,    // one of a list
  kInteger,
  kDuration,
  kRate,
  kSize,
  kByteRate,
  kPercent,
  kFlag,
  kBound,   // a check's: its form follows the metric
  kMetric,  // a name of the catalogue
  kRuns,    // names to changes of the whole file
};

using Words = std::vector<std::string> (*)();

struct Key;

// A table of keys, or none.
struct KeyList {
  const Key* data = nullptr;
  std::size_t size = 0;

  constexpr KeyList() = default;
  template <std::size_t N>
  constexpr KeyList(const Key (&keys)[N]) : data(keys), size(N) {}
  [[nodiscard]] const Key* begin() const { return data; }
  [[nodiscard]] const Key* end() const;
};

struct Key {
  std::string_view name = {};
  Shape shape = Shape::kText;
  std::string_view otherwise = {};  // the default as a file would write it; empty: see the meaning
  std::string_view meaning = {};
  std::int64_t low = 0;  // numbers: in the smallest unit; lists: elements; text: bytes
  std::int64_t high = 0;
  KeyList keys = {};             // kObject
  const Key* element = nullptr;  // kList
  Words words = nullptr;         // kWord
  bool required = false;
};

inline const Key* KeyList::end() const {
  return data + size;
}

// All keys of a file, and those that a run may change.
KeyList file_keys();
KeyList run_keys();

// Which keys a kind of fault takes besides kind, target, at, on and for.
struct FaultRule {
  FaultKind kind = FaultKind::kCrash;
  bool targeted = true;
  std::vector<std::string> required;
  std::vector<std::string> optional;
};
FaultRule fault_rule(FaultKind kind);
// Every key that the kind takes.
std::vector<std::string> fault_keys(const FaultRule& rule);

// The words of an enumeration, in order.
template <class E>
std::vector<std::string> words_of() {
  std::vector<std::string> words;
  for (std::size_t i = 0; i <= static_cast<std::size_t>(last_value(E{})); ++i) {
    words.emplace_back(name_of(static_cast<E>(i)));
  }
  return words;
}

// REQUIRES that the text is one of the enumeration's words.
template <class E>
E value_of(std::string_view word) {
  for (std::size_t i = 0; i < static_cast<std::size_t>(last_value(E{})); ++i) {
    if (name_of(static_cast<E>(i)) == word) {
      return static_cast<E>(i);
    }
  }
  return last_value(E{});
}

}  // namespace scenario
