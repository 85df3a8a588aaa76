#include "monitor/half_space_trees.h"

#include <algorithm>

#include "core/check.h"

namespace monitor {
namespace {

constexpr std::uint32_t kGreatestHeight = 16;
// A region is cut within the middle 70 % of its range.
constexpr double kPadding = 0.15;

std::size_t nodes_of_tree(std::uint32_t height) {
  return (std::size_t{2} << height) - 1;
}

}  // namespace

HalfSpaceTrees::HalfSpaceTrees(std::vector<MetricRange> metrics, HalfSpaceOptions options)
    : metrics_(std::move(metrics)), options_(options) {
  core::check(!metrics_.empty(), "trees look at some metric");
  for (const MetricRange& range : metrics_) {
    core::check(range.low < range.high, "a metric has a range");
  }
  core::check(options_.height > 0 && options_.height <= kGreatestHeight && options_.trees > 0 &&
                  options_.window > 0,
              "there are trees, and a window to fill them");
  const std::size_t size = nodes_of_tree(options_.height);
  nodes_.resize(size * options_.trees);
  for (std::uint32_t tree = 0; tree < options_.trees; ++tree) {
    num::Stream stream(options_.seed, tree, num::purpose_of("monitor.half_space_trees"));
    std::vector<Bounds> bounds(metrics_.size());
    grow(tree * size, 0, 0, bounds, stream);
  }
}

void HalfSpaceTrees::grow(std::size_t root, std::size_t node, std::uint32_t level,
                          std::vector<Bounds>& bounds, num::Stream& stream) {
  if (level == options_.height) {
    return;
  }
  Node& grown = nodes_[root + node];
  grown.metric = static_cast<std::uint32_t>(stream.below(metrics_.size()));
  const Bounds whole = bounds[grown.metric];
  const double share = kPadding + (1 - 2 * kPadding) * stream.unit();
  const double cut = whole.low + share * (whole.high - whole.low);
  const std::uint32_t metric = grown.metric;
  grown.cut = cut;
  bounds[metric] = {whole.low, cut};
  grow(root, 2 * node + 1, level + 1, bounds, stream);
  bounds[metric] = {cut, whole.high};
  grow(root, 2 * node + 2, level + 1, bounds, stream);
  bounds[metric] = whole;
}

Opinion HalfSpaceTrees::observe(std::span<const double> point) {
  core::check(point.size() == metrics_.size(), "a point has one number for each metric");
  std::vector<double> scaled(point.size());
  for (std::size_t i = 0; i < point.size(); ++i) {
    core::check(point[i] - point[i] == 0, "a detector is given finite numbers");
    const double share = (point[i] - metrics_[i].low) / (metrics_[i].high - metrics_[i].low);
    scaled[i] = std::clamp(share, 0.0, 1.0);
  }
  Opinion opinion;
  if (windows_ > 0) {
    opinion.score = score(scaled);
    scores_.push_back(opinion.score);
    opinion.ready = windows_ > 1;
    opinion.limit = limit_;
    opinion.anomalous = opinion.ready && opinion.score > limit_;
  }
  count(scaled);
  if (++seen_ == options_.window) {
    turn_window();
  }
  return opinion;
}

void HalfSpaceTrees::turn_window() {
  for (Node& node : nodes_) {
    node.reference = node.counted;
    node.counted = 0;
  }
  if (!scores_.empty()) {
    std::sort(scores_.begin(), scores_.end());
    const auto above = static_cast<std::size_t>(options_.alpha * static_cast<double>(seen_));
    limit_ = scores_[scores_.size() - 1 - std::min(above, scores_.size() - 1)];
  }
  scores_.clear();
  seen_ = 0;
  ++windows_;
}

double HalfSpaceTrees::score(std::span<const double> scaled) const {
  const std::size_t size = nodes_of_tree(options_.height);
  const std::uint64_t few = std::uint64_t{options_.window} * options_.leaf_permille / 1000;
  std::uint64_t mass = 0;
  for (std::uint32_t tree = 0; tree < options_.trees; ++tree) {
    std::size_t node = 0;
    for (std::uint32_t level = 0;; ++level) {
      const Node& here = nodes_[tree * size + node];
      mass += std::uint64_t{here.reference} << level;
      if (level == options_.height || here.reference < few) {
        break;
      }
      node = 2 * node + (scaled[here.metric] < here.cut ? 1 : 2);
    }
  }
  const std::uint64_t most = std::uint64_t{options_.trees} * options_.window * size;
  return 1 - static_cast<double>(mass) / static_cast<double>(most);
}

void HalfSpaceTrees::count(std::span<const double> scaled) {
  const std::size_t size = nodes_of_tree(options_.height);
  for (std::uint32_t tree = 0; tree < options_.trees; ++tree) {
    std::size_t node = 0;
    for (std::uint32_t level = 0;; ++level) {
      Node& here = nodes_[tree * size + node];
      ++here.counted;
      if (level == options_.height) {
        break;
      }
      node = 2 * node + (scaled[here.metric] < here.cut ? 1 : 2);
    }
  }
}

}  // namespace monitor
