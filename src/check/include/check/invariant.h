// What a check found: how often it looked, and what was wrong.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/time.h"
#include "world/node.h"

namespace check {

struct Violation {
  core::Time at;
  world::NodeId who;  // 0: nobody in particular
  std::string what;   // a sentence with the numbers
  bool operator==(const Violation&) const = default;
};

inline constexpr std::size_t kViolationsKept = 5;

struct Invariant {
  std::string name;           // "one_leader_per_term"
  std::uint64_t checked = 0;  // how often the condition was evaluated
  std::uint64_t violated = 0;
  bool applies = true;           // where it applies, zero evaluations are a failure
  std::vector<Violation> first;  // the first ones, at most kViolationsKept

  [[nodiscard]] bool holds() const { return violated == 0 && (checked > 0 || !applies); }
  bool operator==(const Invariant&) const = default;
};

}  // namespace check
