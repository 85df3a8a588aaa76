// What a suite exercised: which checks looked while which faults acted on which pattern.
//
// A cell is (pattern, fault, check). It is covered when, in a run of the pattern in which a fault
// of that kind acted, the check was evaluated at least once. Faults that were planned and hit
// nothing cover nothing. "none" stands for runs without any fault. A cell is possible where a check
// applies to the pattern: some run of it had the invariant or requirement, under whatever fault.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "lab/suite.h"

namespace lab {

struct CoverageKey {
  std::string pattern;
  std::string fault;
  std::string check;
  auto operator<=>(const CoverageKey&) const = default;
};

struct CoverageCell {
  std::uint64_t runs = 0;
  std::uint64_t failed = 0;  // of these
};

struct Coverage {
  std::vector<std::string> patterns;  // in the suite's order
  std::vector<std::string> faults;    // "none", then every kind that a scenario can name
  std::vector<std::string> checks;    // invariants and required metrics that any run had, by name
  std::map<std::string, std::set<std::string>> applies;  // of them, by pattern
  std::map<CoverageKey, CoverageCell> cells;             // those that are covered

  // Every check that applies to a pattern, under every kind of fault.
  [[nodiscard]] std::uint64_t possible() const;
};

[[nodiscard]] Coverage coverage_of(const SuiteResult& suite);

}  // namespace lab
