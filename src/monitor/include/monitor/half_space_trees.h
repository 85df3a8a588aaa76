// Half-space trees: how empty the region is in which a point of several metrics lies.
//
// Tan, Ting, Liu, "Fast anomaly detection for streaming data", IJCAI 2011, with the splits that the
// river library makes: a random metric, cut uniformly within the middle 70 % of its range. Each
// window's points are counted in the trees while the counts of the window before judge; a point is
// judged before it is counted, so it is never in its own baseline. Weak when anomalies come in
// clusters longer than a window, which then count as ordinary.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/codec.h"
#include "monitor/esd.h"
#include "num/stream.h"

namespace monitor {

// The range in which a metric is expected; what is outside counts as at its end.
struct MetricRange {
  double low = 0;
  double high = 1;
  MUSTER_FIELDS(MetricRange, low, high)
};

struct HalfSpaceOptions {
  std::uint32_t trees = 10;
  std::uint32_t height = 8;
  std::uint32_t window = 250;
  std::uint32_t leaf_permille = 100;  // of the window: a region with fewer points is not cut finer
  double alpha = 1e-3;  // the limit is this upper quantile of the scores of the window before
  std::uint64_t seed = 1;
  MUSTER_FIELDS(HalfSpaceOptions, trees, height, window, leaf_permille, alpha, seed)
};

// A regular value.
class HalfSpaceTrees {
 public:
  // REQUIRES: at least one metric, low < high, 0 < height <= 16, trees and window above zero.
  HalfSpaceTrees(std::vector<MetricRange> metrics, HalfSpaceOptions options = {});
  // Judges the point, then counts it. REQUIRES: one finite number for each metric.
  Opinion observe(std::span<const double> point);

 private:
  struct Node {
    std::uint32_t metric = 0;
    double cut = 0;               // in the range scaled to [0, 1]; below it: left
    std::uint32_t counted = 0;    // in this window
    std::uint32_t reference = 0;  // in the window before
    MUSTER_FIELDS(Node, metric, cut, counted, reference)
  };
  struct Bounds {
    double low = 0;
    double high = 1;
  };
  void grow(std::size_t root, std::size_t node, std::uint32_t level, std::vector<Bounds>& bounds,
            num::Stream& stream);
  [[nodiscard]] double score(std::span<const double> scaled) const;
  void count(std::span<const double> scaled);
  void turn_window();

  std::vector<MetricRange> metrics_;
  HalfSpaceOptions options_;
  std::vector<Node> nodes_;  // tree after tree, each in heap order
  std::uint32_t seen_ = 0;   // points of this window
  std::uint32_t windows_ = 0;
  std::vector<double> scores_;  // of this window
  double limit_ = 0;

 public:
  MUSTER_FIELDS(HalfSpaceTrees, metrics_, options_, nodes_, seen_, windows_, scores_, limit_)
};

}  // namespace monitor
