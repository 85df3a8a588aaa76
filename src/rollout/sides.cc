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

void Looks::note(const Counts& since) {
  if (since.done == 0) {
    return;
  }
  ++looks_;
  squares_milli_ += since.slow * since.slow * 1'000 / since.done;
  add(since, all_);
}

std::optional<double> Looks::dispersion() const {
  if (looks_ < 2) {
    return std::nullopt;
  }
  const auto slow = static_cast<double>(all_.slow);
  const auto done = static_cast<double>(all_.done);
  const double share = slow / done;
  if (share == 0 || share == 1) {
    return 1;
  }
  // The sum over looks of (slow - done * share)^2 / (done * share * (1 - share)).
  const double squares = static_cast<double>(squares_milli_) / 1'000 - slow * share;
  return std::max(squares / (share * (1 - share)) / static_cast<double>(looks_ - 1), 1.0);
}

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

void Busyness::note(core::Time now, std::uint64_t done,
                    const std::optional<std::uint32_t>& agents) {
  constexpr std::uint64_t kLooks = 4;  // the weight of the latest is one of so many
  const core::Duration age = noted_ ? now - *noted_ : core::Duration{};
  const std::uint64_t since = done - done_;
  noted_ = now;
  done_ = done;
  if (!agents || *agents == 0) {
    now_.reset();
    return;
  }
  if (age <= core::Duration{}) {
    return;
  }
  const auto latest = static_cast<std::uint64_t>(core::seconds(1000) / age) * since / *agents;
  now_ = now_ ? (*now_ * (kLooks - 1) + latest) / kLooks : latest;
  most_in_step_ = std::max(most_in_step_, *now_);
  most_ = std::max(most_, *now_);
}

void Busyness::begin_step() {
  now_.reset();
  most_in_step_ = 0;
}

}  // namespace rollout
