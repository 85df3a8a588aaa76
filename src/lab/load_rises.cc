#include "load_rises.h"

#include <algorithm>
#include <cstddef>
#include <iterator>

namespace lab {
namespace {

struct Stretch {
  core::Duration from{};
  double rate = 0;  // a second
};

std::vector<Stretch> stretches_of(const load::WorkloadConfig& load) {
  constexpr double kThousandths = 1'000;
  std::vector<Stretch> all = {{{}, static_cast<double>(load.rate_millitasks_per_s) / kThousandths}};
  for (const load::RateStep& step : load.steps) {
    if (step.after < load.lasts) {
      all.push_back({step.after, static_cast<double>(step.rate_millitasks_per_s) / kThousandths});
    }
  }
  return all;
}

// The climb from the stretch with the low to the one with the high.
Rise rise_of(const std::vector<Stretch>& stretches, std::size_t low, std::size_t high,
             core::Duration end) {
  Rise rise;
  const double climbed = stretches[high].rate - stretches[low].rate;
  rise.rate = stretches[low].rate + kReached * climbed;
  rise.until = end;
  std::size_t at = low;
  while (stretches[at].rate < rise.rate) {
    ++at;
  }
  rise.at = stretches[at].from;
  for (; at < stretches.size(); ++at) {
    if (stretches[at].rate < rise.rate) {
      rise.until = stretches[at].from;
      break;
    }
  }
  return rise;
}

}  // namespace

std::vector<Rise> rises_of(const load::WorkloadConfig& load) {
  const std::vector<Stretch> stretches = stretches_of(load);
  const auto [least, most] = std::ranges::minmax_element(stretches, {}, &Stretch::rate);
  const double step = (most->rate - least->rate) * kRiseShare;
  std::vector<Rise> rises;
  std::size_t low = 0;   // since the last fall
  std::size_t high = 0;  // since that low
  for (std::size_t i = 0; i < stretches.size(); ++i) {
    const double rate = stretches[i].rate;
    const bool risen = step > 0 && stretches[high].rate >= stretches[low].rate + step;
    if (risen && rate <= stretches[high].rate - step) {
      rises.push_back(rise_of(stretches, low, high, load.lasts));
      low = high = i;
    } else if (!risen && rate < stretches[low].rate) {
      low = high = i;
    } else if (rate > stretches[high].rate) {
      high = i;
    }
  }
  if (step > 0 && stretches[high].rate >= stretches[low].rate + step) {
    rises.push_back(rise_of(stretches, low, high, load.lasts));
  }
  return rises;
}

std::optional<core::Duration> lead_of(const Rise& rise, std::uint32_t needed,
                                      const std::vector<SizeDecision>& decisions,
                                      core::Duration horizon) {
  const auto after = std::ranges::upper_bound(decisions, rise.at, {}, &SizeDecision::at);
  if (after == decisions.begin()) {
    return std::nullopt;
  }
  auto latest = std::prev(after);
  if (latest->size < needed) {
    const auto enough = [needed](const SizeDecision& one) { return one.size >= needed; };
    const auto late = std::find_if(after, decisions.end(), enough);
    const core::Duration came = late == decisions.end() ? rise.until : late->at;
    return rise.at - std::min(came, rise.until);
  }
  while (latest != decisions.begin() && std::prev(latest)->size >= needed) {
    --latest;
  }
  const core::Duration lead = rise.at - latest->at;
  return lead > horizon ? std::nullopt : std::optional(lead);
}

}  // namespace lab
