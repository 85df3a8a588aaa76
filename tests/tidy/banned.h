// Calls that must not appear, where, and what to use instead.
#pragma once

#include <string>
#include <vector>

#include "tree.h"

namespace tidy {

enum class Area {
  kEverywhere,  // every C++ file
  kSource,      // src/, tests of modules included
  kPure,        // the deterministic set, without its tests
  kPureAndTests,
};

struct Banned {
  std::string pattern;  // a regular expression over code without comments and literals
  Area area;
  std::string instead;
  std::vector<std::string> exceptions;  // paths
  std::string sample;                   // a line that must be found
};

const std::vector<Banned>& banned_calls();
bool in_area(const Tree& tree, const File& file, Area area);

}  // namespace tidy
