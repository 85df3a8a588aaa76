#include "links.h"

#include <algorithm>

namespace world_sim {

core::Time Link::transit(std::size_t wire_bytes, core::Time now) {
  core::Time leaves = now;
  if (options->bytes_per_second > 0) {
    const auto rate = static_cast<std::uint64_t>(options->bytes_per_second);
    const std::uint64_t takes = (wire_bytes * 1'000'000'000ULL + rate - 1) / rate;
    leaves = std::max(now, busy_until) + core::Duration(static_cast<std::int64_t>(takes));
    busy_until = leaves;
  }
  const core::Duration extra =
      options->jitter > core::Duration(0) ? jitter.exponential(options->jitter) : core::Duration(0);
  return leaves + options->latency + extra;
}

core::Time Link::in_order(core::Time arrival) {
  last_arrival = std::max(last_arrival, arrival);
  return last_arrival;
}

Link* Links::find(world::NodeId to) {
  const auto place = std::ranges::lower_bound(links_, to, {}, &Link::to);
  return place != links_.end() && place->to == to ? &*place : nullptr;
}

Link& Links::add(Link link) {
  const auto place = std::ranges::lower_bound(links_, link.to, {}, &Link::to);
  return *links_.insert(place, std::move(link));
}

}  // namespace world_sim
