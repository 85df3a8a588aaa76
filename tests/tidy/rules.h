// The style of the project as rules over a Tree; STYLE.md gives the reasons. Every rule finds
// something in its own bad sample and nothing in its good one (tidy_test.cc).
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tree.h"

namespace tidy {

using Findings = std::vector<Finding>;
using Rule = std::function<Findings(const Tree&)>;

struct NamedRule {
  std::string name;
  Rule rule;
};

// Text: columns, file length, words that must not appear.
std::vector<NamedRule> text_rules();
// C++: function length, banned calls, includes.
std::vector<NamedRule> code_rules();
// The tree: orphans, links, module READMEs, the module table, module folders, scenarios.
std::vector<NamedRule> tree_rules();
std::vector<NamedRule> all_rules();

Findings check_tree(const Tree& tree);

// docs/status.md against the tests that exist. `tests` holds the names of `ctest -N`, or, after a
// run, those that ran.
Findings check_status(const Tree& tree, const std::vector<std::string>& tests);

}  // namespace tidy
