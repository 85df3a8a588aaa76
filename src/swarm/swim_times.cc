// Lifeguard's times and counts (LHA-Suspicion), as memberlist computes them.
#include <algorithm>

#include "num/math.h"
#include "swarm/swim.h"

namespace swarm {

core::Duration shortest_suspicion(const SwimConfig& config, std::size_t members) {
  const double scale = std::max(
      1.0, num::log(static_cast<double>(std::max<std::size_t>(members, 1))) / num::log(10.0));
  const double probe = static_cast<double>(config.probe_interval.count());
  return core::Duration(static_cast<std::int64_t>(config.suspicion_multiplier * scale * probe));
}

core::Duration longest_suspicion(const SwimConfig& config, std::size_t members) {
  return config.suspicion_maximum * shortest_suspicion(config, members);
}

std::uint32_t expected_confirmations(const SwimConfig& config, std::size_t members) {
  const std::uint32_t expected = config.suspicion_multiplier - 2;
  return members >= expected + 2 ? expected : 0;
}

core::Duration suspicion_timeout(const SwimConfig& config, std::size_t members,
                                 std::uint32_t confirmations) {
  const core::Duration shortest = shortest_suspicion(config, members);
  const std::uint32_t expected = expected_confirmations(config, members);
  if (confirmations >= expected) {
    return shortest;
  }
  const core::Duration longest = longest_suspicion(config, members);
  const double share = num::log(confirmations + 1.0) / num::log(expected + 1.0);
  const auto cut =
      static_cast<std::int64_t>(static_cast<double>((longest - shortest).count()) * share);
  return std::max(shortest, longest - core::Duration(cut));
}

std::uint32_t retransmit_limit(const SwimConfig& config, std::size_t members) {
  std::uint32_t digits = 0;  // ceil(log10(members + 1))
  for (std::size_t power = 1; power < members + 1; power *= 10) {
    ++digits;
  }
  return config.retransmit_multiplier * digits;
}

core::Duration detection_bound(const SwimConfig& config, std::size_t members) {
  const auto rounds = static_cast<std::int64_t>(2 * (members - 1));
  return rounds * config.probe_interval + longest_suspicion(config, members);
}

}  // namespace swarm
