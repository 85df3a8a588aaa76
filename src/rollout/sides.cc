#include "rollout/sides.h"

#include <algorithm>

namespace rollout {
namespace {

bool possible(const Counts& totals) {
  return totals.errors <= totals.done && totals.slow <= totals.done;
}

void add(const Counts& counts, Counts& to) {
  to.done += counts.done;
  to.errors += counts.errors;
  to.slow += counts.slow;
}

}  // namespace

bool Tally::note(const std::optional<Counts>& totals) {
  if (!totals || !possible(*totals)) {
    return false;
  }
  const Counts before = latest_.value_or(*totals);
  latest_ = totals;
  if (totals->done < before.done || totals->errors < before.errors || totals->slow < before.slow) {
    return false;
  }
  // A task that ended before may be called bad only now.
  const std::uint64_t done = totals->done - before.done;
  const Counts since{done, std::min(totals->errors - before.errors, done),
                     std::min(totals->slow - before.slow, done)};
  add(since, step_);
  add(since, all_);
  return true;
}

}  // namespace rollout
