// A second opinion on matching: one symbol, no accounts' money, no indices; every question is
// answered by scanning a list. Slow and plain on purpose, and written independently of Exchange.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

namespace market {

struct ReferenceOrder {
  std::uint64_t id = 0;
  std::uint32_t owner = 0;
  bool buys = false;
  std::int64_t limit = 0;
  std::int64_t left = 0;
  std::uint64_t queued = 0;  // when it took its place
};

struct ReferenceFill {
  std::uint64_t resting = 0;
  std::uint64_t arriving = 0;
  std::int64_t price = 0;
  std::int64_t shares = 0;
  bool operator==(const ReferenceFill&) const = default;
};

class ReferenceBook {
 public:
  enum class Kind { kLimit, kNow, kAllOrNothing };

  std::vector<ReferenceFill> add(ReferenceOrder order, Kind kind) {
    std::vector<ReferenceFill> fills;
    if (kind == Kind::kAllOrNothing) {
      const ReferenceBook before = *this;
      const ReferenceOrder left = trade(order, fills);
      if (left.left > 0) {
        *this = before;
        fills.clear();
      }
      return fills;
    }
    const ReferenceOrder left = trade(order, fills);
    if (left.left > 0 && kind == Kind::kLimit && !blocked(left)) {
      queue(left);
    }
    return fills;
  }

  void remove(std::uint64_t id) {
    std::erase_if(orders_, [id](const ReferenceOrder& order) { return order.id == id; });
  }

  std::vector<ReferenceFill> replace(std::uint64_t id, std::int64_t left, std::int64_t limit) {
    const auto it = std::find_if(orders_.begin(), orders_.end(),
                                 [id](const ReferenceOrder& order) { return order.id == id; });
    if (limit == it->limit && left <= it->left) {
      it->left = left;
      return {};
    }
    ReferenceOrder again = *it;
    again.left = left;
    again.limit = limit;
    remove(id);
    return add(again, Kind::kLimit);
  }

  // The orders of one side in trading order.
  [[nodiscard]] std::vector<ReferenceOrder> side(bool buys) const {
    std::vector<ReferenceOrder> found;
    for (const ReferenceOrder& order : orders_) {
      if (order.buys == buys) {
        found.push_back(order);
      }
    }
    std::sort(found.begin(), found.end(), [](const ReferenceOrder& a, const ReferenceOrder& b) {
      return a.limit != b.limit ? (a.buys ? a.limit > b.limit : a.limit < b.limit)
                                : a.queued < b.queued;
    });
    return found;
  }

 private:
  static bool meets(const ReferenceOrder& order, const ReferenceOrder& other) {
    return order.buys ? other.limit <= order.limit : other.limit >= order.limit;
  }
  // Its own account's order is the next that it would trade with.
  [[nodiscard]] bool blocked(const ReferenceOrder& order) const {
    const auto others = side(!order.buys);
    return !others.empty() && meets(order, others.front()) && others.front().owner == order.owner;
  }
  ReferenceOrder trade(ReferenceOrder order, std::vector<ReferenceFill>& fills) {
    for (const ReferenceOrder& other : side(!order.buys)) {
      if (order.left == 0 || !meets(order, other) || other.owner == order.owner) {
        break;
      }
      const std::int64_t shares = std::min(order.left, other.left);
      fills.push_back({other.id, order.id, other.limit, shares});
      order.left -= shares;
      for (ReferenceOrder& resting : orders_) {
        resting.left -= resting.id == other.id ? shares : 0;
      }
    }
    std::erase_if(orders_, [](const ReferenceOrder& resting) { return resting.left == 0; });
    return order;
  }
  void queue(ReferenceOrder order) {
    order.queued = ++queued_;
    orders_.push_back(order);
  }

  std::vector<ReferenceOrder> orders_;
  std::uint64_t queued_ = 0;
};

}  // namespace market
