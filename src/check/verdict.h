// One invariant while it is being judged: counts evaluations, keeps the first violations.
#pragma once

#include <string>
#include <utility>

#include "check/invariant.h"
#include "swarm/task.h"

namespace check {

// When and where a record was made.
struct Moment {
  core::Time at;
  world::NodeId who;
};

class Verdict {
 public:
  explicit Verdict(std::string name) { invariant_.name = std::move(name); }

  // `sentence()` is made only when the condition does not hold: most do.
  template <class Sentence>
  bool expect(bool holds, const Moment& moment, const Sentence& sentence) {
    ++invariant_.checked;
    if (!holds) {
      violate(moment, sentence());
    }
    return holds;
  }
  // Of a condition with several parts: `fault` says which one does not hold; empty: all do.
  bool expect_none(std::string fault, const Moment& moment) {
    ++invariant_.checked;
    const bool holds = fault.empty();
    if (!holds) {
      violate(moment, std::move(fault));
    }
    return holds;
  }

  void set_applies(bool applies) { invariant_.applies = applies; }
  [[nodiscard]] std::uint64_t checked() const { return invariant_.checked; }
  [[nodiscard]] const Invariant& invariant() const { return invariant_; }

 private:
  void violate(const Moment& moment, std::string what) {
    if (++invariant_.violated <= kViolationsKept) {
      invariant_.first.push_back({moment.at, moment.who, std::move(what)});
    }
  }

  Invariant invariant_;
};

inline std::string text(std::uint64_t number) {
  return std::to_string(number);
}
inline std::string text(std::int64_t number) {
  return std::to_string(number);
}
inline std::string name_of(world::NodeId node) {
  return "node " + text(std::uint64_t{node.value});
}
inline std::string name_of(swarm::TaskId task) {
  return "task " + text(task.value);
}

}  // namespace check
