// The pending events of a simulation, by key.
//
// A 4-ary implicit heap (Johnson 1975, "Priority queues with update and finding minimum spanning
// trees") of 24-byte entries; the payloads stay where they are, in slots that are used again. The
// order of keys is total, so the order of pops depends on nothing but the keys.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "core/check.h"
#include "world_sim/event_key.h"

namespace world_sim {

inline constexpr unsigned kSourceBits = 20;
inline constexpr unsigned kSequenceBits = 40;

// REQUIRES of every key: source < 2^20, sequence < 2^40, and no equal key is pending.
template <class Payload>
class EventQueue {
 public:
  [[nodiscard]] bool empty() const { return heap_.empty(); }
  [[nodiscard]] std::size_t size() const { return heap_.size(); }

  template <class P>
  void push(const EventKey& key, P&& payload) {
    const Entry entry{core::to_ns(key.at), packed(key), take_slot(std::forward<P>(payload))};
    heap_.push_back(entry);
    rise(heap_.size() - 1, entry);
  }

  // The least key. REQUIRES: not empty.
  [[nodiscard]] EventKey next() const {
    core::check(!heap_.empty(), "an empty queue has no next event");
    return unpacked(heap_.front());
  }

  // Removes the event with the least key. REQUIRES: not empty.
  Payload pop() {
    core::check(!heap_.empty(), "an empty queue has no next event");
    const std::uint32_t slot = heap_.front().slot;
    const Entry last = heap_.back();
    heap_.pop_back();
    if (!heap_.empty()) {
      sink(last);
    }
    free_.push_back(slot);
    return std::move(slots_[slot]);
  }

 private:
  struct Entry {
    std::int64_t at = 0;
    std::uint64_t order = 0;
    std::uint32_t slot = 0;
    bool operator<(const Entry& other) const {
      return at != other.at ? at < other.at : order < other.order;
    }
  };

  static std::uint64_t packed(const EventKey& key) {
    core::check(key.source < (1U << kSourceBits), "an event's source has at most 20 bits");
    core::check(key.sequence < (1ULL << kSequenceBits), "an event's sequence has at most 40 bits");
    return (static_cast<std::uint64_t>(key.event_class) << (kSourceBits + kSequenceBits)) |
           (static_cast<std::uint64_t>(key.source) << kSequenceBits) | key.sequence;
  }
  static EventKey unpacked(const Entry& entry) {
    constexpr std::uint64_t kSourceMask = (1ULL << kSourceBits) - 1;
    constexpr std::uint64_t kSequenceMask = (1ULL << kSequenceBits) - 1;
    return {core::at(core::Duration(entry.at)),
            static_cast<EventClass>(entry.order >> (kSourceBits + kSequenceBits)),
            static_cast<std::uint32_t>((entry.order >> kSequenceBits) & kSourceMask),
            entry.order & kSequenceMask};
  }

  template <class P>
  std::uint32_t take_slot(P&& payload) {
    if (free_.empty()) {
      slots_.push_back(std::forward<P>(payload));
      return static_cast<std::uint32_t>(slots_.size() - 1);
    }
    const std::uint32_t slot = free_.back();
    free_.pop_back();
    slots_[slot] = std::forward<P>(payload);
    return slot;
  }

  void rise(std::size_t place, const Entry& entry) {
    while (place > 0) {
      const std::size_t parent = (place - 1) / kArity;
      if (!(entry < heap_[parent])) {
        break;
      }
      heap_[place] = heap_[parent];
      place = parent;
    }
    heap_[place] = entry;
  }

  // Puts `entry` in the root's place and restores the order.
  void sink(const Entry& entry) {
    std::size_t place = 0;
    for (;;) {
      const std::size_t first = place * kArity + 1;
      if (first >= heap_.size()) {
        break;
      }
      const std::size_t end = first + kArity < heap_.size() ? first + kArity : heap_.size();
      std::size_t least = first;
      for (std::size_t child = first + 1; child < end; ++child) {
        if (heap_[child] < heap_[least]) {
          least = child;
        }
      }
      if (!(heap_[least] < entry)) {
        break;
      }
      heap_[place] = heap_[least];
      place = least;
    }
    heap_[place] = entry;
  }

  static constexpr std::size_t kArity = 4;

  std::vector<Entry> heap_;
  std::vector<Payload> slots_;
  std::vector<std::uint32_t> free_;
};

}  // namespace world_sim
