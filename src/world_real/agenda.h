// What is due when: actions ordered by due time, those of one time in the order in which they were
// added.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <utility>

#include "core/time.h"

namespace world_real {

class Agenda {
 public:
  using Action = std::function<void()>;
  struct Key {
    core::Time due;
    std::uint64_t sequence = 0;
    auto operator<=>(const Key&) const = default;
  };

  Key add(core::Time due, Action action) {
    const Key key{due, next_sequence_++};
    actions_.emplace(key, std::move(action));
    return key;
  }
  // Nothing happens when it has been taken already.
  void cancel(const Key& key) { actions_.erase(key); }

  [[nodiscard]] std::optional<core::Time> next_due() const {
    if (actions_.empty()) {
      return std::nullopt;
    }
    return actions_.begin()->first.due;
  }
  // The first action that is due at `now`, one at a time: it may cancel those after it.
  [[nodiscard]] std::optional<Action> take_due(core::Time now) {
    if (actions_.empty() || actions_.begin()->first.due > now) {
      return std::nullopt;
    }
    return std::move(actions_.extract(actions_.begin()).mapped());
  }

 private:
  std::map<Key, Action> actions_;
  std::uint64_t next_sequence_ = 1;
};

}  // namespace world_real
