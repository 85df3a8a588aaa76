// Times to an event, some of them cut short: recovery times where some runs never recovered.
//
// A mean over the recovered ones alone would reward never recovering (patterns.md A19). Kaplan and
// Meier, "Nonparametric estimation from incomplete observations", JASA 53 (1958).
#pragma once

#include <optional>
#include <span>
#include <vector>

namespace stats {

struct Duration {
  double seconds = 0;    // not negative, finite
  bool complete = true;  // false: still going on when it was last seen (right-censored)
  bool operator==(const Duration&) const = default;
};

// From this time on, this share is still going on.
struct Step {
  double seconds = 0;
  double survival = 1;
  bool operator==(const Step&) const = default;
};

// The curve's steps, one for each time with a completed duration, ascending. Before the first step
// the survival is 1. Durations censored at a time of completion count as still going on then.
// REQUIRES at least one duration.
std::vector<Step> kaplan_meier(std::span<const Duration> durations);

// The least time at which at least the share p is complete; none where the curve never falls so
// far: more than 1 - p are still going on. The median is p = 0.5. REQUIRES 0 < p <= 1.
std::optional<double> survival_quantile(std::span<const Step> curve, double p);

// The mean of min(duration, horizon): the area under the curve up to the horizon. REQUIRES a
// horizon that is not negative and not beyond the last observation's time, unless that one is
// complete.
double restricted_mean(std::span<const Step> curve, double horizon_s);

}  // namespace stats
