// Detectors beside a plain threshold, on planted and on simulated faults with known times. What is
// printed is a comparison; what is required is only what must hold.
#include <gtest/gtest.h>

#include <cstdio>
#include <functional>
#include <string>

#include "fleet.h"
#include "monitor/anomaly.h"
#include "monitor/half_space_trees.h"

namespace monitor {
namespace {

constexpr core::Duration kQuiet = core::seconds(10);
constexpr core::Duration kGrace = core::seconds(20);

// One detector over a run: whether each second is anomalous.
using Judge = std::function<bool(const std::vector<std::optional<double>>&)>;

struct Contender {
  std::string name;
  std::function<Judge(std::size_t metrics)> make;
  Score score;
};

// The metrics of a run, a point a second, with the times of its faults.
struct Series {
  std::vector<std::vector<std::optional<double>>> points;
  std::vector<Label> labels;
};

constexpr std::size_t index_of(Metric metric) {
  return static_cast<std::size_t>(metric);
}

// The limits of the alerts: failures above 15 %, utilisation above 85 %, anybody away; latency, its
// tail and any metric of a planted series above twice its first minute.
Judge plain_threshold(std::size_t metrics) {
  struct State {
    std::vector<double> first[kMetrics];
  };
  return [metrics, state = State{}](const auto& point) mutable {
    bool above = false;
    for (std::size_t i = 0; i < metrics; ++i) {
      if (!point[i]) {
        continue;
      }
      if (metrics > 1 && i == index_of(Metric::kFailureRate)) {
        above |= *point[i] > 150;
      } else if (metrics > 1 && i == index_of(Metric::kUtilisation)) {
        above |= *point[i] > 850;
      } else if (metrics > 1 && i == index_of(Metric::kAway)) {
        above |= *point[i] > 0;
      } else if (metrics == 1 || i != index_of(Metric::kDoneRate)) {
        if (state.first[i].size() < 60) {
          state.first[i].push_back(*point[i]);
        } else {
          above |= *point[i] > 2 * median(state.first[i]);
        }
      }
    }
    return above;
  };
}

// Three standard deviations of the last ten points, the judged one among them.
Judge own_point_included(std::size_t metrics) {
  std::vector<std::vector<double>> past(metrics);
  return [past](const auto& point) mutable {
    bool far = false;
    for (std::size_t i = 0; i < past.size(); ++i) {
      if (!point[i]) {
        continue;
      }
      past[i].push_back(*point[i]);
      if (past[i].size() > 10) {
        past[i].erase(past[i].begin());
      }
      double mean = 0;
      double variance = 0;
      for (const double value : past[i]) {
        mean += value / static_cast<double>(past[i].size());
      }
      for (const double value : past[i]) {
        variance += (value - mean) * (value - mean) / static_cast<double>(past[i].size());
      }
      far |= (*point[i] - mean) * (*point[i] - mean) > 9.0001 * variance && past[i].size() == 10;
    }
    return far;
  };
}

std::function<Judge(std::size_t)> esd(std::uint32_t period) {
  return [period](std::size_t metrics) -> Judge {
    std::vector<EsdDetector> detectors;
    for (std::size_t i = 0; i < metrics; ++i) {
      EsdDetectorOptions options;
      options.window = period > 1 ? 6 * period : 120;
      options.least_past = period > 1 ? 3 * period : 20;
      options.period = period;
      options.least_spread = resolution_of(static_cast<Metric>(i));
      options.least_share = relative_resolution_of(static_cast<Metric>(i));
      detectors.emplace_back(options);
    }
    return [detectors](const auto& point) mutable {
      bool anomalous = false;
      for (std::size_t i = 0; i < detectors.size(); ++i) {
        anomalous |= detectors[i].observe(point[i]).anomalous;
      }
      return anomalous;
    };
  };
}

// Missing telemetry is no point of the trees' space.
Judge half_space_trees(std::size_t metrics) {
  const std::vector<MetricRange> ranges{{0, 120}, {0, 1000}, {0, 300}, {0, 1000}, {0, 600}, {0, 2}};
  HalfSpaceTrees trees({ranges.begin(), ranges.begin() + static_cast<std::ptrdiff_t>(metrics)});
  return [trees](const auto& point) mutable {
    std::vector<double> known;
    for (const auto& value : point) {
      if (!value) {
        return false;
      }
      known.push_back(*value);
    }
    return trees.observe(known).anomalous;
  };
}

std::vector<Contender> contenders(std::uint32_t period) {
  return {{"plain threshold", plain_threshold, {}},
          {"3 sigma, own point included", own_point_included, {}},
          {"ESD", esd(0), {}},
          {"seasonal ESD", esd(period), {}},
          {"half-space trees", half_space_trees, {}}};
}

void judge(Contender& contender, const Series& series) {
  const Judge judge = contender.make(series.points.front().size());
  std::vector<core::Time> anomalous;
  core::Time now;
  for (const auto& point : series.points) {
    now += kBin;
    if (judge(point)) {
      anomalous.push_back(now);
    }
  }
  contender.score += score(alarms_of(anomalous, kQuiet), series.labels, {}, now + kBin, kGrace);
}

void print(const char* title, const std::vector<Contender>& contenders) {
  std::printf("%-28s %9s %6s %8s %8s %6s\n", title, "precision", "recall", "delay s", "false/h",
              "score");
  for (const Contender& contender : contenders) {
    const Score& score = contender.score;
    std::printf("%-28s %9.2f %6.2f %8.1f %8.2f %6.1f\n", contender.name.c_str(),
                score.precision().value_or(0), score.recall().value_or(0),
                core::to_seconds(score.median_delay().value_or(core::Duration{})),
                score.false_alarms_per_hour().value_or(0), score.normalised().value_or(0));
  }
}

// A metric with a season of a minute and, once every detector has enough past, six kinds of fault.
Series planted(std::uint64_t seed) {
  num::Stream stream(seed, 0, num::purpose_of("monitor.test.planted"));
  Series series;
  for (std::int64_t second = 0; second < 1400; ++second) {
    const double season = second % 60 < 20 ? 15 : 0;
    series.points.push_back({50 + season + 2 * stream.normal()});
  }
  const auto plant = [&](std::int64_t begin, std::int64_t length, const auto& change) {
    for (std::int64_t i = 0; i < length; ++i) {
      auto& value = *series.points[static_cast<std::size_t>(begin + i)][0];
      value = change(value, i);
    }
    series.labels.push_back(
        {core::at(core::seconds(begin + 1)), core::at(core::seconds(begin + length + 1))});
  };
  plant(650, 30, [](double value, std::int64_t) { return value + 60; });  // a step
  plant(750, 3, [](double value, std::int64_t) { return value + 80; });   // a spike
  plant(850, 30, [](double value, std::int64_t) { return value - 35; });  // a drop
  plant(950, 40, [](double value, std::int64_t i) { return value + static_cast<double>(i); });
  plant(1100, 20, [](double value, std::int64_t) { return value + 25; });  // a small step
  plant(1250, 30,
        [](double value, std::int64_t i) { return i % 2 == 0 ? value + 30 : value - 30; });
  return series;
}

world::Fault fault(world::FaultKind kind, std::int64_t begin, std::int64_t lasts,
                   std::vector<world::NodeId> nodes) {
  world::Fault made;
  made.kind = kind;
  made.trigger.not_before = core::at(core::seconds(begin));
  made.duration = core::seconds(lasts);
  made.target.nodes = std::move(nodes);
  return made;
}

// One fault of each kind that workers and their links suffer, in the second part of the run.
world::FaultPlan fault_plan() {
  world::FaultPlan plan;
  plan.push_back(fault(world::FaultKind::kCrash, 610, 25, {worker_node(0)}));
  plan.push_back(fault(world::FaultKind::kHang, 700, 10, {worker_node(1)}));
  plan.push_back(fault(world::FaultKind::kSlowCpu, 790, 30, {worker_node(2)}));
  plan.back().permille = 300;
  plan.push_back(fault(world::FaultKind::kCpuSpike, 890, 30, {worker_node(3), worker_node(0)}));
  plan.back().amount = 4;
  plan.push_back(fault(world::FaultKind::kLoss, 990, 30, {worker_node(1)}));
  plan.back().probability = num::Probability::percent(20);
  plan.push_back(fault(world::FaultKind::kDelay, 1090, 30, {world::NodeId(1)}));
  plan.back().delay = core::milliseconds(50);
  plan.back().jitter = core::milliseconds(10);
  plan.push_back(fault(world::FaultKind::kPartition, 1190, 15, {worker_node(2), worker_node(3)}));
  return plan;
}

Series simulated(std::uint64_t seed) {
  const FleetRun run = run_fleet(seed, fault_plan(), core::seconds(1300));
  Series series;
  for (const View& view : run.views) {
    const MetricValues values = values_of(view.whole);
    series.points.emplace_back(values.begin(), values.end());
  }
  series.labels = run.labels;
  return series;
}

TEST(Detection, OnPlantedFaults) {
  auto all = contenders(60);
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const Series series = planted(seed);
    for (Contender& contender : all) {
      judge(contender, series);
    }
  }
  print("planted faults", all);
  const Score& threshold = all[0].score;
  const Score& own_point = all[1].score;
  const Score& seasonal = all[3].score;
  EXPECT_EQ(own_point.found + own_point.false_alarms, 0U);  // it cannot speak at all
  EXPECT_GT(*seasonal.normalised(), *threshold.normalised());
  EXPECT_GE(*seasonal.recall(), 0.95);
  EXPECT_LT(*seasonal.false_alarms_per_hour(), 4);
}

TEST(Detection, OnSimulatedFaults) {
  auto all = contenders(kFleetSeason);
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    const Series series = simulated(seed);
    for (Contender& contender : all) {
      judge(contender, series);
    }
  }
  print("simulated faults", all);
  const Score& seasonal = all[3].score;
  EXPECT_EQ(all[1].score.found, 0U);
  EXPECT_GT(*seasonal.normalised(), 0);
}

}  // namespace
}  // namespace monitor
