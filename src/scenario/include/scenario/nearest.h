// The name that somebody most likely meant, for messages about one that is not known.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace scenario {

// The candidate with the least edit distance (Levenshtein); the first of equals. Empty if there are
// none. Compares the first 64 bytes of each.
std::string nearest(std::string_view name, std::span<const std::string> candidates);

}  // namespace scenario
