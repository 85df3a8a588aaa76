// A circuit breaker: stops calling a peer that does not answer in time, and finds out when it does
// again.
//
//   CLOSED     calls go through. Of those that ended within the last `window`, with at least
//              `min_calls` of them, `failure_percent` or more failed: OPEN.
//   OPEN       nothing goes through for `open_for`; then HALF_OPEN.
//   HALF_OPEN  at most `probes` calls go through. All of them answered in time: CLOSED. One of them
//              not: OPEN again.
//
// The states are those of Nygard, "Release It!" (2007), the rates those of resilience4j; windows of
// time instead of a hundred calls, since a stage of a small pipeline would be long dead by then. A
// call that is slower than `deadline` has failed, also as a probe: a probe that hangs opens the
// breaker again when its deadline passes and so can never hold it in HALF_OPEN.
//
// A regular value without a clock: the caller says what time it is.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "core/codec.h"
#include "core/time.h"

namespace swarm {

enum class BreakerState : std::uint8_t { kClosed, kOpen, kHalfOpen };
constexpr BreakerState last_value(BreakerState) {
  return BreakerState::kHalfOpen;
}
constexpr std::string_view name_of(BreakerState state) {
  constexpr std::string_view kNames[] = {"closed", "open", "half-open"};
  return kNames[static_cast<std::size_t>(state)];
}
[[nodiscard]] constexpr bool may_become(BreakerState from, BreakerState to) {
  switch (from) {
    case BreakerState::kClosed:
      return to == BreakerState::kOpen;
    case BreakerState::kOpen:
      return to == BreakerState::kHalfOpen;
    case BreakerState::kHalfOpen:
      return to == BreakerState::kClosed || to == BreakerState::kOpen;
  }
  return false;
}

struct BreakerConfig {
  core::Duration window = core::seconds(2);
  std::uint32_t min_calls = 5;
  std::uint32_t failure_percent = 50;
  core::Duration deadline = core::milliseconds(250);
  core::Duration open_for = core::seconds(1);
  std::uint32_t probes = 2;
  MUSTER_FIELDS(BreakerConfig, window, min_calls, failure_percent, deadline, open_for, probes)
};

using CallNumber = std::uint64_t;  // the caller's own, never used twice

struct BreakerChange {
  BreakerState from = BreakerState::kClosed;
  BreakerState to = BreakerState::kClosed;
  std::uint32_t calls = 0;     // that ended in the window, or probes
  std::uint32_t failures = 0;  // of them
  core::Time at{};             // on the caller's clock
  MUSTER_FIELDS(BreakerChange, from, to, calls, failures, at)
};

class Breaker {
 public:
  // REQUIRES numbers and times above zero, and at most 100 percent.
  explicit Breaker(const BreakerConfig& config);

  [[nodiscard]] BreakerState state() const { return state_; }
  // Whether a call may begin.
  [[nodiscard]] bool admits() const;
  // REQUIRES admits().
  void begin(CallNumber call, core::Time now);
  // The peer answered. Calls that are over, and those from before the breaker opened, are ignored.
  void answered(CallNumber call, core::Time now);
  // Lets time pass: deadlines, and the end of OPEN. To be called at due().
  void advance(core::Time now);
  [[nodiscard]] std::optional<core::Time> due() const;

  // Since the last call of this, oldest first.
  [[nodiscard]] std::vector<BreakerChange> take_changes() { return std::exchange(changes_, {}); }
  [[nodiscard]] std::size_t calls_under_way() const { return under_way_.size(); }

 private:
  struct Ended {
    core::Time at;
    bool well = true;
    MUSTER_FIELDS(Ended, at, well)
  };

  void end(bool well, core::Time at);
  void become(BreakerState state, std::uint32_t calls, std::uint32_t failures, core::Time now);

  BreakerConfig config_;
  BreakerState state_ = BreakerState::kClosed;
  std::map<CallNumber, core::Time> under_way_;  // and their deadlines
  std::deque<Ended> ended_;                     // CLOSED: within the window
  core::Time opened_;
  std::uint32_t probes_begun_ = 0;  // HALF_OPEN
  std::uint32_t probes_well_ = 0;
  std::vector<BreakerChange> changes_;

 public:
  MUSTER_FIELDS(Breaker, config_, state_, under_way_, ended_, opened_, probes_begun_, probes_well_,
                changes_)
};

}  // namespace swarm
