// Error lines: where, which key, what is wrong, what to do. Always one line, however odd the input.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "tree.h"

namespace scenario {

// Where a tree comes from, for messages.
struct Source {
  std::string file;
  std::string run;  // the run being resolved; empty for the base
};

std::unexpected<core::Error> refuse(const Source& source, Place place, std::string_view path,
                                    std::string_view message);

// The text in double quotes, shortened, with control characters made visible.
std::string quote(std::string_view text);

// `; did you mean "policy"? valid: a, b, c`. The list is left out where it is long.
std::string suggestion(std::string_view name, std::span<const std::string> candidates);

std::string join(std::span<const std::string> words);

}  // namespace scenario
