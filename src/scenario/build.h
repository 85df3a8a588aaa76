// From a validated tree to values: defaults filled in, data files read, checks sorted to their
// runs.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/result.h"
#include "scenario/load.h"
#include "scenario/scenario.h"
#include "source.h"
#include "tree.h"

namespace scenario {

// What all runs of a file share.
struct FileContext {
  std::string name;
  std::vector<std::string> run_names;
  ReadFile read_file;
  std::map<std::string, std::string> series;  // filled as files are read, each once
};

// REQUIRES validate(tree, run_keys()). The result may still break a rule (rules.h).
core::Result<Scenario> build(const Tree& tree, const std::string& run, FileContext& context,
                             const Source& source);

core::Result<std::vector<Fault>> build_faults(const Tree& tree, const Source& source);
core::Result<Checks> build_checks(const Tree& tree, const std::string& run,
                                  const std::vector<std::string>& run_names, const Source& source);

}  // namespace scenario
