// How far ahead of a load's rises its size was decided: what an index that foretells the load is
// worth beside the load alone.
//
// A rise is a climb of at least kRiseShare of the whole range of the offered rate: from the lowest
// rate since the load last fell by as much to the highest before it falls by as much again. It
// happens when the rate reaches kReached of the way; what the load needs at just that rate is what
// the rise needs. A rise is led by the time from the decision for at least so many agents, in force
// without a break since, to the rise; a decision that comes after it leads by less than nothing.
#pragma once

#include <optional>
#include <vector>

#include "load/workload.h"

namespace lab {

inline constexpr double kRiseShare = 0.25;
inline constexpr double kReached = 0.75;

struct Rise {
  core::Duration at{};     // since the load began
  core::Duration until{};  // when the rate is below the rise's again, or the load is over
  double rate = 0;         // tasks a second that make it a rise
  bool operator==(const Rise&) const = default;
};

// In order of time; none of a load that is constant.
[[nodiscard]] std::vector<Rise> rises_of(const load::WorkloadConfig& load);

// From then on the size is to be this; ascending.
struct SizeDecision {
  core::Duration at{};  // since the load began
  std::uint32_t size = 0;
};

// Negative where the size came after the rise, and that of `until` where it never came. Nothing
// where the size was decided more than `horizon` before the rise, or before the first decision:
// that was about something else.
[[nodiscard]] std::optional<core::Duration> lead_of(const Rise& rise, std::uint32_t needed,
                                                    const std::vector<SizeDecision>& decisions,
                                                    core::Duration horizon);

}  // namespace lab
