// Holds a tree against the table: known keys, right types, values within range, nothing missing.
#pragma once

#include <string>

#include "core/result.h"
#include "source.h"
#include "tables.h"
#include "tree.h"

namespace scenario {

// `path` is where the tree stands, for messages; empty for the whole file. Bounds of checks and
// what spans several keys are judged later (build.h, rules.h).
core::Result<void> validate(const Tree& tree, KeyList keys, const std::string& path,
                            const Source& source);

// The number that a validated scalar means, in the smallest unit of the key's shape.
std::int64_t number_of(Shape shape, std::string_view text);

}  // namespace scenario
