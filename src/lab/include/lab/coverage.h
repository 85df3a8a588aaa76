// What a suite exercised: which checks looked while which faults acted on which pattern.
//
// A cell is (pattern, fault, check). It is covered when, in a run of the pattern in which a fault
// of that kind acted, the check was evaluated at least once. Faults that were planned and hit
// nothing cover nothing. "none" stands for runs without any fault.
#pragma once

#include <cstdint>
#include <map>
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
  std::map<CoverageKey, CoverageCell> cells;  // those that are covered

  [[nodiscard]] std::uint64_t possible() const {
    return patterns.size() * faults.size() * checks.size();
  }
};

[[nodiscard]] Coverage coverage_of(const SuiteResult& suite);

}  // namespace lab
