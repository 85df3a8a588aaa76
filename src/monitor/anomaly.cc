#include "monitor/anomaly.h"

namespace monitor {
namespace {

std::string one_decimal(double value) {
  const auto tenths = static_cast<std::int64_t>(value * 10 + (value < 0 ? -0.5 : 0.5));
  const std::int64_t size = tenths < 0 ? -tenths : tenths;
  return (tenths < 0 ? "-" : "") + std::to_string(size / 10) + "." + std::to_string(size % 10);
}

std::optional<double> value_of(Metric metric, const GroupView& group) {
  const Window& window = group.last;
  switch (metric) {
    case Metric::kDoneRate:
      if (const auto rate = window.rate_milli(window.tally.done)) {
        return static_cast<double>(*rate) / 1000;
      }
      return std::nullopt;
    case Metric::kFailureRate:
      if (const auto rate = window.failure_permille()) {
        return static_cast<double>(*rate);
      }
      return std::nullopt;
    case Metric::kLatency:
      if (const auto band = window.latency(500)) {
        return static_cast<double>(band->estimate.count()) / 1e6;
      }
      return std::nullopt;
    case Metric::kUtilisation:
      if (const auto share = window.utilisation_permille()) {
        return static_cast<double>(*share);
      }
      return std::nullopt;
    case Metric::kTailLatency:
      if (const auto band = window.latency(900)) {
        return static_cast<double>(band->estimate.count()) / 1e6;
      }
      return std::nullopt;
    case Metric::kAway:
      // Where nobody reports it is the controller that hears nothing.
      if (group.reporting > 0) {
        return static_cast<double>(group.away);
      }
      return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace

double resolution_of(Metric metric) {
  switch (metric) {
    case Metric::kDoneRate:
      return 0.5;
    case Metric::kFailureRate:
      return 10;
    case Metric::kLatency:
    case Metric::kTailLatency:
      return 1;
    case Metric::kUtilisation:
      return 10;
    case Metric::kAway:
      return 0.2;
  }
  return 1;
}

double relative_resolution_of(Metric metric) {
  return metric == Metric::kTailLatency ? 0.1 : 0;
}

MetricValues values_of(const GroupView& group) {
  MetricValues values;
  for (std::size_t i = 0; i < kMetrics; ++i) {
    values[i] = value_of(static_cast<Metric>(i), group);
  }
  return values;
}

std::string describe(const Anomaly& anomaly) {
  const std::string who =
      anomaly.pool ? "pool " + std::to_string(anomaly.pool.value) : std::string("swarm");
  return who + ": " + std::string(name_of(anomaly.metric)) + " " + one_decimal(anomaly.value) +
         " is unlike its past (" + one_decimal(anomaly.score) + " deviations, " +
         one_decimal(anomaly.limit) + " are usual)";
}

AnomalyWatch::AnomalyWatch(EsdDetectorOptions detector, std::uint32_t content_after)
    : options_(detector), content_after_(content_after) {}

std::vector<Anomaly> AnomalyWatch::observe(const View& view) {
  std::vector<Anomaly> begun;
  const std::int64_t second = view.at.time_since_epoch() / kBin;
  if (newest_second_ && *newest_second_ >= second) {
    return begun;
  }
  newest_second_ = second;
  observe_group({}, view.whole, view.at, begun);
  for (const auto& [pool, group] : view.pools) {
    observe_group(pool, group, view.at, begun);
  }
  return begun;
}

void AnomalyWatch::observe_group(world::PoolId pool, const GroupView& group, core::Time now,
                                 std::vector<Anomaly>& begun) {
  const MetricValues values = values_of(group);
  for (std::size_t i = 0; i < kMetrics; ++i) {
    const auto metric = static_cast<Metric>(i);
    const std::optional<double>& value = values[i];
    const auto [place, added] = series_.try_emplace(Key{pool, metric});
    Series& series = place->second;
    if (added) {
      EsdDetectorOptions options = options_;
      options.least_spread = resolution_of(metric);
      options.least_share = relative_resolution_of(metric);
      series.detector = EsdDetector(options);
    }
    const Opinion opinion = series.detector.observe(value);
    if (!opinion.ready) {
      continue;
    }
    if (opinion.anomalous) {
      if (!series.alarmed) {
        begun.push_back({now, pool, metric, *value, opinion.score, opinion.limit});
      }
      series.alarmed = true;
      series.content = 0;
    } else if (++series.content >= content_after_) {
      series.alarmed = false;
    }
  }
}

}  // namespace monitor
