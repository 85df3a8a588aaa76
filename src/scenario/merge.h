// Variants of a document: `runs:` entries and `sweep:` values laid over the file.
#pragma once

#include <string_view>

#include "core/result.h"
#include "source.h"
#include "tree.h"

namespace scenario {

// `change` over `base`: maps merge key by key, lists and scalars replace, null takes the key away.
// Everything keeps the place where it was written.
Tree merge(const Tree& base, const Tree& change);

// `base` with the value at a dotted path replaced or added. Numbers index lists and must exist.
core::Result<Tree> with_value(const Tree& base, const Tree& path, const Tree& value,
                              const Source& source);

}  // namespace scenario
