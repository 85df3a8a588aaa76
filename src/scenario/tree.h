// A YAML document as a value: what was written, in order, with the place of everything.
//
// Made from the parser's events and not from its node graph, so that size, depth and aliases are
// bounded while they are read, duplicate keys are seen, and merged documents keep their places.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace scenario {

// From 1, as editors count.
struct Place {
  std::uint32_t line = 1;
  std::uint32_t column = 1;
  bool operator==(const Place&) const = default;
};

enum class TreeKind : std::uint8_t { kNull, kScalar, kList, kMap };

struct Entry;

struct Tree {
  TreeKind kind = TreeKind::kNull;
  Place place = {};
  std::string text = {};         // kScalar
  std::vector<Tree> items = {};  // kList
  std::vector<Entry> entries;    // kMap, in file order; keys differ
};

struct Entry {
  std::string key;
  Place key_place;
  Tree value;
};

// Null where the tree is no map or has no such key.
const Tree* find(const Tree& tree, std::string_view key);
Tree* find(Tree& tree, std::string_view key);

std::size_t node_count(const Tree& tree);

// Follows a path like "topology.standbys" or "faults[2].at" as far as it exists, and returns the
// place where it ends.
Place place_of(const Tree& root, std::string_view path);

// The one document in the text. An empty document is an empty map.
core::Result<Tree> parse_tree(std::string_view text, const std::string& file);

}  // namespace scenario
