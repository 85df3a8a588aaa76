#include "monitor/latency.h"

namespace monitor {

std::optional<LatencyBand> quantile(const LatencySums& counts, std::uint32_t permille) {
  core::check(permille > 0 && permille <= 1000, "a quantile lies in (0, 1]");
  std::uint64_t all = 0;
  for (const std::uint64_t count : counts) {
    all += count;
  }
  if (all == 0) {
    return std::nullopt;
  }
  const std::uint64_t rank = (all * permille + 999) / 1000;  // from 1
  std::uint64_t before = 0;
  std::size_t bucket = 0;
  while (before + counts[bucket] < rank) {
    before += counts[bucket];
    ++bucket;
  }
  LatencyBand band;
  band.low = world::latency_bucket_begin(bucket);
  band.high = world::latency_bucket_end(bucket);
  const auto place = static_cast<std::int64_t>(2 * (rank - before) - 1);
  const auto places = static_cast<std::int64_t>(2 * counts[bucket]);
  band.estimate = band.low + core::Duration((band.high - band.low).count() / places * place);
  return band;
}

}  // namespace monitor
