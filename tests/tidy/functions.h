// Finds function definitions by counting braces: a heuristic, but one that sees every line.
#pragma once

#include <string>
#include <vector>

#include "tree.h"

namespace tidy {

struct Function {
  std::string head;       // the text before its body
  std::size_t line = 0;   // where the head starts, from 1
  std::size_t lines = 0;  // head and body
};

// Functions at namespace or class scope; lambdas and local classes count as part of theirs.
std::vector<Function> functions_of(const File& file);

}  // namespace tidy
